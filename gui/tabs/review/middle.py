"""The middle of the Review tab: filter line, table, empty states, and the line that says what is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from core.browse import CatalogRow, ObjectFilter, ObjectRow, RowFilter
from core.models import Finding, FindingFilter, Kind, Selection
from core.status import Status
from gui.desk import Desk
from gui.table import Table
from gui.table_model import Column, TableModel
from gui.tabs.review import columns, emptiness
from gui.tabs.review.details import Item
from gui.tabs.review.filters import FilterLine
from gui.tabs.review.kinds import ABOUT_OBJECTS, FINDINGS, OBJECTS, ROWS, Shelf
from gui.tabs.review.views import CatalogRows, FindingRows, ObjectRows
from gui.tabs.review.wording import noun
from gui.theme import GAP_SMALL
from gui.widgets.empty_state import EmptyState
from gui.widgets.footer import Footer
from gui.widgets.thumbnails import Thumbnails

T = TypeVar("T")
AnyTable = Table[Finding] | Table[ObjectRow] | Table[CatalogRow]


class Middle(QWidget):
    """Shows one shelf at a time. `chose` carries the words for the status line, `went_to` the current item."""

    chose = Signal(str)
    went_to = Signal(object)
    menu_wanted = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._status: Status | None = None
        self._shelf: Shelf | None = None
        self.chosen_bytes = 0
        self._settled: dict[Kind, int] = {}
        self.filters = FilterLine(desk.icons)
        self.footer = Footer(desk)
        self.empty = EmptyState(desk.icons)
        self.thumbnails = Thumbnails(desk)
        self._findings = self._make_table(FINDINGS, columns.finding_columns(desk.icons, self.thumbnails), True)
        self._objects = self._make_table(OBJECTS, columns.object_columns(desk.icons, self.thumbnails), False)
        self._rows = self._make_table(ROWS, columns.row_columns(), False)
        self._tables: dict[str, AnyTable] = {FINDINGS: self._findings, OBJECTS: self._objects, ROWS: self._rows}
        self._places = QStackedLayout()
        for table in (*self._tables.values(), self.empty):
            self._places.addWidget(table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_SMALL)
        column.addWidget(self.filters)
        column.addLayout(self._places, 1)
        column.addWidget(self.footer)
        self.filters.changed.connect(self._on_filters_changed)
        self.filters.left.connect(lambda: self.table.setFocus())
        self.footer.all_wanted.connect(self.choose_all)
        self.thumbnails.arrived.connect(self._draw)
        desk.icons.loaded.connect(self._draw)
        desk.themes.changed.connect(self._say_choice_again)

    @property
    def table(self) -> AnyTable:
        """The table of what is shown."""
        return self._tables[self._shelf.shows if self._shelf else FINDINGS]

    @property
    def chosen_count(self) -> int:
        """How many findings are chosen; the current one when no box is checked."""
        model = self.table.rows
        return model.choice.count or (1 if self.item is not None and model.is_checkable else 0)

    @property
    def item(self) -> Item | None:
        """What the focus is on."""
        row = self.table.currentIndex().row()
        return None if row < 0 else self.table.rows.at(row)

    @property
    def filter(self) -> FindingFilter:
        """Which findings the table shows."""
        least, most = self.filters.sizes
        bucket = (self.filters.bucket,) if self.filters.bucket else ()
        base = self._shelf.filter if self._shelf else FindingFilter()
        return replace(
            base,
            buckets=bucket,
            text=self.filters.text,
            content_type=self.filters.content_type,
            min_bytes=least,
            max_bytes=most,
        )

    async def selection(self) -> Selection:
        """What is chosen, as a filter less exceptions or as ids; the current finding when no box is checked."""
        engine, choice = self._desk.engine, self.table.rows.choice
        assert engine is not None
        numbers = list(choice.exceptions)
        if not choice.count and self.item is not None:
            numbers = [self.table.rows.row_numbers[self.table.currentIndex().row()]]
        ids = frozenset(await engine.browse.findings.ids(numbers))
        if choice.everything:
            return Selection(self.filter, without=ids)
        return Selection(self.filter, only=ids)

    def show_shelf(self, shelf: Shelf) -> None:
        """Shows another shelf, or the same one anew."""
        self._shelf = shelf
        engine = self._desk.engine
        if shelf.shows == FINDINGS:
            about_objects = shelf.kind in ABOUT_OBJECTS
            for column_id, shown in (("row", not about_objects), ("size", about_objects), ("changed", about_objects)):
                self.table.show_column(column_id, shown)
        self.filters.allow(types_and_sizes=shelf.shows == FINDINGS, buckets=shelf.shows != "rows")
        if engine is None:
            self.table.rows.show(None)
        elif shelf.shows == FINDINGS:
            self._findings.rows.show(FindingRows(engine.browse, self.filter))
        elif shelf.shows == OBJECTS:
            wanted = ObjectFilter(bucket=self.filters.bucket, text=self.filters.text)
            self._objects.rows.show(ObjectRows(engine.browse, wanted))
        else:
            self._rows.rows.show(CatalogRows(engine.browse, RowFilter(text=self.filters.text)))

    def say_status(self, status: Status | None) -> None:
        """Knows whether the project was scanned, and which buckets there are."""
        self._status = status
        engine = self._desk.engine
        if engine is not None:
            self._desk.jobs.ask(engine.browse.buckets(), self._offer_buckets, newest="review.buckets")
        self._show_place()

    def say_settled(self, settled: dict[Kind, int]) -> None:
        """Knows how many findings of each kind runs have settled since the scan."""
        self._settled = settled

    def forget(self) -> None:
        """Another project is open."""
        self._settled = {}
        self.thumbnails.forget()
        self.filters.clear()
        for table in self._tables.values():
            table.rows.show(None)

    def choose_all(self) -> None:
        """Chooses all that match the filter."""
        self.table.rows.choose_all()

    def choose_none(self) -> None:
        """Chooses nothing."""
        self.table.rows.choose_none()

    def step_back(self) -> bool:
        """Takes the filter away, else the choice."""
        if self.filters.is_set:
            self.filters.clear()
            return True
        if self.table.rows.choice.count:
            self.choose_none()
            return True
        return False

    def add_table_action(self, action: QAction) -> None:
        """Lets an action's key work while the table has the focus."""
        for table in self._tables.values():
            table.addAction(action)

    def _make_table(self, name: str, shown: Sequence[Column[T]], is_checkable: bool) -> Table[T]:
        model: TableModel[T] = TableModel(self._desk.jobs, shown, f"review.{name}", is_checkable=is_checkable)
        table = Table(self._desk.themes, model, noun_of(name))
        table.shown_columns.remember(self._desk.remembered, f"columns.{name}")
        model.filled.connect(self._on_filled)
        model.failed.connect(self._on_failed)
        model.choice_changed.connect(self._on_choice_changed)
        model.arrived.connect(lambda rows: self._on_arrived(table, rows))
        table.current_changed.connect(self._on_current_changed)
        table.menu_wanted.connect(self.menu_wanted)
        return table

    def _offer_buckets(self, buckets: Sequence[str]) -> None:
        self.filters.offer(buckets, self._noun())

    def _noun(self) -> str:
        return noun(self._shelf, self.table.rows.rowCount()) if self._shelf else ""

    def _on_filters_changed(self) -> None:
        if self._shelf is not None:
            self.show_shelf(self._shelf)

    def _on_filled(self) -> None:
        self.filters.words.setPlaceholderText(self.tr("Filter %1").replace("%1", self._noun()))
        self._show_place()
        if self.table.rows.rowCount():
            self.table.go_to(0)
        else:
            self.went_to.emit(None)
        self._on_choice_changed()

    def _on_failed(self, error: Exception) -> None:
        emptiness.say_failed(self.empty, error)
        self._places.setCurrentWidget(self.empty)

    def _on_current_changed(self, row: int) -> None:
        if row < 0 or self.item is None:  # it is on its way, and tells when it arrives
            return
        self.went_to.emit(self.item)
        if not self.table.rows.choice.count:
            self._on_choice_changed()

    def _on_arrived(self, table: Table[T], rows: range) -> None:
        # the current row may have been on its way when the focus came to it
        if table is self.table and table.currentIndex().row() in rows:
            self.went_to.emit(self.item)
            if not table.rows.choice.count:
                self._on_choice_changed()

    def _on_choice_changed(self) -> None:
        model, engine = self.table.rows, self._desk.engine
        self.footer.say(model.choice.count, model.rowCount(), 0, noun="" if model.is_checkable else self._noun())
        if engine is None or not model.is_checkable:
            self.chosen_bytes = 0
            self.chose.emit("")
            return
        self._desk.jobs.ask(self._measure(), self._say_choice, newest="review.choice")

    async def _measure(self) -> int:
        engine = self._desk.engine
        if engine is None or self.table.rows.choice.count == 0:
            return 0 if self.item is None else (getattr(self.item, "size_bytes", 0) or 0)
        return await engine.browse.findings.size(await self.selection())

    def _say_choice(self, size_bytes: int) -> None:
        self.chosen_bytes = size_bytes
        rows, count = self.table.rows, self.table.rows.choice.count
        chosen_bytes = size_bytes if count else 0  # else it is the current one's
        self.footer.say(count, rows.rowCount(), chosen_bytes, noun="" if rows.is_checkable else self._noun())
        self.chose.emit(self.footer.status_words)

    def _say_choice_again(self) -> None:
        self._say_choice(self.chosen_bytes)

    def _show_place(self) -> None:
        if self.table.rows.rowCount():
            self._places.setCurrentWidget(self.table)
        else:
            has_settled = self._shelf is not None and self._shelf.kind in self._settled
            emptiness.say(self.empty, self._desk, self._status, self._shelf, self.filters, has_settled=has_settled)
            self._places.setCurrentWidget(self.empty)
        self.footer.setVisible(bool(self.table.rows.rowCount()))

    def _draw(self) -> None:
        self.table.viewport().update()


def noun_of(name: str) -> str:
    """The accessible name of a table."""
    return {"findings": "Findings", "objects": "Objects", "rows": "Rows"}[name]
