"""A bar as a picture for a cell: a track, and how much of it is filled."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

WIDTH, _HEIGHT = 112, 6
_RATIO = 2.0
_KEPT = 1_000


def bar_picture(share: float, colour: str, track: str, width: int = WIDTH) -> QPixmap:
    """A bar that is filled to a share between 0 and 1; what is not nothing shows."""
    length = round(min(1.0, max(0.0, share)) * width * _RATIO)
    return _drawn(max(length, 4) if share > 0 else 0, colour, track, width)


@lru_cache(maxsize=_KEPT)
def _drawn(length: int, colour: str, track: str, width: int) -> QPixmap:
    picture = QPixmap(round(width * _RATIO), round(_HEIGHT * _RATIO))
    picture.setDevicePixelRatio(_RATIO)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for drawn, filled in ((track, width), (colour, length / _RATIO)):
        if filled:
            painter.setBrush(QColor(drawn))
            painter.drawRoundedRect(QRectF(0, 0, filled, _HEIGHT), _HEIGHT / 2, _HEIGHT / 2)
    painter.end()
    return picture
