"""A table of any length for Qt: row numbers in an array, pages fetched while somebody looks at them."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QIcon, QPixmap

from gui.choice import Choice
from gui.jobs import Jobs

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
PAGE_ROWS = 64
_PAGES_KEPT = 160  # 10,240 rows: more than any screen shows, little enough to forget
_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CELL = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
_CHECKED_CELL = _CELL | Qt.ItemFlag.ItemIsUserCheckable
_ANSWERED = frozenset(
    (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.DecorationRole,
        Qt.ItemDataRole.TextAlignmentRole,
        Qt.ItemDataRole.CheckStateRole,
    )
)


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column: what it shows of a row and how. `sort` is the name the engine sorts by, "" for none; `sample` is the
    text whose width it opens with, `icon_px` the width of its icon; `cut_middle` keeps the end of a long key in sight.
    Where a window is too narrow for all columns, those that give way are left out, 1 first."""

    id: str
    title: str
    text: Callable[[T], str]
    tip: Callable[[T], str] | None = None
    icon: Callable[[T], QIcon | QPixmap | None] | None = None
    sort: str = ""
    sample: str = ""
    is_number: bool = False
    cut_middle: bool = False
    stretches: bool = False
    gives_way: int = 0
    icon_px: int = 16


@dataclass(frozen=True, slots=True)
class Texts:
    """What a table says in every titled column, shown or not, as it is now: `page` reads rows from one on, so many."""

    titles: Sequence[str]
    total: int
    page: Callable[[int, int], Coroutine[object, object, list[list[str]]]]


class Rows(Protocol[T_co]):
    """Where a table gets its rows from; both run off the loop."""

    def numbers(self, sort: str, descending: bool) -> Coroutine[object, object, array[int]]:
        """The numbers of all rows, in the order asked for ("" is the natural one)."""
        ...

    def page(self, numbers: Sequence[int]) -> Coroutine[object, object, Sequence[T_co]]:
        """The rows with these numbers, in their order."""
        ...


