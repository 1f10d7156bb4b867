"""One line that says how something stands: an icon, words, and their colour."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from gui.error_dialog import hint, sentence
from gui.icons import Icons
from gui.theme import GAP_SMALL
from gui.widgets.text import Text

_ICON_PX = 16
ICONS = {"good": "check-circle", "warning": "warning", "danger": "warning-circle", "muted": "info"}


class Notice(QWidget):
    """Takes no room while it has nothing to say."""

    def __init__(self, icons: Icons, *, size: str = "small", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._tone = "muted"
        self._picture = QLabel()
        self._picture.setFixedWidth(_ICON_PX)
        self.text = Text(size=size, wraps=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_SMALL)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        icons.loaded.connect(self._draw_icon)
        self.hide()

    def say(self, text: str, tone: str = "muted") -> None:
        """Shows a sentence; an empty one takes the line away."""
        self._tone = tone
        self.text.set_tone(tone)
        self.text.setText(text)
        self.setAccessibleName(text)
        self._draw_icon()
        self.setVisible(bool(text))

    def say_error(self, error: BaseException) -> None:
        """Shows an error's sentence and what to do about it."""
        self.say(f"{sentence(error)} {hint(error)}".strip(), "danger")

    def _draw_icon(self) -> None:
        self._picture.setPixmap(self._icons.pixmap(ICONS[self._tone], self._tone, _ICON_PX))
