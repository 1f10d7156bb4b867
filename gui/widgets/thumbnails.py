"""Little pictures, decoded one after another off the loop while somebody can see their place."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap
from shiboken6 import isValid

from core.pictures import Picture
from gui.desk import Desk

SIDE = 24
_KEPT = 600  # 600 × 24 × 24 × 4 bytes at scale 2: 5.5 MB
_WAITING = 48  # more than a screen of rows: what was scrolled past drops out of the queue
_AT_ONCE = 2
_TOGETHER_MS = 40  # drawing a screen of rows costs several milliseconds: not once for each picture
Source = Callable[[str, str, int], Coroutine[object, object, Picture]]
"""The picture of something named in two parts (bucket and key, folder and file), at most so many pixels wide."""


class Thumbnails(QObject):
    """Pictures by (bucket, key, version), of the open project or of another `source`. `arrived` says that more may be
    drawn."""

    arrived = Signal()

    def __init__(
        self, desk: Desk, side: int = SIDE, parent: QObject | None = None, *, source: Source | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._side = side
        self._source = source
        self._known: OrderedDict[Hashable, QPixmap | None] = OrderedDict()
        self._waiting: OrderedDict[tuple[str, str, str], None] = OrderedDict()
        self._asked: set[tuple[str, str, str]] = set()
        self._timer = QTimer(self, interval=_TOGETHER_MS, singleShot=True)
        self._timer.timeout.connect(self.arrived)

    def get(self, bucket: str, key: str, version: str) -> QPixmap | None:
        """The picture if it is there already; else it is fetched, newest request first. A broken one has an icon."""
        name = (bucket, key, version)
        if name in self._known:
            self._known.move_to_end(name)
            known = self._known[name]
            return known if known is not None else self._broken()
        if name not in self._asked:
            self._waiting[name] = None
            self._waiting.move_to_end(name)
            while len(self._waiting) > _WAITING:
                self._waiting.popitem(last=False)
            self._fetch()
        return None

    def forget(self) -> None:
        """Another project is open: nothing of the old one counts."""
        self._known.clear()
        self._waiting.clear()
        self._asked.clear()

    def _fetch(self) -> None:
        engine = self._desk.engine
        source = self._source or (engine.picture if engine is not None else None)
        if source is None:
            return
        while self._waiting and len(self._asked) < _AT_ONCE:
            name, _ = self._waiting.popitem(last=True)
            self._asked.add(name)
            side = round(self._side * self._desk.window.devicePixelRatioF())
            self._desk.jobs.ask(
                source(name[0], name[1], side),
                partial(self._on_picture, name),
                failed=partial(self._on_no_picture, name),
            )

    def _on_picture(self, name: tuple[str, str, str], picture: Picture) -> None:
        self._keep(name, pixmap_of(picture, self._desk))

    def _on_no_picture(self, name: tuple[str, str, str], _error: Exception) -> None:
        self._keep(name, None)

    def _keep(self, name: tuple[str, str, str], pixmap: QPixmap | None) -> None:
        if not isValid(self):  # the dialog that wanted it is gone
            return
        self._asked.discard(name)
        self._known[name] = pixmap
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        if not self._timer.isActive():
            self._timer.start()
        self._fetch()

    def _broken(self) -> QPixmap:
        return self._desk.icons.pixmap("image-square", "warning", self._side - 4)


def pixmap_of(picture: Picture, desk: Desk) -> QPixmap:
    """A decoded picture as Qt draws it, at the screen's own resolution."""
    row = picture.width * 4
    image = QImage(picture.rgba, picture.width, picture.height, row, QImage.Format.Format_RGBA8888)
    pixmap = QPixmap.fromImage(image)
    pixmap.setDevicePixelRatio(desk.window.devicePixelRatioF())
    return pixmap
