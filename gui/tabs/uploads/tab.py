"""The Uploads tab: folders are handed over here, and everybody sees what became of each."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QProgressBar, QVBoxLayout, QWidget

from core.changes import Change
from core.uploads.desk import Uploads
from core.uploads.listing import Amounts, FolderRow, FolderState, Listing
from gui.tab import Tab
from gui.tabs.capacity.drop_veil import DropVeil
from gui.tabs.capacity.dropping import clear_family, paths_in, why_no_upload
from gui.tabs.uploads.adding import Adding
from gui.tabs.uploads.details import FolderDetails
from gui.tabs.uploads.example import example
from gui.tabs.uploads.headings import heading_of
from gui.tabs.uploads.middle import Middle
from gui.tabs.uploads.running import UploadRuns
from gui.tabs.uploads.view_bar import ALL, BATCHES, TROUBLES, ViewBar
from gui.theme import GAP, GAP_SMALL
from gui.widgets.heading import Heading

_LOOK_MS = 1_000
"""How often the tracker is looked into while an upload is under way and the tab is seen."""
_REST = 3
"""It rests so many times as long as a look takes."""
_BAR_PARTS = 1_000


class UploadsTab(Tab):
    """Wires the heading, the line of views, the table and the details to the tracker of the open project."""

    def build(self) -> None:
        desk = self.desk
        self.amounts = Amounts()
        self._asked_at: float | None = None  # when the look that is not answered yet began
        self.listing: Listing | None = None
        self.runs = UploadRuns(desk, self)
        self.adding = Adding(desk, self.runs)
        self.heading = Heading()
        self.retry_button = self.heading.add(desk.actions.button("retry_failed"))
        self.pause_button = self.heading.add(desk.actions.button("pause_uploading"))
        self.go_on_button = self.heading.add(desk.actions.button("go_on_uploading"))
        self.main_button = self.heading.add(desk.actions.button("add_folder", main=True))
        self.progress = QProgressBar(maximum=_BAR_PARTS, textVisible=False)
        self.progress.setAccessibleName(self.tr("Folders uploaded"))
        self.bar = ViewBar(desk.icons)
        self.middle = Middle(desk, self.bar, lambda: self.runs.is_running)
        self.details = FolderDetails(desk)
        self._lay_out()
        self.veil = DropVeil(desk, self)
        self.setAcceptDrops(True)
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
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

    def panes(self) -> Sequence[QWidget]:
        if self.middle.is_empty:
            return (self.middle.area.state,)
        return (self.bar.words, self.middle.table, self.details)

    def step_back(self) -> bool:
        return self.bar.step_back()

    async def stops(self) -> AsyncIterator[str]:
        yield ""
        if self.amounts.found:
            return
        real = self.listing
        async with example() as listing:
            self.listing = listing
            for view in (ALL, FolderState.FAILED.value, BATCHES, TROUBLES):
                self.bar.show_view(view)
                self._on_look_triggered()
                yield "queue" if view == ALL else view
        self.listing = real
        self.bar.clear()
        self._on_look_triggered()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        engine = self.desk.engine
        if engine is not None and paths_in(event.mimeData()):
            family = clear_family(engine.profile, None)
            self.veil.lift(family.name if family else "")
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.veil.hide()
        if paths := paths_in(event.mimeData()):
            event.acceptProposedAction()
            self.desk.jobs.ask(self.adding.add(paths))

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.middle, 1)
        row.addWidget(self.details)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP_SMALL)
        column.setSpacing(GAP)
        for widget in (self.heading, self.progress, self.bar):
            column.addWidget(widget)
        column.addLayout(row, 1)

    def _bind(self) -> None:
        actions, ask = self.desk.actions, self.desk.jobs.ask
        actions.bind("look_at_uploads", self._on_look_triggered)
        actions.bind("go_on_uploading", lambda: ask(self.adding.go_on(self.amounts.queued)))
        actions.bind("pause_uploading", self.runs.pause)
        actions.bind("retry_failed", lambda: ask(self._retry_failed()))
        actions.bind("retry_folder", lambda: ask(self._retry_folder()))
        self.bar.changed.connect(lambda: self.middle.show_view(self.listing))
        self.bar.left.connect(lambda: self.middle.table.setFocus())
        self.middle.went_to.connect(self._on_went_to)
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
        if self.listing is not None:
            self._asked_at = time.monotonic()
            ask = self.desk.jobs.ask
            ask(self.listing.amounts(), self._on_amounts, newest="uploads.amounts", failed=self._on_failed)

    def _on_amounts(self, amounts: Amounts) -> None:
        if self._asked_at is not None:
            # of a million folders it takes a second or two: then it looks less often
            took_ms = round((time.monotonic() - self._asked_at) * 1_000)
            self._timer.setInterval(max(_LOOK_MS, _REST * took_ms))
        self._asked_at = None
        self._show(amounts)

    def _on_failed(self, error: Exception) -> None:
        self._asked_at = None
        self.middle.fail(error)

    def _show(self, amounts: Amounts) -> None:
        self.amounts = amounts
        has_any = bool(amounts.found or amounts.batches or amounts.troubles)
        self.bar.say(amounts)
        for widget in (self.bar, self.progress, self.details):
            widget.setVisible(has_any)
        self.middle.look_again(amounts)
        self._say_heading()
        self._update_actions()

    def _say_heading(self) -> None:
        self.heading.say(*heading_of(self.amounts, self.runs.job))
        ended = self.amounts.done + self.amounts.skipped + self.amounts.failed
        self.progress.setValue(round(_BAR_PARTS * ended / self.amounts.found) if self.amounts.found else 0)

    def _update_actions(self) -> None:
        actions, is_running = self.desk.actions, self.runs.is_running
        why = why_no_upload(self.desk)
        may = self.desk.engine is not None and not why
        folder = self.middle.folder
        again = folder is not None and folder.state in (FolderState.FAILED, FolderState.SKIPPED) and not folder.gone
        actions.enable("look_at_uploads", self.desk.engine is not None)
        actions.enable("pause_uploading", is_running)
        actions.enable("go_on_uploading", may and not is_running and self.amounts.queued > 0, why)
        actions.enable("retry_failed", may and not is_running and self.amounts.failed > 0, why)
        actions.enable("retry_folder", may and not is_running and again, why)
        self.main_button.setVisible(not (self.middle.is_empty and self.middle.area.is_open))
        self.retry_button.setVisible(self.amounts.failed > 0)
        self.pause_button.setVisible(is_running)
        self.go_on_button.setVisible(not is_running and self.amounts.queued > 0)

    async def _retry_failed(self) -> None:
        """Queues all that failed anew, then uploads whatever waits."""
        listing = self.listing
        family = await self.adding.family_for_retry(self.amounts.failed + self.amounts.queued)
        if family is not None and listing is not None:
            await listing.retry()
            self.runs.start(family, ())

    async def _retry_folder(self) -> None:
        """Queues one folder anew and uploads it, with what is below it and nothing else."""
        listing, folder = self.listing, self.middle.folder
        family = await self.adding.family_for_retry(1)
        if family is not None and listing is not None and folder is not None:
            await listing.retry([folder.number])
            self.runs.start(family, (Path(folder.path),))

    def _on_look_triggered(self) -> None:
        self.middle.show_view(self.listing)
        self._look()

    def _on_went_to(self, folder: FolderRow | None) -> None:
        self.details.show_folder(folder, self.listing)
        self.details.setVisible(self.bar.shows_folders and not self.middle.is_empty)
        self.selection_said.emit(folder.path if folder is not None else "")
        self._update_actions()

    def _on_runs_changed(self) -> None:
        if self.runs.is_running:
            self._timer.start()
        else:
            self._timer.stop()
            self.middle.show_view(self.listing)
        self._look()

    def _on_timer_timeout(self) -> None:
        if self.isVisible() and self._asked_at is None:
            self._look()

    def _on_menu_wanted(self, place: QPoint) -> None:
        menu = QMenu(self)
        if self.bar.view != BATCHES and self.desk.actions["retry_folder"].isEnabled():
            menu.addAction(self.desk.actions["retry_folder"])
            menu.addSeparator()
        menu.addAction(self.tr("Copy"), self.middle.table.copy)
        menu.addMenu(self.middle.table.column_menu())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)
