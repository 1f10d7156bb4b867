"""The acts beside removal: changing rows, and putting objects back or taking uploads back for an undo."""

from __future__ import annotations

from collections.abc import Sequence

from core.apply import objects, removal, rows
from core.apply.back import put_back
from core.apply.intents import intend
from core.apply.job import Job
from core.apply.proofs import grounds
from core.apply.recheck import Recheck
from core.apply.snapshots import Spot
from core.journal import Ending
from core.models import Kind, Object, Row, Step, StepKind
from core.runs import Entry, StepState


async def change_rows(job: Job, looks: Recheck | None, entries: Sequence[Entry]) -> None:
    """Changes rows. A row whose file came back meanwhile is put back. Raises `ServiceError`, `WorkspaceError`: what was
    begun then stays at its intent, because an answer may have got lost, and is settled when the run goes on."""
    await intend(job, entries)
    endings = await rows.change(job, entries)
    if job.record.kind == "undo":
        endings = await _there_already(job, entries, endings)
    if looks is not None:
        await _note(job, looks, entries, endings)
    back = await _came_back(job, looks, entries, endings) if looks is not None else {}
    await job.end(endings)
    job.seam("result")
    if back:
        done = await job.record.entries(back)
        await put_back(job, list(done.values()), back)


async def restore(job: Job, entries: Sequence[Entry]) -> None:
    """Puts objects back for an undo. Raises `ServiceError`, `WorkspaceError`, with everything left at its intent."""
    await intend(job, entries)
    await job.end(await objects.restore(job, entries))
    job.seam("result")


async def take_back(job: Job, entries: Sequence[Entry]) -> None:
    """Moves uploaded objects that are still what their upload left into the quarantine, for an undo; what stands there
    otherwise is left alone. Raises `ServiceError`, `WorkspaceError`, with what was begun left at its intent."""
    standing = await objects.stat(job, [removal.spot(entry) for entry in entries])
    other = [end for e in entries if (end := _not_ours(e.step, standing.get(removal.spot(e)))) is not None]
    await job.end(other)
    left = {ending.n for ending in other}
    going = [entry for entry in entries if entry.step.n not in left]
    if going:
        await removal.remove(job, None, going)


def _not_ours(step: Step, there: Object | None) -> Ending | None:
    if there is None:
        return Ending(step.n, StepState.SKIPPED, "It is not there any more.")
    if there.version != step.version or there.size_bytes != step.size_bytes:
        return Ending(step.n, StepState.DRIFTED, "It is not what was uploaded any more, and was left alone.")
    return None


async def _there_already(job: Job, entries: Sequence[Entry], endings: Sequence[Ending]) -> list[Ending]:
    """A row that somebody else put back as it was needs no undoing."""
    stuck = {e.n for e in endings if e.state in (StepState.DRIFTED, StepState.FAILED)}
    asked = [e for e in entries if e.step.n in stuck and e.step.kind is StepKind.INSERT_ROW and rows.has_key(e)]
    there = await rows.read(job, [rows.place(e) for e in asked])
    same = {
        e.step.n
        for e in asked
        if (row := there.get((e.step.table, e.step.row_key))) and rows.holds(row.values, e.step.after or {})
    }
    return [Ending(e.n, StepState.SKIPPED, "It is there already, as it was.") if e.n in same else e for e in endings]


async def _note(job: Job, looks: Recheck, entries: Sequence[Entry], endings: Sequence[Ending]) -> None:
    """What rows name that this run has written, or written anew, counts from now."""
    tables = {entry.step.n: entry.step.table for entry in entries}
    written: dict[str, list[Row]] = {}
    for ending in endings:
        if ending.state is StepState.DONE:
            row = ending.trace.row if ending.trace else None
            written.setdefault(tables[ending.n], []).extend([Row((), row)] if row else [])
    for table, some in written.items():
        await looks.note(table, some)
    for table in {entry.step.table for entry in entries if entry.step.kind is StepKind.DELETE_ROW}:
        looks.forget(table)


async def _came_back(job: Job, looks: Recheck, entries: Sequence[Entry], endings: Sequence[Ending]) -> dict[int, str]:
    """Changed rows whose missing file is there now, each with the reason to put it back."""
    done = {ending.n for ending in endings if ending.state is StepState.DONE}
    changed = [e for e in entries if e.step.n in done and e.step.kind is not StepKind.INSERT_ROW]
    found = await grounds(job, (entry.step.finding for entry in changed))
    spots: dict[int, list[Spot]] = {}
    for entry in changed:
        ground = found.get(entry.step.finding)
        if ground is not None and ground.kind is Kind.ROW_WITHOUT_FILE:
            spots[entry.step.n] = [(ground.bucket, ground.key), *_named(job, looks, entry)]
    standing = await objects.stat(job, [spot for some in spots.values() for spot in some])
    back = {}
    for n, some in spots.items():
        there = next((spot for spot in some if spot in standing), None)
        if there is not None:
            back[n] = f"The file {there[0]}/{there[1]} came back meanwhile, so the row was put back."
    return back


def _named(job: Job, looks: Recheck, entry: Entry) -> list[Spot]:
    """Everything that a deleted row named; an updated one still names the rest."""
    if entry.step.kind is not StepKind.DELETE_ROW:
        return []
    sources = [source for source in job.profile.sources if source.table == entry.step.table]
    places = looks.places(Row(entry.step.row_key, entry.trace.before or {}), sources)
    return [(bucket, key) for readings in places for bucket, key, _ in readings if bucket and key]
