"""Looking at watched folders while a project is open: what has settled in them is uploaded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gui.error_dialog import sentence
from gui.jobs import NextStep, Watching
from gui.translation import translate

if TYPE_CHECKING:
    from core.engine import Engine
    from core.uploads.scanning.watch import Looked
    from gui.desk import Desk

_BANNER = "uploads-watch"


class FolderWatch(QObject):
    """`looked` comes after every look; `upload` is called when one has queued something."""

    looked = Signal()

    def __init__(self, desk: Desk, upload: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._upload = desk, upload
        self._watching: Watching | None = None
        self.lost: tuple[str, ...] = ()
        """Watched folders that are not there just now."""
        desk.session.before_closing(self.end)

    @property
    def is_on(self) -> bool:
        """Whether something is watched."""
        return self._watching is not None

    async def begin(self) -> None:
        """Watches what is to be watched now, and nothing where nothing is."""
        await self.end()
        engine = self._desk.engine
        if engine is None or engine.profile.read_only:
            return
        from core.uploads.desk import Uploads

        trees = await Uploads(engine.profile).trees()
        if any(tree.watched for tree in trees) and engine is self._desk.engine:
            self._watching = self._desk.jobs.watch(self._watch(engine), self._on_failed)

    async def end(self) -> None:
        """Watches no more."""
        watching, self._watching = self._watching, None
        self.lost = ()
        if watching is not None:
            await watching.stop()

    async def _watch(self, engine: Engine) -> None:
        from core.uploads.desk import Uploads
        from core.uploads.scanning.watch import EVERY_SECONDS, rest_seconds

        async with Uploads(engine.profile).watching() as watch:
            while True:
                began = time.monotonic()
                self._say(await watch.look())
                await asyncio.sleep(rest_seconds(EVERY_SECONDS, time.monotonic() - began))

    def _say(self, looked: Looked) -> None:
        if looked.lost != self.lost:
            self.lost = looked.lost
            if looked.lost:
                text = translate("Uploads", "Watched, but not there just now: %1. If it is on a drive, connect that.")
                self._desk.banners.put(_BANNER, text.replace("%1", ", ".join(looked.lost)), "warning")
            else:
                self._desk.banners.take(_BANNER)
        if looked.queued:
            self._upload()
        self.looked.emit()

    def _on_failed(self, error: BaseException) -> None:
        self._watching = None
        text = translate("Uploads", "Folders are not watched any more: %1").replace("%1", sentence(error))
        again = NextStep(translate("Uploads", "Watch again"), lambda: self._desk.jobs.ask(self.begin()))
        self._desk.banners.put(_BANNER, text, "danger", (again,))
