"""Moves objects into the quarantine and out of it again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from core.apply.archived import taken_out
from core.apply.job import ENDED, Job
from core.errors import AlreadyExists, NotFound, ServiceError, Unavailable
from core.journal import Ending
from core.models import QUARANTINE, Attributes, Move, Object, Outcome, Result
from core.runs import Entry, StepState


async def move(job: Job, moves: Sequence[Move]) -> tuple[Outcome, ...]:
    """One outcome a move. Raises like `Job.told`."""
    return await job.told(partial(job.store.move, moves), len(moves))


async def restore(job: Job, entries: Sequence[Entry]) -> list[Ending]:
    """Puts objects back where they came from: from the quarantine, or from the archive. Never overwrites; repeating it
    is harmless. Raises `Unavailable`."""
    endings = [await _upload(job, entry) for entry in entries if entry.trace.archived]
    waiting = [entry for entry in entries if not entry.trace.archived]
    for start in range(0, len(waiting), job.batch_size):
        batch = waiting[start : start + job.batch_size]
        ends = [spot for e in batch for spot in ((QUARANTINE, e.step.place), (e.step.bucket, e.step.key))]
        standing = await stat(job, ends)
        there = [(e, found) for e in batch if (found := standing.get((QUARANTINE, e.step.place))) is not None]
        moves = [Move(QUARANTINE, e.step.place, e.step.bucket, e.step.key, found.version) for e, found in there]
        outcomes = await move(job, moves) if moves else ()
        job.seam("restored")
        by_n = {e.step.n: outcome for (e, _), outcome in zip(there, outcomes, strict=True)}
        endings += [_restored(e, by_n.get(e.step.n), standing.get((e.step.bucket, e.step.key))) for e in batch]
    return endings


async def stat(job: Job, places: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Object]:
    """The objects that are there now, by bucket and key."""
    found: dict[tuple[str, str], Object] = {}
    by_bucket: dict[str, list[str]] = {}
    for bucket, key in dict.fromkeys(places):
        by_bucket.setdefault(bucket, []).append(key)
    size = job.store.limits.batch_size
    for bucket, keys in by_bucket.items():
        for start in range(0, len(keys), size):
            some = keys[start : start + size]
            try:
                items = await job.patiently(partial(job.store.stat, bucket, some))
            except NotFound:
                break  # a bucket that is gone holds no objects
            found.update({(bucket, key): item for key, item in zip(some, items, strict=True) if item is not None})
    return found


async def hashes(job: Job, bucket: str, keys: Sequence[str]) -> dict[str, str]:
    """The content hashes of the objects that are there and readable, read now."""
    found: dict[str, str] = {}
    size = job.store.limits.batch_size
    for start in range(0, len(keys), size):
        some = keys[start : start + size]
        answer = await job.patiently(partial(job.store.content_hashes, bucket, some))
        found.update({key: digest for key, digest in zip(some, answer, strict=True) if digest})
    return found


def _restored(entry: Entry, outcome: Outcome | None, occupant: Object | None) -> Ending:
    """`outcome`: of the move, None when nothing was there to move; `occupant`: what stood in its place before."""
    step = entry.step
    if outcome is not None:
        if outcome.result is not Result.DONE and occupant is not None:
            reason = "Another object stands in its place now; this one stays in the quarantine."
            return Ending(step.n, StepState.DRIFTED, reason)
        return Ending(step.n, ENDED[outcome.result], outcome.reason)
    if occupant is None:
        return Ending(step.n, StepState.FAILED, "It is not in the quarantine any more.")
    if entry.state is StepState.INTENT and occupant.size_bytes == step.size_bytes:
        return Ending(step.n, StepState.DONE)  # it came back just before an earlier process ended
    reason = "It is not in the quarantine any more, and another object stands in its place."
    return Ending(step.n, StepState.DRIFTED, reason)


async def _upload(job: Job, entry: Entry) -> Ending:
    """An archived object comes back by an upload; after a crash its own earlier upload is known by its content."""
    path = await taken_out(entry.trace, job.workspace.folder)
    if path is None:
        reason = f"{entry.trace.archived} is not there any more, or does not hold it as it was."
        if not entry.trace.digest:
            reason = (
                "It was archived at another desk, whose files are not here: copy the folder of this run from its"
                f" archive to {entry.trace.archived}, and undo again."
            )
        return Ending(entry.step.n, StepState.FAILED, reason)
    try:
        return await _upload_file(job, entry, path)
    finally:
        await asyncio.to_thread(path.unlink, True)


async def _upload_file(job: Job, entry: Entry, path: Path) -> Ending:
    step, trace = entry.step, entry.trace
    try:
        await job.patiently(partial(job.store.upload, step.bucket, step.key, path, trace.attributes or Attributes()))
    except AlreadyExists:
        there = await hashes(job, step.bucket, [step.key])
        if entry.state is StepState.INTENT and trace.digest and there.get(step.key) == trace.digest:
            return Ending(step.n, StepState.DONE)
        return Ending(step.n, StepState.DRIFTED, "Another object stands in its place now; this one stays archived.")
    except Unavailable:
        raise
    except ServiceError as exc:
        return Ending(step.n, StepState.FAILED, exc.message)
    job.seam("uploaded")
    return Ending(step.n, StepState.DONE)
