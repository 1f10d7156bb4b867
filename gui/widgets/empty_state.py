"""What stands in the place of an empty table: why it is empty, and the one next step."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.icons import Icons
from gui.theme import GAP, GAP_SMALL
from gui.widgets.buttons import main_button
from gui.widgets.text import Text

_ICON_PX = 48
_WIDTH = 600


class EmptyState(QWidget):
    """An icon, a sentence, a quieter one and at most one button, in the middle of the space."""

    def __init__(self, icons: Icons, *, width: int = _WIDTH, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._icon = ("", "muted")
        self._said: tuple[object, ...] = ()
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._picture.setFixedHeight(_ICON_PX)
        self.title = Text(size="heading", wraps=True)
        self.text = Text(tone="muted", wraps=True)
        for label in (self.title, self.text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        middle = QWidget()
        middle.setFixedWidth(width)
        self._layout = QVBoxLayout(middle)
        self._layout.setSpacing(GAP_SMALL)
        self._layout.addStretch(2)
        for widget in (self._picture, self.title, self.text):
            self._layout.addWidget(widget)
        self._layout.addSpacing(GAP)
        self._layout.addStretch(3)
        row = QHBoxLayout(self)
        row.addStretch(1)
        row.addWidget(middle)
        row.addStretch(1)
        self.button: QPushButton | None = None
        icons.loaded.connect(self._draw_icon)

    def say(
        self,
        icon: str,
        title: str,
        text: str,
        *,
        step: str = "",
        act: Callable[[], None] | None = None,
        tone: str = "muted",
    ) -> None:
        """Shows a state; `step` is the text of the one button and `act` what it does. Said again, nothing changes, not
        even the focus."""
        said = (icon, title, text, step, act, tone)
        if said == self._said:
            return
        self._said = said
        self._icon = (icon, tone)
        self._draw_icon()
        self.title.setText(title)
        self.text.setText(text)
        self.setAccessibleName(title)
        if self.button is not None:
            self.button.hide()
            self.button.deleteLater()
            self.button = None
        if step and act is not None:
            self.button = main_button(step, act)
            self._layout.insertWidget(self._layout.count() - 1, self.button, 0, Qt.AlignmentFlag.AlignHCenter)

    def _draw_icon(self) -> None:
        name, tone = self._icon
        if name:
            self._picture.setPixmap(self._icons.pixmap(name, tone, _ICON_PX))
