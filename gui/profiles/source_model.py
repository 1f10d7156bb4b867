"""The sources of a profile in the making, as a table: what each reads, how, and how that fares."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from core.profiles import Source
from core.suggest import Suggestion
from gui.icons import Icons
from gui.profiles import wordings
from gui.theme import Themes
from gui.translation import QT_TRANSLATE_NOOP

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
STATE = 4
_COLUMNS: tuple[tuple[str, Callable[[Draft], str]], ...] = (
    (QT_TRANSLATE_NOOP("SourceModel", "Column"), lambda d: wordings.columns(d.source)),
    (QT_TRANSLATE_NOOP("SourceModel", "Holds"), lambda d: wordings.holds(d.source.columns[0].holds)),
    (QT_TRANSLATE_NOOP("SourceModel", "Bucket"), lambda d: wordings.home(d.source)),
    (QT_TRANSLATE_NOOP("SourceModel", "Meaning"), lambda d: wordings.meaning(d.source)),
    (QT_TRANSLATE_NOOP("SourceModel", "Files"), lambda d: wordings.fare(d.fare)[1]),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """One source that is not written yet; `fare` is how it fares, an error, or None while that is not known."""

    number: int
    source: Source
    fare: Suggestion | Exception | None = None

    @property
    def is_sound(self) -> bool:
        """Whether it can be written: its rows can be read and told apart."""
        return isinstance(self.fare, Suggestion) and bool(self.source.key)


class SourceModel(QAbstractTableModel):
    """A handful of drafts, each with a number of its own."""

    def __init__(self, icons: Icons, themes: Themes) -> None:
        super().__init__()
        self._icons = icons
        self._themes = themes
        self._next = 0
        self.drafts: list[Draft] = []

    def show(self, found: Sequence[Suggestion]) -> None:
        """Replaces them all by what was guessed."""
        self.beginResetModel()
        self.drafts = [Draft(self._number(), one.source, one) for one in found]
        self.endResetModel()

    def show_sources(self, sources: Sequence[Source]) -> None:
        """Replaces them all by sources of which it is not known yet how they fare."""
        self.beginResetModel()
        self.drafts = [Draft(self._number(), source) for source in sources]
        self.endResetModel()

    def add(self, source: Source) -> Draft:
        """One more, at the end."""
        draft = Draft(self._number(), source)
        self.beginInsertRows(_NOWHERE, len(self.drafts), len(self.drafts))
        self.drafts.append(draft)
        self.endInsertRows()
        return draft

    def remove(self, row: int) -> None:
        """Takes one away."""
        self.beginRemoveRows(_NOWHERE, row, row)
        del self.drafts[row]
        self.endRemoveRows()

    def put(self, row: int, source: Source) -> Draft:
        """Changes a draft; how it fares is then unknown."""
        return self._set(row, replace(self.drafts[row], source=source, fare=None))

    def describe(self, row: int, *, describes: bool) -> Draft:
        """Changes what rows mean; what they name stays as it is."""
        draft = self.drafts[row]
        return self._set(row, replace(draft, source=replace(draft.source, describes=describes)))

    def say_fare(self, number: int, fare: Suggestion | Exception) -> Draft | None:
        """Takes the answer for the draft of this number, if it is still there."""
        for row, draft in enumerate(self.drafts):
            if draft.number == number:
                key = fare.source.key if isinstance(fare, Suggestion) else draft.source.key
                return self._set(row, replace(draft, source=replace(draft.source, key=key), fare=fare))
        return None

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.drafts)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return self.tr(_COLUMNS[section][0]) if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        draft = self.drafts[index.row()]
        icon, _, tone = wordings.fare(draft.fare)
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return _COLUMNS[index.column()][1](draft)
            case Qt.ItemDataRole.DecorationRole if index.column() == STATE:
                return self._icons.icon(icon, tone)
            case Qt.ItemDataRole.ForegroundRole if index.column() == STATE:
                return QColor(self._themes.current.colours()[tone])
        return None

    def _number(self) -> int:
        self._next += 1
        return self._next

    def _set(self, row: int, draft: Draft) -> Draft:
        self.drafts[row] = draft
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(_COLUMNS) - 1))
        return draft


def distinct(sources: Sequence[Source]) -> tuple[Source, ...]:
    """The same, with another name where two have one: runs and accepted doubts know sources by their names."""
    found: list[Source] = []
    for source in sources:
        taken = {other.name for other in found}
        forms = itertools.chain(
            (source.name, f"{source.table}.{source.columns[0].name}"),
            (f"{source.table}#{number}" for number in itertools.count(2)),
        )
        found.append(replace(source, name=next(form for form in forms if form not in taken)))
    return tuple(found)
