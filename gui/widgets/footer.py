"""The line under the table: how many are chosen, and the step to all that match."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from gui import words
from gui.desk import Desk
from gui.widgets.text import Text


class Footer(QWidget):
    """ "3 of 168 chosen · choose all 168 that match"."""

    all_wanted = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.status_words = ""
        self.count = Text(tone="muted")
        self.link = QLabel()
        self.link.setTextFormat(Qt.TextFormat.RichText)
        self.link.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByKeyboard | Qt.TextInteractionFlag.LinksAccessibleByMouse
        )
        self.link.linkActivated.connect(lambda _link: self.all_wanted.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.count)
        row.addWidget(self.link)
        row.addStretch(1)

    def say(self, chosen: int, shown: int, size_bytes: int, *, noun: str) -> None:
        """Says how many of how many are chosen; with a noun ("2,000 objects"), only that, as nothing can be chosen."""
        if noun:
            self.count.setText(noun)
            self.link.clear()
            self.status_words = ""
            return
        size = f", {words.size(size_bytes)}" if size_bytes else ""
        self.count.setText(
            self.tr("%1 of %2 chosen").replace("%1", words.number(chosen)).replace("%2", words.number(shown)) + size
        )
        colour = self._desk.themes.current.link
        all_text = self.tr("choose all %1 that match").replace("%1", words.number(shown))
        self.link.setText(
            f"&nbsp;·&nbsp;<a href='#' style='color: {colour}'>{all_text}</a>" if 0 <= chosen < shown else ""
        )
        self.status_words = self.tr("%1 chosen").replace("%1", words.number(chosen)) + size if chosen else ""
