"""A size that a person types: a number and its unit."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from gui.theme import GAP_SMALL
from gui.widgets.numbers import ShortNumber

_UNITS = (("KB", 10**3), ("MB", 10**6), ("GB", 10**9), ("TB", 10**12))
_BINARY = (("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40))
_MOST = 999_999.999


class SizeField(QWidget):
    """Gives bytes. A size that is round in powers of two (1 GiB) is shown so; one that nobody touched comes back to the
    byte, whatever the field can show of it."""

    changed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._exact: int | None = None
        self.number = ShortNumber(_MOST)
        self.number.setAccessibleName(name)
        self.number.setStepType(ShortNumber.StepType.AdaptiveDecimalStepType)
        self.unit = QComboBox()
        self.unit.setAccessibleName(self.tr("Unit of %1").replace("%1", name))
        for text, size in (*_UNITS, *_BINARY):
            self.unit.addItem(text, size)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_SMALL)
        row.addWidget(self.number, 1)
        row.addWidget(self.unit)
        self.setFocusProxy(self.number)
        self.number.valueChanged.connect(self._on_changed)
        self.unit.currentIndexChanged.connect(self._on_changed)

    @property
    def size_bytes(self) -> int:
        """The size as it stands."""
        return round(self.number.value() * int(self.unit.currentData())) if self._exact is None else self._exact

    def show_size(self, size_bytes: int, like: int = 0) -> None:
        """Shows a size in the unit that says it shortest, or in that of another size."""
        unit = unit_for(like or size_bytes)
        for field in (self.number, self.unit):
            field.blockSignals(True)
        self.unit.setCurrentIndex(self.unit.findData(unit))
        self.number.setValue(size_bytes / unit)
        for field in (self.number, self.unit):
            field.blockSignals(False)
        self._exact = size_bytes

    def _on_changed(self) -> None:
        self._exact = None
        self.changed.emit()


def unit_for(size_bytes: int) -> int:
    """The unit that a size is said in: a power of two where it is a whole number of them, else the largest power of ten
    that it reaches."""
    tens = [unit for _, unit in _UNITS if size_bytes >= unit]
    twos = [unit for _, unit in _BINARY if size_bytes and size_bytes % unit == 0]
    unit = tens[-1] if tens else _UNITS[0][1]
    if size_bytes % unit and twos and twos[-1] >= unit:
        return twos[-1]
    return unit
