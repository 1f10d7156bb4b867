"""A tab onto which files and folders of this computer can be dropped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent

from gui.dropping import paths_in
from gui.tab import Tab
from gui.widgets.drop_veil import DropVeil


class DropTab(Tab):
    """Says while something is dragged above it where that would go. A subclass calls `take_drops` at the end of its
    `build`, and says what it takes, where that goes and what is done with it."""

    veil: DropVeil

    def take_drops(self) -> None:
        """From now on things can be dropped here."""
        self.veil = DropVeil(self.desk, self)
        self.setAcceptDrops(True)

    def paths_of(self, data: QMimeData) -> Sequence[Path]:
        """What of it is taken; nothing where it is not to be dropped here."""
        return paths_in(data)

    def goes_to(self) -> str:
        """Where it would go; '' where that is asked afterwards."""
        raise NotImplementedError

    def take(self, paths: Sequence[Path]) -> None:
        """Does what was wanted with what was dropped."""
        raise NotImplementedError

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.desk.engine is not None and self.paths_of(event.mimeData()):
            self.veil.lift(self.goes_to())
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.veil.hide()
        if paths := self.paths_of(event.mimeData()):
            event.acceptProposedAction()
            self.take(paths)
