"""Finds out what became of rows that were about to be written when the program ended, or the line broke."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import NotFound
from core.journal import Ending
from core.models import Result, RowAction, RowChange, StepKind, Table, Value
from core.ports import Catalog
from core.runs import StepState
from core.traces import Trace
from core.uploads.tables.cells import reads_same
from core.uploads.tables.row_records import Left, end_left, left_rows, note_keys
from core.uploads.tracker import Tracker
from core.workspace import Workspace

_NOT_WRITTEN = "The program ended before it was written."


async def settle_rows(workspace: Workspace, catalog: Catalog, project: str, tracker: Tracker | None = None) -> None:
    """Looks each of them up, and records how it ended; a row that is there is its folder's from then on. Call it under
    the writer lock. Raises `ServiceError`, `WorkspaceError`."""
    for left in await left_rows(workspace, project):
        ending, row = await _settled(catalog, left)
        step = left.entry.step
        if row is not None and step.place and tracker is not None:
            key = tuple(row.get(name) for name in step.key_columns)
            await note_keys(tracker, step.table, {step.place: key})
        await end_left(workspace, [(left, ending)])


async def _settled(catalog: Catalog, left: Left) -> tuple[Ending, Mapping[str, Value] | None]:
    step, trace = left.entry.step, left.entry.trace
    try:
        table = await catalog.table(step.table)
        row = await (_updated(catalog, left, table) if step.kind is StepKind.UPDATE_ROW else _inserted(catalog, left))
    except NotFound as exc:
        return Ending(step.n, StepState.FAILED, exc.message), None
    if row is None:
        return Ending(step.n, StepState.FAILED, _NOT_WRITTEN), None
    return Ending(step.n, StepState.DONE, trace=Trace(before=trace.before, row=row)), row


async def _updated(catalog: Catalog, left: Left, table: Table) -> Mapping[str, Value] | None:
    """The row if it is what the update was to make of it: one that was not made differs wherever it was to change."""
    step, before = left.entry.step, left.entry.trace.before or {}
    (row,) = await catalog.rows(step.table, step.key_columns, [step.row_key])
    columns = {column.name: column for column in table.columns}
    changed = [name for name in step.after or {} if name in columns]
    if row is None or all(reads_same(row.values.get(name), before.get(name), columns[name]) for name in changed):
        return None
    return row.values


async def _inserted(catalog: Catalog, left: Left) -> Mapping[str, Value] | None:
    step, after = left.entry.step, left.entry.step.after or {}
    if not step.loose:
        # nothing in it tells of its folder: the same once more finds it, or writes it now
        change = RowChange(RowAction.INSERT, step.table, step.key_columns, (), None, after)
        (outcome,) = await catalog.change([change])
        return outcome.row if outcome.result is Result.DONE else None
    found = await catalog.find(step.table, step.key_columns, step.loose[0], [str(after[step.loose[0]])])
    rows = await catalog.rows(step.table, step.key_columns, [key for key, _ in found]) if found else ()
    others = [name for name in after if name not in step.loose]
    fit = [row for row in rows if row is not None and all(row.values.get(name) == after[name] for name in others)]
    return fit[0].values if len(fit) == 1 else None
