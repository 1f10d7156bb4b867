"""The dialog that asks why something should be left alone."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from gui.theme import GAP, GAP_LARGE, GAP_SMALL
from gui.widgets.buttons import button, main_button
from gui.widgets.text import Text


class KeepDialog(QDialog):
    """Asks for a reason; `reason` holds it once accepted."""

    def __init__(self, count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = self.tr("Keep %Ln finding(s) as they are?", "", count)
        self.setWindowTitle(self.tr("Keep"))
        self.setAccessibleName(title)
        self.setMinimumWidth(480)
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("for example: used by the printed catalogue"))
        self.field.setAccessibleName(self.tr("Reason"))
        label = Text(self.tr("Why?"), "strong")
        label.setBuddy(self.field)
        self.keep_button = main_button(self.tr("Keep"), self.accept)
        self.keep_button.setEnabled(False)
        self.keep_button.setAutoDefault(True)
        self.field.textChanged.connect(lambda text: self.keep_button.setEnabled(bool(text.strip())))
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        column.setSpacing(GAP_SMALL)
        column.addWidget(Text(title, "heading", wraps=True))
        consequence = self.tr(
            "No plan will touch these objects and rows, and they leave the list until they change. "
            "The mark can be taken back under “Kept”."
        )
        column.addWidget(Text(consequence, wraps=True))
        column.addSpacing(GAP_SMALL)
        column.addWidget(label)
        column.addWidget(self.field)
        column.addSpacing(GAP)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(button(self.tr("Cancel"), self.reject))
        row.addWidget(self.keep_button)
        column.addLayout(row)
        self.field.setFocus()

    @property
    def reason(self) -> str:
        """The words that were typed."""
        return self.field.text().strip()
