"""Fields for numbers: whole ones, and those that show no more decimals than they have."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QDoubleSpinBox, QSpinBox, QWidget

from gui.theme import GAP_SMALL

_INSET = GAP_SMALL - 2


class WholeNumber(QSpinBox):
    """A whole number between two bounds, with its unit."""

    def __init__(self, low: int, high: int, unit: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent, minimum=low, maximum=high)
        self.setSuffix(unit)
        self.lineEdit().setTextMargins(_INSET, 0, 0, 0)  # the padding of a style sheet does not reach into a spin box


class ShortNumber(QDoubleSpinBox):
    """A number with up to three decimals: 1.5 reads "1.5", and 1 reads "1"."""

    def __init__(self, high: float, parent: QWidget | None = None) -> None:
        super().__init__(parent, decimals=3, maximum=high)
        self.lineEdit().setTextMargins(_INSET, 0, 0, 0)

    def textFromValue(self, value: float) -> str:
        locale = QLocale()
        text = locale.toString(value, "f", self.decimals())
        point = locale.decimalPoint()
        return text.rstrip(locale.zeroDigit()).removesuffix(point) if point in text else text
