"""The line at the bottom: what is chosen on the left, monitoring and the last complete scan on the right."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gui import words
from gui.icons import Icons
from gui.theme import GAP, GAP_SMALL, GAP_TINY, small_font
from gui.widgets.buttons import quiet_button
from gui.widgets.text import ShortenedText, Text, hairline


class StatusBar(QFrame):
    """Two texts under a hairline, and a switch between them."""

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self.setAccessibleName(self.tr("Status"))
        self.selection = ShortenedText(size="small", tone="muted")
        self.scan = Text(size="small", tone="muted")
        self.monitor = quiet_button("")
        self.monitor.setProperty("role", "status")
        self.monitor.setFont(small_font(self.monitor))
        self.monitor.hide()
        row = QHBoxLayout()
        row.setContentsMargins(GAP, GAP_TINY, GAP, GAP_TINY)
        row.addWidget(self.selection, 1)
        row.addWidget(self.monitor)
        row.addSpacing(GAP_SMALL)
        row.addWidget(self.scan)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(hairline())
        column.addLayout(row)

    def say_selection(self, text: str) -> None:
        """Says what is chosen, for example "3 chosen, 4.1 MB"."""
        self.selection.setText(text)

    def say_scan(self, scanned_at: datetime | None, complete: bool) -> None:
        """Says when the scan in force was made, and whether it saw everything."""
        if scanned_at is None:
            self.scan.setText(self.tr("never scanned"))
            self.scan.setToolTip("")
            return
        said = self.tr("last complete scan %1") if complete else self.tr("last scan %1, not complete")
        self.scan.setText(said.replace("%1", words.clock(scanned_at)))
        self.scan.setToolTip(words.utc(scanned_at))

    def say_monitor(self, text: str, icon: str, tone: str, tip: str) -> None:
        """Says how monitoring stands; '' takes its switch away."""
        self.monitor.setText(text)
        self.monitor.setAccessibleName(text)
        self.monitor.setToolTip(tip)
        self._icons.put(self.monitor, icon, tone)
        self.monitor.setVisible(bool(text))

    def say_nothing(self) -> None:
        """Empties both sides, when no project is open."""
        self.selection.setText("")
        self.scan.setText("")
        self.scan.setToolTip("")
