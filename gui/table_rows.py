"""How a row is painted: hover, choice and focus over its whole width, a hairline below, long keys cut in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.table_model import Column

if TYPE_CHECKING:
    from gui.table import Table

_Index = QModelIndex | QPersistentModelIndex
T = TypeVar("T")
_HOVERED = QStyle.StateFlag.State_MouseOver
_UNMARKED = ~(QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus)
_TINT = 0.08


class RowDelegate(QStyledItemDelegate, Generic[T]):
    """The current row has the ground of a selection and, while the keys go there, a frame; chosen rows have a tint."""

    def __init__(self, table: Table[T]) -> None:
        super().__init__(table)
        self._table = table

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        super().initStyleOption(option, index)
        column: Column[T] = self._table.rows.columns[index.column()]
        if column.cut_middle:
            option.textElideMode = Qt.TextElideMode.ElideMiddle
        picture = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(picture, QPixmap) and not picture.isNull():
            icon = QIcon(picture)
            icon.addPixmap(picture, QIcon.Mode.Selected)  # else Qt would wash out what stands in the current row
            option.icon = icon
        option.state &= _UNMARKED
        if index.row() == self._table.hovered:
            option.state |= _HOVERED

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        table, row = self._table, index.row()
        theme = table.theme
        if table.rows.is_chosen(row):
            tint = QColor(theme.accent)
            tint.setAlphaF(_TINT)
            painter.fillRect(option.rect, tint)
        super().paint(painter, option, index)
        painter.setPen(theme.hairline)
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        if row == table.currentIndex().row() and table.hasFocus():
            self._paint_frame(painter, option.rect, index.column(), QColor(theme.accent))

    def _paint_frame(self, painter: QPainter, rect: QRect, section: int, colour: QColor) -> None:
        header = self._table.horizontalHeader()
        shown = sorted((header.visualIndex(n), n) for n in range(header.count()) if not header.isSectionHidden(n))
        painter.fillRect(rect.left(), rect.top(), rect.width(), 2, colour)
        painter.fillRect(rect.left(), rect.bottom() - 1, rect.width(), 2, colour)
        if section == shown[0][1]:
            painter.fillRect(rect.left(), rect.top(), 2, rect.height(), colour)
        if section == shown[-1][1]:
            painter.fillRect(rect.right() - 1, rect.top(), 2, rect.height(), colour)
