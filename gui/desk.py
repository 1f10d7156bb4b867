"""The desk: what the tabs and dialogs of one window share, handed to them instead of a global."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from gui.actions import Actions
from gui.icons import Icons
from gui.jobs import Jobs
from gui.monitor.watch import Watch
from gui.remembered import Remembered
from gui.session import Session
from gui.settings import SettingsFile
from gui.theme import Themes
from gui.uploading import UploadRuns
from gui.widgets.banner import Banners

if TYPE_CHECKING:
    from core.engine import Engine


@dataclass(slots=True)
class Desk:
    """Everything that a tab may use. `window` is the parent of its dialogs."""

    window: QWidget
    jobs: Jobs
    session: Session
    actions: Actions
    themes: Themes
    icons: Icons
    settings: SettingsFile
    remembered: Remembered
    banners: Banners
    watch: Watch
    uploads: UploadRuns = field(init=False)

    def __post_init__(self) -> None:
        self.uploads = UploadRuns(self, self.window)

    @property
    def engine(self) -> Engine | None:
        """The open project's engine; None before it is open and when opening failed."""
        return self.session.engine
