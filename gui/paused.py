"""Work that was paused by closing the window, and that goes on when the project is opened again."""

from __future__ import annotations

from collections.abc import Sequence

from core.models import Run, RunState
from gui import runs
from gui.desk import Desk
from gui.jobs import Job
from gui.scan import scan_title, start_scan
from gui.uploading import GROUP, RUN_KIND

_SCAN, _UPLOAD = "scan", "upload"


async def remember_paused(desk: Desk, stopped: Sequence[Job]) -> None:
    """Notes which of the jobs that were just stopped are to go on: scan and uploads as such, a run by its id."""
    engine = desk.engine
    assert engine is not None
    waiting = [_SCAN] if any(job.title == scan_title() for job in stopped) else []
    waiting += [_UPLOAD] if any(job.group == GROUP for job in stopped) else []
    if stopped:
        found = [run for run in await engine.runs() if run.kind != RUN_KIND]  # the next upload sees to those
        waiting += [run.run_id for run in found if run.state is RunState.INTERRUPTED]
    desk.remembered.put(_key(desk), "\n".join(waiting).encode())


def remember_upload(desk: Desk) -> None:
    """Notes that uploads are to go on when the project is opened again."""
    waiting = {*desk.remembered.get(_key(desk)).decode().split(), _UPLOAD}
    desk.remembered.put(_key(desk), "\n".join(sorted(waiting)).encode())
    desk.remembered.save()


def resume_paused(desk: Desk, found: Sequence[Run]) -> frozenset[str]:
    """Goes on with what was noted, once; gives the ids of the runs that go on."""
    waiting = desk.remembered.get(_key(desk)).decode().split()
    desk.jobs.ask(desk.uploads.greet(goes_on=_UPLOAD in waiting), newest="uploads.greet")
    if not waiting:
        return frozenset()
    desk.remembered.put(_key(desk), b"")
    desk.remembered.save()
    resumed = [run for run in found if run.run_id in waiting and run.state is RunState.INTERRUPTED]
    for run in resumed:
        runs.resume_run(desk, run)
    if _SCAN in waiting and not resumed:
        start_scan(desk)
    return frozenset(run.run_id for run in resumed)


def _key(desk: Desk) -> str:
    return f"paused.{desk.session.name}"
