"""Puts back what this run did itself: an object that is named now, or steps whose partner could not be done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from core.apply import objects, rows
from core.apply.job import Job
from core.apply.reversal import reverse
from core.journal import Ending
from core.models import Step, StepKind
from core.runs import Entry, StepState


async def put_back(
    job: Job, entries: Sequence[Entry], reasons: Mapping[int, str], state: StepState = StepState.DRIFTED
) -> None:
    """Puts done steps back, last first; they end in `state` with their reason. One that cannot be put back stays done,
    and says so: it can still be undone. Raises `ServiceError`, `WorkspaceError`; settling goes on with it."""
    ordered = sorted(entries, key=lambda e: -e.step.n)
    marked = [replace(e, trace=replace(e.trace, back=reasons[e.step.n], back_state=state)) for e in ordered]
    await job.record.intend([(e.step.n, e.trace) for e in marked])
    job.seam("back intended")
    await finish(job, marked)


async def finish(job: Job, marked: Sequence[Entry], *, again: bool = False) -> None:
    """Does what `put_back` intended; `again` after a crash, when some of it may have been done."""
    for is_object, group in groupby(marked, lambda e: e.step.kind is StepKind.DELETE_OBJECT):
        batch = list(group)
        reversed_entries = [reverse(entry, job.record.run_id) for entry in batch]
        if again:
            reversed_entries = [replace(e, state=StepState.INTENT) for e in reversed_entries]
        if is_object:
            results = await objects.restore(job, reversed_entries)
        else:
            results = await _change(job, reversed_entries, again)
        by_n = {ending.n: ending for ending in results}
        await job.end([_ending(entry, by_n[entry.step.n]) for entry in batch])
        job.seam("back")


async def compensate(job: Job, lost: Mapping[int, str]) -> None:
    """Puts back the done steps that went along with steps that could not be done (`lost`: number and why), what went
    along with those, and what in turn needed them."""
    back: dict[int, Entry] = {}
    seen: set[int] = set()
    frontier: set[int] = set(lost)
    while frontier:
        seen |= frontier
        found = await _partners(job, frontier)
        found.update(await job.record.entries(await job.record.needed_by(back.keys() | found.keys())))
        done = {n: e for n, e in found.items() if e.state is StepState.DONE}
        back.update(done)
        frontier = done.keys() - seen
    if back:
        first = next(iter(lost.values()))
        reason = f"It was put back, because what it goes along with could not be done: {first}"
        await put_back(job, list(back.values()), dict.fromkeys(back, reason), StepState.SKIPPED)


async def _partners(job: Job, numbers: Iterable[int]) -> dict[int, Entry]:
    entries = await job.record.entries(numbers)
    wanted = {need for entry in entries.values() for need in entry.step.needs}
    found = await job.record.entries(wanted)
    return {n: entry for n, entry in found.items() if is_partner(entry.step)}


def is_partner(step: Step) -> bool:
    """Whether a step that another needs is only done for its sake: not a row that has a finding of its own to go."""
    return step.kind is not StepKind.DELETE_ROW or not step.finding


async def _change(job: Job, entries: Sequence[Entry], again: bool) -> list[Ending]:
    if not again:
        return await rows.change(job, entries)
    settled = {ending.n: ending for ending in await rows.settle(job, entries)}
    waiting = [e for e in entries if settled[e.step.n].state is StepState.WAITING]
    settled.update({ending.n: ending for ending in await rows.change(job, waiting)})
    return list(settled.values())


def _ending(entry: Entry, result: Ending) -> Ending:
    trace = entry.trace
    clean = replace(trace, back="", back_state="")
    if result.state in (StepState.DONE, StepState.SKIPPED):
        return Ending(entry.step.n, StepState(trace.back_state), trace.back, clean)
    reason = f"{trace.back} It could not be put back: {result.reason}"
    return Ending(entry.step.n, StepState.DONE, reason, clean)
