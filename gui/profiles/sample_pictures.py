"""Small pictures beside the samples of a source, asked for when samples are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPixmap

from core.pictures import Picture
from core.suggest import Sample
from gui.desk import Desk
from gui.profiles.survey import Survey
from gui.widgets.thumbnails import pixmap_of

SIDE = 22
_MOST = 200


class SamplePictures(QObject):
    """Remembers what it was given; `came` says that one more can be drawn."""

    came = Signal()

    def __init__(self, desk: Desk, survey: Survey) -> None:
        super().__init__()
        self._desk = desk
        self._survey = survey
        self._known: dict[tuple[str, str], QPixmap | None] = {}

    def ask(self, samples: Sequence[Sample]) -> None:
        """Asks for the pictures of those that are there."""
        if len(self._known) > _MOST:
            self._known.clear()
        for sample in samples:
            place = (sample.bucket, sample.key)
            if sample.found and place not in self._known:
                self._known[place] = None
                side = round(SIDE * self._desk.window.devicePixelRatioF())
                self._survey.show_picture(*place, side, self._taker(place))

    def of(self, sample: Sample) -> QPixmap | None:
        """The picture of a sample, if there is one."""
        return self._known.get((sample.bucket, sample.key))

    def _taker(self, place: tuple[str, str]) -> Callable[[Picture], None]:
        return partial(self._take, place)

    def _take(self, place: tuple[str, str], picture: Picture) -> None:
        self._known[place] = pixmap_of(picture, self._desk)
        self.came.emit()
