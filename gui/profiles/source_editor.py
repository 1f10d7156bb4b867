"""Editing one source by hand: its columns, what they hold, where the bucket comes from, and what a row means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QRadioButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from core.models import Table
from core.profiles import HOLDS, ReferenceColumn, Source
from gui.icons import Icons
from gui.profiles import wordings
from gui.profiles.column_box import ColumnBox
from gui.profiles.further_columns import FurtherColumns
from gui.profiles.radios import bind_together, choose
from gui.profiles.side_columns import SideColumns
from gui.theme import GAP, GAP_SMALL, GAP_TINY
from gui.widgets.buttons import quiet_button
from gui.widgets.text import Text

_DESCRIBING = ("path", "bucket_path", "url", "array")
"""What a row that is about objects can name them by."""
_WITH_BUCKET = ("bucket_path", "url")


class SourceEditor(QWidget):
    """Shows one source; `edited` brings another mapping, `described` what its rows mean."""

    edited = Signal(object)
    described = Signal(bool)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tables: dict[str, Table] = {}
        self._buckets: Sequence[str] = ()
        self._shown: Source | None = None
        self._is_showing = True
        self.table_box = ColumnBox(self.tr("Table"), self._on_table_box_chosen)
        self.column_box = ColumnBox(self.tr("Column"), self._on_mapping_edited)
        self.holds_box = ColumnBox(self.tr("Holds"), self._on_mapping_edited)
        self.home_box = ColumnBox(self.tr("Bucket"), self._on_mapping_edited)
        self.holds_box.offer([(wordings.holds(name), name) for name in HOLDS])
        self.further = FurtherColumns(icons)
        self.further.edited.connect(self._on_mapping_edited)
        self.another_button = quiet_button(self.tr("Another column"), self._on_another_button_clicked)
        self.another_button.setToolTip(self.tr("One more column of this table that names files"))
        icons.put(self.another_button, "plus")
        self.side = SideColumns()
        self.side.edited.connect(self._on_mapping_edited)
        self.mentions_button = QRadioButton(self.tr("Mentions: its rows name files"))
        self.describes_button = QRadioButton(self.tr("Describes: each row is about one file"))
        self._meanings = bind_together(self, self.mentions_button, self.describes_button)
        self.describes_button.toggled.connect(self._on_describes_button_toggled)
        self.meaning = Text(size="small", tone="muted", wraps=True)
        self.pages = QTabBar(drawBase=False, expanding=False, documentMode=True)
        self.pages.setAccessibleName(self.tr("Parts of the source"))
        self._lay_out()
        self._is_showing = False

    def offer(self, tables: Sequence[Table], buckets: Sequence[str]) -> None:
        """What can be chosen from now on."""
        self._tables = {table.name: table for table in tables if table.columns}
        self._buckets = buckets
        self.table_box.offer([(name, name) for name in self._tables], self.table_box.currentData())

    def first(self) -> Source | None:
        """A mapping to begin with, of the first table; None when there is none that could be mapped."""
        name = next(iter(self._tables), None)
        return None if name is None else self._first_of(self._tables[name])

    def show_source(self, source: Source) -> None:
        """Shows a source without saying that it was edited."""
        self._is_showing = True
        self._shown = source
        table = self._tables.get(source.table) or Table(source.table, (), (), (), delete_trigger=False)
        if source.table not in self._tables:  # of a table that is no longer there
            self.table_box.addItem(source.table, source.table)
        self.table_box.choose(source.table)
        names = _columns_of(table, source.columns[0].name)
        self.column_box.offer([(name, name) for name in names], source.columns[0].name)
        self.holds_box.choose(source.columns[0].holds)
        self.further.show_columns(names, source.columns[1:])
        self.another_button.setEnabled(self._spare() is not None)
        self._offer_homes(table, source)
        self.side.show_source(table, source)
        self.describes_button.setEnabled(_can_describe(source))
        choose(self._meanings, self.describes_button if source.describes else self.mentions_button)
        self._say_meaning(describes=source.describes)
        self._say_side()
        self._is_showing = False

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(GAP_SMALL)
        grid.setVerticalSpacing(GAP_TINY)
        titles = (self.tr("&Table"), self.tr("C&olumn"), self.tr("&Holds"), self.tr("&Bucket"))
        boxes = (self.table_box, self.column_box, self.holds_box, self.home_box)
        for number, (text, box) in enumerate(zip(titles, boxes, strict=True)):
            label = Text(text, "small", "muted")
            label.setBuddy(box)
            grid.addWidget(label, 0, number)
            grid.addWidget(box, 1, number)
            grid.setColumnStretch(number, 1)
        grid.addWidget(self.further, 2, 1, 1, 3)
        meanings = QHBoxLayout()
        meanings.setSpacing(GAP)
        for choice in (self.mentions_button, self.describes_button):
            meanings.addWidget(choice)
        meanings.addStretch(1)
        meanings.addWidget(self.another_button)
        names = QWidget()
        column = QVBoxLayout(names)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_SMALL)
        column.addLayout(grid)
        column.addLayout(meanings)
        column.addWidget(self.meaning)
        self.stack = QStackedWidget()
        for page in (names, self.side):
            self.stack.addWidget(page)
        self.pages.addTab(self.tr("What names the files"))
        self.pages.addTab("")
        self.pages.currentChanged.connect(self.stack.setCurrentIndex)
        self._say_meaning(describes=False)
        self._say_side()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(GAP_SMALL)
        whole.addWidget(self.pages)
        whole.addWidget(self.stack)

    def _offer_homes(self, table: Table, source: Source) -> None:
        is_in_value = _names_its_bucket(source)
        self.home_box.setEnabled(not is_in_value)
        if is_in_value:
            self.home_box.offer([(wordings.home(source), ("", ""))])
            return
        homes: list[tuple[str, object]] = [(bucket, ("bucket", bucket)) for bucket in self._buckets]
        if source.bucket is not None and source.bucket not in self._buckets:
            homes.append((self.tr("%1 (not chosen)").replace("%1", source.bucket), ("bucket", source.bucket)))
        naming = [c.name for c in table.columns if c.text_like and c.name != source.columns[0].name]
        if source.bucket_column is not None and source.bucket_column not in naming:
            naming.append(source.bucket_column)
        homes += [(self.tr("column %1").replace("%1", name), ("bucket_column", name)) for name in naming]
        if not _can_describe(source) or (source.bucket is None and source.bucket_column is None):
            homes.append((self.tr("only full URLs"), ("", "")))
        self.home_box.offer(homes, _home_of(source))

    def _first_of(self, table: Table) -> Source:
        column = next((c for c in table.columns if c.text_like and not c.generated), table.columns[0])
        bucket = next(iter(self._buckets), None)
        return Source(table.name, table.name, (), (ReferenceColumn(column.name, "path"),), bucket=bucket)

    def _spare(self) -> str | None:
        return self.further.spare([str(self.column_box.currentData())])

    def _on_table_box_chosen(self) -> None:
        if not self._is_showing and self.table_box.currentData() in self._tables:
            source = self._first_of(self._tables[self.table_box.currentData()])
            self.show_source(source)
            self.edited.emit(source)

    def _on_mapping_edited(self) -> None:
        if self._is_showing or self._shown is None:
            return
        source = self._source(self._shown)
        if _names_its_bucket(self._shown) and not _names_its_bucket(source) and self._buckets:
            source = replace(source, bucket=self._buckets[0])
        self.show_source(source)
        self.edited.emit(source)

    def _on_another_button_clicked(self) -> None:
        name = self._spare()
        if self._shown is not None and name is not None:
            source = replace(self._shown, columns=(*self._shown.columns, ReferenceColumn(name, "path")))
            self.show_source(source)
            self.edited.emit(source)
            self.further.lines[-1].column_box.setFocus()

    def _source(self, shown: Source) -> Source:
        first = ReferenceColumn(str(self.column_box.currentData()), str(self.holds_box.currentData()))
        source = replace(shown, columns=(first, *self.further.columns()))
        where, value = ("", "") if _names_its_bucket(source) else self.home_box.currentData()
        return self.side.put_into(
            replace(
                source,
                describes=self.describes_button.isChecked() and _can_describe(source),
                bucket=value if where == "bucket" else None,
                bucket_column=value if where == "bucket_column" else None,
            )
        )

    def _say_meaning(self, *, describes: bool) -> None:
        text = self.tr("Only rows of a describing source may ever be deleted.")
        if describes:
            text += " " + self.tr("Choose it only if a row whose file is gone is of no use to anybody.")
        self.meaning.setText(text)
        self.meaning.set_tone("warning" if describes else "muted")
        for choice in (self.mentions_button, self.describes_button):
            choice.setAccessibleDescription(text)

    def _say_side(self) -> None:
        number = self.side.chosen
        text = self.tr("Link, status, size, time")
        self.pages.setTabText(1, f"{text}  {number}" if number else text)

    def _on_describes_button_toggled(self, is_on: bool) -> None:
        self._say_meaning(describes=is_on)
        if not self._is_showing and self._shown is not None:
            self._shown = replace(self._shown, describes=is_on)
            self.described.emit(is_on)


def _columns_of(table: Table, chosen: str) -> list[str]:
    """Those that could name files, the likely ones first."""
    found = [column for column in table.columns if not column.generated]
    names = [column.name for column in sorted(found, key=lambda c: not c.text_like)]
    return names if chosen in names else [*names, chosen]


def _can_describe(source: Source) -> bool:
    return all(column.holds in _DESCRIBING for column in source.columns)


def _names_its_bucket(source: Source) -> bool:
    return all(column.holds in _WITH_BUCKET for column in source.columns)


def _home_of(source: Source) -> tuple[str, str]:
    if source.bucket_column is not None:
        return "bucket_column", source.bucket_column
    return ("bucket", source.bucket) if source.bucket is not None else ("", "")
