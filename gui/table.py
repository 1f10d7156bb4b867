"""A table view for `TableModel`: hover shade, keys cut in the middle, a tri-state box in the header, copy as text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Generic, TypeVar

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QTableView,
    QWidget,
)

from gui.table_columns import TableColumns
from gui.table_header import CheckHeader
from gui.table_model import TableModel
from gui.table_rows import RowDelegate
from gui.theme import ROW_HEIGHT, Theme, Themes

_MOST_COPIED = 5_000
_Index = QModelIndex | QPersistentModelIndex
T = TypeVar("T")


class Table(QTableView, Generic[T]):
    """Rows of 28 px without grid lines. `current_changed` tells the row that has the focus, -1 for none."""

    current_changed = Signal(int)
    menu_wanted = Signal(object)

    def __init__(self, themes: Themes, model: TableModel[T], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = model
        self._themes = themes
        self._hovered = -1
        self._anchor = -1
        self.setAccessibleName(name)
        self.setHorizontalHeader(CheckHeader(self))
        self.setModel(model)
        self.setItemDelegate(RowDelegate(self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSortingEnabled(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda place: self.menu_wanted.emit(self.viewport().mapToGlobal(place)))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.shown_columns = TableColumns(self)
        self._wants_fit = True
        model.modelReset.connect(self._on_model_reset)
        model.arrived.connect(self._on_arrived)
        model.choice_changed.connect(self.horizontalHeader().viewport().update)
        model.choice_changed.connect(self.viewport().update)

    @property
    def hovered(self) -> int:
        """The row under the pointer, -1 for none."""
        return self._hovered

    @property
    def theme(self) -> Theme:
        """The theme in force."""
        return self._themes.current

    def go_to(self, row: int) -> None:
        """Puts the focus on a row and scrolls to it."""
        index = self.rows.index(row, 0)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)

    def show_column(self, column_id: str, shown: bool) -> None:
        """Shows or hides a column that means something only for some rows."""
        self.shown_columns.show(column_id, shown)

    def draw_column(self, column_id: str) -> None:
        """Draws one column anew: drawing all of them takes its time."""
        header = self.horizontalHeader()
        section = next(n for n, column in enumerate(self.rows.columns) if column.id == column_id)
        if not header.isSectionHidden(section):
            left, width = header.sectionViewportPosition(section), header.sectionSize(section)
            self.viewport().update(left, 0, width, self.viewport().height())

    def column_menu(self) -> QMenu:
        """The menu that shows and hides columns."""
        return self.shown_columns.menu()

    def as_text(self, items: Sequence[T]) -> str:
        """These rows as tab-separated lines under their titles, as the columns are shown."""
        header = self.horizontalHeader()
        sections = sorted(
            (i for i in range(header.count()) if not header.isSectionHidden(i) and self.rows.columns[i].title),
            key=header.visualIndex,
        )
        shown = [self.rows.columns[i] for i in sections]
        lines = ["\t".join(column.title for column in shown)]
        lines += ["\t".join(" ".join(column.text(item).split()) for column in shown) for item in items]
        return "\n".join(lines)

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        self.current_changed.emit(current.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if event.matches(QKeySequence.StandardKey.Copy) and row >= 0:
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Insert) and row >= 0:
            self._toggle(row, event.modifiers())
            if event.key() == Qt.Key.Key_Insert and row + 1 < self.rows.rowCount():
                self.go_to(row + 1)
        else:
            self._walk(event, row)

    def copy(self) -> None:
        """Puts the chosen rows, or else the current one, on the clipboard as a table; at most 5,000."""
        numbers, choice = self.rows.row_numbers, self.rows.choice
        wanted = list(islice((n for n in numbers if n in choice), _MOST_COPIED)) if choice.count else []
        wanted = wanted or [numbers[self.currentIndex().row()]]
        self.rows.read(wanted, lambda items: QGuiApplication.clipboard().setText(self.as_text(items)))

    def _walk(self, event: QKeyEvent, row: int) -> None:
        """Lets Qt move the focus; what Shift passes over is chosen."""
        before = event.modifiers()
        extends = bool(before & Qt.KeyboardModifier.ShiftModifier) and self.rows.is_checkable
        if extends:  # a table of single rows would not move at all
            plain = before & ~Qt.KeyboardModifier.ShiftModifier
            event = QKeyEvent(event.type(), event.key(), plain, event.text(), event.isAutoRepeat(), event.count())
        super().keyPressEvent(event)
        after = self.currentIndex().row()
        if extends and after != row and row >= 0:
            self.rows.choose(range(min(row, after), max(row, after) + 1), True)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        in_box = self.rows.is_checkable and index.isValid() and index.column() == 0
        if in_box and event.button() is Qt.MouseButton.LeftButton:
            self._toggle(index.row(), event.modifiers())
            self.setCurrentIndex(index)
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.rowAt(round(event.position().y())))
        super().mouseMoveEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.shown_columns.make_room()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)
        super().leaveEvent(event)

    def _toggle(self, row: int, modifiers: Qt.KeyboardModifier) -> None:
        if not self.rows.is_checkable:
            return
        if modifiers & Qt.KeyboardModifier.ShiftModifier and self._anchor >= 0:
            chosen = self.rows.row_numbers[self._anchor] in self.rows.choice
            self.rows.choose(range(min(row, self._anchor), max(row, self._anchor) + 1), chosen)
        else:
            self.rows.choose(range(row, row + 1), self.rows.row_numbers[row] not in self.rows.choice)
        self._anchor = row

    def _on_model_reset(self) -> None:
        self._anchor = -1
        self._wants_fit = True

    def _on_arrived(self) -> None:
        if self._wants_fit and self.rows.known_rows(1):
            self._wants_fit = False
            self.shown_columns.fit()

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self.viewport().update()
