"""What monitoring may do by itself in a family; only telling and making buckets is on from the start."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from core.profiles import Family
from gui.theme import GAP_TINY
from gui.widgets.text import Text

_INDENT = 28


class AutomaticForm(QWidget):
    """`changed` says that another box is checked. What nobody plans cannot be applied."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        said = {
            "alert": (self.tr("Tell when a bucket comes near its capacity"), ""),
            "overflow": (self.tr("Make the next bucket when one is full for new uploads"), ""),
            "plan": (self.tr("Plan a clean-up when one is due"), self.tr("A person looks at it and applies it.")),
            "apply": (
                self.tr("Apply that plan, too"),
                self.tr("Objects over age leave their buckets without anybody looking. They can be put back."),
            ),
        }
        self.boxes: dict[str, QCheckBox] = {}
        self.explained: dict[str, Text] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_TINY)
        for name, (text, more) in said.items():
            box = self.boxes[name] = QCheckBox(text)
            box.toggled.connect(self._on_toggled)
            column.addWidget(box)
            if more:
                box.setAccessibleDescription(more)
                label = self.explained[name] = Text(more, "small", "muted", wraps=True)
                label.setContentsMargins(_INDENT, 0, 0, GAP_TINY)
                column.addWidget(label)

    def show_family(self, family: Family) -> None:
        """Shows what a family says."""
        self.blockSignals(True)
        for name, box in self.boxes.items():
            box.setChecked(name in family.automatic)
        self.boxes["apply"].setEnabled("plan" in family.automatic)
        self._warn()
        self.blockSignals(False)

    def put_into(self, family: Family) -> Family:
        """The family with what is checked."""
        return replace(family, automatic=frozenset(name for name, box in self.boxes.items() if box.isChecked()))

    def _on_toggled(self) -> None:
        plans = self.boxes["plan"].isChecked()
        self.boxes["apply"].setEnabled(plans)
        if not plans:
            self.boxes["apply"].setChecked(False)
        self._warn()
        self.changed.emit()

    def _warn(self) -> None:
        self.explained["apply"].set_tone("warning" if self.boxes["apply"].isChecked() else "muted")
