"""Editing one source by hand: its column, what that holds, where the bucket comes from, and what a row means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from core.models import Table
from core.profiles import HOLDS, ReferenceColumn, Source
from gui.profiles import wordings
from gui.profiles.radios import bind_together, choose
from gui.theme import GAP, GAP_SMALL, GAP_TINY
from gui.widgets.text import Text

_DESCRIBING = ("path", "bucket_path", "url")
"""What a row that is about one object can name it by."""
_WITH_BUCKET = ("bucket_path", "url")
_NARROWEST = 120


class SourceEditor(QWidget):
    """Shows one source; `edited` brings another mapping, `described` what its rows mean."""

    edited = Signal(object)
    described = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tables: dict[str, Table] = {}
        self._buckets: Sequence[str] = ()
        self._is_showing = True
        self.table_box = self._box(self._on_table_box_chosen)
        self.column_box = self._box(self._on_mapping_chosen)
        self.holds_box = self._box(self._on_mapping_chosen)
        self.home_box = self._box(self._on_mapping_chosen)
        self.mentions_button = QRadioButton(self.tr("Mentions: its rows name files"))
        self.describes_button = QRadioButton(self.tr("Describes: each row is about one file"))
        self._meanings = bind_together(self, self.mentions_button, self.describes_button)
        self.describes_button.toggled.connect(self._on_describes_button_toggled)
        self.meaning = Text(size="small", tone="muted", wraps=True)
        for name in HOLDS:
            self.holds_box.addItem(wordings.holds(name), name)
        self._lay_out()
        self._is_showing = False

    def offer(self, tables: Sequence[Table], buckets: Sequence[str]) -> None:
        """What can be chosen from now on."""
        self._tables = {table.name: table for table in tables if table.columns}
        self._buckets = buckets
        self._is_showing = True
        self.table_box.clear()
        for name in self._tables:
            self.table_box.addItem(name, name)
        self._is_showing = False

    def first(self) -> Source | None:
        """A mapping to begin with, of the first table; None when there is none that could be mapped."""
        name = next(iter(self._tables), None)
        return None if name is None else self._first_of(self._tables[name])

    def show_source(self, source: Source) -> None:
        """Shows a source without saying that it was edited."""
        self._is_showing = True
        _select(self.table_box, source.table)
        self._offer_columns(source.table)
        _select(self.column_box, source.columns[0].name)
        _select(self.holds_box, source.columns[0].holds)
        self._offer_homes(source)
        can_describe = source.columns[0].holds in _DESCRIBING
        self.describes_button.setEnabled(can_describe)
        choose(self._meanings, self.describes_button if source.describes else self.mentions_button)
        self._say_meaning(describes=source.describes)
        self._is_showing = False

    def _box(self, act: Callable[[int], None]) -> QComboBox:
        box = QComboBox()
        box.setMinimumWidth(_NARROWEST)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(8)
        box.currentIndexChanged.connect(act)
        box.currentTextChanged.connect(box.setToolTip)
        return box

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(GAP_SMALL)
        grid.setVerticalSpacing(GAP_TINY)
        labelled = (
            (self.tr("&Table"), self.table_box),
            (self.tr("C&olumn"), self.column_box),
            (self.tr("&Holds"), self.holds_box),
            (self.tr("&Bucket"), self.home_box),
        )
        for number, (text, box) in enumerate(labelled):
            label = Text(text, "small", "muted")
            label.setBuddy(box)
            box.setAccessibleName(text.replace("&", ""))
            grid.addWidget(label, 0, number)
            grid.addWidget(box, 1, number)
            grid.setColumnStretch(number, 1)
        meanings = QHBoxLayout()
        meanings.setSpacing(GAP)
        meanings.addWidget(self.mentions_button)
        meanings.addWidget(self.describes_button)
        meanings.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_SMALL)
        column.addLayout(grid)
        column.addLayout(meanings)
        column.addWidget(self.meaning)
        self._say_meaning(describes=False)

    def _offer_columns(self, table: str) -> None:
        self.column_box.clear()
        found = [column for column in self._tables[table].columns if not column.generated]
        for column in sorted(found, key=lambda c: not c.text_like):
            self.column_box.addItem(column.name, column.name)

    def _offer_homes(self, source: Source) -> None:
        self.home_box.clear()
        is_in_value = source.columns[0].holds in _WITH_BUCKET
        self.home_box.setEnabled(not is_in_value)
        if is_in_value:
            self.home_box.addItem(wordings.home(source), ("", ""))
            return
        for bucket in self._buckets:
            self.home_box.addItem(bucket, ("bucket", bucket))
        if source.bucket is not None and source.bucket not in self._buckets:
            text = self.tr("%1 (not chosen)").replace("%1", source.bucket)
            self.home_box.addItem(text, ("bucket", source.bucket))
        for column in self._tables[source.table].columns:
            if column.text_like and column.name != source.columns[0].name:
                text = self.tr("column %1").replace("%1", column.name)
                self.home_box.addItem(text, ("bucket_column", column.name))
        if source.columns[0].holds not in _DESCRIBING:
            self.home_box.addItem(self.tr("only full URLs"), ("", ""))
        _select(self.home_box, _home_of(source))

    def _first_of(self, table: Table) -> Source:
        column = next((c for c in table.columns if c.text_like and not c.generated), table.columns[0])
        bucket = next(iter(self._buckets), None)
        return Source(table.name, table.name, (), (ReferenceColumn(column.name, "path"),), bucket=bucket)

    def _on_table_box_chosen(self, index: int) -> None:
        if not self._is_showing and index >= 0:
            source = self._first_of(self._tables[self.table_box.itemData(index)])
            self.show_source(source)
            self.edited.emit(source)

    def _on_mapping_chosen(self, index: int) -> None:
        if self._is_showing or index < 0:
            return
        source = self._source()
        was_in_value = not self.home_box.isEnabled()
        if was_in_value and source.columns[0].holds not in _WITH_BUCKET and self._buckets:
            source = replace(source, bucket=self._buckets[0])
        self.show_source(source)
        self.edited.emit(source)

    def _source(self) -> Source:
        table, holds = self.table_box.currentData(), self.holds_box.currentData()
        where, value = self.home_box.currentData() if holds not in _WITH_BUCKET else ("", "")
        return Source(
            name=table,
            table=table,
            key=(),
            columns=(ReferenceColumn(self.column_box.currentData(), holds),),
            describes=self.describes_button.isChecked() and holds in _DESCRIBING,
            bucket=value if where == "bucket" else None,
            bucket_column=value if where == "bucket_column" else None,
        )

    def _say_meaning(self, *, describes: bool) -> None:
        text = self.tr("Only rows of a describing source may ever be deleted.")
        if describes:
            text += " " + self.tr("Choose it only if a row whose file is gone is of no use to anybody.")
        self.meaning.setText(text)
        self.meaning.set_tone("warning" if describes else "muted")
        for choice in (self.mentions_button, self.describes_button):
            choice.setAccessibleDescription(text)

    def _on_describes_button_toggled(self, is_on: bool) -> None:
        self._say_meaning(describes=is_on)
        if not self._is_showing:
            self.described.emit(is_on)


def _home_of(source: Source) -> tuple[str, str]:
    if source.bucket_column is not None:
        return "bucket_column", source.bucket_column
    return ("bucket", source.bucket) if source.bucket is not None else ("", "")


def _select(box: QComboBox, data: object) -> None:
    for index in range(box.count()):
        if box.itemData(index) == data:
            box.setCurrentIndex(index)
            return
