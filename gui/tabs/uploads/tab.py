"""The Uploads tab: folders are handed over here, and everybody sees what became of each."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from core.changes import Change
from core.local_pictures import LocalPictures
from core.uploads.desk import Uploads
from core.uploads.queueing.undoable import go_first
from core.uploads.status.listing import Amounts, FolderRow, FolderState, Listing
from gui.dialogs import finished
from gui.drop_tab import DropTab
from gui.table_export import export_table
from gui.tabs.uploads import offers
from gui.tabs.uploads.acts import FolderActs
from gui.tabs.uploads.adding import Adding
from gui.tabs.uploads.details import FolderDetails
from gui.tabs.uploads.example import example
from gui.tabs.uploads.headings import heading_of, parked_of, present_pace
from gui.tabs.uploads.limits_dialog import UploadLimitsDialog
from gui.tabs.uploads.middle import Middle
from gui.tabs.uploads.preview import Preview
from gui.tabs.uploads.question_details import QuestionDetails
from gui.tabs.uploads.tree_acts import TreeActs
from gui.tabs.uploads.tree_details import TreeDetails
from gui.tabs.uploads.view_bar import ALL, ASKING, BATCHES, TREES, TROUBLES, ViewBar
from gui.theme import GAP, GAP_SMALL
from gui.widgets.heading import Heading
from gui.widgets.section import IconLine

_LOOK_MS = 1_000
"""How often it is asked whether the tracker says something else, while the tab is seen."""
_REST = 3
"""It rests so many times as long as a look takes."""
_BAR_PARTS = 1_000
_FEW = 100
"""So many folders go before all others when they are tried again."""
_FILE = "uploads"


class UploadsTab(DropTab):
    """Wires the heading, the line of views, the table and the details to the tracker of the open project."""

    def build(self) -> None:
        desk = self.desk
        self.amounts = Amounts()
        self._asked_at: float | None = None  # when the look that is not answered yet began
        self._token: str | None = None  # of what was seen last
        self._shows_example = False
        self.is_used_elsewhere = False
        self.listing: Listing | None = None
        self.runs = desk.uploads
        self.adding = Adding(desk)
        self.heading = Heading()
        self.limits_button = self.heading.add(desk.actions.button("upload_limits"))
        self.retry_button = self.heading.add(desk.actions.button("retry_failed"))
        self.pause_button = self.heading.add(desk.actions.button("pause_uploading"))
        self.go_on_button = self.heading.add(desk.actions.button("go_on_uploading"))
        self.main_button = self.heading.add(desk.actions.button("add_folder", main=True))
        self.progress = QProgressBar(maximum=_BAR_PARTS, textVisible=False)
        self.progress.setAccessibleName(self.tr("Folders uploaded"))
        self.parked = IconLine(desk)
        self.parked.hide()
        self.bar = ViewBar(desk.icons)
        self.pictures = LocalPictures()
        self.middle = Middle(desk, self.bar, self.pictures, lambda: self.is_running, self.runs.progress_of)
        self.details = FolderDetails(desk, self.pictures)
        self.tree_details = TreeDetails(desk)
        self.questions = QuestionDetails(desk, self.pictures)
        self.preview = Preview(desk, self.middle, self.details)
        self.acts = FolderActs(desk, self.middle, lambda: self.listing, self)
        self.tree_acts = TreeActs(desk, self.adding, lambda: self.middle.tree, self)
        self._lay_out()
        self.take_drops()
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._timer.start()
        desk.session.before_closing(self._close)
        self._bind()
        self._show(Amounts())

    def refresh(self, change: Change) -> None:
        engine = self.desk.engine
        if engine is None:
            self.listing = None
            self.bar.clear()
            self.middle.show_view(None)
            self.details.show_folder(None, None)
            self._show(Amounts())
        elif change & Change.PROFILES or self.listing is None:
            self._begin(Listing(Uploads(engine.profile).path, lambda: self.runs.is_running))
        elif change & Change.RUNS:
            self._look()

    @property
    def is_running(self) -> bool:
        """Whether an upload is under way in this window, or in the example that is shown."""
        return self.runs.is_running or self._shows_example

    def panes(self) -> Sequence[QWidget]:
        if self.middle.is_empty:
            return (self.middle.area.state,)
        beside = {TREES: self.tree_details, ASKING: self.questions}.get(self.bar.view, self.details)
        return (self.bar.words, self.middle.table, beside)

    def step_back(self) -> bool:
        return self.preview.close() or self.bar.step_back() or self.middle.choose_none()

    async def stops(self) -> AsyncIterator[str]:
        yield ""
        if self.amounts.found:
            return
        real = self.listing
        async with example(self.runs.live, await self._some_object()) as listing:
            self.listing, self._shows_example = listing, True
            for view in (ALL, FolderState.UPLOADING.value, ASKING, FolderState.FAILED.value, BATCHES, TREES, TROUBLES):
                self.bar.show_view(view)
                self._on_look_triggered()
                yield "queue" if view == ALL else view
            self.bar.show_view(ALL)
            self.desk.actions["upload_limits"].trigger()
            yield "limits"
            for dialog in self.desk.window.findChildren(UploadLimitsDialog):
                dialog.reject()
        self.listing, self._shows_example = real, False
        self.bar.clear()
        self._on_look_triggered()

    async def _some_object(self) -> str:
        """The place of an object of the project, for an example; '' without one."""
        engine = self.desk.engine
        for bucket in await engine.store.buckets() if engine is not None else ():
            if engine is not None and (found := (await engine.store.list_objects(bucket.name, limit=1)).items):
                return f"{found[0].bucket}/{found[0].key}"
        return ""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()

    def goes_to(self) -> str:
        engine = self.desk.engine
        known = engine.profile.all_destinations if engine is not None else ()
        return known[0].name if len(known) == 1 else ""

    def take(self, paths: Sequence[Path]) -> None:
        self.desk.jobs.ask(self.adding.add(paths))

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.middle, 1)
        row.addWidget(self.details)
        row.addWidget(self.tree_details)
        row.addWidget(self.questions)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP_SMALL)
        column.setSpacing(GAP)
        for widget in (self.heading, self.progress, self.parked, self.bar):
            column.addWidget(widget)
        column.addLayout(row, 1)

    def _bind(self) -> None:
        actions, ask = self.desk.actions, self.desk.jobs.ask
        actions.bind("look_at_uploads", self._on_look_triggered)
        actions.bind("go_on_uploading", lambda: ask(self.adding.go_on(self.amounts.queued)))
        actions.bind("pause_uploading", self.runs.pause)
        actions.bind("retry_failed", lambda: ask(self._retry_failed()))
        actions.bind("retry_folder", lambda: ask(self._retry_chosen()))
        actions.bind("leave_folders_out", self.acts.leave_out)
        actions.bind("take_folders_back", self.acts.take_back)
        actions.bind("folders_first", self.acts.go_first)
        actions.bind("folders_last", self.acts.go_last)
        for name, act in (
            ("watch_folder", self.tree_acts.watch_new),
            ("watch_tree", self.tree_acts.watch),
            ("unwatch_tree", self.tree_acts.unwatch),
        ):
            actions.bind(name, lambda act=act: ask(act()))  # type: ignore[misc]
        actions.bind("verify_tree", self.tree_acts.verify)
        actions.bind("upload_limits", lambda: ask(self._set_limits()))
        actions.bind("filter_uploads", self.bar.words.setFocus)
        actions.bind("choose_all_folders", self.middle.folders.rows.choose_all)
        actions.bind("choose_no_folders", self.middle.folders.rows.choose_none)
        actions.bind("preview_folder", self.preview.toggle)
        actions.bind("export_uploads", lambda: ask(export_table(self.desk, self.middle.table.rows.texts(), _FILE)))
        for name in ("choose_all_folders", "preview_folder", "leave_folders_out"):
            self.middle.add_table_action(actions[name])
        self.bar.changed.connect(lambda: self.middle.show_view(self.listing))
        self.bar.left.connect(lambda: self.middle.table.setFocus())
        self.middle.went_to.connect(self._on_went_to)
        self.questions.answered.connect(self.acts.answer)
        self.middle.chose.connect(self._on_chose)
        self.acts.did.connect(self._on_look_triggered)
        self.tree_acts.did.connect(self._on_look_triggered)
        self.middle.menu_wanted.connect(self._on_menu_wanted)
        self.runs.moved.connect(self._say_heading)
        self.runs.changed.connect(self._on_runs_changed)

    def _begin(self, listing: Listing) -> None:
        """Looks into the tracker of another project, or of the same one that says something else now."""
        before, self.listing = self.listing, listing
        if before is not None:
            self.desk.jobs.ask(before.close())
        self.bar.clear()
        self.middle.show_view(listing)
        self._look()

    async def _close(self) -> None:
        listing, self.listing, self._asked_at = self.listing, None, None
        if listing is not None:
            await listing.close()

    def _look(self) -> None:
        """Looks now, whatever was seen last."""
        self._token = None
        self._glance()

    def _glance(self) -> None:
        """Looks, if the tracker may say something else than what was seen last, whichever program wrote."""
        if self.listing is not None:
            self._asked_at = time.monotonic()
            question = self._seen(self.listing, self._token)
            self.desk.jobs.ask(question, self._on_seen, newest="uploads.amounts", failed=self._on_failed)

    async def _seen(self, listing: Listing, before: str | None) -> tuple[str, Amounts | None]:
        self.is_used_elsewhere = await listing.is_used_elsewhere()
        token = f"{await listing.token()} {self.is_used_elsewhere}"
        return token, await listing.amounts() if token != before else None

    def _on_seen(self, seen: tuple[str, Amounts | None]) -> None:
        if self._asked_at is not None:  # what takes long is asked less often
            took_ms = round((time.monotonic() - self._asked_at) * 1_000)
            self._timer.setInterval(max(_LOOK_MS, _REST * took_ms))
        self._asked_at, (self._token, amounts) = None, seen
        if amounts is not None:
            self._show(amounts)

    def _on_failed(self, error: Exception) -> None:
        self._asked_at = None
        self.middle.fail(error)

    def _show(self, amounts: Amounts) -> None:
        self.amounts = amounts
        has_any = bool(amounts.found or amounts.batches or amounts.troubles or amounts.trees)
        self.bar.say(amounts)
        for widget in (self.bar, self.progress):
            widget.setVisible(has_any)
        self._show_side()
        self.middle.look_again(amounts)
        self._say_heading()
        self._say_count()
        self._update_actions()

    def _say_heading(self) -> None:
        why = parked_of(self.runs.job)
        if why:
            self.parked.say("pause-circle", "warning", why)
        elif self.is_used_elsewhere:
            why = self.tr("Another program uploads just now; what is handed over here goes up with it.")
            self.parked.say("info", "accent", why)
        self.parked.setVisible(bool(why))
        self.heading.say(*heading_of(self.amounts, self.runs))
        ended = self.amounts.done + self.amounts.skipped + self.amounts.failed
        self.progress.setValue(round(_BAR_PARTS * ended / self.amounts.found) if self.amounts.found else 0)

    def _say_count(self) -> None:
        """How many are under way; else how many want somebody, because they failed or ask."""
        amounts = self.amounts
        self.count_said.emit(
            (amounts.uploading if self.runs.is_running else 0) or amounts.failed + amounts.asking or None
        )

    def _update_actions(self) -> None:
        is_running, amounts = self.is_running, self.amounts
        offers.update(self.desk, self.middle, amounts, is_running=is_running, shows_folders=self.bar.shows_folders)
        for made in (self.main_button, self.limits_button):
            made.setVisible(self.bar.isVisibleTo(self))  # while there is nothing, the middle has the one next step
        self.retry_button.setVisible(amounts.failed > 0)
        self.pause_button.setVisible(is_running)
        self.go_on_button.setVisible(not is_running and amounts.queued > 0)

    async def _retry_failed(self) -> None:
        """Queues all that failed anew, then uploads whatever waits."""
        await self._retry(None, self.amounts.failed)

    async def _retry_chosen(self) -> None:
        """Queues the chosen folders anew, before all others, and uploads them."""
        numbers = await self.middle.chosen()
        if numbers:
            await self._retry(numbers, len(numbers))

    async def _retry(self, numbers: Sequence[int] | None, count: int) -> None:
        listing, title = self.listing, self.tr("Upload %Ln folder(s) again?", "", count)
        if listing is None or not await self.adding.is_clear(title):
            return
        await listing.retry(numbers)
        if numbers is not None and len(numbers) <= _FEW:
            await listing.write(lambda c: len(go_first(c, numbers)), 0)
        self.middle.choose_none()
        self.runs.start()

    async def _set_limits(self) -> None:
        listing = self.listing
        if listing is None:
            return
        dialog = UploadLimitsDialog(self.desk, await listing.limits(), lambda: present_pace(self.runs))
        if await finished(dialog):
            await listing.set_limits(dialog.limits)

    def _on_look_triggered(self) -> None:
        self.middle.show_view(self.listing)
        self._look()

    def _on_went_to(self, folder: FolderRow | None) -> None:
        self.details.show_folder(folder, self.listing)
        self.tree_details.show_tree(self.middle.tree)
        self.questions.show_folder(folder, self.middle.chosen_count)
        self._show_side()
        if not self.middle.folders.rows.choice.count:
            self.selection_said.emit(folder.path if folder is not None else "")
        self._update_actions()

    def _show_side(self) -> None:
        """What stands at the right belongs to what is shown in the middle."""
        view = "" if self.middle.is_empty else self.bar.view
        self.tree_details.setVisible(view == TREES)
        self.questions.setVisible(view == ASKING)
        self.details.setVisible(bool(view) and self.bar.shows_folders and view != ASKING)

    def _on_chose(self) -> None:
        self.questions.show_folder(self.middle.folder, self.middle.chosen_count)
        self.selection_said.emit(self.middle.footer.status_words)
        self._update_actions()

    def _on_runs_changed(self) -> None:
        if not self.runs.is_running:
            self.middle.show_view(self.listing)
        self._look()

    def _on_timer_timeout(self) -> None:
        if self.isVisible() and self._asked_at is None and not self._shows_example:
            self._glance()
            if self.runs.is_running and self.bar.shows_folders and not self.middle.is_empty:
                self.middle.draw_progress()

    def _on_menu_wanted(self, place: QPoint) -> None:
        offers.open_menu(self, place)
