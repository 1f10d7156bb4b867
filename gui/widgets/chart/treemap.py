"""Parts of a whole as tiles whose areas compare; tiles as square as they can be (squarified, Bruls et al. 2000)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from gui.theme import GAP_TINY, SERIES, Theme, Themes, small_font, strong_font
from gui.widgets.chart.reading import Readable

_GAP = 1.0
_PADDING = 6.0
_LEAST_SHARE = 0.002
_SHADES = (0.92, 0.8, 0.68, 0.57, 0.47, 0.38, 0.3)


@dataclass(frozen=True, slots=True)
class Tile:
    """One part: its size, what stands in it, and what is told when it is met."""

    name: str
    size: float
    label: str
    told: str


def squarify(sizes: Sequence[float], room: QRectF) -> list[QRectF]:
    """A rectangle for each size, the largest size first; their areas are in proportion. Sizes of nothing get none of
    the room."""
    total = sum(sizes)
    if total <= 0 or room.isEmpty():
        return [QRectF(room.topLeft(), room.topLeft()) for _ in sizes]
    areas = [size * room.width() * room.height() / total for size in sizes]
    placed: list[QRectF] = []
    left, start = QRectF(room), 0
    while start < len(areas):
        end = start + 1
        side = min(left.width(), left.height())
        while end < len(areas) and _worst(areas[start : end + 1], side) <= _worst(areas[start:end], side):
            end += 1
        left = _lay(areas[start:end], left, placed)
        start = end
    return placed


def _worst(row: Sequence[float], side: float) -> float:
    """How far from a square the worst tile of a row is, 1 being one."""
    total = sum(row)
    if total <= 0 or side <= 0 or min(row) <= 0:
        return float("inf")
    return max(side**2 * max(row) / total**2, total**2 / (side**2 * min(row)))


def _lay(row: Sequence[float], room: QRectF, placed: list[QRectF]) -> QRectF:
    """Lays a row along the shorter side; gives the room that is left."""
    total = sum(row)
    if room.width() >= room.height():
        thickness, at = (total / room.height() if room.height() else 0.0), room.top()
        for area in row:
            length = area / thickness if thickness else 0.0
            placed.append(QRectF(room.left(), at, thickness, length))
            at += length
        return room.adjusted(thickness, 0, 0, 0)
    thickness, at = (total / room.width() if room.width() else 0.0), room.left()
    for area in row:
        length = area / thickness if thickness else 0.0
        placed.append(QRectF(at, room.top(), length, thickness))
        at += length
    return room.adjusted(0, thickness, 0, 0)


class Treemap(Readable):
    """Tiles in shades of one colour, the largest the strongest: their names tell them apart, not their colours."""

    def __init__(self, themes: Themes, name: str, parent: QWidget | None = None) -> None:
        super().__init__(themes, name, parent)
        self._tiles: Sequence[Tile] = ()
        self._rects: list[QRectF] = []

    def show_tiles(self, tiles: Sequence[Tile]) -> None:
        """Replaces all tiles, the largest first. What is too small to be seen is left to the table."""
        whole = sum(tile.size for tile in tiles)
        self._tiles = [tile for tile in tiles if whole and tile.size / whole >= _LEAST_SHARE]
        self._place()
        self.show_values([tile.told for tile in self._tiles])
        self.update()

    def draw(self) -> None:
        self.update()

    def place_of_value(self, number: int) -> QPointF:
        rect = self._rects[number]
        return QPointF(rect.left() + min(rect.width() / 2, 60), rect.top() + min(rect.height() / 2, 40) + 24)

    def mark(self, number: int) -> None:
        self.update()

    def image(self) -> QImage:
        """The tiles as a picture, twice as sharp as on the screen."""
        image = QImage(self.size() * 2, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(QColor(self.themes.current.background))
        painter = QPainter(image)
        painter.scale(2, 2)
        self._paint(painter, self.themes.current)
        painter.end()
        return image

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint(painter, self.themes.current)
        painter.end()
        super().paintEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        number = self._at(event.position())
        if number != self.current:
            self.go(number)

    def leaveEvent(self, event: object) -> None:
        self.go(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        number = self._at(event.position())
        if number >= 0 and event.button() is Qt.MouseButton.LeftButton:
            self.chosen.emit(number)

    def _at(self, place: QPointF) -> int:
        return next((n for n, rect in enumerate(self._rects) if rect.contains(place)), -1)

    def _place(self) -> None:
        room = QRectF(self.contentsRect())
        self._rects = squarify([tile.size for tile in self._tiles], room)

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, (tile, rect) in enumerate(zip(self._tiles, self._rects, strict=True)):
            inner = rect.adjusted(_GAP, _GAP, -_GAP, -_GAP)
            if inner.width() <= 0 or inner.height() <= 0:
                continue
            ground = _shade(theme, number)
            painter.setPen(QColor(theme.text) if number == self.current else Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(inner, GAP_TINY / 2, GAP_TINY / 2)
            self._paint_words(painter, tile, inner.adjusted(_PADDING, GAP_TINY, -_PADDING, -GAP_TINY), ground)

    def _paint_words(self, painter: QPainter, tile: Tile, room: QRectF, ground: QColor) -> None:
        """The name, and below it the label where both fit."""
        painter.setPen(_ink(ground))
        painter.setFont(strong_font(self))
        line = painter.fontMetrics().height()
        if room.height() < line or room.width() < 28:
            return
        name = painter.fontMetrics().elidedText(tile.name, Qt.TextElideMode.ElideMiddle, int(room.width()))
        painter.drawText(QRectF(room.left(), room.top(), room.width(), line), name)
        painter.setFont(small_font(self))
        if room.height() >= 2 * line and painter.fontMetrics().horizontalAdvance(tile.label) <= room.width():
            painter.drawText(QRectF(room.left(), room.top() + line, room.width(), line), tile.label)


def _shade(theme: Theme, number: int) -> QColor:
    """The series colour, mixed with the ground: less of it for each smaller tile."""
    share = _SHADES[min(number, len(_SHADES) - 1)]
    mixed = [
        a * share + b * (1 - share)
        for a, b in zip(_rgb(QColor(SERIES[0])), _rgb(QColor(theme.background)), strict=True)
    ]
    return QColor.fromRgbF(*mixed)


def _rgb(colour: QColor) -> tuple[float, float, float]:
    return colour.redF(), colour.greenF(), colour.blueF()


def _luminance(colour: QColor) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _ink(ground: QColor) -> QColor:
    """White or almost black, whichever is read better on the ground (WCAG 2.1: at least 4.5 : 1)."""
    return QColor("#ffffff") if _luminance(ground) < 0.179 else QColor("#101214")
