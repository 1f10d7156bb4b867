"""The upload under way in the window, and what comes after it: one at a time, since a tracker has one user."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.changes import Change
from core.profiles import Family
from core.progress import Report
from core.uploads.desk import Uploads
from core.uploads.listing import FolderRow
from core.uploads.live import FolderProgress, Live
from core.uploads.transfer import Transferred, Wish
from gui import words
from gui.desk import Desk
from gui.jobs import Ending, Job, JobState, NextStep
from gui.translation import translate

_MOST_NOTES = 5


class UploadRuns(QObject):
    """`moved` comes with the progress of the upload under way, `changed` when one begins or ends."""

    moved = Signal()
    changed = Signal()

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self.job: Job | None = None
        self.live = Live()
        self._next: deque[tuple[Family, tuple[Path, ...]]] = deque()

    @property
    def is_running(self) -> bool:
        """Whether an upload is under way."""
        return self.job is not None and self.job.is_running

    def progress_of(self, folder: FolderRow) -> FolderProgress | None:
        """How far a folder is that is under way."""
        return self.live.of(folder.number)

    def start(self, family: Family, roots: tuple[Path, ...]) -> None:
        """Scans these trees and uploads what waits in them; without any, all that waits. Where an upload is under way,
        it comes after that."""
        if self.is_running:
            self._next.append((family, roots))
            text = translate("Uploads", "%1 comes next, after the upload under way.")
            self._desk.banners.put("uploads", text.replace("%1", _named(roots)))
            return
        engine = self._desk.engine
        if engine is None:
            return

        async def work(report: Report) -> Transferred:
            try:
                wish = Wish(family, live=self.live)
                uploads = Uploads(engine.profile)
                _, did = await uploads.upload(
                    engine.workspace, engine.store, wish, roots, report=report, catalog=engine.catalog
                )
                return did
            finally:
                engine.changes.say(Change.RUNS | Change.INVENTORY | Change.CAPACITY)

        title = translate("Uploads", "Upload %1 into %2").replace("%1", _named(roots)).replace("%2", family.name)
        self._desk.banners.take("uploads")
        self.job = self._desk.jobs.start(title, work, then=self._ending, stopped=self._stopped)
        self.job.moved.connect(self.moved)
        self.job.ended.connect(self._on_job_ended)
        self.changed.emit()

    def pause(self) -> None:
        """Stops: what is stored stays, the rest waits in the queue."""
        if self.job is not None:
            self.job.cancel()

    def _on_job_ended(self) -> None:
        job, self.job = self.job, None
        self.live.clear()
        self.changed.emit()
        if job is None or not self._next:
            return
        if job.state is JobState.DONE:
            self.start(*self._next.popleft())
            return
        left = ", ".join(_named(roots) for _, roots in self._next)
        self._next.clear()
        text = translate("Uploads", "Not begun, because the upload before it did not end: %1. Add it again.")
        self._desk.banners.put("uploads", text.replace("%1", left), "warning")

    def _ending(self, did: Transferred) -> Ending:
        if did.notes:
            self._desk.banners.put("uploads", "\n".join(did.notes[:_MOST_NOTES]), "warning")
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
        return Ending(text, "warning", (self._look_step(),))

    def _look_step(self) -> NextStep:
        return NextStep(translate("Uploads", "Show in Uploads"), self._desk.actions["go_uploads"].trigger)


def _named(roots: tuple[Path, ...]) -> str:
    """What is uploaded, in a few words."""
    if not roots:
        return translate("Uploads", "what waits")
    return roots[0].name or str(roots[0]) if len(roots) == 1 else translate("Uploads", "%Ln folder(s)", "", len(roots))
