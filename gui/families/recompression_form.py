"""How images are re-encoded before they are uploaded: into what, how well, from which size on, and what is kept."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QWidget

from core.profiles import Recompression
from gui.theme import GAP, GAP_SMALL
from gui.widgets.numbers import WholeNumber
from gui.widgets.size_field import SizeField
from gui.widgets.text import Text

_NAMES = {"webp": "WebP", "jpeg": "JPEG"}


class RecompressionForm(QWidget):
    """`rule` is what the fields say; `changed` that it is another one. With `whole` also what matters only when files
    are really uploaded."""

    changed = Signal()

    def __init__(self, *, whole: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = QComboBox()
        for form, name in _NAMES.items():
            self.form.addItem(name, form)
        self.quality = WholeNumber(1, 100, self.tr(" of 100"))
        self.above = SizeField(self.tr("Only images larger than"))
        self.originals_box = QCheckBox(self.tr("Keep the originals in the archive folder of this computer"))
        self.position_box = QCheckBox(self.tr("Drop the place where a picture was taken (GPS)"))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(GAP_SMALL)
        lines = (
            (self.tr("Images become"), self.form),
            (self.tr("Quality"), self.quality),
            (self.tr("Only those larger than"), self.above),
        )
        for line, (text, field) in enumerate(lines):
            label = Text(text)
            label.setBuddy(field)
            field.setAccessibleName(text)
            grid.addWidget(label, line, 0)
            grid.addWidget(field, line, 1)
        for line, box in enumerate((self.originals_box, self.position_box), len(lines)):
            grid.addWidget(box, line, 0, 1, 2)
            box.setVisible(whole)
            box.toggled.connect(self.changed)
        grid.setColumnStretch(0, 1)
        self.form.currentIndexChanged.connect(self.changed)
        self.quality.valueChanged.connect(self.changed)
        self.above.changed.connect(self.changed)
        self.show_rule(Recompression())

    @property
    def rule(self) -> Recompression:
        """What the fields say."""
        return Recompression(
            str(self.form.currentData()),
            self.quality.value(),
            self.above.size_bytes,
            self.originals_box.isChecked(),
            self.position_box.isChecked(),
        )

    def show_rule(self, rule: Recompression) -> None:
        """Shows what a family says already."""
        self.blockSignals(True)
        self.form.setCurrentIndex(self.form.findData(rule.form))
        self.quality.setValue(rule.quality)
        self.above.show_size(rule.above_bytes)
        self.originals_box.setChecked(rule.keep_originals)
        self.position_box.setChecked(rule.drop_position)
        self.blockSignals(False)
