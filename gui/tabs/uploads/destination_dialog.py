"""Asks where folders are to go, where nothing else says it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from core.profiles.destination import OFF, Destination
from gui.theme import GAP, GAP_LARGE, GAP_SMALL
from gui.widgets.buttons import button, main_button
from gui.widgets.text import Text


class DestinationChoice(QDialog):
    """`destination` is the one that was chosen."""

    def __init__(self, destinations: Sequence[Destination], parent: QWidget, title: str, chosen: str = "") -> None:
        """`chosen`: the name of the one that is offered first."""
        super().__init__(parent)
        self._destinations = destinations
        self.setWindowTitle(self.tr("Upload"))
        self.setAccessibleName(title)
        self.setMinimumWidth(480)
        self.choice = QComboBox()
        self.choice.setAccessibleName(self.tr("Destination"))
        self.choice.addItems([one.name for one in destinations])
        self.choice.setCurrentIndex(max(self.choice.findText(chosen), 0))
        self.choice.currentIndexChanged.connect(self._say)
        self.about = Text(tone="muted", wraps=True)
        self.cancel_button = button(self.tr("Cancel"), self.reject)
        self.upload_button = main_button(self.tr("Upload"), self.accept)
        self.upload_button.setDefault(True)
        foot = QHBoxLayout()
        foot.setSpacing(GAP_SMALL)
        foot.addStretch(1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.upload_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        column.setSpacing(GAP_SMALL)
        column.addWidget(Text(title, "heading", wraps=True))
        column.addWidget(self.choice)
        column.addWidget(self.about)
        column.addStretch(1)
        column.addSpacing(GAP)
        column.addLayout(foot)
        self._say()

    @property
    def destination(self) -> Destination:
        """The chosen one."""
        return self._destinations[self.choice.currentIndex()]

    def _say(self) -> None:
        one = self.destination
        text = self.tr("Into %1, under keys such as %2, wherever there is most room; nothing is overwritten.")
        said = [text.replace("%1", one.family).replace("%2", one.key)]
        tables = [rows.table for rows in (one.folder_rows, one.image_rows) if rows is not None]
        if tables:
            said.append(self.tr("Rows are written to %1.").replace("%1", ", ".join(tables)))
        if one.receipts != OFF:
            said.append(self.tr("Each folder gets a receipt."))
        self.about.setText(" ".join(said))
