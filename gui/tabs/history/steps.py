"""The steps of one run as a list that fetches more while it is scrolled."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from core.models import Step, StepKind
from core.runs import Entry, StepState
from gui import words
from gui.icons import Icons
from gui.translation import translate

PAGE = 200
_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


def thing_of(step: Step) -> str:
    """What a step is about: `bucket/key`, or `table` with the row's key."""
    if step.table:
        return f"{step.table} · {', '.join(str(value) for value in step.row_key)}"
    return f"{step.bucket}/{step.key}" if step.key else step.bucket


def verb_of(step: Step) -> str:
    """What a step does, in a word or two."""
    return {
        StepKind.DELETE_OBJECT: translate("Steps", "archive")
        if step.removal == "archive"
        else translate("Steps", "quarantine"),
        StepKind.INSERT_ROW: translate("Steps", "insert row"),
        StepKind.UPDATE_ROW: translate("Steps", "change row"),
        StepKind.DELETE_ROW: translate("Steps", "delete row"),
        StepKind.PURGE_OBJECT: translate("Steps", "delete for good"),
        StepKind.RESTORE_OBJECT: translate("Steps", "put back"),
        StepKind.UPLOAD: translate("Steps", "upload"),
        StepKind.CREATE_BUCKET: translate("Steps", "make bucket"),
        StepKind.UPDATE_BUCKET: translate("Steps", "change bucket"),
        StepKind.DROP_BUCKET: translate("Steps", "remove bucket"),
    }[step.kind]


def state_of(state: StepState) -> tuple[str, str, str]:
    """A step's state as (icon, word, tone)."""
    return {
        StepState.WAITING: ("clock", translate("Steps", "waiting"), "muted"),
        StepState.INTENT: ("hourglass", translate("Steps", "under way"), "accent"),
        StepState.DONE: ("check-circle", translate("Steps", "done"), "good"),
        StepState.SKIPPED: ("minus-circle", translate("Steps", "skipped"), "muted"),
        StepState.FAILED: ("warning-circle", translate("Steps", "failed"), "danger"),
        StepState.DRIFTED: ("git-branch", translate("Steps", "left alone"), "warning"),
        StepState.UNDONE: ("arrow-u-up-left", translate("Steps", "undone"), "muted"),
        StepState.PURGED: ("trash", translate("Steps", "deleted for good"), "danger"),
    }[state]


class StepsModel(QAbstractTableModel):
    """Three columns: state, what was done, to what. `wanted` asks for the page that begins with this step."""

    wanted = Signal(int)

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._entries: list[Entry] = []
        self._total = 0
        self._is_asking = False

    def begin(self, total: int) -> None:
        """Forgets the steps of before; so many are to come."""
        self.beginResetModel()
        self._entries, self._total, self._is_asking = [], total, False
        self.endResetModel()

    def add(self, entries: Sequence[Entry]) -> None:
        """Takes one more page; an empty one ends the list."""
        self._is_asking = False
        if not entries:
            self._total = len(self._entries)
            return
        first = len(self._entries)
        self.beginInsertRows(_NOWHERE, first, first + len(entries) - 1)
        self._entries += entries
        self.endInsertRows()

    def canFetchMore(self, parent: _Index) -> bool:
        return not parent.isValid() and not self._is_asking and len(self._entries) < self._total

    def fetchMore(self, parent: _Index) -> None:
        if self.canFetchMore(parent):
            self._is_asking = True
            self.wanted.emit(len(self._entries))

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        is_title = orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        titles = (translate("Steps", "State"), translate("Steps", "What"), translate("Steps", "To what"))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return titles[section] if is_title else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self._entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _COLUMNS[index.column()](entry)
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.reason or f"{thing_of(entry.step)}\n{words.exact_size(entry.step.size_bytes)}"
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            icon, _, tone = state_of(entry.state)
            return self._icons.icon(icon, tone)
        return None


_COLUMNS: tuple[Callable[[Entry], str], ...] = (
    lambda entry: state_of(entry.state)[1],
    lambda entry: verb_of(entry.step),
    lambda entry: thing_of(entry.step),
)
