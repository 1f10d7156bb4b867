"""Many pictures at a glance, in rows that fill the width."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from gui.desk import Desk
from gui.theme import GAP_SMALL
from gui.widgets.thumbnails import Thumbnails

_SIDE = 112


class ContactSheet(QWidget):
    """Shows objects by (bucket, key) as thumbnails; names come as tooltips of the sheet's place."""

    def __init__(self, desk: Desk, objects: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._objects = list(objects)
        self._thumbnails = Thumbnails(desk, _SIDE, self)
        self._thumbnails.arrived.connect(self.update)
        self.setAccessibleName(self.tr("Pictures of %Ln object(s)", "", len(self._objects)))
        self.setToolTip("\n".join(f"{bucket}/{key}" for bucket, key in self._objects[:30]))

    def sizeHint(self) -> QSize:
        return QSize(6 * (_SIDE + GAP_SMALL), self._height(6 * (_SIDE + GAP_SMALL)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setMinimumHeight(self._height(self.width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        ground = QColor(self._desk.themes.current.hover)
        for number, (bucket, key) in enumerate(self._objects):
            place = self._place(number)
            if not place.intersects(event.rect()):
                continue
            painter.fillRect(place, ground)
            pixmap = self._thumbnails.get(bucket, key, "")
            if pixmap is not None:
                size = pixmap.deviceIndependentSize().toSize()
                size.scale(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
                picture = QRect(0, 0, size.width(), size.height())
                picture.moveCenter(place.center())
                painter.drawPixmap(picture, pixmap)

    def _columns(self, width: int) -> int:
        return max(1, (width + GAP_SMALL) // (_SIDE + GAP_SMALL))

    def _height(self, width: int) -> int:
        rows = -(-len(self._objects) // self._columns(width))
        return rows * (_SIDE + GAP_SMALL) + GAP_SMALL

    def _place(self, number: int) -> QRect:
        row, column = divmod(number, self._columns(self.width()))
        step = _SIDE + GAP_SMALL
        return QRect(column * step, GAP_SMALL + row * step, _SIDE, _SIDE)
