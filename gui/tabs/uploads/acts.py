"""What is done with chosen folders: left out, taken back, moved in the queue. Each says what it did, with *Undo*."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from core.uploads.queueing.questions import Answer, Kind
from core.uploads.queueing.undoable import (
    Asked,
    answer_those,
    ask_again,
    go_first,
    go_last,
    leave_out_waiting,
    put_back,
    take_back,
)
from core.uploads.status.listing import Listing
from gui.desk import Desk
from gui.jobs import NextStep
from gui.tabs.uploads.middle import Middle
from gui.translation import translate

T = TypeVar("T")
_BANNER = "uploads.act"
Move = Callable[[sqlite3.Connection, Sequence[int]], tuple[tuple[int, int], ...]]


class FolderActs(QObject):
    """Works on what is chosen in the table; `did` says that something became of folders."""

    did = Signal()

    def __init__(self, desk: Desk, middle: Middle, listing: Callable[[], Listing | None], parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._middle, self._listing = desk, middle, listing

    def leave_out(self) -> None:
        """Leaves the chosen folders out."""
        self._desk.jobs.ask(self._leave_out())

    def take_back(self) -> None:
        """Takes the chosen folders back that were left out."""
        self._desk.jobs.ask(self._take_back())

    def go_first(self) -> None:
        """Uploads the chosen folders before all others."""
        self._desk.jobs.ask(self._move(go_first))

    def go_last(self) -> None:
        """Uploads the chosen folders after all others."""
        self._desk.jobs.ask(self._move(go_last))

    def answer(self, kind: Kind, said: Answer) -> None:
        """Answers what the chosen folders ask, as far as it is this kind of question."""
        self._desk.jobs.ask(self._answer(kind, said))

    async def _answer(self, kind: Kind, said: Answer) -> None:
        numbers = await self._middle.chosen()
        done: Sequence[Asked] = await self._write(lambda c: answer_those(c, numbers, kind, said), ())
        told = translate("Uploads", "Answered for %Ln folder(s).", "", len(done))
        none = translate("Uploads", "None of the chosen folders asks this any more.")
        self._tell(len(done), told, none, lambda c: ask_again(c, done))
        listing = self._listing()
        if done and said is not Answer.LEAVE_OUT and listing is not None:
            queued = (await listing.amounts()).queued
            if queued == len(done):  # nothing else waits: the upload had only been waiting for this
                self._desk.uploads.start()

    async def _leave_out(self) -> None:
        numbers = await self._middle.chosen()
        done: Sequence[int] = await self._write(lambda c: leave_out_waiting(c, numbers), ())
        said = translate("Uploads", "%Ln folder(s) left out: they stay on this computer and are not uploaded.", "",
                         len(done))  # fmt: skip
        none = translate("Uploads", "Nothing was left out: only folders that wait or failed can be.")
        self._tell(len(done), said, none, lambda c: len(take_back(c, done)))

    async def _take_back(self) -> None:
        numbers = await self._middle.chosen()
        done: Sequence[int] = await self._write(lambda c: take_back(c, numbers), ())
        said = translate("Uploads", "%Ln folder(s) taken back: they wait again.", "", len(done))
        none = translate("Uploads", "None of the chosen folders was left out.")
        self._tell(len(done), said, none, lambda c: len(leave_out_waiting(c, done)))

    async def _move(self, move: Move) -> None:
        numbers = await self._middle.chosen()
        before: Sequence[tuple[int, int]] = await self._write(lambda c: move(c, numbers), ())
        if move is go_first:
            said = translate("Uploads", "%Ln folder(s) moved before all others that wait.", "", len(before))
        else:
            said = translate("Uploads", "%Ln folder(s) moved behind all others that wait.", "", len(before))
        none = translate("Uploads", "None of the chosen folders waits.")
        self._tell(len(before), said, none, lambda c: put_back(c, before))

    def _tell(self, done: int, said: str, none: str, back: Callable[[sqlite3.Connection], object]) -> None:
        """Says what was done, with the way back; or why nothing was."""
        if not done:
            self._desk.banners.put(_BANNER, none, "warning")
            return
        self._middle.choose_none()
        undo = NextStep(translate("Uploads", "Undo"), lambda: self._desk.jobs.ask(self._undo(back)))
        self._desk.banners.put(_BANNER, said, "good", (undo,))
        self.did.emit()

    async def _undo(self, back: Callable[[sqlite3.Connection], object]) -> None:
        await self._write(back, None)
        self.did.emit()

    async def _write(self, work: Callable[[sqlite3.Connection], T], nothing: T) -> T:
        listing = self._listing()
        return nothing if listing is None else await listing.write(work, nothing)
