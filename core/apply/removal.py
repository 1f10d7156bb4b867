"""Removes objects: into the quarantine, looking at them again before and after; and on into the archive if asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from core.apply import archive, objects
from core.apply.back import is_partner, put_back
from core.apply.intents import intend
from core.apply.job import ENDED, Job
from core.apply.proofs import grounds
from core.apply.recheck import Recheck
from core.apply.snapshots import Spot
from core.errors import ServiceError, WorkspaceError
from core.journal import Ending
from core.models import QUARANTINE, Attributes, Move, Result, State, StepKind
from core.quarantine import place
from core.runs import Entry, StepState
from core.traces import Trace

ARCHIVE = "archive"


async def remove(job: Job, looks: Recheck | None, entries: Sequence[Entry]) -> None:
    """Moves objects that nothing names at this moment into the quarantine; without `looks`, whatever names them. Raises
    `ServiceError`, `WorkspaceError`: what was begun then stays at its intent, because an answer may have got lost, and
    is settled when the run goes on."""
    named = await looks.naming(spot(entry) for entry in entries) if looks else {}
    stay = [Ending(e.step.n, StepState.DRIFTED, named[spot(e)]) for e in entries if spot(e) in named]
    await job.end(stay)
    prepared = await _prepare(job, [entry for entry in entries if spot(entry) not in named])
    await intend(job, prepared)
    moves = [Move(e.step.bucket, e.step.key, QUARANTINE, e.trace.place, e.step.version) for e in prepared]
    outcomes = await objects.move(job, moves) if moves else ()
    job.seam("moved")
    moved, endings = [], []
    for entry, outcome in zip(prepared, outcomes, strict=True):
        if outcome.result is not Result.DONE:
            endings.append(Ending(entry.step.n, ENDED[outcome.result], outcome.reason))
            continue
        there = outcome.object
        moved.append(replace(entry, trace=replace(entry.trace, version=there.version if there else "")))
    await job.end(endings)
    sizes = {e.step.n: o.object.size_bytes for e, o in zip(prepared, outcomes, strict=True) if o.object}
    await look_again(job, looks, moved, sizes)


async def look_again(
    job: Job, looks: Recheck | None, moved: Sequence[Entry], sizes: Mapping[int, int] | None = None
) -> None:
    """Ends steps whose objects lie in the quarantine. What is named now, was kept, or was changed as it went, goes
    straight back; the rest is done, or goes on into the archive."""
    if not moved:
        return
    named = await looks.naming(spot(entry) for entry in moved) if looks else {}
    known = await grounds(job, (entry.step.finding for entry in moved))
    reasons: dict[int, str] = {}
    for entry in moved:
        step = entry.step
        ground = known.get(step.finding)
        if spot(entry) in named:
            reasons[step.n] = f"{named[spot(entry)]} It was put back."
        elif ground is not None and ground.state is State.KEPT:
            reasons[step.n] = "It was marked to keep meanwhile, and was put back."
        elif sizes is not None and sizes.get(step.n, step.size_bytes) != step.size_bytes:
            reasons[step.n] = "It was changed while it was moved, and was put back."
    staying = [entry for entry in moved if entry.step.n not in reasons]
    job.seam("looked again")
    kept = [entry for entry in staying if entry.step.removal != ARCHIVE]
    await job.end([Ending(e.step.n, StepState.DONE, trace=replace(e.trace, attributes=None)) for e in kept])
    job.seam("result")
    if reasons:
        await put_back(job, [entry for entry in moved if entry.step.n in reasons], reasons)
    archived = [entry for entry in staying if entry.step.removal == ARCHIVE]
    if archived:
        await _archive(job, archived)


async def look_over(job: Job, looks: Recheck) -> None:
    """Puts back everything this run removed that a writing names now: for when the writings were read again."""
    after = 0
    while page := await job.record.page(StepState.DONE, job.batch_size, after):
        after = page[-1].step.n
        removed = [entry for entry in page if entry.step.kind is StepKind.DELETE_OBJECT]
        named = await looks.written(spot(entry) for entry in removed)
        back = [entry for entry in removed if spot(entry) in named]
        if back:
            await put_back(job, back, {e.step.n: f"{named[spot(e)]} It was put back." for e in back})


async def leave_quarantine(job: Job, filed: Sequence[Entry]) -> None:
    """Ends the archiving of objects whose files are whole."""
    await archive.leave(job, filed)
    job.seam("left")
    await job.end([Ending(entry.step.n, StepState.DONE, trace=entry.trace) for entry in filed])


def spot(entry: Entry) -> Spot:
    """The object of a step."""
    return entry.step.bucket, entry.step.key


async def _archive(job: Job, entries: Sequence[Entry]) -> None:
    left = list(entries)
    for part in archive.portions(entries):
        try:
            traces = await archive.fetch(job, part)
        except (ServiceError, WorkspaceError) as exc:
            await _put_all_back(job, left, exc.message)
            raise
        filed = [replace(entry, trace=traces[entry.step.n]) for entry in part]
        await job.record.intend([(entry.step.n, entry.trace) for entry in filed])
        job.seam("archived")
        await leave_quarantine(job, filed)
        left = left[len(part) :]


async def _put_all_back(job: Job, entries: Sequence[Entry], why: str) -> None:
    """Puts objects back that could not be archived, with the rows that went along: all is as it was, and waits."""
    found = await job.record.entries(need for entry in entries for need in entry.step.needs)
    along = [row for row in found.values() if is_partner(row.step) and row.state is StepState.DONE]
    reasons = dict.fromkeys((entry.step.n for entry in (*entries, *along)), why)
    await put_back(job, (*entries, *along), reasons, StepState.WAITING)


async def _prepare(job: Job, entries: Sequence[Entry]) -> list[Entry]:
    """The entries with their places in the quarantine and their attributes."""
    found: dict[Spot, Attributes] = {}
    for bucket in dict.fromkeys(entry.step.bucket for entry in entries):
        keys = [entry.step.key for entry in entries if entry.step.bucket == bucket]
        answer = await job.patiently(partial(job.store.attributes, bucket, keys))
        found.update({(bucket, key): item for key, item in zip(keys, answer, strict=True) if item is not None})
    limit = job.store.limits.key_bytes
    return [
        replace(e, trace=Trace(place(job.record.run_id, e.step, limit), attributes=found.get(spot(e)), origin=origin))
        for e, origin in ((entry, entry.trace.origin) for entry in entries)
    ]
