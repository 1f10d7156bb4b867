"""Emptying a bucket: a plan that moves everything in it to the quarantine, confirmed by the bucket's name."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.apply import objects, removal
from core.apply.job import Job, see_through
from core.apply.settle import settle
from core.errors import Usage
from core.journal import Ending
from core.models import QUARANTINE, GuardHit, Object, PlanHead, Run, Step, StepKind
from core.plans import write_plan
from core.ports import ObjectStore
from core.profiles import Profile
from core.progress import Progress, Report, silent
from core.read_only import check_writable
from core.runs import Entry, StepState
from core.things import object_thing
from core.threads import in_thread
from core.workspace import Workspace

KIND = "empty"
"""The kind of such a run."""
AT_ONCE = 200_000
"""So many objects one plan takes; what is left takes further ones (nor does Storage empty more: facts.md A4.1)."""


@dataclass(frozen=True, slots=True)
class Emptying:
    """A plan that empties a bucket, for a person to look at. `more`: the bucket holds more than one plan takes, so that
    it is to be planned again afterwards. `kept`: objects that stay, because they are marked to keep. `rows`: references
    that would point at nothing, as the last scan saw them; `mentioned`: objects that tables name which nobody mapped.
    `scanned`: a scan has seen the bucket; without one, nobody knows of either."""

    head: PlanHead
    path: Path
    more: bool
    kept: int
    rows: int
    mentioned: int
    scanned: bool

    @property
    def bucket(self) -> str:
        """The bucket, whose name confirms it."""
        return bucket_of(self.head)


@dataclass(slots=True)
class _Found:
    """What the listing came upon so far."""

    taken: int = 0
    kept: int = 0
    more: bool = False


def bucket_of(head: PlanHead) -> str:
    """The bucket that a plan empties; '' for any other plan. No scan is behind an emptying, and one is behind every
    other plan that removes objects."""
    is_emptying = head.scan_id == 0 and StepKind.DELETE_OBJECT in head.by_kind and head.guard is not None
    return head.guard.where if is_emptying and head.guard is not None else ""


async def plan_empty(
    workspace: Workspace, store: ObjectStore, profile: Profile, bucket: str, path: Path, report: Report = silent
) -> Emptying:
    """Writes a plan that takes whatever is in the bucket at this moment, rows or not and however young: that is what
    emptying means. What is marked to keep stays. Nothing is changed by it. Raises `NotFound`, `Usage` for a bucket that
    is empty, `ServiceError`, `WorkspaceError`."""
    check_writable(profile)
    if bucket.startswith(QUARANTINE):
        raise Usage(f"{bucket} is emptied by a purge.", "bucketdesk-cli plan purge")
    await store.bucket(bucket)
    kept = await workspace.journal.read(_kept)
    found = _Found()
    head = await write_plan(
        workspace,
        path,
        profile.project,
        0,
        _steps(store, bucket, kept, found, report),
        GuardHit(1.0, profile.safety.guard_share, bucket),
        profile=profile.name,
        removal="quarantine",
    )
    if not head.steps:
        await in_thread(path.unlink, True)
        why = "all that is in it is marked to keep" if found.kept else "it is empty already"
        raise Usage(f"There is nothing to take out of {bucket}: {why}.")
    named = await workspace.inventory.read(lambda c: _named(c, bucket))
    return Emptying(head, path, found.more, found.kept, *named)


async def empty(job: Job) -> Run:
    """Does such a plan: each object that still is as it was planned goes to the quarantine, and can be put back."""
    await job.record.start()
    await see_through(settle(job, None))
    while window := await job.record.page(StepState.WAITING, job.batch_size):
        await see_through(_take(job, window))
    return await job.finish()


async def _take(job: Job, window: Sequence[Entry]) -> None:
    kept = await job.workspace.journal.read(_kept)
    standing = await objects.stat(job, [removal.spot(entry) for entry in window])
    going, endings = [], []
    for entry in window:
        there = standing.get(removal.spot(entry))
        if why := _obstacle(entry.step, there, kept):
            endings.append(Ending(entry.step.n, StepState.DRIFTED, why))
        else:
            going.append(entry)
    await job.end(endings)
    if going:
        await removal.remove(job, None, going)


def _obstacle(step: Step, there: Object | None, kept: frozenset[str]) -> str:
    if there is None:
        return "It is not there any more."
    if there.version != step.version:
        return "It has changed since the plan was made."
    return "It was marked to keep since." if object_thing(step.bucket, step.key) in kept else ""


async def _steps(
    store: ObjectStore, bucket: str, kept: frozenset[str], found: _Found, report: Report
) -> AsyncIterator[Step]:
    cursor: str | None = None
    while True:
        page = await store.list_objects(bucket, cursor=cursor)
        for item in page.items:
            if found.taken == AT_ONCE:
                found.more = True
                return
            if object_thing(bucket, item.key) in kept:
                found.kept += 1
                continue
            found.taken += 1
            yield _step(found.taken, item)
        report(Progress(found.taken, None, f"Listing {bucket}"))
        if page.cursor is None or page.cursor == cursor:
            return
        cursor = page.cursor


def _step(n: int, item: Object) -> Step:
    return Step(
        n,
        StepKind.DELETE_OBJECT,
        bucket=item.bucket,
        key=item.key,
        size_bytes=item.size_bytes,
        etag=item.etag,
        version=item.version,
        removal="quarantine",
        changed=item.changed,
    )


def _kept(c: sqlite3.Connection) -> frozenset[str]:
    return frozenset(thing for (thing,) in c.execute("SELECT thing FROM keeps WHERE thing >= 'o:' AND thing < 'o;'"))


def _named(c: sqlite3.Connection, bucket: str) -> tuple[int, int, bool]:
    """References to objects of the bucket, objects that are mentioned, and whether a scan has seen it at all."""
    (rows,) = c.execute("SELECT count(*) FROM refs WHERE bucket = ? AND form = 0", (bucket,)).fetchone()
    (mentioned,) = c.execute("SELECT count(DISTINCT key) FROM mentions WHERE bucket = ?", (bucket,)).fetchone()
    (scanned,) = c.execute(
        "SELECT count(*) FROM listings WHERE what = 'bucket' AND current = 1 AND name = ?", (bucket,)
    ).fetchone()
    return int(rows), int(mentioned), bool(scanned)
