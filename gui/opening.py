"""What happens when a project has been opened: its name, its numbers, and what it wants the person to know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from core.changes import Change
from core.errors import CoreError, NotAllowed
from core.models import Run, RunState
from core.profiles import PRACTICE, SUPABASE
from gui import practice_project, runs, words
from gui.desk import Desk
from gui.dialogs import Choice, Question, confirm
from gui.error_dialog import hint, sentence
from gui.jobs import Job, NextStep
from gui.main_window import MainWindow
from gui.paused import resume_paused
from gui.scan import start_scan
from gui.tab import EVERYTHING
from gui.uploading import RUN_KIND

if TYPE_CHECKING:
    from core.status import Status


class Opening(QObject):
    """Follows the session: fills button, counts and status line, and shows banners about what needs an answer."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._desk: Desk = window.desk
        self._greeted = ""
        self._desk.session.changed.connect(self._on_session_changed)
        self._desk.session.wanted.connect(self.open)
        self._desk.session.news.connect(self._on_session_news)
        self._desk.uploads.counted.connect(lambda count: window.tabs.say_count("uploads", count))

    def open(self, name: str) -> None:
        """Opens another project, after asking when work on the open one would have to be paused."""
        self._desk.jobs.ask(self._open(name), newest="open")

    async def _open(self, name: str) -> None:
        running = self._desk.jobs.running
        if running and not await confirm(self._desk.window, self._pause_question(running)):
            return
        for job in running:
            await job.stop()
        if self._desk.engine is not None:
            self._window.job_bar.drop_ended()  # what was done to another project says nothing about this one
        if name == PRACTICE and not practice_project.is_made():
            await self._desk.session.close()
            self._window.profile_button.say(name, production=False)
            practice_project.make(self._desk, partial(self.open, name))
        else:
            await self._desk.session.open(name)

    def _pause_question(self, running: Sequence[Job]) -> Question:
        return Question(
            title=self.tr("Pause %Ln activity(s) and open another project?", "", len(running)),
            text=self.tr("Under way: %1. What is done stays done and is recorded; the rest can go on later.").replace(
                "%1", ", ".join(job.title for job in running)
            ),
            choices=(Choice("pause", self.tr("Pause and open")),),
        )

    def _on_session_changed(self) -> None:
        session, engine = self._desk.session, self._desk.engine
        self._say_care()
        self._window.setWindowTitle(f"{self._window.profile_button.title_of(session.name)} – Bucketdesk")
        self._window.banners.clear()
        self._window.status.say_nothing()
        for place in self._window.tabs.places:
            self._window.tabs.say_count(place.id, None)
        for command_id in ("scan", "undo_last"):
            self._desk.actions.enable(command_id, engine is not None)
        self._desk.actions.enable("add_folder", engine is not None and not engine.profile.read_only)
        if engine is not None:
            self._desk.settings.change(last_profile=session.name)
            for number, notice in enumerate(engine.notices):
                self._window.banners.put(f"notice-{number}", notice, "warning")
            self._desk.jobs.ask(engine.runs(), self._offer_interrupted, newest="interrupted")
            self._ask_status(self._greet)
        elif session.error is not None:
            self._say_error(session.name, session.error)
        self._window.tabs.spread(EVERYTHING)

    def _say_care(self) -> None:
        """Marks production, and turns off what writes where the profile only looks."""
        session, profile = self._desk.session, self._desk.session.profile
        production = profile is not None and profile.production
        read_only = profile is not None and profile.read_only
        self._window.profile_button.say(session.name, production=production)
        self._window.band.say(session.name, production=production, read_only=read_only)
        why = (
            self.tr("This profile is read-only: “Edit this profile…” in the File menu can allow changes.")
            if read_only
            else ""
        )
        engine = self._desk.engine
        self._desk.actions.forbid_writing(why or (engine.obstacle if engine is not None else ""))

    def _on_session_news(self, change: Change) -> None:
        self._window.tabs.spread(change)
        if change & (Change.INVENTORY | Change.FINDINGS | Change.RUNS):
            self._ask_status()

    def _ask_status(self, then: Callable[[Status], None] | None = None) -> None:
        engine = self._desk.engine
        if engine is None:
            return

        def show(status: Status) -> None:
            self._window.status.say_scan(status.scanned_at, status.complete)
            for place in self._window.tabs.places:
                if place.count is not None:
                    self._window.tabs.say_count(place.id, place.count(status) if status.scanned_at else None)
            if not self._is_old(status):
                self._window.banners.take("old")
            if then is not None:
                then(status)

        self._desk.jobs.ask(engine.status(), show, newest="status")

    def _greet(self, status: Status) -> None:
        """After opening: scans if that is wished, or says that the scan is old."""
        settings = self._desk.settings.current
        if settings.scan_first:
            start_scan(self._desk)
        elif status.scanned_at and self._is_old(status):
            text = self.tr("The last scan is from %1; much may have changed since then.")
            again = NextStep(self.tr("Scan again"), lambda: start_scan(self._desk))
            self._window.banners.put("old", text.replace("%1", words.clock(status.scanned_at)), "accent", [again])

    def _is_old(self, status: Status) -> bool:
        hours = self._desk.settings.current.old_scan_hours
        return status.scanned_at is not None and datetime.now(UTC) - status.scanned_at > timedelta(hours=hours)

    def _offer_interrupted(self, found: tuple[Run, ...]) -> None:
        """Goes on with what closing the window paused; asks about what was stopped half-way by anything else."""
        resumed = resume_paused(self._desk, found)
        halted = [run for run in found if run.state is RunState.INTERRUPTED and run.kind != RUN_KIND]
        for run in [run for run in halted if run.run_id not in resumed]:
            text = self.tr("%1 of %2 was interrupted: %3.").replace("%1", runs.name_of(run).capitalize())
            text = text.replace("%2", words.clock(run.started)).replace("%3", runs.numbers_of(run))
            steps = [NextStep(self.tr("Resume"), partial(runs.resume_run, self._desk, run))]
            if run.undoable:
                steps.append(NextStep(self.tr("Undo"), partial(runs.undo_run, self._desk, run)))
            self._window.banners.put(f"interrupted-{run.run_id}", text, "warning", steps)

    def _say_error(self, name: str, error: Exception) -> None:
        title = self._window.profile_button.title_of(name)
        text = self.tr("%1 could not be opened. %2").replace("%1", title).replace("%2", sentence(error))
        if isinstance(error, CoreError) and error.hint:
            text = f"{text} {hint(error)}"
        steps = [NextStep(self.tr("Try again"), lambda: self.open(name))]
        profile = self._desk.session.profile
        if isinstance(error, NotAllowed) and profile is not None and profile.kind == SUPABASE:
            steps.insert(0, NextStep(self.tr("Sign in again…"), self._desk.actions["sign_in"].trigger))
        self._window.banners.put("open", text, "danger", steps)
