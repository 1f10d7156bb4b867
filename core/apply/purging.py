"""Purges the quarantine: only what this desk's runs left there, and nobody undid."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import partial

from core.apply import objects
from core.apply.intents import intend
from core.apply.job import ENDED, Job
from core.journal import Ending
from core.models import QUARANTINE
from core.runs import Entry, StepState
from core.traces import Trace

LEFT = """SELECT json_extract(trace, '$.place') AS place, run_id, n FROM steps JOIN runs USING (run_id)
    WHERE steps.state = 'done' AND steps.kind = 'delete_object'
    AND runs.kind IN ('cleanup', 'retention', 'empty', 'undo')
    AND json_extract(trace, '$.archived') IS NULL"""
"""What runs left in the quarantine, undone uploads among it: (place, run, n)."""


async def lay_places(job: Job) -> None:
    """Makes what runs left in the quarantine known by its place, for `purge`."""

    def work(c: sqlite3.Connection) -> None:
        c.execute("DROP TABLE IF EXISTS temp.places")
        c.execute("CREATE TEMP TABLE places (place TEXT PRIMARY KEY, run_id TEXT, n INTEGER) WITHOUT ROWID")
        c.execute(f"INSERT OR IGNORE INTO temp.places {LEFT}")

    await job.workspace.journal.write(work)


async def purge(job: Job, entries: Sequence[Entry]) -> None:
    """Removes objects from the quarantine for good: only what this desk put there, as it put it there."""
    origins = await _origins(job, entries)
    there = await objects.stat(job, [(QUARANTINE, entry.step.place) for entry in entries])
    going, endings = [], []
    for entry in entries:
        item = there.get((QUARANTINE, entry.step.place))
        if entry.step.n not in origins:
            endings.append(Ending(entry.step.n, StepState.DRIFTED, "No run of this desk left it there."))
        elif item is None:
            endings.append(Ending(entry.step.n, StepState.SKIPPED, "It is not in the quarantine any more."))
        elif item.size_bytes != entry.step.size_bytes:
            endings.append(Ending(entry.step.n, StepState.DRIFTED, "It is not what was put there."))
        else:
            going.append(entry)
    await job.end(endings)
    marked = [Entry(e.step, e.state, origins[e.step.n]) for e in going]
    await intend(job, marked)
    if not marked:
        return
    places = [entry.step.place for entry in marked]
    outcomes = await job.told(partial(job.store.remove, QUARANTINE, places), len(marked))
    job.seam("removed")
    await job.end(
        [Ending(e.step.n, ENDED[o.result], o.reason) for e, o in zip(marked, outcomes, strict=True)],
    )
    job.seam("result")


async def emptied(job: Job) -> list[str]:
    """The runs that this purge took the last object of: their manifests have served."""

    def ask(c: sqlite3.Connection) -> list[str]:
        taken = [run_id for (run_id,) in c.execute("SELECT DISTINCT run_id FROM temp.places")]
        left = {run_id for _, run_id, _ in c.execute(LEFT)}
        return [run_id for run_id in taken if run_id not in left]

    return await job.workspace.journal.write(ask)


async def _origins(job: Job, entries: Sequence[Entry]) -> dict[int, Trace]:
    def ask(c: sqlite3.Connection) -> dict[int, Trace]:
        found = {}
        for entry in entries:
            place = entry.step.place
            row = c.execute("SELECT run_id, n FROM temp.places WHERE place = ?", (place,)).fetchone()
            if row is not None:
                found[entry.step.n] = Trace(place=place, origin=(row[0], row[1]))
        return found

    return await job.workspace.journal.write(ask)
