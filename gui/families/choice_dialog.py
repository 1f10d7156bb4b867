"""Asks into which family files shall go, where nothing else says it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from core.profiles import Family
from gui.theme import GAP, GAP_LARGE, GAP_SMALL
from gui.widgets.buttons import button, main_button
from gui.widgets.text import Text


class FamilyChoice(QDialog):
    """`family` is the one that was chosen."""

    def __init__(
        self, families: Sequence[Family], files: int, parent: QWidget, *, title: str = "", chosen: str = ""
    ) -> None:
        """`title`: the question, where it is not about so many files; `chosen`: the family that is offered first."""
        super().__init__(parent)
        self._families = families
        self.setWindowTitle(self.tr("Upload"))
        self.setMinimumWidth(440)
        self.choice = QComboBox()
        self.choice.setAccessibleName(self.tr("Family"))
        self.choice.addItems([family.name for family in families])
        self.choice.setCurrentIndex(max(self.choice.findText(chosen), 0))
        self.upload_button = main_button(self.tr("Upload"), self.accept)
        self.upload_button.setDefault(True)
        foot = QHBoxLayout()
        foot.setSpacing(GAP_SMALL)
        foot.addStretch(1)
        foot.addWidget(button(self.tr("Cancel"), self.reject))
        foot.addWidget(self.upload_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        column.setSpacing(GAP_SMALL)
        asked = title or self.tr("Upload %Ln file(s) into which family?", "", files)
        column.addWidget(Text(asked, "heading", wraps=True))
        said = self.tr("Each file goes into the bucket of the family that has most room; nothing is overwritten.")
        column.addWidget(Text(said, tone="muted", wraps=True))
        column.addWidget(self.choice)
        column.addStretch(1)
        column.addSpacing(GAP)
        column.addLayout(foot)

    @property
    def family(self) -> Family:
        """The chosen one."""
        return self._families[self.choice.currentIndex()]