class TableModel(QAbstractTableModel, Generic[T]):
    """Rows by number, page by page. The first column carries a check box when `is_checkable`. `filled` says that other
    rows are shown, `arrived` which of them are in memory now."""

    filled = Signal()
    arrived = Signal(object)
    choice_changed = Signal()
    failed = Signal(object)

    def __init__(self, jobs: Jobs, columns: Sequence[Column[T]], name: str, *, is_checkable: bool) -> None:
        super().__init__()
        self._jobs = jobs
        self._name = name
        self.source: Rows[T] | None = None
        self._pages: OrderedDict[int, Sequence[T]] = OrderedDict()
        self._asked: set[int] = set()
        self._stale: set[int] = set()
        self._round = 0  # answers to questions about an earlier set of rows come too late
        self.columns = tuple(columns)
        self.is_checkable = is_checkable
        self.order = ("", False)
        self.row_numbers: array[int] = array("q")
        self.choice = Choice()

    def show(self, rows: Rows[T] | None) -> None:
        """Shows other rows, as soon as their numbers are known; `filled` says when."""
        self.source = rows
        if rows is None:
            self._fill(array("q"))
        else:
            asked = rows.numbers(*self.order)
            self._jobs.ask(asked, self._fill, newest=f"{self._name}.numbers", failed=self.failed.emit)

    def sort(self, section: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        column = self.columns[section] if 0 <= section < len(self.columns) else None
        wanted = (column.sort if column else "", order is Qt.SortOrder.DescendingOrder)
        if wanted != self.order:
            self.order = wanted
            self.show(self.source)

    def at(self, row: int) -> T | None:
        """The row at this place; None while it is on its way (it is asked for)."""
        page, place = divmod(row, PAGE_ROWS)
        rows = self._pages.get(page)
        if rows is None:
            self._fetch(page)
            return None
        if page in self._stale:
            self._stale.discard(page)
            self._fetch(page)
        self._pages.move_to_end(page)
        return rows[place] if place < len(rows) else None

    def renew(self) -> None:
        """Asks anew for the rows that somebody looks at; until they are there, the old ones stay in sight. What is seen
        is found out by drawing the first column, and only what has become another one is drawn anew."""
        self._stale = set(self._pages)
        if self.row_numbers:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.row_numbers) - 1, 0))

    def known_rows(self, most: int) -> Sequence[T]:
        """The first rows, as far as they are in memory; nothing is asked for."""
        return self._pages.get(0, ())[:most]

    def read(self, numbers: Sequence[int], then: Callable[[Sequence[T]], None]) -> None:
        """Asks for the rows with these numbers, wherever they stand."""
        if self.source is not None:
            self._jobs.ask(self.source.page(numbers), then, newest=f"{self._name}.read", failed=self.failed.emit)

    def row_of(self, number: int) -> int:
        """Where the row with this number stands; -1 where it does not."""
        try:
            return self.row_numbers.index(number)
        except ValueError:
            return -1

    def is_chosen(self, row: int) -> bool:
        """Whether the row at this place is chosen."""
        return self.is_checkable and self.row_numbers[row] in self.choice

    @property
    def sorted_section(self) -> int:
        """The column that the rows are sorted by, -1 for their natural order."""
        sorts = [column.sort for column in self.columns]
        return sorts.index(self.order[0]) if self.order[0] else -1

    def texts(self) -> Texts:
        """For an export: what the table shows afterwards changes nothing of it."""
        source, numbers = self.source, self.row_numbers
        titled = [column for column in self.columns if column.title.strip()]

        async def page(start: int, count: int) -> list[list[str]]:
            rows = await source.page(numbers[start : start + count]) if source is not None else ()
            return [[column.text(row) for column in titled] for row in rows]

        return Texts([column.title for column in titled], len(numbers), page)

    def choose(self, rows: range, chosen: bool) -> None:
        """Chooses the rows at these places, or no longer."""
        self.choice.put(self.row_numbers[rows.start : rows.stop], chosen)
        self._on_choice_changed(rows.start, rows.stop - 1)

    def choose_all(self) -> None:
        """Chooses every row that the table has."""
        self.choice.choose_all()
        self._on_choice_changed(0, len(self.row_numbers) - 1)

    def choose_none(self) -> None:
        """Chooses nothing."""
        self.choice.choose_none()
        self._on_choice_changed(0, len(self.row_numbers) - 1)

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.row_numbers)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        return _CHECKED_CELL if self.is_checkable and index.column() == 0 else _CELL

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.FontRole and section == self.sorted_section:
            font = QFont()
            font.setBold(True)
            return font
        return self._alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role not in _ANSWERED:  # fonts and colours are asked for in every cell, too
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.is_number else _LEFT
        if role == Qt.ItemDataRole.CheckStateRole:
            return self._check_state(index)
        row = self.at(index.row())
        if row is None:
            return "…" if role == Qt.ItemDataRole.DisplayRole and index.column() == 0 else None
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return (column.tip(row) if column.tip else column.text(row)) or None
        if role == Qt.ItemDataRole.DecorationRole and column.icon:
            return column.icon(row)
        return None

    def setData(self, index: _Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or not self.is_checkable:
            return False
        chosen = Qt.CheckState(value) is Qt.CheckState.Checked
        self.choose(range(index.row(), index.row() + 1), chosen)
        return True

    def _check_state(self, index: _Index) -> object:
        if not self.is_checkable or index.column() != 0:
            return None
        chosen = self.is_chosen(index.row())
        return Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked

    def _alignment(self, section: int) -> Qt.AlignmentFlag:
        return _RIGHT if self.columns[section].is_number else _LEFT

    def _fill(self, numbers: array[int]) -> None:
        self.beginResetModel()
        self._round += 1
        self._pages.clear()
        self._asked.clear()
        self._stale.clear()
        self.row_numbers = numbers
        self.choice.retain(numbers)
        self.endResetModel()
        self.filled.emit()
        self.choice_changed.emit()

    def _fetch(self, page: int) -> None:
        if page in self._asked or self.source is None:
            return
        self._asked.add(page)
        start, asked_in = page * PAGE_ROWS, self._round
        question = self.source.page(self.row_numbers[start : start + PAGE_ROWS])
        self._jobs.ask(question, lambda rows: self._keep(page, asked_in, rows), failed=self.failed.emit)

    def _keep(self, page: int, asked_in: int, rows: Sequence[T]) -> None:
        if asked_in != self._round:
            return
        self._asked.discard(page)
        before = self._pages.get(page, ())
        self._pages[page] = rows
        while len(self._pages) > _PAGES_KEPT:
            self._pages.popitem(last=False)
        start, last = page * PAGE_ROWS, len(self.columns) - 1
        if len(before) != len(rows):
            self.dataChanged.emit(self.index(start, 0), self.index(start + len(rows) - 1, last))
        else:
            for row in (n for n, (old, new) in enumerate(zip(before, rows, strict=True), start) if old != new):
                self.dataChanged.emit(self.index(row, 0), self.index(row, last))
        self.arrived.emit(range(start, start + len(rows)))

    def _on_choice_changed(self, first: int, last: int) -> None:
        if last >= first:
            roles = [Qt.ItemDataRole.CheckStateRole]
            self.dataChanged.emit(self.index(first, 0), self.index(last, 0), roles)
        self.choice_changed.emit()
