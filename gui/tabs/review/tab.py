"""The Review tab: findings by kind, a table of any length, the evidence beside it, and the way to a repair."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QDialog, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from core.changes import Change
from core.models import Finding, Kind, Repair, Selection
from core.profiles import Profile
from core.status import Status
from gui.retention import open_retention
from gui.tab import Tab
from gui.tabs.review import headings, offers, wording
from gui.tabs.review.columns import picture_of
from gui.tabs.review.details import Details, Item, Step
from gui.tabs.review.kinds import FINDINGS, ROWS, SHELVES, Shelf, ShelfList, count_of
from gui.tabs.review.middle import Middle
from gui.tabs.review.repairs import Repairs
from gui.theme import GAP, GAP_SMALL
from gui.widgets.buttons import main_button
from gui.widgets.heading import Heading
from gui.widgets.large_picture import LargePicture

if TYPE_CHECKING:
    from core.engine import Engine

_SHELVES_WIDTH = 200


class ReviewTab(Tab):
    """Wires the three panes to the engine; each pane knows how to show, the tab knows what."""

    def build(self) -> None:
        self.repairs = Repairs(self.desk)
        self.status: Status | None = None
        self.totals: headings.Totals = {}
        self.settled: dict[Kind, int] = {}
        actions = self.desk.actions
        self.heading = Heading()
        self.heading.add(actions.button("export"))
        self.heading.add(actions.button("keep"))
        self.main_button = self.heading.add(actions.button("repair", main=True))
        self.retention_button = self.heading.add(main_button(self.tr("Clean up…"), self._on_retention_clicked))
        self.shelves = ShelfList(self.desk.icons)
        self.shelves.setFixedWidth(_SHELVES_WIDTH)
        self.middle = Middle(self.desk)
        self.details = Details(self.desk)
        self.large = LargePicture(self.desk)
        self.large.walked.connect(lambda event: self.middle.table.keyPressEvent(event))
        self._lay_out()
        self._bind()
        self.shelves.chosen.connect(self._on_shelf_chosen)
        self.middle.chose.connect(self._on_choice_changed)
        self.middle.went_to.connect(self._on_went_to)
        self.middle.menu_wanted.connect(self._on_menu_wanted)
        self.desk.jobs.started.connect(self._say_heading)
        self.desk.jobs.ended.connect(self._say_heading)
        self.shelves.go_to(SHELVES[0].id)

    def refresh(self, change: Change) -> None:
        engine = self.desk.engine
        if engine is None:
            self.totals, self.settled = {}, {}
            self.middle.forget()
            self.middle.show_shelf(self.shelves.shelf)
            self.details.show_item(None)
            self._show_status(None)
            return
        if change & Change.PROFILES:
            self.middle.forget()
        if change & (Change.INVENTORY | Change.FINDINGS | Change.PROFILES):
            self.desk.jobs.ask(self._look(engine), newest="review.status")

    async def _look(self, engine: Engine) -> None:
        """Counts first, which is quick, then the rows."""
        findings = engine.browse.findings
        self.totals, self.settled = await findings.totals(), await findings.settled()
        self.middle.say_settled(self.settled)
        self.middle.show_shelf(self.shelves.shelf)
        self._show_status(await engine.status())

    def look_at(self, bucket: str) -> None:
        if self.shelves.shelf.shows == ROWS:
            self.shelves.go_to(SHELVES[0].id)
        self.middle.filters.choose_bucket(bucket)

    def panes(self) -> Sequence[QWidget]:
        return (self.shelves, self.middle.filters.words, self.middle.table, self.details)

    def step_back(self) -> bool:
        if self.large.isVisible():
            self.large.hide()
            return True
        return self.middle.step_back()

    async def stops(self) -> AsyncIterator[str]:
        yield ""
        for shelf_id in ("row_without_file", "wrong_prefix", "unproven", "objects", "rows"):
            self.shelves.go_to(shelf_id)
            yield shelf_id.replace("_", "-")
        self.shelves.go_to(SHELVES[0].id)
        yield "again"
        self.middle.table.rows.choose(range(3), True)
        yield "chosen"
        self._on_repair_triggered()
        yield "plan"
        for dialog in self.desk.window.findChildren(QDialog):
            dialog.reject()
        self.middle.choose_none()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.shelves)
        row.addWidget(self.middle, 1)
        row.addWidget(self.details)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP_SMALL)
        column.setSpacing(GAP)
        column.addWidget(self.heading)
        column.addLayout(row, 1)

    def _bind(self) -> None:
        actions = self.desk.actions
        actions.bind("filter", self.middle.filters.words.setFocus)
        actions.bind("choose_all", self.middle.choose_all)
        actions.bind("choose_none", self.middle.choose_none)
        actions.bind("preview", self._on_preview_triggered)
        actions.bind("quarantine", self._on_repair_triggered)
        actions.bind("repair", self._on_repair_triggered)
        actions.bind("keep", self._on_keep_triggered)
        actions.bind("unkeep", self._on_unkeep_triggered)
        actions.bind("export", lambda: self.repairs.export_view(self.middle.table, self.shelves.shelf))
        for name in ("choose_all", "preview", "quarantine"):
            self.middle.add_table_action(actions[name])
        self._update_actions()

    @property
    def _profile(self) -> Profile | None:
        return self.desk.engine.profile if self.desk.engine is not None else None

    def _show_status(self, status: Status | None) -> None:
        self.status = status
        self._say_heading()
        self._say_counts()
        self.middle.say_status(status)
        if status is not None:
            headings.warn_of_doubts(self.desk, status, self.repairs)

    def _say_heading(self) -> None:
        self.heading.say(*headings.of(self.desk, self.status, sum(self.settled.values())))

    def _say_counts(self) -> None:
        counts = {shelf.id: count_of(shelf, self.totals) for shelf in SHELVES if shelf.shows == FINDINGS}
        if self.status is not None:
            counts |= {"objects": self.status.objects, "rows": self.status.rows}
        self.shelves.say(counts)

    def _on_shelf_chosen(self, shelf: Shelf) -> None:
        self.middle.show_shelf(shelf)
        self._update_actions()

    def _on_choice_changed(self, text: str) -> None:
        self.selection_said.emit(text)
        self._update_actions()

    def _update_actions(self) -> None:
        shelf, count = self.shelves.shelf, self.middle.chosen_count
        actions = self.desk.actions
        is_findings = shelf.shows == FINDINGS
        can_repair = is_findings and wording.offers_repair(shelf) and count > 0
        actions.enable("repair", can_repair)
        actions.enable("quarantine", can_repair and shelf.kind is Kind.FILE_WITHOUT_ROW)
        actions.enable("keep", is_findings and count > 0 and shelf.id != "kept")
        actions.enable("unkeep", shelf.id == "kept" and count > 0)
        actions.enable("choose_all", is_findings)
        usual = offers.usual_for_rows(self._profile) if self._profile is not None else None
        self.main_button.setText(wording.main_words(shelf, count, self.middle.chosen_bytes, usual))
        self.desk.icons.put(self.main_button, wording.main_icon(shelf), "on_accent")
        self.main_button.setVisible(is_findings and wording.offers_repair(shelf))
        # Of what is over age nothing is chosen one by one: a plan takes it oldest first, with the rows that go along.
        self.retention_button.setVisible(shelf.kind is Kind.OVER_AGE)
        self.retention_button.setEnabled(not actions.why_no_writing)
        self.retention_button.setToolTip(actions.why_no_writing)

    def _on_went_to(self, item: Item | None) -> None:
        self.details.show_item(item, self._steps_for(item))
        self._update_actions()
        if self.large.isVisible():
            self.large.show_object(picture_of(item))

    def _steps_for(self, item: Item | None) -> list[Step]:
        if not isinstance(item, Finding) or self.desk.actions.why_no_writing:
            return []
        profile = self._profile
        only = Selection(self.middle.filter, only=frozenset({item.id}))
        steps: list[Step] = []
        for shelf in SHELVES:
            if shelf.kind is item.kind and item.state.value == "open":
                for repair in shelf.others:
                    if profile is not None and not offers.fits(profile, item, repair):
                        continue
                    act = partial(self.repairs.plan, only, repair)
                    steps.append((wording.ICONS[repair], wording.other_words(repair), act))
        return steps

    def _on_repair_triggered(self) -> None:
        shelf = self.shelves.shelf
        if shelf.kind is not None and wording.offers_repair(shelf):
            self.desk.jobs.ask(self._plan_chosen(wording.USUAL[shelf.kind]))

    async def _plan_chosen(self, repair: Repair | None) -> None:
        self.repairs.plan(await self.middle.selection(), repair)

    def _on_retention_clicked(self) -> None:
        open_retention(self.desk, self.middle.filter.buckets)

    def _on_keep_triggered(self) -> None:
        self.desk.jobs.ask(self._keep_chosen())

    async def _keep_chosen(self) -> None:
        await self.repairs.keep(await self.middle.selection(), self.middle.chosen_count)

    def _on_unkeep_triggered(self) -> None:
        self.desk.jobs.ask(self._unkeep_chosen())

    async def _unkeep_chosen(self) -> None:
        await self.repairs.unkeep(await self.middle.selection())

    def _on_preview_triggered(self) -> None:
        if self.large.isVisible():
            self.large.hide()
        else:
            self.large.show_object(picture_of(self.middle.item))
            self.large.show()
            QTimer.singleShot(0, self.middle.table.setFocus)

    def _on_menu_wanted(self, place: QPoint) -> None:
        menu = QMenu(self)
        takes = self.shelves.shelf.kind is Kind.FILE_WITHOUT_ROW
        for name in ("preview", "quarantine" if takes else "repair", "keep", "unkeep"):
            if self.desk.actions[name].isEnabled():
                menu.addAction(self.desk.actions[name])
        for icon, text, act in self._steps_for(self.middle.item):
            entry = menu.addAction(self.desk.icons.icon(icon), text)
            entry.triggered.connect(lambda _checked=False, act=act: act())
        menu.addSeparator()
        menu.addAction(self.tr("Copy"), self.middle.table.copy)
        menu.addAction(self.desk.actions["export"])
        menu.addMenu(self.middle.table.column_menu())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)
