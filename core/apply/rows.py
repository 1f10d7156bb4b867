"""Changes rows, and finds out afterwards what a process that died had already changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from core.apply.job import ENDED, Job
from core.apply.reversal import row_change
from core.errors import NotFound
from core.journal import Ending
from core.models import Outcome, Row, RowKey, StepKind, Value
from core.runs import Entry, StepState
from core.values import same

ROW_KINDS = (StepKind.INSERT_ROW, StepKind.UPDATE_ROW, StepKind.DELETE_ROW)
Place = tuple[str, tuple[str, ...], RowKey]
"""A row: its table, key columns and key."""


async def read(job: Job, places: Sequence[Place]) -> dict[tuple[str, RowKey], Row]:
    """The whole rows that are there now, by table and key. Raises `ServiceError`."""
    by_table: dict[tuple[str, tuple[str, ...]], list[RowKey]] = {}
    for table, columns, key in dict.fromkeys(places):
        by_table.setdefault((table, columns), []).append(key)
    found: dict[tuple[str, RowKey], Row] = {}
    size = job.catalog.page_size
    for (table, columns), keys in by_table.items():
        for start in range(0, len(keys), size):
            some = keys[start : start + size]
            try:
                rows = await job.patiently(partial(job.catalog.rows, table, columns, some))
            except NotFound:
                break  # a table that is gone has no rows
            found.update({(table, key): row for key, row in zip(some, rows, strict=True) if row is not None})
    return found


async def change(job: Job, entries: Sequence[Entry]) -> list[Ending]:
    """Does row steps, in order, each whole or not at all. The whole row afterwards goes into the trace. Raises
    like `Job.told`: what was done then shows only when the rows are looked at."""
    if not entries:
        return []
    changes = [row_change(e.step, e.trace.before if e.trace.before is not None else e.step.before) for e in entries]
    outcomes = await job.told(partial(job.catalog.change, changes), len(entries))
    job.seam("changed")
    return [_ending(entry, outcome) for entry, outcome in zip(entries, outcomes, strict=True)]


async def settle(job: Job, entries: Sequence[Entry]) -> list[Ending]:
    """What became of row steps that a dead process left at their intent: done, waiting again, or drifted."""
    with_key = [e for e in entries if has_key(e)]
    rows = await read(job, [place(e) for e in with_key])
    endings = []
    for entry in entries:
        step = entry.step
        if not has_key(entry):
            endings.append(await _settle_insert(job, entry))
            continue
        row = rows.get((step.table, step.row_key))
        endings.append(_settled(entry, None if row is None else row.values))
    return endings


def place(entry: Entry) -> Place:
    """Where a row step acts."""
    return entry.step.table, entry.step.key_columns, entry.step.row_key


def has_key(entry: Entry) -> bool:
    """Whether the row's key is known beforehand; an insert may leave it to the catalog."""
    key = entry.step.row_key
    return bool(key) and all(value is not None for value in key)


def holds(row: Mapping[str, Value], values: Mapping[str, Value]) -> bool:
    """Whether a row has all of these values, type for type."""
    return all(name in row and same(row[name], value) for name, value in values.items())


def _settled(entry: Entry, row: Mapping[str, Value] | None) -> Ending:
    step, n = entry.step, entry.step.n
    before = entry.trace.before if entry.trace.before is not None else step.before
    if row is None:
        if step.kind is StepKind.DELETE_ROW:
            return Ending(n, StepState.DONE)
        if step.kind is StepKind.INSERT_ROW:
            return Ending(n, StepState.WAITING)
        return Ending(n, StepState.DRIFTED, "The row is not there any more.")
    if before is not None and holds(row, before):
        return Ending(n, StepState.WAITING)
    asked = {name: value for name, value in (step.after or {}).items() if name not in step.loose}
    if step.kind is not StepKind.DELETE_ROW and step.after is not None and holds(row, asked):
        return Ending(n, StepState.DONE, trace=replace(entry.trace, row=row))
    return Ending(n, StepState.DRIFTED, "The row has changed since.")


async def _settle_insert(job: Job, entry: Entry) -> Ending:
    step, after = entry.step, entry.step.after or {}
    for column, value in after.items():
        if not isinstance(value, str) or not value:
            continue
        found = await job.patiently(partial(job.catalog.find, step.table, step.key_columns, column, [value]))
        keys = [key for key, _ in found]
        rows = await read(job, [(step.table, step.key_columns, key) for key in keys])
        for row in rows.values():
            if holds(row.values, {name: v for name, v in after.items() if v is not None}):
                return Ending(step.n, StepState.DONE, trace=replace(entry.trace, row=row.values))
        break
    return Ending(step.n, StepState.WAITING)


def _ending(entry: Entry, outcome: Outcome) -> Ending:
    trace = replace(entry.trace, row=outcome.row) if outcome.row is not None else entry.trace
    return Ending(entry.step.n, ENDED[outcome.result], outcome.reason, trace)
