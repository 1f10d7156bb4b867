"""The heading line of a tab: its main numbers on the left, its buttons with the main one on the right."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.theme import GAP, GAP_SMALL
from gui.widgets.text import ShortenedText, Text

W = TypeVar("W", bound=QWidget)


class Heading(QWidget):
    """A large line, a quiet line under it, and buttons; the last one added is the rightmost."""

    def __init__(self, title: str = "", subtitle: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Text(title, "heading")
        self.subtitle = ShortenedText(subtitle, tone="muted")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.subtitle)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(GAP_SMALL)
        self._row.addLayout(words, 1)
        self._row.addSpacing(GAP)

    def say(self, title: str, subtitle: str) -> None:
        """Changes both lines."""
        self.title.setText(title)
        self.subtitle.setText(subtitle)

    def add(self, button: W) -> W:
        """Puts one more button, or a choice, at the right end."""
        self._row.addWidget(button)
        return button
