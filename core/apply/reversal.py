"""What puts a done step back, as a step of its own."""

from __future__ import annotations

from collections.abc import Mapping

from core.models import RowAction, RowChange, Step, StepKind, Value
from core.runs import Entry, StepState
from core.traces import Trace
from core.values import same

_ROW_KINDS = {
    StepKind.INSERT_ROW: RowAction.INSERT,
    StepKind.UPDATE_ROW: RowAction.UPDATE,
    StepKind.DELETE_ROW: RowAction.DELETE,
}


def reverse(entry: Entry, run_id: str, n: int = 0) -> Entry:
    """The step that undoes `entry`, numbered `n` (or like it). It writes only where things are still as the act left
    them: its precondition is the trace of the act. Raises `ValueError` for steps that cannot be put back."""
    step, trace = entry.step, entry.trace
    n = n or step.n
    origin = (run_id, step.n)
    if step.kind is StepKind.DELETE_OBJECT:
        back = Step(
            n,
            StepKind.RESTORE_OBJECT,
            bucket=step.bucket,
            key=step.key,
            size_bytes=step.size_bytes,
            etag=step.etag,
            version=trace.version or None,
            place=trace.place,
        )
        kept = Trace(
            archived=trace.archived,
            member=trace.member,
            digest=trace.digest,
            attributes=trace.attributes,
            origin=origin,
        )
        return Entry(back, StepState.WAITING, kept)
    if step.kind is StepKind.UPLOAD and trace.version:
        back = Step(
            n,
            StepKind.DELETE_OBJECT,
            bucket=step.bucket,
            key=step.key,
            size_bytes=step.size_bytes,
            version=trace.version,
            removal="quarantine",
        )
        return Entry(back, StepState.WAITING, Trace(origin=origin))
    before, left = trace.before, trace.row
    table, columns = step.table, step.key_columns
    key = step.row_key
    if step.kind is StepKind.DELETE_ROW and before is not None:
        back = Step(n, StepKind.INSERT_ROW, table=table, key_columns=columns, row_key=key, after=before)
    elif step.kind is StepKind.UPDATE_ROW and before is not None and left is not None:
        # Not only the columns that the step named: a trigger of the table may have changed others along with them.
        old = {name: value for name, value in before.items() if name in left and not same(value, left[name])}
        # Where that trigger acts again, its columns cannot be put back: then the others have to be enough.
        loose = tuple(name for name in old if name not in (step.after or {}))
        back = Step(
            n, StepKind.UPDATE_ROW, table=table, key_columns=columns, row_key=key, before=left, after=old, loose=loose
        )
    elif step.kind is StepKind.INSERT_ROW and left is not None:
        key = tuple(left[name] for name in columns)
        back = Step(n, StepKind.DELETE_ROW, table=table, key_columns=columns, row_key=key, before=left)
    else:
        raise ValueError(f"step {step.n} cannot be put back")
    return Entry(back, StepState.WAITING, Trace(origin=origin))


def row_change(step: Step, before: Mapping[str, Value] | None) -> RowChange:
    """The change that a row step asks of the catalog; `before` is the whole row that it must still be."""
    kind = _ROW_KINDS[step.kind]
    return RowChange(kind, step.table, step.key_columns, step.row_key, before, step.after, step.loose)
