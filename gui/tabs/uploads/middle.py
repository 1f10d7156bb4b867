"""The middle of the Uploads tab: one of three tables, or what stands in their place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from core.uploads.listing import Amounts, BatchRow, FolderRow, Listing, TroubleRow
from gui.desk import Desk
from gui.table import Table
from gui.table_model import Column, TableModel
from gui.tabs.uploads import emptiness
from gui.tabs.uploads.columns import batch_columns, folder_columns, trouble_columns
from gui.tabs.uploads.drop_area import DropArea
from gui.tabs.uploads.rows import BatchRows, FolderRows, TroubleRows
from gui.tabs.uploads.view_bar import BATCHES, TROUBLES, ViewBar

T = TypeVar("T")
AnyTable = Table[FolderRow] | Table[BatchRow] | Table[TroubleRow]


class Middle(QWidget):
    """`went_to` carries the folder that has the focus, None for none."""

    went_to = Signal(object)
    menu_wanted = Signal(object)

    def __init__(self, desk: Desk, bar: ViewBar, is_uploading: Callable[[], bool]) -> None:
        super().__init__()
        self._desk, self._bar, self._is_uploading = desk, bar, is_uploading
        self._listing: Listing | None = None
        self._amounts = Amounts()
        self._kept: tuple[int, int] | None = None  # the current row's number and where the table was scrolled to
        self._folders = self._made("folders", folder_columns(desk.icons), self.tr("Folders"))
        self._batches = self._made("batches", batch_columns(desk.icons, is_uploading), self.tr("Batches"))
        self._troubles = self._made("troubles", trouble_columns(), self.tr("Not read"))
        self.area = DropArea(desk)
        self._places = QStackedLayout(self)
        for place in (self.area, self._folders, self._batches, self._troubles):
            self._places.addWidget(place)

    @property
    def table(self) -> AnyTable:
        """The table of what is shown."""
        if self._bar.view == BATCHES:
            return self._batches
        return self._troubles if self._bar.view == TROUBLES else self._folders

    @property
    def is_empty(self) -> bool:
        """Whether something else than a table is seen."""
        return self._places.currentWidget() is self.area

    @property
    def folder(self) -> FolderRow | None:
        """The folder that the focus is on."""
        row = self._folders.currentIndex().row()
        return self._folders.rows.at(row) if row >= 0 and self._bar.shows_folders and not self.is_empty else None

    @property
    def number(self) -> int | None:
        """The number of that folder."""
        folder = self.folder
        return folder.number if folder is not None else None

    def show_view(self, listing: Listing | None) -> None:
        """Shows what the bar says, anew."""
        self._listing = listing
        if listing is None:
            for table in (self._folders, self._batches, self._troubles):
                table.rows.show(None)
        elif self._bar.view == BATCHES:
            self._keep(self._batches)
            self._batches.rows.show(BatchRows(listing))
        elif self._bar.view == TROUBLES:
            self._keep(self._troubles)
            self._troubles.rows.show(TroubleRows(listing))
        else:
            self._keep(self._folders)
            self._folders.rows.show(FolderRows(listing, self._bar.filter))

    def look_again(self, amounts: Amounts) -> None:
        """Shows what has changed; other rows only where their number is another one."""
        before, self._amounts = self._bar.amount(self._amounts), amounts
        if self._bar.amount(amounts) != before or self.is_empty:
            self.show_view(self._listing)
        else:
            self.table.rows.renew()
        if self.is_empty:
            self._show_place()

    def fail(self, error: Exception) -> None:
        """The tracker cannot be read."""
        emptiness.say_failed(self.area, error)
        self._places.setCurrentWidget(self.area)
        self.went_to.emit(None)

    def _made(self, name: str, shown: Sequence[Column[T]], title: str) -> Table[T]:
        model: TableModel[T] = TableModel(self._desk.jobs, shown, f"uploads.{name}", is_checkable=False)
        table: Table[T] = Table(self._desk.themes, model, title)
        table.shown_columns.remember(self._desk.remembered, f"columns.uploads.{name}")
        model.filled.connect(self._on_filled)
        model.failed.connect(self.fail)
        model.arrived.connect(lambda rows: self._on_arrived(table, rows))
        table.current_changed.connect(lambda _row: self.went_to.emit(self.folder))
        table.menu_wanted.connect(self.menu_wanted)
        self._desk.icons.loaded.connect(table.viewport().update)
        return table

    def _keep(self, table: Table[T]) -> None:
        """Remembers where somebody was, for when other rows have come."""
        row, numbers = table.currentIndex().row(), table.rows.row_numbers
        number = numbers[row] if 0 <= row < len(numbers) else -1
        self._kept = (number, table.verticalScrollBar().value())

    def _on_filled(self) -> None:
        table, numbers = self.table, self.table.rows.row_numbers
        self._show_place()
        if not numbers:
            self.went_to.emit(None)
            return
        number, scrolled = self._kept or (-1, 0)
        self._kept = None
        table.go_to(numbers.index(number) if number in numbers else 0)
        if number in numbers:
            table.verticalScrollBar().setValue(scrolled)

    def _on_arrived(self, table: Table[T], rows: range) -> None:
        if table is self.table and table.currentIndex().row() in rows:
            self.went_to.emit(self.folder)

    def _show_place(self) -> None:
        if self.table.rows.row_numbers:
            self._places.setCurrentWidget(self.table)
            return
        emptiness.say(self.area, self._desk, self._bar, self._amounts, is_uploading=self._is_uploading())
        self._places.setCurrentWidget(self.area)
