"""The Capacity tab: cards, every bucket as a bar, one bucket over time and in parts, and the table of all of them."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from core.capacity.models import Breakdown, BucketUse, Capacity
from core.changes import Change
from core.errors import CoreError
from gui import words
from gui.dialogs import choose_new_file, finished
from gui.tab import Tab
from gui.table import Table
from gui.table_model import TableModel
from gui.tabs.capacity import emptiness, wording
from gui.tabs.capacity.bars_panel import BarsPanel
from gui.tabs.capacity.bucket_menu import open_menu
from gui.tabs.capacity.bucket_panel import AGES, FOLDERS, TIME, TYPES, BucketPanel
from gui.tabs.capacity.cards import Cards, stored_bytes
from gui.tabs.capacity.columns import BUCKET_KEYS, bucket_columns
from gui.tabs.capacity.exports import export_buckets, say_written
from gui.tabs.capacity.measuring import start_measuring
from gui.tabs.capacity.report import Page, write_report
from gui.tabs.capacity.series import MOST_BARS
from gui.tabs.capacity.what_if import WhatIfDialog
from gui.theme import GAP, GAP_SMALL
from gui.widgets.empty_state import EmptyState
from gui.widgets.heading import Heading
from gui.widgets.held_rows import HeldRows

if TYPE_CHECKING:
    from core.engine import Engine

_TOLD_BY = Change.CAPACITY | Change.INVENTORY | Change.PROFILES
_RANGES = (30, 90, 365, 0)
_FIRST_RANGE = 1
_AHEAD = {30: 10, 90: 30, 365: 120, 0: 180}
_CHARTS_PX, _TABLE_PX = 380, 190


async def load_charts() -> None:
    """Imports the charts in a thread: it takes a second, in which the window should stay awake."""
    await asyncio.to_thread(importlib.import_module, "gui.widgets.chart.course")
    await asyncio.to_thread(importlib.import_module, "gui.widgets.chart.bars")


class CapacityTab(Tab):
    """Asks the engine, and lets each part show its share of the answer."""

    def build(self) -> None:
        self.capacity: Capacity | None = None
        self.chosen = ""
        self._known: dict[str, Breakdown] = {}
        desk = self.desk
        self.heading = Heading()
        self.ranges = self.heading.add(self._make_ranges())
        self.heading.add(desk.actions.button("measure"))
        self.heading.add(desk.actions.button("what_if"))
        self.main_button = self.heading.add(desk.actions.button("capacity_report", main=True))
        self.cards = Cards()
        self.bars = BarsPanel(desk)
        self.bucket = BucketPanel(desk)
        model: TableModel[BucketUse] = TableModel(
            desk.jobs, bucket_columns(desk.icons, desk.themes), "capacity", is_checkable=False
        )
        self.table: Table[BucketUse] = Table(desk.themes, model, self.tr("Buckets"))
        self.empty = EmptyState(desk.icons)
        self._lay_out()
        self._bind()
        self._say_empty()
        desk.jobs.ask(load_charts(), lambda _: self._on_charts_loaded(), newest="capacity.charts")

    def refresh(self, change: Change) -> None:
        engine = self.desk.engine
        if engine is None:
            self.capacity, self._known, self.chosen = None, {}, ""
            self.table.rows.show(None)
            self.bucket.show_bucket(None)
            self._say_empty()
            return
        if change & Change.INVENTORY:
            self._known = {}
        if change & _TOLD_BY:
            self.desk.jobs.ask(self._look(engine), newest="capacity", failed=self._on_failed)

    def panes(self) -> Sequence[QWidget]:
        if self.capacity is None or not self.capacity.buckets:
            return (self.empty,)
        return (self.ranges, self.bars.shown, self.bucket.shown, self.table)

    def step_back(self) -> bool:
        if self.bucket.folder:
            self.bucket.go_up()
            return True
        return False

    async def stops(self) -> AsyncIterator[str]:
        yield ""
        for view in (TYPES, FOLDERS, AGES):
            self.bucket.show_view(view)
            yield view
        self.bucket.show_view(TIME)
        self.bars.table_button.setChecked(True)
        self.bucket.table_button.setChecked(True)
        yield "tables"
        self._on_what_if_triggered()
        yield "what-if"
        for dialog in self.desk.window.findChildren(WhatIfDialog):
            dialog.reject()
        self.bars.table_button.setChecked(False)
        self.bucket.table_button.setChecked(False)

    def _make_ranges(self) -> QComboBox:
        ranges = QComboBox()
        ranges.setAccessibleName(self.tr("Time that is looked back on"))
        said = (self.tr("Last 30 days"), self.tr("Last 90 days"), self.tr("Last year"), self.tr("All of it"))
        for days, text in zip(_RANGES, said, strict=True):
            ranges.addItem(text, days)
        ranges.setCurrentIndex(_FIRST_RANGE)
        ranges.currentIndexChanged.connect(lambda _: self._ask_history())
        return ranges

    def _lay_out(self) -> None:
        charts = QWidget()
        row = QHBoxLayout(charts)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP + GAP_SMALL)
        row.addWidget(self.bars, 1)
        row.addWidget(self.bucket, 1)
        self.parts = QSplitter(Qt.Orientation.Vertical)
        self.parts.setHandleWidth(GAP_SMALL)
        self.parts.setChildrenCollapsible(False)
        self.parts.addWidget(charts)
        self.parts.addWidget(self.table)
        self.parts.setStretchFactor(0, 3)
        self.parts.setStretchFactor(1, 1)
        self.parts.setSizes([_CHARTS_PX, _TABLE_PX])
        self.table.setMinimumHeight(90)
        charts.setMinimumHeight(160)
        full = QWidget()
        inside = QVBoxLayout(full)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(GAP)
        inside.addWidget(self.cards)
        inside.addWidget(self.parts, 1)
        self.places = QStackedWidget()
        self.places.addWidget(full)
        self.places.addWidget(self.empty)
        self._full = full
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP_SMALL)
        column.setSpacing(GAP)
        column.addWidget(self.heading)
        column.addWidget(self.places, 1)

    def _bind(self) -> None:
        actions = self.desk.actions
        actions.bind("measure", lambda: start_measuring(self.desk))
        actions.bind("export_buckets", self._on_export_triggered)
        actions.bind("what_if", self._on_what_if_triggered)
        actions.bind("capacity_report", lambda: self.desk.jobs.ask(self._report()))
        for command in ("what_if", "capacity_report", "export_buckets"):
            actions.enable(command, False)
        self.table.menu_wanted.connect(lambda place: open_menu(self.desk, self, self.use, place))
        self.bars.bucket_chosen.connect(self.choose)
        self.bucket.wanted.connect(self._ask_breakdown)
        self.table.current_changed.connect(self._on_table_current_changed)
        self.table.rows.filled.connect(self._go_to_chosen)
        self.table.rows.arrived.connect(lambda _: self._on_table_current_changed(self.table.currentIndex().row()))
        self.desk.icons.loaded.connect(self.table.viewport().update)
        self.desk.themes.changed.connect(self.table.viewport().update)

    def _on_charts_loaded(self) -> None:
        self.bars.charts_are_there()
        self.bucket.charts_are_there()

    async def _look(self, engine: Engine) -> None:
        """The numbers first, then what the fullest buckets are made of, one after the other."""
        found = await engine.capacity()
        self._show(found)
        if found.at is None:
            return
        shown = found.buckets if len(found.buckets) <= MOST_BARS else found.buckets[: MOST_BARS - 1]
        for use in shown:
            if use.name not in self._known:
                try:
                    self._known[use.name] = await engine.breakdown(use.name)
                except CoreError:
                    continue  # not scanned yet: its bar says so
        self.bars.show_buckets(found.buckets, self._known)

    def _show(self, found: Capacity) -> None:
        self.capacity = found
        self._say_heading(found)
        for command in ("what_if", "capacity_report", "export_buckets"):
            self.desk.actions.enable(command, found.at is not None and bool(found.buckets))
        if found.at is None or not found.buckets:
            self._say_empty()
            return
        self.places.setCurrentWidget(self._full)
        self.cards.show_capacity(found)
        self.bars.show_buckets(found.buckets, self._known)
        if self.chosen not in {use.name for use in found.buckets}:
            self.chosen = found.buckets[0].name
        self.table.rows.show(HeldRows(found.buckets, BUCKET_KEYS))
        self._show_chosen()

    def _say_heading(self, found: Capacity) -> None:
        engine = self.desk.engine
        if engine is None or found.at is None or not found.buckets:
            self.heading.say(self.tr("Capacity"), "")
            return
        room = sum(use.capacity_bytes for use in found.buckets)
        title = self.tr("%1 of %2 used").replace("%1", words.size(stored_bytes(found)))
        urgent = min(found.buckets, key=lambda use: _urgency(use))
        measured = self.tr("measured %1").replace("%1", words.clock(found.at))
        self.heading.say(
            title.replace("%2", words.size(room)), f"{wording.outlook(urgent, engine.profile)} · {measured}"
        )

    def _say_empty(self) -> None:
        self.places.setCurrentWidget(self.empty)
        if self.desk.engine is None or self.capacity is None:
            self.heading.say(self.tr("Capacity"), "")
            emptiness.say_opening(self.empty, self.desk)
        elif not self.capacity.buckets:
            emptiness.say_no_buckets(self.empty)
        else:
            emptiness.say_never_measured(self.empty, self.desk)

    def _on_failed(self, error: Exception) -> None:
        """What was measured before stays in sight; without any, the tab says why there is nothing."""
        if self.capacity is None or self.capacity.at is None:
            self.places.setCurrentWidget(self.empty)
            emptiness.say_failed(self.empty, self.desk, error)
        else:
            self.heading.subtitle.setText(str(error))

    def choose(self, name: str) -> None:
        """Looks closer at a bucket."""
        if self.chosen != name:
            self.chosen = name
            self._go_to_chosen()
            self._show_chosen()

    def _go_to_chosen(self) -> None:
        found = self.capacity
        if found is None:
            return
        names = {use.name: number for number, use in enumerate(found.buckets)}
        number = names.get(self.chosen)
        numbers = self.table.rows.row_numbers
        if number is not None and number in numbers:
            self.table.go_to(numbers.index(number))

    def _on_table_current_changed(self, row: int) -> None:
        use = self.table.rows.at(row) if row >= 0 else None
        if use is not None:
            self.choose(use.name)

    @property
    def use(self) -> BucketUse | None:
        """The bucket that is looked at closer."""
        found = self.capacity
        return next((use for use in found.buckets if use.name == self.chosen), None) if found else None

    def _show_chosen(self) -> None:
        use = self.use
        self.bucket.show_bucket(use)
        if use is not None:
            said = self.tr("%1: %2 in %3 objects").replace("%2", words.size(use.bytes))
            self.selection_said.emit(said.replace("%3", words.number(use.objects)).replace("%1", use.name))
            self._ask_history()
            self._ask_breakdown(self.bucket.folder)

    def _ask_history(self) -> None:
        engine, use = self.desk.engine, self.use
        if engine is None or use is None:
            return
        days = int(self.ranges.currentData())
        now = datetime.now().astimezone()
        since = now - timedelta(days=days) if days else datetime(1970, 1, 2).astimezone()
        self.desk.jobs.ask(
            engine.bucket_history(use.name, since),
            lambda samples: self.bucket.show_history(samples, _AHEAD[days]),
            newest="capacity.history",
        )

    def _ask_breakdown(self, folder: str) -> None:
        engine, use = self.desk.engine, self.use
        if engine is None or use is None:
            return
        self.desk.jobs.ask(
            engine.breakdown(use.name, folder),
            lambda found: self.bucket.show_breakdown(found, folder),
            newest="capacity.breakdown",
            failed=lambda error: self.bucket.show_breakdown(None, "", str(error)),
        )

    def _on_what_if_triggered(self) -> None:
        if self.capacity is not None:
            self.desk.jobs.ask(finished(WhatIfDialog(self.desk, self.capacity)))

    async def _report(self) -> None:
        page = self._page()
        asked = self.tr("Save the report")
        name = f"capacity-{datetime.now().astimezone():%Y-%m-%d}.pdf"
        path = await choose_new_file(self.desk.window, asked, name, ("PDF (*.pdf)",)) if page else None
        if path is not None and page is not None:
            write_report(path, page)
            say_written(self.desk, path)

    def _page(self) -> Page | None:
        """The report of what is shown; its charts are drawn for white paper."""
        engine, found = self.desk.engine, self.capacity
        if engine is None or found is None or found.at is None:
            return None
        charts = [(self.bars.title.text(), self.bars.chart), (self.chosen, self.bucket.course)]
        drawn = [(title, chart.size(), chart.paint_on) for title, chart in charts if chart is not None]
        title, outlook = self.heading.title.text(), self.heading.subtitle.text()
        return Page(engine.profile.name, title, outlook, found, self.cards.all, drawn)

    def _on_export_triggered(self) -> None:
        if self.capacity is not None:
            self.desk.jobs.ask(export_buckets(self.desk, self.capacity.buckets))


def _urgency(use: BucketUse) -> tuple[float, float]:
    """What is past a threshold first, the fullest of it; then what reaches one soonest."""
    if use.share >= use.overflow_at:
        return -use.share, 0.0
    span = use.forecast.overflow
    soon = float("inf") if span is None else (span.middle or span.earliest).total_seconds()
    return (0.0, soon) if use.forecast.enough else (1.0, -use.share)
