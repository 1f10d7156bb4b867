"""The row of tabs and what stands below it; a tab is made when it is first shown and refreshed when it is seen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from core.changes import Change
from gui import words
from gui.desk import Desk
from gui.tab import EVERYTHING, Tab
from gui.tabs import TabPlace
from gui.theme import GAP, GAP_SMALL

_NOTHING = Change(0)


class TabStack(QWidget):
    """Holds the tabs by id; `shown` comes with the id of the tab that is now seen."""

    shown = Signal(str)
    selection_said = Signal(str)

    def __init__(self, places: Sequence[TabPlace], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.places = places
        self._desk: Desk | None = None
        self._tabs: dict[str, Tab] = {}
        self._stale: dict[str, Change] = {}
        self._said: dict[str, str] = {}
        self.bar = QTabBar(drawBase=False, expanding=False, documentMode=True)
        self.bar.setAccessibleName(self.tr("Tabs"))
        self.bar.setElideMode(Qt.TextElideMode.ElideNone)
        for place in places:
            self.bar.addTab(place.title)
        self.stack = QStackedWidget()
        self.stack.addWidget(QWidget())
        self._row = QHBoxLayout()
        self._row.setContentsMargins(GAP_SMALL, 0, GAP, 0)
        self._row.addWidget(self.bar)
        self._row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._row)
        self._column = column
        column.addWidget(self.stack, 1)
        self.bar.currentChanged.connect(self._on_bar_current_changed)

    @property
    def current(self) -> Tab | None:
        """The tab that is seen; None until the tabs are filled."""
        return self._tabs.get(self.current_id)

    @property
    def current_id(self) -> str:
        """The id of the tab that is seen."""
        return self.places[self.bar.currentIndex()].id

    def add_corner(self, widget: QWidget) -> None:
        """Puts a widget at the right end of the row."""
        self._row.addWidget(widget)

    def add_below_row(self, widget: QWidget) -> None:
        """Puts a widget between the row and what the tab shows."""
        self._column.insertWidget(1, widget)

    def fill(self, desk: Desk) -> None:
        """Makes and shows the current tab; before this the row stands over empty space, which paints fast."""
        self._desk = desk
        self._show_current()
        tab = self.current
        if tab is not None and tab.panes():
            tab.panes()[0].setFocus()  # keys should work at once, and in the tab

    def go(self, tab_id: str) -> None:
        """Shows a tab."""
        self.bar.setCurrentIndex([place.id for place in self.places].index(tab_id))

    def say_count(self, tab_id: str, count: int | None) -> None:
        """Shows a number beside a tab's title; none for None."""
        index = [place.id for place in self.places].index(tab_id)
        title = self.places[index].title
        self.bar.setTabText(index, title if count is None else f"{title}  {words.number(count)}")
        self._row.activate()  # at once: until the next pass of the layout a longer text would be cut off

    def spread(self, change: Change) -> None:
        """Refreshes the tab that is seen now, and the others when they are seen."""
        for tab_id in self._tabs:
            self._stale[tab_id] = self._stale.get(tab_id, _NOTHING) | change
        self._refresh_current()

    def _on_bar_current_changed(self) -> None:
        if self._desk is not None:
            self._show_current()

    def _show_current(self) -> None:
        assert self._desk is not None
        tab_id = self.current_id
        if tab_id not in self._tabs:
            tab = self.places[self.bar.currentIndex()].make(self._desk)
            tab.count_said.connect(lambda count, key=tab_id: self.say_count(key, count))
            tab.build()
            tab.selection_said.connect(lambda text, key=tab_id: self._on_tab_selection_said(key, text))
            tab.look_wanted.connect(self._on_tab_look_wanted)
            self.stack.addWidget(tab)
            self._tabs[tab_id] = tab
            self._stale[tab_id] = EVERYTHING
        self.stack.setCurrentWidget(self._tabs[tab_id])
        self.shown.emit(tab_id)
        self.selection_said.emit(self._said.get(tab_id, ""))
        self._refresh_current()

    def _refresh_current(self) -> None:
        tab = self.current
        change = self._stale.get(self.current_id, _NOTHING)
        if tab is not None and change:
            self._stale[self.current_id] = _NOTHING
            tab.refresh(change)

    def _on_tab_look_wanted(self, tab_id: str, bucket: str) -> None:
        self.go(tab_id)
        if self.current is not None:
            self.current.look_at(bucket)

    def _on_tab_selection_said(self, tab_id: str, text: str) -> None:
        self._said[tab_id] = text
        if tab_id == self.current_id:
            self.selection_said.emit(text)
