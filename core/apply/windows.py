"""Works a run off: window after window of its waiting steps, each window in the order that its steps need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.apply import acts, purging, removal
from core.apply.back import compensate, is_partner
from core.apply.checks import check
from core.apply.job import Job, see_through
from core.apply.recheck import Recheck
from core.journal import Ending
from core.models import StepKind
from core.runs import Entry, StepState

_MET = (StepState.DONE, StepState.UNDONE, StepState.PURGED)
_LOST = (StepState.DRIFTED, StepState.FAILED, StepState.SKIPPED)
_ALONG = "What it goes along with cannot be done"
_NEEDED = "What it needs first was not done."


async def work_off(job: Job, looks: Recheck | None) -> None:
    """Does every waiting step. `looks` is None for undo and purge, which ask nobody what names a thing. Cancelled,
    it ends what it began and leaves the rest waiting. Raises `ServiceError`, `WorkspaceError`; the run can go on."""
    while window := await job.record.page(StepState.WAITING, job.batch_size):
        if looks is not None and await looks.renew():
            await see_through(removal.look_over(job, looks))
        await _work(job, looks, window)


async def _work(job: Job, looks: Recheck | None, window: Sequence[Entry]) -> None:
    going, lost = list(window), list[Ending]()
    if looks is not None:
        going, lost = await check(job, looks, window)
        lost += _spread(window, {ending.n: ending for ending in lost})
        stopped = {ending.n for ending in lost}
        going = [entry for entry in going if entry.step.n not in stopped]
        await job.end(lost)
    for level in levels(going):
        met = await _met(job, level)
        if met:
            await see_through(_act(job, looks, met))
    if looks is not None and any(entry.step.needs for entry in window):
        await see_through(give_up(job, [e.step.n for e in window if e.step.needs]))


def levels(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Entries in groups of which each needs only earlier ones; in order of number within."""
    depth: dict[int, int] = {}
    found: list[list[Entry]] = []
    for entry in entries:
        level = 1 + max((depth[need] for need in entry.step.needs if need in depth), default=-1)
        depth[entry.step.n] = level
        if level == len(found):
            found.append([])
        found[level].append(entry)
    return found


async def _act(job: Job, looks: Recheck | None, entries: Sequence[Entry]) -> None:
    of = {kind: [e for e in entries if e.step.kind is kind] for kind in StepKind}
    changes = [e for e in entries if e.step.kind in (StepKind.INSERT_ROW, StepKind.UPDATE_ROW, StepKind.DELETE_ROW)]
    if changes:
        await acts.change_rows(job, looks, changes)
    if of[StepKind.DELETE_OBJECT] and looks is not None:
        await removal.remove(job, looks, of[StepKind.DELETE_OBJECT])
    elif of[StepKind.DELETE_OBJECT]:
        await acts.take_back(job, of[StepKind.DELETE_OBJECT])
    if of[StepKind.PURGE_OBJECT]:
        await purging.purge(job, of[StepKind.PURGE_OBJECT])
    if of[StepKind.RESTORE_OBJECT]:
        await acts.restore(job, of[StepKind.RESTORE_OBJECT])


async def _met(job: Job, level: Sequence[Entry]) -> list[Entry]:
    """Those whose needs are met; the others drift."""
    needs = await job.record.entries(need for entry in level for need in entry.step.needs)
    fine = (*_MET, StepState.SKIPPED) if job.record.kind == "undo" else _MET
    met = [e for e in level if all(need in needs and needs[need].state in fine for need in e.step.needs)]
    stopped = {e.step.n for e in level} - {e.step.n for e in met}
    await job.end([Ending(n, StepState.DRIFTED, _NEEDED) for n in sorted(stopped)])
    return met


async def give_up(job: Job, numbers: Sequence[int]) -> None:
    """Puts back what went along with those of these steps that could not be done."""
    entries = await job.record.entries(numbers)
    lost = {n: e.reason for n, e in entries.items() if e.state in _LOST}
    if lost:
        await compensate(job, lost)


def _spread(window: Sequence[Entry], lost: Mapping[int, Ending]) -> list[Ending]:
    """What in this window cannot be done either, because it needs a lost step or goes along with one."""
    by_n = {entry.step.n: entry for entry in window}
    needed_by: dict[int, list[int]] = {}
    for entry in window:
        for need in entry.step.needs:
            needed_by.setdefault(need, []).append(entry.step.n)
    found = dict(lost)
    waiting = list(lost)
    while waiting:
        n = waiting.pop()
        reason = found[n].reason
        along = [need for need in by_n[n].step.needs if need in by_n and is_partner(by_n[need].step)]
        for other, why in [(o, _NEEDED) for o in needed_by.get(n, ())] + [(o, f"{_ALONG}: {reason}") for o in along]:
            if other not in found:
                found[other] = Ending(other, StepState.DRIFTED, why)
                waiting.append(other)
    return [ending for n, ending in found.items() if n not in lost]
