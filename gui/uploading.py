"""The upload under way in the window, whichever tab is seen: one at a time, and what is handed over meanwhile joins."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from core.changes import Change
from core.errors import CoreError, Trouble
from core.progress import Report
from gui import words
from gui.folder_watch import FolderWatch
from gui.jobs import Ending, Job, JobState, NextStep
from gui.pace import Pace
from gui.translation import translate

if TYPE_CHECKING:
    from core.uploads.sending.live import FolderProgress, Live
    from core.uploads.sending.run import Ran
    from core.uploads.status.listing import FolderRow
    from gui.desk import Desk

GROUP = "upload"
"""Jobs of this group are uploads of folders: what they leave waits in the tracker."""
RUN_KIND = "upload"
"""Runs of this kind are not resumed one by one: what was under way is found out by the next upload."""
_MOST_NOTES = 5


class UploadRuns(QObject):
    """`moved` comes with the progress of the upload under way, `changed` when one begins or ends, or more was handed
    over; `counted` carries how many folders want somebody, as a project is opened."""

    moved = Signal()
    changed = Signal()
    counted = Signal(object)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self.job: Job | None = None
        self._live: Live | None = None
        self._pace = Pace(time.monotonic())
        self.folder_watch = FolderWatch(desk, self.start, self)

    @property
    def is_running(self) -> bool:
        """Whether an upload is under way in this window."""
        return self.job is not None and self.job.is_running

    @property
    def live(self) -> Live:
        """How far each folder under way is."""
        if self._live is None:
            from core.uploads.sending.live import Live

            self._live = Live()
        return self._live

    @property
    def bytes_a_second(self) -> float | None:
        """How fast it goes; None while nothing says so."""
        return self._pace.per_second() if self.is_running else None

    def progress_of(self, folder: FolderRow) -> FolderProgress | None:
        """How far a folder is that is under way."""
        return self.live.of(folder.number)

    async def hand_over(self, paths: Sequence[Path], destination: str) -> None:
        """Queues trees for a destination, for good, and uploads what waits; what is under way takes them along. Raises
        `CoreError` before anything is queued."""
        engine = self._desk.engine
        if engine is None:
            return
        from core.uploads.desk import Uploads

        await Uploads(engine.profile).add(paths, destination)
        if self.is_running:
            text = translate("Uploads", "%1 joins the upload under way.").replace("%1", named(paths))
            self._desk.banners.put("uploads", text, "good")
            self.changed.emit()
        else:
            self.start(translate("Uploads", "Upload %1 to %2").replace("%1", named(paths)).replace("%2", destination))

    def start(self, title: str = "") -> None:
        """Uploads all that waits, each folder to where it is to go; what is under way goes on."""
        engine = self._desk.engine
        if engine is None or self.is_running:
            self.changed.emit()
            return

        async def work(report: Report) -> Ran | None:
            from core.errors import Busy
            from core.profiles.destination import Duplicates
            from core.uploads.desk import Uploads
            from core.uploads.sending.wishes import Override

            try:
                uploads = Uploads(engine.profile)
                return await uploads.run(
                    engine.workspace,
                    engine.store,
                    # somebody is here to be asked, and to mend what has to be
                    override=Override(unsaid=Duplicates.ASK, patience_seconds=math.inf),
                    live=self.live,
                    report=report,
                    catalog=engine.catalog,
                )
            except Busy:
                if not await _is_used(engine.profile.name):
                    raise  # something else holds what it needs
                return None
            finally:
                engine.changes.say(Change.RUNS | Change.INVENTORY | Change.CAPACITY)

        self._desk.banners.take("uploads")
        self._desk.banners.take("uploads-waiting")
        self.live.clear()
        self._pace = Pace(time.monotonic())
        said = title or translate("Uploads", "Upload what waits")
        self.job = self._desk.jobs.start(said, work, then=self._ending, stopped=self._stopped, group=GROUP)
        self.job.moved.connect(self._on_job_moved)
        self.job.ended.connect(self._on_job_ended)
        self.changed.emit()

    def pause(self) -> None:
        """Stops: what is stored stays, the rest waits in the queue."""
        if self.job is not None:
            self.job.cancel()

    async def greet(self, *, goes_on: bool) -> None:
        """After a project was opened: goes on where that is wished, else offers to go on with what waits."""
        engine = self._desk.engine
        if engine is None or engine.profile.read_only:
            return
        await self.folder_watch.begin()
        from core.uploads.desk import Uploads

        uploads = Uploads(engine.profile)
        known = (await uploads.state()).folders
        self.counted.emit(known.failed + known.questions or None)
        if self.is_running:
            return
        trees, folders = await uploads.left()
        if not trees:
            return
        if goes_on:
            self.start()
            return
        text = translate("Uploads", "%Ln folder(s) still wait(s) to be uploaded.", "", folders)
        if not folders:
            text = translate("Uploads", "What was handed over last still waits to be uploaded.")
        steps = (NextStep(translate("Uploads", "Go on"), self.start), self._look_step())
        self._desk.banners.put("uploads-waiting", text, "accent", steps)

    def _on_job_moved(self) -> None:
        self._pace.note(self.live.moved_bytes, time.monotonic())
        self.moved.emit()
        if self.job is not None and self.job.progress.trouble is Trouble.SIGNED_OUT:
            self._ask_to_sign_in()

    def _on_job_ended(self) -> None:
        job, self.job = self.job, None
        self.live.clear()
        self.changed.emit()
        error = job.error if job is not None else None
        if isinstance(error, CoreError) and error.trouble is Trouble.SIGNED_OUT:
            self._ask_to_sign_in()  # it was over before anybody could be asked

    def _ask_to_sign_in(self) -> None:
        """Asks once, and pauses meanwhile; signed in, the project is opened again, and the upload goes on by itself."""
        from gui.paused import remember_upload

        if not self._desk.actions["sign_in"].isEnabled() or (
            self.job is not None and self.job.state is not JobState.RUNNING
        ):
            return
        remember_upload(self._desk)
        self.pause()
        self._desk.actions["sign_in"].trigger()

    def _ending(self, ran: Ran | None) -> Ending:
        if ran is None:
            text = translate("Uploads", "another program uploads just now, and takes along what was queued here")
            return Ending(text, "warning", (self._look_step(),))
        did, notes = ran.did, (*ran.notes, *ran.did.notes)
        if notes:
            self._desk.banners.put("uploads", "\n".join(notes[:_MOST_NOTES]), "warning")
        if not did.batches:
            return Ending(translate("Uploads", "nothing waits: all that was found is uploaded, left out or failed"))
        parts = [
            translate("Uploads", "%Ln folder(s) uploaded", "", did.done),
            translate("Uploads", "%Ln file(s)", "", did.files),
            words.size(did.size_bytes),
        ]
        if did.failed:
            parts.append(translate("Uploads", "%1 failed").replace("%1", words.number(did.failed)))
        if did.skipped:
            parts.append(translate("Uploads", "%1 left out").replace("%1", words.number(did.skipped)))
        return Ending(" · ".join(parts), "danger" if did.failed else "good", (self._look_step(),))

    def _stopped(self, job: Job) -> Ending:
        del job
        text = translate("Uploads", "paused; what is stored stays, the rest waits in the queue")
        return Ending(text, "warning", (NextStep(translate("Uploads", "Go on"), self.start), self._look_step()))

    def _look_step(self) -> NextStep:
        return NextStep(translate("Uploads", "Show in Uploads"), self._desk.actions["go_uploads"].trigger)


def named(paths: Sequence[Path]) -> str:
    """What is handed over, in a few words."""
    if len(paths) == 1:
        return paths[0].name or str(paths[0])
    return translate("Uploads", "%Ln folder(s)", "", len(paths))


async def _is_used(profile: str) -> bool:
    from core.uploads.desk import tracker_path
    from core.uploads.status.listing import Listing

    listing = Listing(tracker_path(profile))
    try:
        return await listing.is_used_elsewhere()
    finally:
        await listing.close()
