"""The middle of the Uploads tab: one of its tables, or what stands in their place, and the line below."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from core.local_pictures import LocalPictures
from core.pictures import Picture
from core.uploads.queueing.undoable import weigh
from core.uploads.sending.live import FolderProgress
from core.uploads.status.listing import Amounts, BatchRow, FolderRow, FolderState, Listing, TroubleRow
from core.uploads.status.tree_rows import TreeRow
from gui.desk import Desk
from gui.table import Table
from gui.table_model import Column, TableModel
from gui.tabs.uploads import emptiness
from gui.tabs.uploads.columns import Looks, batch_columns, folder_columns, trouble_columns
from gui.tabs.uploads.drop_area import DropArea
from gui.tabs.uploads.history import BatchHistory
from gui.tabs.uploads.rows import BatchRows, FolderRows, TroubleRows
from gui.tabs.uploads.trees import TreeRows, tree_columns
from gui.tabs.uploads.view_bar import BATCHES, TREES, TROUBLES, ViewBar
from gui.theme import GAP_SMALL
from gui.widgets.footer import Footer
from gui.widgets.thumbnails import Thumbnails

T = TypeVar("T")
_SOMETIMES = ("progress", "rate", "files", "attempts", "batch", "when")
_TELLS_NOTHING = {
    FolderState.UPLOADING: frozenset({"batch", "when"}),
    FolderState.QUEUED: frozenset({"progress", "rate", "batch"}),
    FolderState.DONE: frozenset({"progress", "rate"}),
    FolderState.SKIPPED: frozenset({"progress", "rate", "batch", "attempts"}),
    FolderState.ASKING: frozenset({"progress", "rate", "batch", "attempts", "when", "files"}),
    FolderState.FAILED: frozenset({"progress", "rate", "batch"}),
}
"""Columns that say nothing where all folders are in one state: the reason gets their room."""
AnyTable = Table[FolderRow] | Table[BatchRow] | Table[TreeRow] | Table[TroubleRow]


class Middle(QWidget):
    """`went_to` carries the folder that has the focus, None for none; `chose` says that others are chosen."""

    went_to = Signal(object)
    chose = Signal()
    menu_wanted = Signal(object)

    def __init__(
        self,
        desk: Desk,
        bar: ViewBar,
        pictures: LocalPictures,
        is_uploading: Callable[[], bool],
        progress: Callable[[FolderRow], FolderProgress | None],
    ) -> None:
        super().__init__()
        self._desk, self._bar, self._pictures, self._is_uploading = desk, bar, pictures, is_uploading
        self._listing: Listing | None = None
        self._amounts = Amounts()
        self._kept: tuple[int, int] | None = None  # the current row's number and where the table was scrolled to
        self.chosen_bytes = 0
        self.thumbnails = Thumbnails(desk, parent=self, source=self._first_picture)
        looks = Looks(desk.icons, desk.themes, self.thumbnails, progress)
        self._folders = self._made("folders", folder_columns(looks), self.tr("Folders"), is_checkable=True)
        self._batches = self._made("batches", batch_columns(desk.icons, is_uploading), self.tr("Batches"))
        self._trees = self._made("trees", tree_columns(desk.icons), self.tr("Handed over"))
        self._troubles = self._made("troubles", trouble_columns(), self.tr("Not read"))
        self.area = DropArea(desk)
        self.footer = Footer(desk)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_SMALL)
        self._places = QStackedLayout()
        column.addLayout(self._places, 1)  # before it has widgets: it shows the first one, wherever that is
        column.addWidget(self.footer)
        self.history = BatchHistory(desk, self._batches)
        for place in (self.area, self._folders, self.history, self._trees, self._troubles):
            self._places.addWidget(place)
        self.thumbnails.arrived.connect(self._draw)
        self.footer.all_wanted.connect(self._folders.rows.choose_all)
        self._folders.rows.choice_changed.connect(self._on_choice_changed)
        desk.themes.changed.connect(self._say_choice)

    @property
    def table(self) -> AnyTable:
        """The table of what is shown."""
        if self._bar.view == BATCHES:
            return self._batches
        if self._bar.view == TREES:
            return self._trees
        return self._troubles if self._bar.view == TROUBLES else self._folders

    @property
    def folders(self) -> Table[FolderRow]:
        """The table of folders, shown or not."""
        return self._folders

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
    def batch(self) -> BatchRow | None:
        """The batch that the focus is on."""
        row = self._batches.currentIndex().row()
        return self._batches.rows.at(row) if row >= 0 and self._bar.view == BATCHES and not self.is_empty else None

    @property
    def tree(self) -> TreeRow | None:
        """The tree that the focus is on."""
        row = self._trees.currentIndex().row()
        return self._trees.rows.at(row) if row >= 0 and self._bar.view == TREES and not self.is_empty else None

    @property
    def chosen_count(self) -> int:
        """How many folders are chosen; the current one when no box is checked."""
        if not self._bar.shows_folders or self.is_empty:
            return 0
        return self._folders.rows.choice.count or (1 if self.folder is not None else 0)

    async def chosen(self) -> Sequence[int]:
        """The numbers of the chosen folders in the order of the table; the current one when no box is checked."""
        numbers, choice = self._folders.rows.row_numbers, self._folders.rows.choice
        if not choice.count:
            return [self.folder.number] if self.folder is not None else []
        if choice.is_all:
            return numbers
        everything, exceptions = choice.everything, frozenset(choice.exceptions)
        return await asyncio.to_thread(lambda: [n for n in numbers if (n in exceptions) is not everything])

    def show_view(self, listing: Listing | None) -> None:
        """Shows what the bar says, anew."""
        self._listing = listing
        if listing is None:
            self.thumbnails.forget()
            for table in (self._folders, self._batches, self._trees, self._troubles):
                table.rows.show(None)
        elif self._bar.view == BATCHES:
            self._keep(self._batches)
            self._batches.rows.show(BatchRows(listing))
            self.history.look(listing)
        elif self._bar.view == TREES:
            self._keep(self._trees)
            self._trees.rows.show(TreeRows(listing))
        elif self._bar.view == TROUBLES:
            self._keep(self._troubles)
            self._troubles.rows.show(TroubleRows(listing))
        else:
            self._keep(self._folders)
            told = _TELLS_NOTHING.get(state, frozenset()) if (state := self._bar.filter.state) else ()
            for column in _SOMETIMES:
                self._folders.show_column(column, column not in told and (column != "rate" or self._is_uploading()))
            self._folders.rows.show(FolderRows(listing, self._bar.filter))

    def look_again(self, amounts: Amounts) -> None:
        """Shows what has changed; other rows only where their number is another one, and nothing is chosen of those:
        what somebody is about to do with them stays as it was seen."""
        before, self._amounts = self._bar.amount(self._amounts), amounts
        has_chosen = self._bar.shows_folders and self._folders.rows.choice.count > 0
        if self.is_empty or self._bar.view == TREES or (self._bar.amount(amounts) != before and not has_chosen):
            self.show_view(self._listing)
        else:
            self.table.rows.renew()
        if self.is_empty:
            self._show_place()

    def fail(self, error: Exception) -> None:
        """The tracker cannot be read."""
        emptiness.say_failed(self.area, self._desk, error)
        self._places.setCurrentWidget(self.area)
        self.footer.hide()
        self.went_to.emit(None)

    def choose_none(self) -> bool:
        """Chooses nothing; says whether something was chosen."""
        had_some = self._folders.rows.choice.count > 0
        self._folders.rows.choose_none()
        return had_some

    def add_table_action(self, action: QAction) -> None:
        """Lets an action's key work while the folders have the focus."""
        self._folders.addAction(action)

    def _made(self, name: str, shown: Sequence[Column[T]], title: str, *, is_checkable: bool = False) -> Table[T]:
        model: TableModel[T] = TableModel(self._desk.jobs, shown, f"uploads.{name}", is_checkable=is_checkable)
        table: Table[T] = Table(self._desk.themes, model, title)
        table.shown_columns.remember(self._desk.remembered, f"columns.uploads.{name}")
        model.filled.connect(self._on_filled)
        model.failed.connect(self.fail)
        model.arrived.connect(lambda rows: self._on_arrived(table, rows))
        table.current_changed.connect(lambda _row: self.went_to.emit(self.folder))
        table.menu_wanted.connect(self.menu_wanted)
        self._desk.icons.loaded.connect(table.viewport().update)
        return table

    async def _first_picture(self, folder: str, _name: str, side: int) -> Picture:
        return await self._pictures.first_of(Path(folder), side)

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
        place = table.rows.row_of(number)
        table.go_to(max(place, 0))
        if place >= 0:
            table.verticalScrollBar().setValue(scrolled)

    def _on_arrived(self, table: Table[T], rows: range) -> None:
        if table is self.table and table.currentIndex().row() in rows:
            self.went_to.emit(self.folder)

    def _on_choice_changed(self) -> None:
        self.chosen_bytes = 0
        self._say_choice()
        listing = self._listing
        if listing is not None and self._folders.rows.choice.count:
            self._desk.jobs.ask(self._weighed(listing), self._on_weighed, newest="uploads.choice")
        self.chose.emit()

    async def _weighed(self, listing: Listing) -> tuple[int, int]:
        numbers = await self.chosen()
        return await listing.read(lambda c: weigh(c, numbers), (0, 0))

    def _on_weighed(self, weighed: tuple[int, int]) -> None:
        self.chosen_bytes = weighed[1]
        self._say_choice()
        self.chose.emit()

    def _say_choice(self) -> None:
        rows = self._folders.rows
        self.footer.say(rows.choice.count, rows.rowCount(), self.chosen_bytes if rows.choice.count else 0, noun="")

    def _show_place(self) -> None:
        has_rows = bool(self.table.rows.row_numbers)
        if has_rows:
            is_history = self._bar.view == BATCHES
            self._places.setCurrentWidget(self.history if is_history else self.table)
        else:
            emptiness.say(self.area, self._desk, self._bar, self._amounts, is_uploading=self._is_uploading())
            self._places.setCurrentWidget(self.area)
        self.footer.setVisible(has_rows and self._bar.shows_folders)

    def _draw(self) -> None:
        self._folders.draw_column("picture")

    def draw_progress(self) -> None:
        """Draws how far each folder is, which stands in no tracker."""
        for column in ("progress", "rate"):
            self._folders.draw_column(column)
