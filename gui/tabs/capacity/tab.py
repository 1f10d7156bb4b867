"""The Capacity tab: cards, every bucket as a bar, one bucket over time and in parts, and the table of all of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer
from PySide6.QtWidgets import QDialog, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from core.capacity.models import Breakdown, BucketUse, Capacity
from core.changes import Change
from core.errors import CoreError
from gui.dialogs import choose_new_file, finished
from gui.drop_tab import DropTab
from gui.dropping import choose_and_upload, clear_family, files_in, upload
from gui.table import Table
from gui.table_model import TableModel
from gui.tabs.capacity import emptiness, family_editing
from gui.tabs.capacity.bars_panel import BarsPanel
from gui.tabs.capacity.bucket_actions import BucketActions
from gui.tabs.capacity.bucket_acts import bytes_and_objects
from gui.tabs.capacity.bucket_panel import AGES, FOLDERS, TIME, TYPES, BucketPanel
from gui.tabs.capacity.cards import Cards
from gui.tabs.capacity.columns import BUCKET_KEYS, bucket_columns
from gui.tabs.capacity.exports import export_buckets
from gui.tabs.capacity.headings import heading_of
from gui.tabs.capacity.measuring import start_measuring
from gui.tabs.capacity.ranges import Ranges
from gui.tabs.capacity.report import Page, write_report
from gui.tabs.capacity.report_page import page_of
from gui.tabs.capacity.series import MOST_BARS
from gui.tabs.capacity.what_if import WhatIfDialog
from gui.theme import GAP, GAP_SMALL
from gui.widgets.chart.export import say_written
from gui.widgets.chart.loading import load_charts
from gui.widgets.empty_state import EmptyState
from gui.widgets.heading import Heading
from gui.widgets.held_rows import HeldRows
from gui.widgets.split import beside

if TYPE_CHECKING:
    from core.engine import Engine

_TOLD_BY = Change.CAPACITY | Change.INVENTORY | Change.PROFILES
_CHARTS_PX, _TABLE_PX = 380, 190
_NEED_NUMBERS = ("what_if", "capacity_report", "export_buckets")


class CapacityTab(DropTab):
    """Asks the engine, and lets each part show its share of the answer."""

    def build(self) -> None:
        self.capacity: Capacity | None = None
        self.chosen = ""
        self._known: dict[str, Breakdown] = {}
        desk = self.desk
        self.heading = Heading()
        self.ranges = self.heading.add(Ranges(desk.remembered))
        for command in ("measure", "what_if"):
            self.heading.add(desk.actions.button(command))
        self.main_button = self.heading.add(desk.actions.button("capacity_report", main=True))
        self.cards = Cards()
        self.bars = BarsPanel(desk)
        self.bucket = BucketPanel(desk)
        model: TableModel[BucketUse] = TableModel(
            desk.jobs, bucket_columns(desk.icons, desk.themes), "capacity", is_checkable=False
        )
        self.table: Table[BucketUse] = Table(desk.themes, model, self.tr("Buckets"))
        self.table.shown_columns.remember(desk.remembered, "columns.capacity")
        self.empty = EmptyState(desk.icons)
        self.acts = BucketActions(desk, lambda: self.use, lambda name: self.look_wanted.emit("review", name), self)
        self._lay_out()
        self.take_drops()
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
        for panel in (self.bars, self.bucket):
            panel.table_button.setChecked(True)
        yield "tables"
        for panel in (self.bars, self.bucket):
            panel.table_button.setChecked(False)
        for command in ("what_if", "change_limits", "edit_family", "estimate_bucket"):
            if self.desk.actions[command].isEnabled():
                self.desk.actions[command].trigger()
                yield command.replace("_", "-")
                for dialog in self.desk.window.findChildren(QDialog):
                    dialog.reject()
        self._on_menu_wanted(self.bars.mapToGlobal(self.bars.rect().topLeft()))
        yield "menu"
        self.acts.close_menu()

    def paths_of(self, data: QMimeData) -> Sequence[Path]:
        return files_in(data)

    def goes_to(self) -> str:
        engine = self.desk.engine
        family = clear_family(engine.profile, self.use) if engine is not None else None
        return family.name if family else ""

    def take(self, paths: Sequence[Path]) -> None:
        self.desk.jobs.ask(upload(self.desk, paths, self.use))

    def _lay_out(self) -> None:
        charts = beside(self.bars, self.bucket)
        self.parts = QSplitter(Qt.Orientation.Vertical)
        self.parts.setHandleWidth(GAP_SMALL)
        self.parts.setChildrenCollapsible(False)
        for part, stretch in ((charts, 3), (self.table, 1)):
            self.parts.addWidget(part)
            self.parts.setStretchFactor(self.parts.indexOf(part), stretch)
        self.parts.setSizes([_CHARTS_PX, _TABLE_PX])
        self.table.setMinimumHeight(90)
        charts.setMinimumHeight(160)
        self._full = QWidget()
        inside = QVBoxLayout(self._full)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(GAP)
        inside.addWidget(self.cards)
        inside.addWidget(self.parts, 1)
        self.places = QStackedWidget()
        self.places.addWidget(self._full)
        self.places.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP_SMALL)
        column.setSpacing(GAP)
        column.addWidget(self.heading)
        column.addWidget(self.places, 1)

    def _bind(self) -> None:
        actions, ask = self.desk.actions, self.desk.jobs.ask
        actions.bind("measure", lambda: start_measuring(self.desk))
        actions.bind("export_buckets", self._on_export_triggered)
        actions.bind("what_if", self._on_what_if_triggered)
        actions.bind("capacity_report", lambda: ask(self._report()))
        actions.bind("edit_family", lambda: ask(family_editing.edit(self.desk, self.chosen, self._buckets)))
        actions.bind("upload_files", lambda: ask(choose_and_upload(self.desk, self.use)))
        for command in _NEED_NUMBERS:
            actions.enable(command, False)
        self.ranges.currentIndexChanged.connect(lambda _: self._ask_history())
        self.table.menu_wanted.connect(self._on_menu_wanted)
        self.bars.bucket_chosen.connect(self.choose)
        self.bucket.wanted.connect(self._ask_breakdown)
        self.table.current_changed.connect(self._on_table_current_changed)
        self.table.rows.filled.connect(self._go_to_chosen)
        self.table.rows.arrived.connect(lambda _: self._on_table_current_changed(self.table.currentIndex().row()))
        self.desk.icons.loaded.connect(self.table.viewport().update)
        self.desk.themes.changed.connect(self.table.viewport().update)

    def _on_charts_loaded(self) -> None:
        self.bars.charts_are_there()
        QTimer.singleShot(0, self.bucket.charts_are_there)  # a chart at a time

    async def _look(self, engine: Engine) -> None:
        """The numbers first, then the charts, then what the fullest buckets are made of, one after the other. Between
        them the window has its turn: each chart takes some 30 ms when it is drawn for the first time."""
        found = await engine.capacity()
        self._show(found)
        if found.at is None or not found.buckets:
            return
        await asyncio.sleep(0)
        self.bars.show_buckets(found.buckets, self._known)
        await asyncio.sleep(0)
        self._show_chosen()
        shown = found.buckets if len(found.buckets) <= MOST_BARS else found.buckets[: MOST_BARS - 1]
        unknown = [use.name for use in shown if use.name not in self._known]
        for name in unknown:
            try:
                self._known[name] = await engine.breakdown(name)
            except CoreError:
                continue  # not scanned yet: its bar says so
        if unknown:
            self.bars.show_buckets(found.buckets, self._known)

    def _show(self, found: Capacity) -> None:
        self.capacity = found
        profile = self.desk.engine.profile if self.desk.engine is not None else None
        self.heading.say(*heading_of(found, profile))
        for command in _NEED_NUMBERS:
            self.desk.actions.enable(command, found.at is not None and bool(found.buckets))
        if found.at is None or not found.buckets:
            self.chosen = ""
            self._say_empty()
            return
        focused = self.window().focusWidget()
        if focused is not None and self.empty.isAncestorOf(focused):
            self.table.setFocus()  # that is what the button of an empty tab led to
        self.places.setCurrentWidget(self._full)
        self.cards.show_capacity(found)
        if self.chosen not in {use.name for use in found.buckets}:
            self.chosen = found.buckets[0].name
        self.table.rows.show(HeldRows(found.buckets, BUCKET_KEYS))

    def _say_empty(self) -> None:
        self.places.setCurrentWidget(self.empty)
        self.acts.update()
        if self.desk.engine is None or self.capacity is None:
            self.heading.say(*heading_of(None, None))
            emptiness.say_opening(self.empty, self.desk)
        elif not self.capacity.buckets:
            emptiness.say_no_buckets(self.empty, self.desk)
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

    @property
    def _buckets(self) -> Sequence[BucketUse]:
        return self.capacity.buckets if self.capacity is not None else ()

    def _show_chosen(self) -> None:
        use = self.use
        self.bucket.show_bucket(use)
        self.acts.update()
        if use is not None:
            self.selection_said.emit(f"{use.name}: {bytes_and_objects(use)}")
            self._ask_history()
            self._ask_breakdown(self.bucket.folder)

    def _ask_history(self) -> None:
        engine, use = self.desk.engine, self.use
        if engine is not None and use is not None:
            ahead = self.ranges.days_ahead
            self.desk.jobs.ask(
                engine.bucket_history(use.name, self.ranges.since),
                lambda samples: self.bucket.show_history(samples, ahead),
                newest="capacity.history",
            )

    def _ask_breakdown(self, folder: str) -> None:
        engine, use = self.desk.engine, self.use
        if engine is not None and use is not None:
            self.desk.jobs.ask(
                engine.breakdown(use.name, folder),
                lambda found: self.bucket.show_breakdown(found, folder),
                newest="capacity.breakdown",
                failed=lambda error: self.bucket.show_breakdown(None, "", str(error)),
            )

    def _on_what_if_triggered(self) -> None:
        if self.capacity is not None:
            self.desk.jobs.ask(finished(WhatIfDialog(self.desk, self.capacity)))

    def _on_menu_wanted(self, place: QPoint) -> None:
        self.acts.open_menu(place, self.table.copy, self.table.column_menu(), self)

    async def _report(self) -> None:
        await load_charts()
        if self.capacity is None:
            return
        asked = self.tr("Save the report")
        name = f"capacity-{datetime.now().astimezone():%Y-%m-%d}.pdf"
        path = await choose_new_file(self.desk.window, asked, name, ("PDF (*.pdf)",))
        page = self._page() if path is not None else None
        if path is not None and page is not None:
            write_report(path, page)
            say_written(self.desk, path)

    def _page(self) -> Page | None:
        """The report of what is known now."""
        found, bucket = self.capacity, self.bucket
        if found is None:
            return None
        return page_of(self.desk, found, self._known, self.cards.all, self.use, bucket.samples, bucket.days_ahead)

    def _on_export_triggered(self) -> None:
        if self.capacity is not None:
            self.desk.jobs.ask(export_buckets(self.desk, self.capacity.buckets))
