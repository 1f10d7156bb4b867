"""What is done with trees: watched, watched no more, and proven to have arrived."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.progress import Report
from core.uploads.checks.verification import Verified
from core.uploads.desk import Uploads
from core.uploads.status.tree_rows import TreeRow
from gui import words
from gui.desk import Desk
from gui.dialogs import choose_folder, finished
from gui.jobs import Ending, NextStep
from gui.tabs.uploads.adding import Adding
from gui.tabs.uploads.verified_dialog import VerifiedDialog
from gui.translation import translate

_BANNER = "uploads.act"


class TreeActs(QObject):
    """Works on the tree that has the focus; `did` says that something became of trees."""

    did = Signal()

    def __init__(self, desk: Desk, adding: Adding, tree: Callable[[], TreeRow | None], parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._adding, self._tree = desk, adding, tree

    async def watch_new(self) -> None:
        """Asks for a folder, and watches it from then on."""
        asked = translate("Uploads", "Choose the folder to watch")
        folder = await choose_folder(self._desk.window, asked)
        if folder is not None:
            await self._watch(folder)

    async def watch(self) -> None:
        """Watches the tree."""
        if (row := self._tree()) is not None:
            await self._watch(Path(row.tree.path))

    async def unwatch(self) -> None:
        """Watches the tree no more; that can be taken back."""
        engine, row = self._desk.engine, self._tree()
        if engine is None or row is None:
            return
        path, uploads = Path(row.tree.path), Uploads(engine.profile)
        await uploads.watch(path, False)
        await self._desk.uploads.folder_watch.begin()

        async def again() -> None:
            await uploads.watch(path, True, row.tree.destination)
            await self._desk.uploads.folder_watch.begin()
            self.did.emit()

        undo = NextStep(translate("Uploads", "Undo"), lambda: self._desk.jobs.ask(again()))
        text = translate("Uploads", "%1 is not watched any more: what comes into it later stays where it is.")
        self._desk.banners.put(_BANNER, text.replace("%1", path.name), "good", (undo,))
        self.did.emit()

    def verify(self) -> None:
        """Proves against a fresh listing that everything in the tree has arrived, as a job."""
        engine, row = self._desk.engine, self._tree()
        if engine is None or row is None:
            return
        path = Path(row.tree.path)

        async def work(report: Report) -> Verified:
            return await Uploads(engine.profile).verify(engine.store, (path,), report=report)

        title = translate("Uploads", "Verify %1").replace("%1", path.name)
        self._desk.jobs.start(title, work, then=lambda found: self._ending(path, found))

    async def _watch(self, folder: Path) -> None:
        engine = self._desk.engine
        title = translate("Uploads", "Watch %1?").replace("%1", folder.name)
        destination = await self._adding.destination(title, (folder,))
        if engine is None or destination is None:
            return
        await Uploads(engine.profile).watch(folder, True, destination.name)
        await self._desk.uploads.folder_watch.begin()
        text = translate("Uploads", "%1 is watched: what comes into it goes to %2 once it has stopped changing.")
        text = text.replace("%1", folder.name).replace("%2", destination.name)

        async def back() -> None:
            await Uploads(engine.profile).watch(folder, False)
            await self._desk.uploads.folder_watch.begin()
            self.did.emit()

        undo = NextStep(translate("Uploads", "Undo"), lambda: self._desk.jobs.ask(back()))
        self._desk.banners.put(_BANNER, text, "good", (undo,))
        self.did.emit()

    def _ending(self, path: Path, found: Verified) -> Ending:
        lacking = sum(found.lacking.values())
        if not lacking:
            said = translate("Uploads", "%Ln file(s) proven: everything has arrived", "", found.arrived)
            return Ending(said)
        said = translate("Uploads", "%1 of %Ln file(s) not proven to have arrived", "", found.files)
        show = NextStep(translate("Uploads", "Show them…"), lambda: self._desk.jobs.ask(self._show(path, found)))
        return Ending(said.replace("%1", words.number(lacking)), "danger", (show,))

    async def _show(self, path: Path, found: Verified) -> None:
        await finished(VerifiedDialog(self._desk, path, found))
