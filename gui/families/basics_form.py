"""What a family is called, which buckets it has, and how much each of them holds."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from core.profiles import Family
from gui.theme import GAP, GAP_SMALL
from gui.widgets.numbers import WholeNumber
from gui.widgets.size_field import SizeField
from gui.widgets.text import Text

_LEAST_WIDTH = 168


class BasicsForm(QWidget):
    """`changed` says that the fields say something else."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before = Family("")
        self.name_field = QLineEdit()
        self.buckets_field = QLineEdit()
        self.region_field = QLineEdit()
        self.capacity = SizeField(self.tr("Capacity of each bucket"))
        self.cleanup = WholeNumber(1, 100, " %")
        self.overflow = WholeNumber(1, 100, " %")
        self.example = Text("", "small", "muted", wraps=True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(GAP_SMALL)
        lines: tuple[tuple[str, QWidget], ...] = (
            (self.tr("Name"), self.name_field),
            (self.tr("Its buckets"), self.buckets_field),
            (self.tr("Region"), self.region_field),
            (self.tr("Each bucket holds"), self.capacity),
            (self.tr("Clean-up is due from"), self.cleanup),
            (self.tr("New uploads overflow from"), self.overflow),
        )
        for line, (text, field) in enumerate(lines, 0):
            label = Text(text)
            label.setBuddy(field)
            field.setAccessibleName(text)
            field.setMinimumWidth(_LEAST_WIDTH)
            row = line if line < 2 else line + 1
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        grid.addWidget(self.example, 2, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        self.region_field.setPlaceholderText(self.tr("may stay empty"))
        for field in (self.name_field, self.buckets_field, self.region_field):
            field.textChanged.connect(self._on_changed)
        for spin in (self.cleanup, self.overflow):
            spin.valueChanged.connect(self._on_changed)
        self.capacity.changed.connect(self._on_changed)

    def show_family(self, family: Family) -> None:
        """Shows what a family says."""
        self._before = family
        self.blockSignals(True)
        self.name_field.setText(family.name)
        self.buckets_field.setText(", ".join(family.buckets))
        self.region_field.setText(family.region)
        self.capacity.show_size(family.capacity_bytes)
        self.cleanup.setValue(round(family.cleanup_at * 100))
        self.overflow.setValue(round(family.overflow_at * 100))
        self.blockSignals(False)
        self._say_example()

    def put_into(self, family: Family) -> Family:
        """The family with what stands in the fields; a share between two whole percents stays while nobody changes
        it."""
        before = self._before
        return replace(
            family,
            name=self.name_field.text().strip(),
            buckets=tuple(dict.fromkeys(part.strip() for part in self.buckets_field.text().split(",") if part.strip())),
            region=self.region_field.text().strip(),
            capacity_bytes=self.capacity.size_bytes,
            cleanup_at=_share(self.cleanup, before.cleanup_at),
            overflow_at=_share(self.overflow, before.overflow_at),
        )

    def _on_changed(self) -> None:
        self._say_example()
        self.changed.emit()

    def _say_example(self) -> None:
        name = self.name_field.text().strip() or self.tr("name")
        self.buckets_field.setPlaceholderText(name)
        text = self.tr("Left empty, the bucket %1. Overflow buckets are %1-1, %1-2 and so on.")
        self.example.setText(text.replace("%1", name))


def _share(field: WholeNumber, before: float) -> float:
    return before if round(before * 100) == field.value() else field.value() / 100
