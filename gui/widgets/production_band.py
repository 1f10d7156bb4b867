"""The band over the tabs of a project in production: nobody should take it for a place to try things."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from gui.icons import Icons
from gui.theme import GAP, GAP_SMALL, GAP_TINY
from gui.widgets.text import ShortenedText

_ICON_PX = 16


class ProductionBand(QFrame):
    """Says in one line that the project is production, or that it is only looked at; hidden for any other."""

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._icon = ("warning-circle", "on_danger")
        self.setProperty("role", "band")
        self._picture = QLabel()
        self.text = ShortenedText(size="strong")
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP, GAP_TINY, GAP, GAP_TINY)
        row.setSpacing(GAP_SMALL)
        row.addWidget(self._picture)
        row.addWidget(self.text, 1)
        icons.loaded.connect(self._draw_icon)
        self.hide()

    def say(self, name: str, *, production: bool, read_only: bool) -> None:
        """Shows what there is to mind about the open project; nothing for one that is neither."""
        if production and read_only:
            text = self.tr("Production: %1. It is read-only: nothing is changed there from here.")
        elif production:
            text = self.tr("Production: %1. Every change asks for its name.")
        else:
            text = self.tr("%1 is read-only: nothing is changed there from here.")
        self.text.setText(text.replace("%1", name))
        self.setAccessibleName(self.text.text())
        tone = "danger" if production else "quiet"
        self._icon = ("warning-circle", "on_danger") if production else ("eye", "muted")
        for widget in (self, self.text):
            widget.setProperty("band", tone)
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self._draw_icon()
        self.setVisible(production or read_only)

    def _draw_icon(self) -> None:
        icon, tone = self._icon
        self._picture.setPixmap(self._icons.pixmap(icon, tone, _ICON_PX))
