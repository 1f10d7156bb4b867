"""The table of what the set-up brings, with the chosen line's sentence in full below it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.database_status import Item
from gui.database.item_table import ItemTable
from gui.icons import Icons
from gui.theme import GAP_SMALL, Themes
from gui.widgets.text import Text

_LINES = 3


class ItemPanel(QWidget):
    """Long sentences are cut in the table; here they can be read whole, with keys as well."""

    def __init__(self, icons: Icons, themes: Themes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = ItemTable(icons, themes)
        self.sentence = Text(tone="muted", wraps=True)
        self.sentence.setFixedHeight(_LINES * self.sentence.fontMetrics().lineSpacing())
        self.table.selectionModel().currentRowChanged.connect(self._on_table_row_changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_SMALL)
        column.addWidget(self.table, 1)
        column.addWidget(self.sentence)

    def show_items(self, items: Sequence[Item]) -> None:
        """Replaces them all and chooses the first."""
        self.table.items.show(items)
        self.table.selectRow(0)

    def _on_table_row_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        del previous
        item = self.table.items.items[current.row()] if current.isValid() else None
        self.sentence.setText("" if item is None else f"{item.name}: {item.sentence}" if item.sentence else item.name)
