"""Parts of the details at the right: a small heading over lines, and an icon beside a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.desk import Desk
from gui.theme import GAP_SMALL
from gui.widgets.text import Text


class Section(QWidget):
    """A small heading over lines or buttons; not seen without any."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GAP_SMALL)
        self.title = Text(title, "small", "muted")
        self._column.addWidget(self.title)
        if not title:
            self.title.hide()

    def say(self, lines: Sequence[QWidget]) -> None:
        """Shows these instead of those of before."""
        while self._column.count() > 1:
            item = self._column.takeAt(1)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for line in lines:
            self._column.addWidget(line)
        self.setVisible(bool(lines))


class IconLine(QWidget):
    """An icon and a sentence that wraps beside it."""

    def __init__(self, desk: Desk, icon: str = "", tone: str = "muted", text: str = "") -> None:
        super().__init__()
        self._desk = desk
        self._icon = (icon, tone)
        self._picture = QLabel()
        self._picture.setFixedWidth(16)
        self.text = Text(wraps=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_SMALL)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        desk.icons.loaded.connect(self._draw)
        self.say(icon, tone, text)

    def say(self, icon: str, tone: str, text: str) -> None:
        """Shows both."""
        self._icon = (icon, tone)
        self.text.setText(text)
        self._draw()

    def _draw(self) -> None:
        if self._icon[0]:
            self._picture.setPixmap(self._desk.icons.pixmap(*self._icon, 16))
