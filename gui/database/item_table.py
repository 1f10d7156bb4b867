"""What of the set-up is in a database, as a table: what is missing first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QWidget

from core.database_status import Item
from gui.icons import Icons
from gui.profiles.plain_table import PlainTable
from gui.theme import Themes
from gui.translation import QT_TRANSLATE_NOOP, translate

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_STATE, _KIND, _NAME, _DOES = range(4)
_TITLES = (
    QT_TRANSLATE_NOOP("ItemModel", "State"),
    QT_TRANSLATE_NOOP("ItemModel", "What"),
    QT_TRANSLATE_NOOP("ItemModel", "Name"),
    QT_TRANSLATE_NOOP("ItemModel", "Setting up does"),
)
_STATES = {
    "there": ("check-circle", "good", QT_TRANSLATE_NOOP("ItemModel", "there")),
    "missing": ("circle-dashed", "warning", QT_TRANSLATE_NOOP("ItemModel", "missing")),
    "older": ("arrow-circle-up", "warning", QT_TRANSLATE_NOOP("ItemModel", "older")),
    "differs": ("warning-circle", "danger", QT_TRANSLATE_NOOP("ItemModel", "differs")),
}
_KINDS = {
    "function": QT_TRANSLATE_NOOP("ItemModel", "function"),
    "table": QT_TRANSLATE_NOOP("ItemModel", "table"),
    "index": QT_TRANSLATE_NOOP("ItemModel", "index"),
    "policy": QT_TRANSLATE_NOOP("ItemModel", "policy"),
    "trigger": QT_TRANSLATE_NOOP("ItemModel", "trigger"),
    "bucket": QT_TRANSLATE_NOOP("ItemModel", "bucket"),
}
_ORDER = ("differs", "missing", "older", "there")


class ItemModel(QAbstractTableModel):
    """A few dozen things."""

    def __init__(self, icons: Icons, themes: Themes) -> None:
        super().__init__()
        self._icons = icons
        self._themes = themes
        self.items: Sequence[Item] = ()

    def show(self, items: Sequence[Item]) -> None:
        """Replaces them all."""
        self.beginResetModel()
        self.items = sorted(items, key=lambda item: _ORDER.index(item.state))
        self.endResetModel()

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.items)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return self.tr(_TITLES[section]) if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        item = self.items[index.row()]
        icon, tone, word = _STATES[item.state]
        words = (translate("ItemModel", word), translate("ItemModel", _KINDS[item.kind]), item.name, item.sentence)
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return words[index.column()]
            case Qt.ItemDataRole.DecorationRole if index.column() == _STATE:
                return self._icons.icon(icon, tone)
            case Qt.ItemDataRole.ForegroundRole if index.column() == _STATE:
                return QColor(self._themes.current.colours()[tone])
        return None


class ItemTable(PlainTable):
    """Names keep their width, sentences give way."""

    def __init__(self, icons: Icons, themes: Themes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.items = ItemModel(icons, themes)
        self.setModel(self.items)
        self.setAccessibleName(self.tr("What of the set-up is in the database"))
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(_DOES, QHeaderView.ResizeMode.Stretch)
        icons.loaded.connect(self.viewport().update)
