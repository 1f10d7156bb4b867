"""Everything about one family, in two columns that scroll where the screen is low."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from core.profiles import Family, Recompression
from gui.families.automatic_form import AutomaticForm
from gui.families.basics_form import BasicsForm
from gui.families.recompression_form import RecompressionForm
from gui.families.retention_form import RetentionForm
from gui.icons import Icons
from gui.theme import GAP, GAP_LARGE, GAP_SMALL
from gui.widgets.buttons import button
from gui.widgets.text import Text

_INDENT = 28


class FamilyForm(QWidget):
    """`family` is what the fields say; `changed` that it is another one. `estimate_wanted`: what re-encoding as it
    stands would have saved."""

    changed = Signal()
    estimate_wanted = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before = Family("")
        self.basics = BasicsForm()
        self.automatic = AutomaticForm()
        self.retention = RetentionForm(icons)
        self.recompress_box = QCheckBox(self.tr("Re-encode large images before they are uploaded"))
        self.recompression = RecompressionForm(whole=True)
        inset = QVBoxLayout()
        inset.setContentsMargins(_INDENT, 0, 0, 0)
        inset.addWidget(self.recompression)
        self.estimate_button = button(self.tr("What would it have saved…"), self.estimate_wanted.emit)
        icons.put(self.estimate_button, "arrows-in-simple")
        inset.addWidget(self.estimate_button, 0, Qt.AlignmentFlag.AlignLeft)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(0, 0, GAP, 0)  # where a scroll bar appears
        columns.setSpacing(GAP_LARGE + GAP_SMALL)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column in (left, right):
            column.setSpacing(GAP_SMALL)
            columns.addLayout(column, 1)
        left.addWidget(Text(self.tr("Buckets and capacity"), "strong"))
        left.addWidget(self.basics)
        left.addSpacing(GAP)
        left.addWidget(Text(self.tr("What happens by itself"), "strong"))
        left.addWidget(self.automatic)
        left.addStretch(1)
        right.addWidget(Text(self.tr("How long objects are kept"), "strong"))
        right.addWidget(self.retention)
        right.addSpacing(GAP)
        right.addWidget(Text(self.tr("Before an upload"), "strong"))
        right.addWidget(self.recompress_box)
        right.addLayout(inset)
        right.addStretch(1)
        self.recompress_box.toggled.connect(self.recompression.setEnabled)
        self.recompress_box.toggled.connect(self.changed)
        for form in (self.basics, self.automatic, self.retention, self.recompression):
            form.changed.connect(self.changed)

    @property
    def family(self) -> Family:
        """What the fields say; what has no field stays."""
        made = self.retention.put_into(self.automatic.put_into(self.basics.put_into(self._before)))
        return replace(made, recompress=self.recompression.rule if self.recompress_box.isChecked() else None)

    def show_family(self, family: Family) -> None:
        """Shows another family."""
        self._before = family
        self.blockSignals(True)
        self.basics.show_family(family)
        self.automatic.show_family(family)
        self.retention.show_family(family)
        self.recompress_box.setChecked(family.recompress is not None)
        self.recompression.show_rule(family.recompress or Recompression())
        self.recompression.setEnabled(family.recompress is not None)
        self.blockSignals(False)
