"""What a tab is: built when it is first shown, asked to look again when something changed, left when it is not seen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.changes import Change
from gui.desk import Desk

EVERYTHING = Change.INVENTORY | Change.FINDINGS | Change.RUNS | Change.PROFILES | Change.CAPACITY | Change.ALERTS


class Tab(QWidget):
    """One tab of the window. Subclasses make their widgets in `build` and ask the engine anew in `refresh`."""

    selection_said = Signal(str)
    look_wanted = Signal(str, str)
    """The id of another tab that is to be shown, and the bucket that it should look at."""

    count_said = Signal(object)
    """The number beside its title, None for none; a tab that never says one has that of its place."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk

    def build(self) -> None:
        """Makes the widgets and binds the tab's commands; called once, before the tab is first shown."""
        raise NotImplementedError

    def refresh(self, change: Change) -> None:
        """Looks again. Called when the tab is seen and such things changed, with everything at first and when another
        project was opened; `desk.engine` is None while none is open."""
        raise NotImplementedError

    def panes(self) -> Sequence[QWidget]:
        """The parts that F6 walks through, in their order."""
        return ()

    def look_at(self, bucket: str) -> None:
        """Shows what it has of one bucket; a tab that knows no buckets stays as it is."""

    def step_back(self) -> bool:
        """Takes the filter, then the selection away (Esc); says whether there was something to take."""
        return False

    async def stops(self) -> AsyncIterator[str]:
        """The states of this tab that the tour takes pictures of: each is shown when its name is given, and left when
        the next one is asked for. Dialogs may stay open meanwhile; they are in the picture."""
        yield ""
