"""Widgets in a row that goes on in the next line where there is no more room; the last one stands at the right end."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class Flow(QLayout):
    """What is not seen takes no room. A line is as high as the highest widget in it."""

    def __init__(self, parent: QWidget, gap: int) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._lay_out(QRect(0, 0, width, 0), for_real=False)

    def sizeHint(self) -> QSize:
        seen = self._seen()
        width = sum(item.sizeHint().width() for item in seen) + self._gap * max(0, len(seen) - 1)
        return QSize(width, max((item.sizeHint().height() for item in seen), default=0))

    def minimumSize(self) -> QSize:
        hints = [item.minimumSize().expandedTo(item.sizeHint()) for item in self._seen()]
        return QSize(max((hint.width() for hint in hints), default=0), max((h.height() for h in hints), default=0))

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._lay_out(rect, for_real=True)

    def _seen(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _lay_out(self, rect: QRect, *, for_real: bool) -> int:
        """Puts everything in its place, if wanted; how high it is together."""
        seen, x, y, high = self._seen(), rect.left(), rect.top(), 0
        for number, item in enumerate(seen):
            hint = item.sizeHint()
            if x > rect.left() and x + hint.width() > rect.right() + 1:
                x, y, high = rect.left(), y + high + self._gap, 0
            if number == len(seen) - 1:
                x = max(x, rect.right() + 1 - hint.width())
            if for_real:
                item.setGeometry(QRect(QPoint(x, y), hint))
            x += hint.width() + self._gap
            high = max(high, hint.height())
        return y + high - rect.top()
