"""The line at the bottom: what is chosen on the left, the last complete scan on the right."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gui import words
from gui.theme import GAP, GAP_TINY
from gui.widgets.text import ShortenedText, Text, hairline


class StatusBar(QFrame):
    """Two texts under a hairline."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Status"))
        self.selection = ShortenedText(size="small", tone="muted")
        self.scan = Text(size="small", tone="muted")
        row = QHBoxLayout()
        row.setContentsMargins(GAP, GAP_TINY, GAP, GAP_TINY)
        row.addWidget(self.selection, 1)
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

    def say_nothing(self) -> None:
        """Empties both sides, when no project is open."""
        self.selection.setText("")
        self.scan.setText("")
        self.scan.setToolTip("")
