"""Which columns of a table are seen, how wide and in which order: by contents at first, then as somebody left them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHeaderView, QMenu

from gui.theme import GAP, GAP_LARGE, GAP_SMALL

if TYPE_CHECKING:
    from gui.remembered import Remembered
    from gui.table import Table

_PICTURE = 44
_BOX = 16
_ARROW = 14
_ROWS_MEASURED = 40
_LEAST_REST = 168  # some twenty letters of a key
T = TypeVar("T")


class TableColumns(QObject, Generic[T]):
    """`changed` says that somebody moved, widened or hid a column: `save` gives what is to be remembered."""

    changed = Signal()

    def __init__(self, table: Table[T]) -> None:
        super().__init__(table)
        self._table = table
        self._hidden: set[str] = set()  # by hand
        self._meaningless: set[str] = set()  # for the rows that are shown
        self._crowded: set[str] = set()  # because there is no room
        self._widths: set[str] = set()  # by hand
        self._natural: dict[str, int] = {}  # what each was made to fit, also while it is not seen
        self._is_fitting = False
        header = table.horizontalHeader()
        self.fit()
        header.sectionResized.connect(self._on_section_resized)
        header.sectionMoved.connect(lambda *_: self.changed.emit())

    def fit(self) -> None:
        """Makes the columns as wide as what they hold, but for those that somebody set; one takes what is left."""
        table = self._table
        header, metrics = table.horizontalHeader(), table.fontMetrics()
        self._is_fitting = True
        for section, column in enumerate(table.rows.columns):
            if column.stretches:
                header.setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)
            elif not column.title:
                header.resizeSection(section, _PICTURE + (_BOX + GAP_SMALL if table.rows.is_checkable else 0))
            elif column.id not in self._widths:
                pad = GAP_LARGE + (column.icon_px + GAP_SMALL if column.icon else 0)
                title = metrics.horizontalAdvance(column.title) + GAP + (_ARROW if column.sort else 0)
                samples = self._texts(section) or [column.sample]
                body = max(metrics.horizontalAdvance(text) for text in samples)
                most = metrics.horizontalAdvance(column.sample)
                self._natural[column.id] = max(title, min(body, most) + pad)
                header.resizeSection(section, self._natural[column.id])
        self._is_fitting = False
        self.make_room()

    def make_room(self) -> None:
        """Leaves columns out while the one that takes the rest would be too narrow to read."""
        table = self._table
        columns = table.rows.columns
        shown = {c.id: n for n, c in enumerate(columns) if c.id not in self._hidden | self._meaningless}
        widths = {i: self._natural.get(i, 0) or table.columnWidth(n) for i, n in shown.items()}
        widths |= {c.id: _LEAST_REST for c in columns if c.stretches and c.id in shown}
        yielding = sorted((c for c in columns if c.gives_way and c.id in shown), key=lambda c: c.gives_way)
        crowded: set[str] = set()
        for column in yielding:
            if sum(widths.values()) <= table.viewport().width():
                break
            crowded.add(column.id)
            del widths[column.id]
        if crowded != self._crowded:
            self._crowded = crowded
            self._apply()

    def show(self, column_id: str, shown: bool) -> None:
        """Shows or hides a column that means something only for some rows."""
        (self._meaningless.discard if shown else self._meaningless.add)(column_id)
        self._apply()
        self.make_room()

    def menu(self) -> QMenu:
        """A menu with a tick for each column that is seen; one of them always is."""
        menu = QMenu(self.tr("Columns"), self._table)
        offered = [c for c in self._table.rows.columns if c.title and c.id not in self._meaningless]
        seen = [column.id for column in offered if column.id not in self._hidden]
        for column in offered:
            entry = menu.addAction(column.title)
            entry.setCheckable(True)
            entry.setChecked(column.id in seen)
            entry.setEnabled(seen != [column.id])
            entry.toggled.connect(lambda on, column_id=column.id: self._on_toggled(column_id, on))
        menu.addSeparator()
        menu.addAction(self.tr("Widths that fit")).triggered.connect(self._on_fit_triggered)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def remember(self, remembered: Remembered, name: str) -> None:
        """Puts the columns as they were left under this name, and keeps from now on how they are left."""
        if saved := remembered.get(name):
            self.restore(saved)
        self.changed.connect(lambda: remembered.put(name, self.save()))

    def save(self) -> bytes:
        """Order, widths set by hand, and what is hidden."""
        header = self._table.horizontalHeader()
        places = {
            column.id: [
                header.visualIndex(n),
                header.sectionSize(n) if column.id in self._widths else 0,
                column.id in self._hidden,
            ]
            for n, column in enumerate(self._table.rows.columns)
        }
        return json.dumps(places).encode()

    def restore(self, saved: bytes) -> None:
        """Puts the columns where they were; what it does not know of them stays."""
        try:
            places = json.loads(saved)
        except ValueError:
            return
        header = self._table.horizontalHeader()
        ids = [column.id for column in self._table.rows.columns]
        known = sorted((places[i], ids.index(i)) for i in ids if i in places and len(places[i]) == 3)
        for (visual, width, hidden), section in known:
            header.moveSection(header.visualIndex(section), min(int(visual), header.count() - 1))
            if width > 0:
                header.resizeSection(section, int(width))
                self._widths.add(ids[section])
                self._natural[ids[section]] = int(width)
            if hidden:
                self._hidden.add(ids[section])
        self._apply()

    def _texts(self, section: int) -> list[str]:
        rows, column = self._table.rows, self._table.rows.columns[section]
        first = rows.known_rows(_ROWS_MEASURED)
        return [column.text(row) for row in first]

    def _apply(self) -> None:
        left_out = self._hidden | self._meaningless | self._crowded
        for section, column in enumerate(self._table.rows.columns):
            self._table.setColumnHidden(section, column.id in left_out)

    def _on_toggled(self, column_id: str, on: bool) -> None:
        (self._hidden.discard if on else self._hidden.add)(column_id)
        self._apply()
        self.changed.emit()

    def _on_fit_triggered(self) -> None:
        self._widths.clear()
        self.fit()
        self.changed.emit()

    def _on_section_resized(self, section: int, old: int, new: int) -> None:
        column = self._table.rows.columns[section]
        if self._is_fitting or column.stretches or not (old and new):  # 0: it was hidden or shown
            return
        self._widths.add(column.id)
        self._natural[column.id] = new
        self.changed.emit()
