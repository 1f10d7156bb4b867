"""The wide area that a tab shows before anything was handed over: drop here, or choose."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.desk import Desk
from gui.theme import GAP, GAP_SMALL
from gui.widgets.empty_state import EmptyState

_LINE_PX = 1.5


class DropArea(QWidget):
    """An empty state; while `is_open`, inside a dashed frame that says that things can be dropped there."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.is_open = False
        self.state = EmptyState(desk.icons)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.addWidget(self.state)

    def open(self, is_open: bool) -> None:
        """Says whether something can be dropped."""
        self.is_open = is_open
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.is_open:
            return
        theme = self._desk.themes.current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.outline), _LINE_PX, Qt.PenStyle.DashLine))
        painter.setBrush(QColor(theme.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), GAP_SMALL, GAP_SMALL)
