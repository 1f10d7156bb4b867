"""Undoes a run: objects come back from quarantine or archive, rows get their values back, and uploads go."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from core import bucket_acts, places, single_upload
from core.adoption import adopt, check_told, lacks_files
from core.apply.intake import new_run_id
from core.apply.job import PAUSES_SECONDS, Job, Seam, nobody, see_through
from core.apply.reversal import reverse
from core.apply.run import LOCK_SECONDS, carry_out
from core.apply.settle import settle
from core.apply.windows import work_off
from core.errors import Usage
from core.journal import RunRecord, add_run, add_steps, count_steps
from core.models import Run, RunState, Step
from core.ports import Catalog, ObjectStore
from core.profiles import Profile
from core.progress import Report, silent
from core.quarantine import remove_manifests
from core.read_only import check_writable
from core.runs import ENTRY, Entry, StepState, read_entry, read_run
from core.single_upload import records
from core.traces import Trace
from core.uploads.queueing.undone import leave_out_undone
from core.uploads.tables.row_settling import settle_rows
from core.uploads.tracker import FILE_NAME
from core.workspace import Workspace

_BATCH = 2000
_PURGED = "Its object was purged from the quarantine and cannot come back."


async def undo(
    workspace: Workspace,
    store: ObjectStore,
    catalog: Catalog,
    profile: Profile,
    run_id: str,
    *,
    report: Report = silent,
    seam: Seam = nobody,
    pauses: tuple[float, ...] = PAUSES_SECONDS,
) -> Run:
    """Puts back what a run did, last first, wherever things still are as it left them; never overwrites. Returns the
    run of kind `undo`: what drifted or failed there can be tried again with another undo. An undo that was interrupted
    goes on. A run that the journal does not know is taken from its manifests in the quarantine. Raises `NotFound`,
    `Usage`, `Refused`, `Busy`, `ServiceError`, `WorkspaceError`.

    Of uploads, what the run stored itself and nobody changed since moves to the quarantine, whatever names it now; what
    it found there already stays. The rows it wrote go, or get their values back, where they are as it left them. To the
    profile's tracker, their folders are left out from then on: they do not go up again before somebody takes them back,
    or a file in them changes. Another tracker (`--db-path`) is not told."""
    check_writable(profile)
    async with workspace.lock(LOCK_SECONDS):
        if await workspace.journal.read(lambda c: _wants_manifests(c, run_id)):
            await adopt(workspace, store, profile, run_id)
        await workspace.journal.read(lambda c: _check_project(c, run_id, profile))
        original = await workspace.journal.read(lambda c: read_run(c, run_id))
        record = RunRecord(workspace, run_id, original.kind)
        if original.kind == bucket_acts.KIND:
            _check_undoable(original)
            return await bucket_acts.undo(workspace, store, profile, original)
        undoing = await workspace.journal.read(lambda c: _under_way(c, run_id))
        if undoing is None:
            _check_undoable(original)
            job = Job(workspace, store, catalog, profile, record, report, seam, pauses, total=original.steps)
            if original.kind == single_upload.KIND:
                await see_through(records.settle(workspace, store, profile.project))
                await see_through(settle_rows(workspace, catalog, profile.project))
            else:
                await see_through(settle(job, None))
            undoing = await workspace.journal.write(lambda c: _make(c, run_id, profile.project))
        if original.kind == single_upload.KIND:
            await leave_out_undone(places.workspace(profile.name) / FILE_NAME, workspace, run_id)
        undo_record = RunRecord(workspace, undoing, "undo")
        run = await undo_record.run()
        job = Job(workspace, store, catalog, profile, undo_record, report, seam, pauses, total=run.steps)
        job.count(run)
        seam("taken in")
        return await carry_out(job, lambda: _put_back(job, run_id))


async def check(workspace: Workspace, store: ObjectStore, profile: Profile, run_id: str) -> None:
    """Raises what `undo` would before it changes anything, as far as that can be told without taking a run of another
    desk in: `NotFound`, `Usage`, `Refused`, `ServiceError`."""
    check_writable(profile)
    if await workspace.journal.read(lambda c: _wants_manifests(c, run_id)):
        await check_told(store, run_id)
        return
    await workspace.journal.read(lambda c: _check_project(c, run_id, profile))
    if await workspace.journal.read(lambda c: _under_way(c, run_id)) is None:
        _check_undoable(await workspace.journal.read(lambda c: read_run(c, run_id)))


async def _put_back(job: Job, run_id: str) -> Run:
    await job.record.start()
    await see_through(settle(job, None))
    await work_off(job, None)
    run = await job.finish()
    if await job.workspace.journal.write(lambda c: _close(c, run_id)):
        await remove_manifests(job.store, run_id)
    return run


def _check_undoable(run: Run) -> None:
    if run.kind == "undo":
        raise Usage(f"Run {run.run_id} is itself an undo.", "Plan or upload again what it took back.")
    if run.kind == "purge":
        raise Usage(f"Run {run.run_id} purged the quarantine; what is purged cannot come back.")
    if run.state is RunState.UNDONE:
        raise Usage(f"Run {run.run_id} has been undone already; there is nothing left to undo.")


def _check_project(c: sqlite3.Connection, run_id: str, profile: Profile) -> None:
    (project,) = c.execute("SELECT project FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    if project != profile.project:
        raise Usage(
            f"Run {run_id} was made when the profile “{profile.name}” pointed at another storage or catalog.",
            "Point the profile there again to undo it.",
        )


def _wants_manifests(c: sqlite3.Connection, run_id: str) -> bool:
    """Whether only the manifests tell what a run did: the journal does not know it, or knows it from them alone."""
    if c.execute("SELECT 1 FROM runs WHERE run_id = ?", (run_id,)).fetchone() is None:
        return True
    return _under_way(c, run_id) is None and lacks_files(c, run_id)


def _under_way(c: sqlite3.Connection, run_id: str) -> str | None:
    row = c.execute(
        "SELECT run_id FROM runs WHERE undo_of = ? AND state IN ('running', 'interrupted')", (run_id,)
    ).fetchone()
    return None if row is None else str(row[0])


def _make(c: sqlite3.Connection, run_id: str, project: str) -> str:
    """A new undo of what stands of a run, and nothing of the run may be begun any more."""
    (top, standing) = c.execute(
        "SELECT max(n), count(*) FILTER (WHERE state IN ('done', 'purged')) FROM steps WHERE run_id = ?", (run_id,)
    ).fetchone()
    if not standing:
        raise Usage(f"Run {run_id} changed nothing, so there is nothing to undo.")
    c.execute(
        "UPDATE steps SET state = 'skipped', reason = 'The run was undone before its turn.' "
        "WHERE run_id = ? AND state = 'waiting'",
        (run_id,),
    )
    undoing = new_run_id()
    add_run(c, undoing, "undo", project, undo_of=run_id)
    below = top + 1
    while entries := [
        read_entry(row)
        for row in c.execute(
            # +state: by number, not by state and then sorted
            f"SELECT {ENTRY} FROM steps WHERE run_id = ? AND n < ? AND +state IN ('done', 'purged') "
            "ORDER BY n DESC LIMIT ?",
            (run_id, below, _BATCH),
        ).fetchall()
    ]:
        below = entries[-1].step.n
        add_steps(c, undoing, [_reversed(c, entry, run_id, top) for entry in entries])
    count_steps(c, undoing)
    return undoing


def _reversed(c: sqlite3.Connection, entry: Entry, run_id: str, top: int) -> Entry:
    """The step that undoes `entry`. What needed it must be back first; numbers run the other way."""
    n = top + 1 - entry.step.n
    needs = c.execute(
        "SELECT needs.n FROM needs CROSS JOIN steps USING (run_id, n) "
        "WHERE needs.run_id = ? AND need = ? AND +state IN ('done', 'purged')",
        (run_id, entry.step.n),
    )
    later = tuple(sorted(top + 1 - number for (number,) in needs))
    try:
        back = reverse(entry, run_id, n)
    except ValueError:
        step = Step(n, entry.step.kind, bucket=entry.step.bucket, key=entry.step.key, table=entry.step.table)
        return Entry(step, StepState.FAILED, Trace(), "What was there before is not recorded.")
    back = replace(back, step=replace(back.step, needs=later))
    if entry.state is StepState.PURGED:
        return Entry(back.step, StepState.FAILED, Trace(), _PURGED)
    return back


def _close(c: sqlite3.Connection, run_id: str) -> bool:
    """Says of a run whose undo has ended where it stands now; whether all of it is undone."""
    (standing,) = c.execute(
        "SELECT count(*) FROM steps WHERE run_id = ? AND state IN ('done', 'purged', 'intent')", (run_id,)
    ).fetchone()
    if not standing:
        c.execute("UPDATE runs SET state = 'undone' WHERE run_id = ?", (run_id,))
    else:
        c.execute(
            "UPDATE runs SET state = 'partly' WHERE run_id = ? AND state IN ('running', 'interrupted')", (run_id,)
        )
    return not standing
