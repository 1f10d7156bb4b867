"""One file of a folder: its name and size, and below that where it is."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from core.uploads.status.close_look import FileRow
from gui import words
from gui.theme import GAP_SMALL
from gui.widgets.text import ShortenedText, Text


class FileLine(QWidget):
    """Long names and keys are cut in the middle, whole in their tooltips."""

    def __init__(self, file: FileRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        size = Text(words.size(file.size_bytes), tone="muted")
        size.setToolTip(words.exact_size(file.size_bytes))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GAP_SMALL)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(0, 1)
        grid.addWidget(ShortenedText(file.name), 0, 0)
        grid.addWidget(size, 0, 1)
        if file.bucket:
            grid.addWidget(ShortenedText(f"{file.bucket}/{file.key}", "small", "muted"), 1, 0, 1, 2)
