"""A table view for `TableModel`: hover shade, keys cut in the middle, a tri-state box in the header, copy as text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionButton,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from gui.table_model import Column, TableModel
from gui.theme import GAP, GAP_LARGE, GAP_SMALL, ROW_HEIGHT, Themes

_BOX = 16
_PICTURE = 44
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
        self.setItemDelegate(_RowDelegate(self))
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
        self._fit_columns()
        model.choice_changed.connect(self.horizontalHeader().viewport().update)
        model.choice_changed.connect(self.viewport().update)

    @property
    def hovered(self) -> int:
        """The row under the pointer, -1 for none."""
        return self._hovered

    @property
    def colours(self) -> dict[str, str]:
        """The theme's colours by name."""
        return self._themes.current.colours()

    def visible_rows(self) -> range:
        """The rows in sight."""
        first = self.rowAt(0)
        last = self.rowAt(self.viewport().height() - 1)
        count = self.rows.rowCount()
        return range(max(first, 0), min((last if last >= 0 else count - 1) + 1, count)) if first >= 0 else range(0)

    def go_to(self, row: int) -> None:
        """Puts the focus on a row and scrolls to it."""
        index = self.rows.index(row, 0)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)

    def show_column(self, column_id: str, shown: bool) -> None:
        """Shows or hides a column that means something only for some rows."""
        for section, column in enumerate(self.rows.columns):
            if column.id == column_id:
                self.setColumnHidden(section, not shown)

    def save_columns(self) -> bytes:
        """Widths, order, hidden ones and the sort, to be remembered."""
        header = self.horizontalHeader()
        places = {
            column.id: [header.visualIndex(i), header.sectionSize(i), header.isSectionHidden(i)]
            for i, column in enumerate(self.rows.columns)
        }
        return json.dumps(places).encode()

    def restore_columns(self, saved: bytes) -> None:
        """Puts the columns where they were; what it does not know of them stays."""
        try:
            places = json.loads(saved)
        except ValueError:
            return
        header = self.horizontalHeader()
        ids = [column.id for column in self.rows.columns]
        known = sorted((places[i], ids.index(i)) for i in ids if i in places and len(places[i]) == 3)
        for (visual, width, hidden), section in known:
            header.moveSection(header.visualIndex(section), min(int(visual), header.count() - 1))
            if width > 0:
                header.resizeSection(section, int(width))
            header.setSectionHidden(section, bool(hidden))

    def as_text(self, rows: Sequence[int]) -> str:
        """These rows as tab-separated lines under their titles, as the columns are shown."""
        header = self.horizontalHeader()
        sections = sorted(
            (i for i in range(header.count()) if not header.isSectionHidden(i) and self.rows.columns[i].title),
            key=header.visualIndex,
        )
        lines = ["\t".join(self.rows.columns[i].title for i in sections)]
        for row in rows:
            item = self.rows.at(row)
            if item is not None:
                lines.append("\t".join(self.rows.columns[i].text(item).replace("\t", " ") for i in sections))
        return "\n".join(lines)

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        self.current_changed.emit(current.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if event.matches(QKeySequence.StandardKey.Copy) and row >= 0:
            QGuiApplication.clipboard().setText(self.as_text([row]))
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Insert) and row >= 0:
            self._toggle(row, event.modifiers())
            return
        extends = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        super().keyPressEvent(event)
        after = self.currentIndex().row()
        if self.rows.is_checkable and extends and after != row and row >= 0:
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

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self.viewport().update()

    def _fit_columns(self) -> None:
        header = self.horizontalHeader()
        metrics = self.fontMetrics()
        for section, column in enumerate(self.rows.columns):
            title = metrics.horizontalAdvance(column.title) + (GAP + GAP_SMALL if column.sort else GAP)
            body = metrics.horizontalAdvance(column.sample) + GAP_LARGE + (24 if column.icon else 0)
            if not column.title:
                body = _PICTURE + (_BOX + GAP_SMALL if self.rows.is_checkable else 0)
            header.resizeSection(section, max(title, body))
            if column.stretches:
                header.setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)


class CheckHeader(QHeaderView, Generic[T]):
    """Column titles; over a checkable table the first one carries a box for all rows. A click sorts."""

    def __init__(self, table: Table[T]) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._table = table
        self.setSectionsMovable(True)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSortIndicatorShown(False)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumSectionSize(32)
        self.sectionClicked.connect(self._on_section_clicked)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        super().paintSection(painter, rect, section)
        rows = self._table.rows
        if section != 0 or not rows.is_checkable:
            return
        option = QStyleOptionButton()
        option.rect = _box_in(rect)
        option.state = QStyle.StateFlag.State_Enabled
        if rows.choice.is_all:
            option.state |= QStyle.StateFlag.State_On
        elif rows.choice.count:
            option.state |= QStyle.StateFlag.State_NoChange
        else:
            option.state |= QStyle.StateFlag.State_Off
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck, option, painter, self._table)

    def _on_section_clicked(self, section: int) -> None:
        rows = self._table.rows
        if section == 0 and rows.is_checkable:  # the box of all boxes
            (rows.choose_none if rows.choice.is_all else rows.choose_all)()
            return
        if not rows.columns[section].sort:
            return
        again = rows.order == (rows.columns[section].sort, False)
        order = Qt.SortOrder.DescendingOrder if again else Qt.SortOrder.AscendingOrder
        self.setSortIndicatorShown(True)
        self.setSortIndicator(section, order)
        rows.sort(section, order)


class _RowDelegate(QStyledItemDelegate, Generic[T]):
    """Paints the hover shade over whole rows, hairlines between them, and long keys cut in the middle."""

    def __init__(self, table: Table[T]) -> None:
        super().__init__(table)
        self._table = table

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        super().initStyleOption(option, index)
        column: Column[T] = self._table.rows.columns[index.column()]
        if column.cut_middle:
            option.textElideMode = Qt.TextElideMode.ElideMiddle
        if index.row() == self._table.hovered:
            option.state |= QStyle.StateFlag.State_MouseOver
        else:
            option.state &= ~QStyle.StateFlag.State_MouseOver

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        super().paint(painter, option, index)
        painter.setPen(QColor(self._table.colours["hairline"]))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())


def _box_in(rect: QRect) -> QRect:
    return QRect(rect.left() + GAP_SMALL, rect.center().y() - _BOX // 2 + 1, _BOX, _BOX)
