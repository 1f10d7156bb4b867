"""The buckets that were found, with how many objects each holds; a check mark says which ones belong to the profile."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from core.profile_setup import Count
from gui import words
from gui.error_dialog import sentence

_MOST_SHOWN = 7
_NAME = Qt.ItemDataRole.UserRole


class BucketList(QListWidget):
    """Space checks and unchecks; `chosen_changed` says that other buckets are chosen."""

    chosen_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._can_choose = True
        self.setAccessibleName(self.tr("Buckets"))
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.hide()
        self.itemChanged.connect(lambda _item: self.chosen_changed.emit())

    def show_buckets(self, names: Sequence[str], *, can_choose: bool) -> None:
        """Shows other buckets, all of them chosen."""
        self._can_choose = can_choose
        with QSignalBlocker(self):
            self.clear()
            for name in names:
                item = QListWidgetItem(name)
                item.setData(_NAME, name)
                if can_choose:
                    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                    item.setCheckState(Qt.CheckState.Checked)
                self.addItem(item)
            if names:
                self.setCurrentRow(0)
        rows = min(len(names), _MOST_SHOWN) * max(self.sizeHintForRow(0), 0)
        self.setFixedHeight(rows + 2 * self.frameWidth() + 2)
        self.setVisible(bool(names))

    def choose(self, names: Collection[str]) -> None:
        """Checks these and unchecks all others."""
        with QSignalBlocker(self):
            for item in self._items():
                item.setCheckState(Qt.CheckState.Checked if item.data(_NAME) in names else Qt.CheckState.Unchecked)

    def say_count(self, name: str, count: Count | Exception) -> None:
        """Adds to a bucket how many objects it holds, or why that cannot be told."""
        with QSignalBlocker(self):
            for item in self._items():
                if item.data(_NAME) == name:
                    item.setText(f"{name}  ·  {self._said(count)}")
                    item.setToolTip(sentence(count) if isinstance(count, Exception) else name)

    def chosen(self) -> tuple[str, ...]:
        """The names of the checked ones."""
        unchecked = Qt.CheckState.Unchecked
        found = [i for i in self._items() if not self._can_choose or i.checkState() is not unchecked]
        return tuple(item.data(_NAME) for item in found)

    def are_all_chosen(self) -> bool:
        """Whether none was left out."""
        return len(self.chosen()) == self.count()

    def _items(self) -> list[QListWidgetItem]:
        return [self.item(row) for row in range(self.count())]

    def _said(self, count: Count | Exception) -> str:
        if isinstance(count, Exception):
            return self.tr("cannot be read")
        if count.is_all:
            return self.tr("%Ln object(s)", "", count.objects)
        return self.tr("over %1 objects").replace("%1", words.number(count.objects))
