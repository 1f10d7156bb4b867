"""A drop-down list of a table's columns, or of anything else that has a name and a value."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

from gui.theme import GAP_TINY

_NARROWEST = 112


class ColumnBox(QComboBox):
    """Gives way when space is short; what it shows stands whole in its tooltip."""

    def __init__(self, name: str, act: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setMinimumWidth(_NARROWEST)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.currentTextChanged.connect(self.setToolTip)
        self.currentIndexChanged.connect(lambda index: act() if index >= 0 else None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """As Qt paints it, but a text that is too long is cut in the middle, with dots, and not just covered."""
        del event
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, self).width() - GAP_TINY
        text = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideMiddle, room)
        option.currentText = text
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def offer(self, entries: Iterable[tuple[str, object]], chosen: object = None) -> None:
        """Shows other entries, (words, value) each, with one of them chosen; tells nobody."""
        with QSignalBlocker(self):
            self.clear()
            for words, value in entries:
                self.addItem(words, value)
            self.choose(chosen)

    def choose(self, value: object) -> None:
        """Chooses the entry of this value, if there is one; tells nobody."""
        with QSignalBlocker(self):
            for index in range(self.count()):
                if self.itemData(index) == value:
                    self.setCurrentIndex(index)
                    break
        self.setToolTip(self.currentText())
