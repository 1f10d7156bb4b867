"""How careful to be with a project: whether it is production, whether to look only, and what removal means."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QRadioButton, QVBoxLayout, QWidget

from core.profiles import Profile
from gui.profiles.radios import bind_together, choose
from gui.theme import GAP, GAP_TINY
from gui.widgets.text import Text

_INDENT = 28


class CareForm(QWidget):
    """`changed` says that something is another now. With `explains` sentences stand under the boxes, not in tooltips
    alone."""

    changed = Signal()

    def __init__(self, archive: str, *, explains: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.production_box = QCheckBox(self.tr("This is production"))
        self.read_only_box = QCheckBox(self.tr("Read only: look, but change nothing there"))
        explained = {
            self.production_box: self.tr("Marked in red; every change asks for the profile's name."),
            self.read_only_box: self.tr("Scans and shows everything; clean-up, repair and undo are off."),
        }
        self.quarantine_button = QRadioButton(self.tr("wait in the quarantine until you empty it"))
        self.archive_button = QRadioButton(archive)
        self._removals = bind_together(self, self.quarantine_button, self.archive_button)
        self.archive_button.toggled.connect(self.changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_TINY)
        for box, text in explained.items():
            box.setToolTip(text)
            box.setAccessibleDescription(text)
            box.toggled.connect(self.changed)
            column.addWidget(box)
            if explains:
                label = Text(text, "small", "muted", wraps=True)
                label.setContentsMargins(_INDENT, 0, 0, GAP_TINY)
                column.addWidget(label)
        column.addSpacing(GAP - GAP_TINY)
        column.addWidget(Text(self.tr("Files that are removed"), "strong"))
        column.addWidget(self.quarantine_button)
        column.addWidget(self.archive_button)

    @property
    def removal(self) -> str:
        """`quarantine` or `archive`, as profiles say it."""
        return "archive" if self.archive_button.isChecked() else "quarantine"

    def show_profile(self, profile: Profile) -> None:
        """Shows what a profile says already."""
        self.production_box.setChecked(profile.production)
        self.read_only_box.setChecked(profile.read_only)
        choose(self._removals, self.archive_button if profile.safety.removal == "archive" else self.quarantine_button)
