"""The titles over a table: a box for all boxes, the sort with its arrow, and a menu of the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF
from PySide6.QtWidgets import QHeaderView, QStyle, QStyleOptionButton

from gui.theme import GAP_SMALL

if TYPE_CHECKING:
    from gui.table import Table

BOX = 16
_ARROW = 8
_TEXT_FROM = 8  # as the style sheet pads a title
T = TypeVar("T")


class CheckHeader(QHeaderView, Generic[T]):
    """Column titles; over a checkable table the first one carries a box for all rows. A click sorts."""

    def __init__(self, table: Table[T]) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._table = table
        self.setSectionsMovable(True)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSortIndicatorShown(False)  # drawn here, beside the title and in the colour of text
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumSectionSize(32)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda place: table.column_menu().popup(self.mapToGlobal(place)))
        self.sectionClicked.connect(self._on_section_clicked)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        painter.save()
        super().paintSection(painter, rect, section)
        painter.restore()
        rows = self._table.rows
        if section == 0 and rows.is_checkable:
            self._paint_box(painter, rect)
        if section == rows.sorted_section:
            self._paint_arrow(painter, rect, section)

    def _paint_box(self, painter: QPainter, rect: QRect) -> None:
        choice = self._table.rows.choice
        option = QStyleOptionButton()
        option.rect = QRect(rect.left() + GAP_SMALL, rect.center().y() - BOX // 2 + 1, BOX, BOX)
        option.state = QStyle.StateFlag.State_Enabled
        if choice.is_all:
            option.state |= QStyle.StateFlag.State_On
        elif choice.count:
            option.state |= QStyle.StateFlag.State_NoChange
        else:
            option.state |= QStyle.StateFlag.State_Off
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck, option, painter, self._table)

    def _paint_arrow(self, painter: QPainter, rect: QRect, section: int) -> None:
        """A triangle that points up while the least comes first; it stands on the inner side of the title."""
        rows = self._table.rows
        font = self.font()
        font.setBold(True)
        painter.save()
        painter.setFont(font)
        width = painter.fontMetrics().horizontalAdvance(rows.columns[section].title) + _TEXT_FROM + _ARROW
        middle = rect.right() - width if rows.columns[section].is_number else rect.left() + width
        middle = max(rect.left() + _ARROW, min(middle, rect.right() - _ARROW // 2))
        half, height = _ARROW / 2, _ARROW / 4 if rows.order[1] else -_ARROW / 4
        centre = QPointF(middle, rect.center().y() + 1)
        corners = [QPointF(-half, -height), QPointF(half, -height), QPointF(0, height)]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._table.theme.text))
        painter.drawPolygon(QPolygonF([centre + corner for corner in corners]))
        painter.restore()

    def _on_section_clicked(self, section: int) -> None:
        rows = self._table.rows
        if section == 0 and rows.is_checkable:  # the box of all boxes
            (rows.choose_none if rows.choice.is_all else rows.choose_all)()
            return
        if not rows.columns[section].sort:
            return
        again = rows.order == (rows.columns[section].sort, False)
        rows.sort(section, Qt.SortOrder.DescendingOrder if again else Qt.SortOrder.AscendingOrder)
        self.viewport().update()
