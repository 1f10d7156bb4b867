"""Applies a plan: proven, guarded, checked again, done in batches that a crash can stop anywhere, and accounted for."""

from __future__ import annotations

import asyncio
import shlex
import sqlite3
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

from core import emptying
from core.apply.intake import kind_of, take_in
from core.apply.job import PAUSES_SECONDS, Job, Seam, nobody, see_through
from core.apply.proofs import check_guard, check_proofs
from core.apply.purging import emptied, lay_places
from core.apply.recheck import Recheck
from core.apply.removal import look_over
from core.apply.settle import settle
from core.apply.windows import work_off
from core.doubts import accept
from core.errors import CoreError, NeedsConfirmation, Refused
from core.models import QUARANTINE, PlanHead, Run, RunState, StepKind
from core.plan_files import read_head
from core.plans import verify
from core.ports import Catalog, ObjectStore
from core.profiles import Profile
from core.progress import Report, silent
from core.quarantine import remove_manifests
from core.read_only import check_writable
from core.runs import StepState
from core.workspace import Workspace, system_now

LOCK_SECONDS = 0.5
"""Whoever only asks whether the lock is held takes it for a moment: longer than that, and a run is under way."""
_OVER = (RunState.DONE, RunState.PARTLY, RunState.UNDONE)


async def apply(
    workspace: Workspace,
    store: ObjectStore,
    catalog: Catalog,
    profile: Profile,
    path: Path,
    *,
    allow_share: float | None = None,
    accept_sources: Sequence[str] = (),
    confirm: str | None = None,
    report: Report = silent,
    seam: Seam = nobody,
    pauses: tuple[float, ...] = PAUSES_SECONDS,
) -> Run:
    """Applies the plan in `path`, or goes on with it; a finished one changes nothing and returns its result. A purge
    wants `confirm`: the profile's name or the quarantine's. Cancelled, it ends the batch under way; the plan can be
    applied again to go on. In production every plan wants the profile's name, once. A plan without steps makes no run:
    what it returns has no `run_id`. Raises `BadPlan`, `NeedsConfirmation`, `Refused`, `Busy`, `ServiceError`,
    `WorkspaceError`."""
    check_writable(profile)
    async with workspace.lock(LOCK_SECONDS):
        await _check_confirmed(workspace, path, profile, confirm)
        if not read_head(path).steps:
            return _nothing(await verify(path, workspace, profile.project))
        record = await take_in(workspace, path, profile.project)
        run = await record.run()
        if run.state in _OVER:
            return run
        job = Job(workspace, store, catalog, profile, record, report, seam, pauses, total=run.steps)
        job.count(run)
        seam("taken in")
        if record.kind == emptying.KIND:
            return await carry_out(job, lambda: emptying.empty(job))
        if record.kind == "purge":
            return await carry_out(job, lambda: _purge(job))
        return await carry_out(job, lambda: _clean_up(job, run, allow_share, accept_sources))


def _nothing(head: PlanHead) -> Run:
    now = system_now()
    return Run("", kind_of(head), head.plan_id, now, now, RunState.DONE, 0, 0, 0, 0, 0, 0, 0.0, False)


async def carry_out(job: Job, work: Callable[[], Coroutine[object, object, Run]]) -> Run:
    """Does a run's work; when that is cancelled or stopped, the run is interrupted and can go on."""
    try:
        return await work()
    except (asyncio.CancelledError, CoreError):
        await see_through(job.interrupt())
        raise


async def _clean_up(job: Job, run: Run, allow_share: float | None, accept_sources: Sequence[str]) -> Run:
    begun = run.done + run.skipped + run.failed + run.drifted > 0 or bool(await job.record.page(StepState.INTENT, 1))
    try:
        looks = await Recheck.open(job)
        await see_through(settle(job, looks))
        for name in accept_sources:
            await accept(job.workspace, name)
        await check_proofs(job)
        await check_guard(job, max(allow_share or 0.0, await job.record.allowed()))
        await looks.renew()
        await looks.look_in_full()
        await check_proofs(job)
    except Refused:
        if not begun:
            await job.record.forget()
        raise
    await job.record.start(allow_share)
    job.seam("started")
    await see_through(look_over(job, looks))
    await work_off(job, looks)
    if await looks.renew(force=True):
        await see_through(look_over(job, looks))
    return await job.finish()


async def _purge(job: Job) -> Run:
    await job.record.start()
    await lay_places(job)
    await see_through(settle(job, None))
    await work_off(job, None)
    run = await job.finish()
    for run_id in await emptied(job):
        await remove_manifests(job.store, run_id)
    return run


async def _check_confirmed(workspace: Workspace, path: Path, profile: Profile, confirm: str | None) -> None:
    if confirm == profile.name:
        return
    head = read_head(path)
    hint = f"Type “{profile.name}” (on the command line: --confirm {shlex.quote(profile.name)})."
    if StepKind.PURGE_OBJECT in head.by_kind and (profile.production or confirm != QUARANTINE):
        raise NeedsConfirmation("Purging removes objects for good; it wants to be confirmed by name.", hint)
    bucket = emptying.bucket_of(head)
    if bucket and (profile.production or confirm != bucket):
        name = profile.name if profile.production else bucket
        raise NeedsConfirmation(
            f"Emptying takes everything out of {bucket}, whatever names it; it wants to be confirmed by name.",
            f"Type “{name}” (on the command line: --confirm {shlex.quote(name)}).",
        )
    if not profile.production or not head.steps:
        return
    # A run that the journal knows was confirmed when it was taken in; going on with it is no new decision.
    if not await workspace.journal.read(lambda c: _is_known(c, head.plan_id)):
        raise NeedsConfirmation(f"“{profile.name}” is in production: changing it wants its name typed.", hint)


def _is_known(c: sqlite3.Connection, plan_id: str) -> bool:
    return c.execute("SELECT 1 FROM runs WHERE plan_id = ?", (plan_id,)).fetchone() is not None
