"""Reading a chart: pointer and arrow keys walk along its values, and the one that is met is told beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from gui.theme import GAP_SMALL, GAP_TINY, Themes

_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -10,
    Qt.Key.Key_PageDown: 10,
}


class Readable(QWidget):
    """A widget of values in a row. `read` tells which is met (-1 for none), `chosen` which was clicked, or taken with
    Enter. Subclasses say where a value is and which one is nearest to a point."""

    read = Signal(int)
    chosen = Signal(int)

    def __init__(self, themes: Themes, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.themes = themes
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.values: Sequence[str] = ()
        self.current = -1
        self.note = QLabel(self)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.note.setProperty("role", "note")
        self.note.hide()
        themes.changed.connect(self._on_theme_changed)
        self.setContentsMargins(2, 2, 2, 2)

    def place_of_value(self, number: int) -> QPointF:
        """Where a value is, in this widget."""
        raise NotImplementedError

    def draw(self) -> None:
        """Draws everything anew."""
        raise NotImplementedError

    def show_values(self, values: Sequence[str]) -> None:
        """What is told of each value, in their order; forgets the one that was met."""
        self.values = values
        self.go(-1)

    def go(self, number: int) -> None:
        """Meets a value and tells it; -1 goes away."""
        self.current = number if 0 <= number < len(self.values) else -1
        if self.current < 0:
            self.note.hide()
        else:
            self._tell(self.values[self.current], self.place_of_value(self.current))
        self.mark(self.current)
        self.read.emit(self.current)

    def mark(self, number: int) -> None:
        """Shows in the chart which value is met."""

    def _tell(self, text: str, place: QPointF) -> None:
        if self.accessibleDescription() != text:
            self.setAccessibleDescription(text)
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        self.note.setText(text)
        self.note.adjustSize()
        width, height = self.note.width(), self.note.height()
        x = place.x() + GAP_SMALL if place.x() + GAP_SMALL + width <= self.width() else place.x() - GAP_SMALL - width
        y = place.y() - GAP_SMALL - height
        self.note.move(
            round(min(max(x, 0), max(0, self.width() - width))), round(min(max(y, 0), max(0, self.height() - height)))
        )
        self.note.show()
        self.note.raise_()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, last = event.key(), len(self.values) - 1
        if last < 0:
            super().keyPressEvent(event)
        elif key in _STEPS:
            start = self.current if self.current >= 0 else (last + 1 if _STEPS[Qt.Key(key)] < 0 else -1)
            self.go(min(max(start + _STEPS[Qt.Key(key)], 0), last))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.go(0 if key == Qt.Key.Key_Home else last)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current >= 0:
            self.chosen.emit(self.current)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.go(-1)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(self.themes.current.accent))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), GAP_TINY, GAP_TINY)

    def _on_theme_changed(self) -> None:
        self.go(-1)
        self.draw()
