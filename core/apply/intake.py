"""Takes a plan into the journal: believed, checked for what no step may ask, and copied in one transaction."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from core.errors import BadPlan
from core.journal import RunRecord, add_run, add_steps, count_steps
from core.models import QUARANTINE, PlanHead, RunState, Step, StepKind
from core.plan_files import read_head, read_head_text, read_verified
from core.plans import check_known
from core.retention.rules import RETENTION
from core.runs import Entry, StepState
from core.workspace import Workspace, system_now

_BATCH = 2000
_OBJECT_KINDS = (StepKind.DELETE_OBJECT, StepKind.PURGE_OBJECT)


class _Stopped(Exception):
    """The task that asked was cancelled."""


def new_run_id() -> str:
    """A name for a run that sorts by time and can be a folder."""
    return f"{system_now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


async def take_in(workspace: Workspace, path: Path, project: str) -> RunRecord:
    """The run of this plan: the one it already has, else a new one with all its steps waiting. Raises `BadPlan` when
    the plan cannot be believed, asks what no step may, or was undone."""
    stop = threading.Event()
    try:
        return await workspace.journal.write(lambda c: _take_in(c, workspace, path, project, stop))
    except asyncio.CancelledError:
        stop.set()  # the writer thread notices, and rolls back
        raise


def _take_in(c: sqlite3.Connection, workspace: Workspace, path: Path, project: str, stop: threading.Event) -> RunRecord:
    head = read_head(path)
    check_known(c, path, head, read_head_text(path), project)
    kind = kind_of(head)
    known = c.execute("SELECT run_id, state FROM runs WHERE plan_id = ?", (head.plan_id,)).fetchone()
    if known is not None:
        if known[1] == RunState.UNDONE:
            raise BadPlan(
                f"The plan {path} was applied and undone (run {known[0]}); a plan is applied once.",
                "Make the plan again.",
            )
        for _ in read_verified(path):
            if stop.is_set():
                raise _Stopped
        return RunRecord(workspace, known[0], kind)
    run_id = new_run_id()
    add_run(c, run_id, kind, project, plan_id=head.plan_id)
    steps = _checked(path, head, kind)
    while batch := list(islice(steps, _BATCH)):
        if stop.is_set():
            raise _Stopped
        add_steps(c, run_id, (Entry(step, StepState.WAITING) for step in batch))
    count_steps(c, run_id)
    return RunRecord(workspace, run_id, kind)


def kind_of(head: PlanHead) -> str:
    """The kind of the run that applies this plan."""
    if StepKind.PURGE_OBJECT in head.by_kind:
        return "purge"
    if head.kind == RETENTION:
        return RETENTION
    # Only emptying a bucket rests on no scan; the head is the one that this desk registered.
    return "empty" if head.scan_id == 0 and StepKind.DELETE_OBJECT in head.by_kind else "cleanup"


def _checked(path: Path, head: PlanHead, kind: str) -> Iterator[Step]:
    for step in read_verified(path):
        wrong = _wrong(step, kind)
        if wrong:
            raise BadPlan(f"Step {step.n} of the plan {path} cannot be done: {wrong}.", "Make the plan again.")
        yield step


def _wrong(step: Step, kind: str) -> str:
    if (step.kind is StepKind.PURGE_OBJECT) != (kind == "purge"):
        return "purging is a plan of its own"
    if kind == "empty" and step.kind is not StepKind.DELETE_OBJECT:
        return "emptying a bucket is a plan of its own"
    if kind == RETENTION and step.kind not in (StepKind.DELETE_OBJECT, StepKind.DELETE_ROW):
        return "retention only removes objects, and rows that go along"
    if step.kind is StepKind.RESTORE_OBJECT:
        return "restoring is what “undo” does"
    if any(need >= step.n for need in step.needs):
        return "it needs a later step"
    if step.kind in _OBJECT_KINDS:
        if not step.bucket or not step.key or step.bucket.startswith(QUARANTINE):
            return "it names no object of the project"
        if not (step.version if step.kind is StepKind.DELETE_OBJECT else step.place):
            return "it does not say what the object was when the plan was made"
        return ""
    if not step.table or not step.key_columns:
        return "it names no row"
    if step.kind is not StepKind.INSERT_ROW and (not step.before or len(step.row_key) != len(step.key_columns)):
        return "it does not say what the row was when the plan was made"
    if step.kind is not StepKind.DELETE_ROW and not step.after:
        return "it does not say what the row shall be"
    if step.kind is StepKind.UPDATE_ROW and set(step.key_columns) & set(step.after or ()):
        return "it would change the row's key"
    return ""
