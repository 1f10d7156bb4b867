"""Messages across the window that wait for an answer: what is the matter, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.icons import Icons
from gui.jobs import NextStep
from gui.theme import GAP, GAP_SMALL
from gui.widgets.buttons import button, quiet_button
from gui.widgets.text import Text

_ICONS = {"good": "check-circle", "warning": "warning", "danger": "warning-circle", "accent": "info"}


class Banner(QFrame):
    """One message with its buttons; `tone` is accent, good, warning or danger."""

    def __init__(
        self,
        icons: Icons,
        text: str,
        tone: str,
        steps: Sequence[NextStep],
        dismiss: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "banner")
        self.setProperty("tone", tone)
        self.setAccessibleName(text)
        self._icons, self._tone = icons, tone
        self.text = Text(text, wraps=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._picture = QLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP_SMALL + 4, GAP_SMALL, GAP_SMALL, GAP_SMALL)
        row.setSpacing(GAP_SMALL)
        row.addWidget(self._picture)
        row.addWidget(self.text, 1)
        self.buttons = [button(step.text, step.act) for step in steps]
        for made in self.buttons:
            row.addWidget(made)
        self.dismiss_button = quiet_button(dismiss or self.tr("Dismiss"))
        row.addWidget(self.dismiss_button)
        icons.loaded.connect(self._draw_icon)
        self._draw_icon()

    def _draw_icon(self) -> None:
        self._picture.setPixmap(self._icons.pixmap(_ICONS[self._tone], self._tone, 18))


class Banners(QWidget):
    """The place of all banners, by key: showing another one of the same key replaces the first."""

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._shown: dict[str, Banner] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(GAP, GAP_SMALL, GAP, 0)
        self._layout.setSpacing(GAP_SMALL)
        self.hide()

    def put(
        self,
        key: str,
        text: str,
        tone: str = "accent",
        steps: Sequence[NextStep] = (),
        dismiss: NextStep | None = None,
    ) -> Banner:
        """Shows a banner; its steps and *Dismiss* take it away. `dismiss`: what that says, and does, instead."""
        self.take(key)
        closing = [NextStep(step.text, self._then_close(key, step)) for step in steps]
        banner = Banner(self._icons, text, tone, closing, dismiss.text if dismiss else "")
        if dismiss is not None:
            banner.dismiss_button.clicked.connect(dismiss.act)
        banner.dismiss_button.clicked.connect(lambda: self.take(key))
        self._shown[key] = banner
        self._layout.addWidget(banner)
        self.show()
        return banner

    def take(self, key: str) -> None:
        """Takes the banner of this key away, if it is there."""
        banner = self._shown.pop(key, None)
        if banner is not None:
            self._layout.removeWidget(banner)
            banner.hide()
            banner.deleteLater()
        self.setVisible(bool(self._shown))

    def clear(self) -> None:
        """Takes all banners away."""
        for key in list(self._shown):
            self.take(key)

    def get(self, key: str) -> Banner | None:
        """The banner of this key, while it is shown."""
        return self._shown.get(key)

    def _then_close(self, key: str, step: NextStep) -> Callable[[], None]:
        def act() -> None:
            self.take(key)
            step.act()

        return act
