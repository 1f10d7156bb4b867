"""Many pictures at a glance, in rows that fill the width."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from gui.desk import Desk
from gui.theme import GAP_SMALL, small_font
from gui.widgets.thumbnails import Source, Thumbnails

_SIDE = 112


class ContactSheet(QWidget):
    """Shows objects by (bucket, key), or what else a `source` knows by two parts of a name, as thumbnails with their
    names below; both parts whole in the tooltip. `pressed` carries the number of the one that was clicked."""

    pressed = Signal(int)

    def __init__(
        self,
        desk: Desk,
        objects: Sequence[tuple[str, str]],
        parent: QWidget | None = None,
        *,
        side: int = _SIDE,
        source: Source | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._side = desk, side
        self._objects = list(objects)
        self._thumbnails = Thumbnails(desk, side, self, source=source)
        self._thumbnails.arrived.connect(self.update)
        self.setAccessibleName(self.tr("Pictures of %Ln object(s)", "", len(self._objects)))
        self.setFont(small_font(self))

    def sizeHint(self) -> QSize:
        width = 6 * (self._side + GAP_SMALL)
        return QSize(width, self._height(width))

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
            name = self.fontMetrics().elidedText(key.rpartition("/")[2], Qt.TextElideMode.ElideMiddle, self._side)
            below = QRect(place.left(), place.bottom() + 2, self._side, self.fontMetrics().height())
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            number = self._number_at(event.pos())
            QToolTip.showText(event.globalPos(), "" if number is None else "/".join(self._objects[number]), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._number_at(event.position().toPoint())
        if number is not None and event.button() is Qt.MouseButton.LeftButton:
            self.pressed.emit(number)

    def _number_at(self, place: QPoint) -> int | None:
        return next((n for n in range(len(self._objects)) if self._place(n).contains(place)), None)

    def _columns(self, width: int) -> int:
        return max(1, (width + GAP_SMALL) // (self._side + GAP_SMALL))

    def _height(self, width: int) -> int:
        rows = -(-len(self._objects) // self._columns(width))
        return rows * self._step() + GAP_SMALL

    def _step(self) -> int:
        return self._side + self.fontMetrics().height() + GAP_SMALL

    def _place(self, number: int) -> QRect:
        row, column = divmod(number, self._columns(self.width()))
        return QRect(column * (self._side + GAP_SMALL), GAP_SMALL + row * self._step(), self._side, self._side)
