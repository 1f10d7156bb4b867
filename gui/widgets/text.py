"""Labels: three sizes, two weights, tones, and a label that shortens long names in the middle."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from gui.theme import heading_font, small_font, strong_font

_FONTS = {"heading": heading_font, "strong": strong_font, "small": small_font}


class Text(QLabel):
    """A label of one `size` (heading, strong, body, small) and `tone` (text, muted, good, warning, danger)."""

    def __init__(
        self,
        text: str = "",
        size: str = "body",
        tone: str = "text",
        *,
        wraps: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        if size in _FONTS:
            self.setFont(_FONTS[size](self))
        self.setProperty("tone", tone)
        self.setWordWrap(wraps)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def set_tone(self, tone: str) -> None:
        """Changes the colour by its meaning."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)


class ShortenedText(Text):
    """One line that gives way when space is short: cut in the middle (or at the end), whole in the tooltip."""

    def __init__(
        self,
        text: str = "",
        size: str = "body",
        tone: str = "text",
        *,
        cut: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, size, tone, parent=parent)
        self._cut = cut
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 8, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), int(self.alignment()), self._shown())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setToolTip("" if self._shown() == self.text() else self.text())

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip("" if self._shown() == text else text)

    def _shown(self) -> str:
        return self.fontMetrics().elidedText(self.text(), self._cut, self.contentsRect().width())


def hairline(parent: QWidget | None = None) -> QFrame:
    """A line one pixel high."""
    line = QFrame(parent)
    line.setProperty("role", "hairline")
    line.setFixedHeight(1)
    return line
