"""What lies over a tab while files are dragged above it: where they would go."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gui.desk import Desk
from gui.dropping import why_no_upload
from gui.theme import GAP, GAP_SMALL, heading_font

_VEIL_ALPHA = 0.92
_LINE_PX = 2.0


class DropVeil(QWidget):
    """Covers its parent; `lift` shows it."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._over = desk, parent
        self._text = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def lift(self, family: str) -> None:
        """Says into which family files would go; '' where that is asked afterwards."""
        text = self.tr("Drop to upload into %1, wherever there is room").replace("%1", family)
        self._text = text if family else self.tr("Drop to upload")
        if why := why_no_upload(self._desk):
            self._text = why
        self.setGeometry(self._over.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._desk.themes.current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(theme.background)
        ground.setAlphaF(_VEIL_ALPHA)
        painter.fillRect(self.rect(), ground)
        frame = QRectF(self.rect()).adjusted(GAP, GAP, -GAP, -GAP)
        painter.setPen(QPen(QColor(theme.accent), _LINE_PX, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(frame, GAP_SMALL, GAP_SMALL)
        painter.setPen(QColor(theme.text))
        painter.setFont(heading_font(self))
        painter.drawText(frame, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self._text)
