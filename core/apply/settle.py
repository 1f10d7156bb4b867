"""Looks at what a process that died had begun, and brings each such step to a known end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.apply import objects, removal, rows
from core.apply.archived import is_whole
from core.apply.back import finish
from core.apply.job import Job
from core.apply.recheck import Recheck
from core.apply.windows import give_up
from core.journal import Ending
from core.models import QUARANTINE, Move, StepKind
from core.runs import Entry, StepState

_MANY = 500


async def settle(job: Job, looks: Recheck | None) -> None:
    """Settles every step left at its intent: done, waiting again, or put back. Raises `ServiceError`."""
    while page := await job.record.page(StepState.INTENT, min(_MANY, job.batch_size)):
        backs = [e for e in page if e.trace.back]
        await finish(job, sorted(backs, key=lambda e: -e.step.n), again=True)
        begun = [e for e in page if not e.trace.back]
        await job.end(await rows.settle(job, [e for e in begun if e.step.kind in rows.ROW_KINDS]))
        await _settle_removals(job, looks, [e for e in begun if e.step.kind is StepKind.DELETE_OBJECT])
        await _settle_purges(job, [e for e in begun if e.step.kind is StepKind.PURGE_OBJECT])
        await _settle_restores(job, [e for e in begun if e.step.kind is StepKind.RESTORE_OBJECT])
    if job.record.kind in ("cleanup", "retention"):
        lost = await job.record.lost_partners()
        for start in range(0, len(lost), _MANY):
            await give_up(job, lost[start : start + _MANY])


async def _settle_removals(job: Job, looks: Recheck | None, entries: Sequence[Entry]) -> None:
    ends = [spot for e in entries for spot in ((QUARANTINE, e.trace.place), removal.spot(e))]
    standing = await objects.stat(job, ends)
    moved: list[Entry] = []
    filed: list[Entry] = []
    for entry in entries:
        waits = standing.get((QUARANTINE, entry.trace.place))
        if entry.trace.archived:
            await _settle_archived(job, entry, waits is not None, removal.spot(entry) in standing, filed)
        elif waits is not None:
            moved.append(replace(entry, trace=replace(entry.trace, version=waits.version)))
        elif removal.spot(entry) in standing:
            await job.end([Ending(entry.step.n, StepState.WAITING)])
        else:
            await job.end([Ending(entry.step.n, StepState.DRIFTED, "It is not there any more.")])
    halves = [e for e in moved if removal.spot(e) in standing]
    # A move may have been cut in half: the old name is taken away now, unless another object stands there.
    moves = [Move(e.step.bucket, e.step.key, QUARANTINE, e.trace.place, e.step.version) for e in halves]
    if moves:
        await objects.move(job, moves)
    if looks is not None:
        await removal.look_again(job, looks, moved)
    else:
        await job.end([Ending(e.step.n, StepState.DONE, trace=e.trace) for e in moved])
    if filed:
        await removal.leave_quarantine(job, filed)


async def _settle_archived(job: Job, entry: Entry, waits: bool, stands: bool, filed: list[Entry]) -> None:
    if await is_whole(entry.trace):
        filed.append(entry)
    elif waits:
        clean = replace(entry.trace, archived="", member="", digest="")
        await job.end([Ending(entry.step.n, StepState.DONE, "It is in the quarantine, not in the archive.", clean)])
    elif not entry.trace.digest:  # by another desk, so that it was done there, or not begun
        await job.end([Ending(entry.step.n, StepState.WAITING if stands else StepState.DONE, trace=entry.trace)])
    else:
        reason = f"Its file {entry.trace.archived} is not in the archive any more."
        await job.end([Ending(entry.step.n, StepState.FAILED, reason)])


async def _settle_purges(job: Job, entries: Sequence[Entry]) -> None:
    there = await objects.stat(job, [(QUARANTINE, e.step.place) for e in entries])
    await job.end(
        [
            Ending(e.step.n, StepState.WAITING if (QUARANTINE, e.step.place) in there else StepState.DONE)
            for e in entries
        ]
    )


async def _settle_restores(job: Job, entries: Sequence[Entry]) -> None:
    await job.end(await objects.restore(job, entries))
