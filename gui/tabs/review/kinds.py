"""What the Review tab can show: the kinds of finding, the states that wait, and the inventory itself."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from core.models import FindingFilter, Kind, Repair, State
from gui import words
from gui.icons import Icons
from gui.theme import ROW_HEIGHT
from gui.translation import QT_TRANSLATE_NOOP, translate
from gui.widgets.keyed_item import KeyedItem

FINDINGS, OBJECTS, ROWS = "findings", "objects", "rows"
ABOUT_OBJECTS = (Kind.FILE_WITHOUT_ROW, Kind.DUPLICATE_CONTENT, Kind.OVER_AGE)
"""Kinds of finding that no row belongs to."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One entry of the list: what it shows, and the repair that its main button offers (None: the usual one)."""

    id: str
    text: str
    icon: str
    shows: str = FINDINGS
    kind: Kind | None = None
    state: State | None = State.OPEN
    section: int = 0
    others: tuple[Repair, ...] = ()

    @property
    def title(self) -> str:
        """The name in the language of the window."""
        return translate("Shelves", self.text)

    def holds(self, kind: Kind, state: State) -> bool:
        """Whether findings of this kind in this state are shown here."""
        return self.shows == FINDINGS and self.kind in (None, kind) and self.state in (None, state)

    @property
    def filter(self) -> FindingFilter:
        """Which findings it shows."""
        return FindingFilter(
            kinds=(self.kind,) if self.kind else (),
            states=(self.state,) if self.state else (),
        )


def _kind(kind: Kind, text: str, icon: str, *others: Repair) -> Shelf:
    return Shelf(kind.value, text, icon, kind=kind, others=others)


SHELVES = (
    _kind(
        Kind.FILE_WITHOUT_ROW,
        QT_TRANSLATE_NOOP("Shelves", "Files without row"),
        "file-x",
        Repair.INSERT,
        Repair.ARCHIVE,
    ),
    _kind(
        Kind.ROW_WITHOUT_FILE,
        QT_TRANSLATE_NOOP("Shelves", "Rows without file"),
        "rows",
        Repair.MARK_ERROR,
        Repair.DELETE,
        Repair.CLEAR,
    ),
    _kind(Kind.WRONG_PREFIX, QT_TRANSLATE_NOOP("Shelves", "Wrong prefix"), "folder-notch"),
    _kind(
        Kind.STALE_METADATA,
        QT_TRANSLATE_NOOP("Shelves", "Stale metadata"),
        "clock-counter-clockwise",
        Repair.MARK_PENDING,
    ),
    _kind(Kind.DUPLICATE_CONTENT, QT_TRANSLATE_NOOP("Shelves", "Duplicate content"), "copy", Repair.MERGE),
    _kind(Kind.LINK_MISSING, QT_TRANSLATE_NOOP("Shelves", "Links missing"), "link-break"),
    _kind(Kind.LINK_EXPIRED, QT_TRANSLATE_NOOP("Shelves", "Links expired"), "link-simple-break"),
    _kind(Kind.LINK_EXPIRING, QT_TRANSLATE_NOOP("Shelves", "Links expiring"), "timer"),
    _kind(Kind.OVER_AGE, QT_TRANSLATE_NOOP("Shelves", "Over age"), "calendar-x"),
    Shelf("unproven", QT_TRANSLATE_NOOP("Shelves", "Unproven"), "question", state=State.UNPROVEN, section=1),
    Shelf("young", QT_TRANSLATE_NOOP("Shelves", "Too young"), "hourglass-medium", state=State.YOUNG, section=1),
    Shelf("kept", QT_TRANSLATE_NOOP("Shelves", "Kept"), "push-pin", state=State.KEPT, section=1),
    Shelf(OBJECTS, QT_TRANSLATE_NOOP("Shelves", "All objects"), "image", OBJECTS, state=None, section=2),
    Shelf(ROWS, QT_TRANSLATE_NOOP("Shelves", "All rows"), "table", ROWS, state=None, section=2),
)

Totals = dict[tuple[Kind, State], int]


def count_of(shelf: Shelf, totals: Totals) -> int:
    """How many findings an entry shows."""
    return sum(number for (kind, state), number in totals.items() if shelf.holds(kind, state))


class ShelfList(QListWidget):
    """The entries with their counts; `chosen` tells the one that is looked at."""

    chosen = Signal(object)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._places: dict[str, QListWidgetItem] = {}
        self.setAccessibleName(self.tr("Kinds of finding"))
        self.setProperty("role", "sidebar")
        self.setItemDelegate(KeyedItem(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(QSize(16, 16))
        section = 0
        for shelf in SHELVES:
            if shelf.section != section:
                self._add_gap()
                section = shelf.section
            item = QListWidgetItem(shelf.title)
            item.setData(Qt.ItemDataRole.UserRole, shelf)
            item.setSizeHint(QSize(0, ROW_HEIGHT + 2))
            self.addItem(item)
            self._places[shelf.id] = item
        self.currentItemChanged.connect(self._on_current_item_changed)
        icons.loaded.connect(self._draw_icons)
        self._draw_icons()

    @property
    def shelf(self) -> Shelf:
        """The entry that is looked at."""
        item = self.currentItem()
        found = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        return found if isinstance(found, Shelf) else SHELVES[0]

    def go_to(self, shelf_id: str) -> None:
        """Looks at an entry."""
        self.setCurrentItem(self._places[shelf_id])

    def item_of(self, shelf_id: str) -> QListWidgetItem:
        """The line of an entry."""
        return self._places[shelf_id]

    def say(self, counts: dict[str, int]) -> None:
        """Shows the numbers, by entry."""
        for shelf_id, item in self._places.items():
            number = counts.get(shelf_id, 0)
            item.setData(KeyedItem.KEY, words.number(number))
            shelf = item.data(Qt.ItemDataRole.UserRole)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{shelf.title}, {words.number(number)}")

    def _add_gap(self) -> None:
        gap = QListWidgetItem()
        gap.setFlags(Qt.ItemFlag.NoItemFlags)
        gap.setSizeHint(QSize(0, 12))
        self.addItem(gap)

    def _draw_icons(self) -> None:
        for item in self._places.values():
            shelf = item.data(Qt.ItemDataRole.UserRole)
            item.setIcon(self._icons.icon(shelf.icon))

    def _on_current_item_changed(self, current: QListWidgetItem | None) -> None:
        if current is not None and isinstance(current.data(Qt.ItemDataRole.UserRole), Shelf):
            self.chosen.emit(self.shelf)
