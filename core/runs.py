"""Runs and their steps as the journal holds them, for whoever shows them."""

from __future__ import annotations

import enum
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.errors import Busy, NotFound
from core.models import Run, RunState, Step
from core.plan_lines import read_step
from core.traces import Trace, read_trace
from core.workspace import Workspace, from_micros

_NO_TRACE = Trace()
UNDOABLE = ("cleanup", "retention", "empty", "buckets", "upload")
"""The kinds of run that can be undone."""
ENTRY = "step, state, trace, reason, at"
"""The columns of `steps` that make an entry."""


class StepState(enum.StrEnum):
    """Where a step stands. `undone` and `purged` were done first, and still count as done."""

    WAITING = "waiting"
    INTENT = "intent"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    DRIFTED = "drifted"
    UNDONE = "undone"
    PURGED = "purged"


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of a run as the journal holds it. `reason` is a sentence unless it is waiting or done."""

    step: Step
    state: StepState
    trace: Trace = _NO_TRACE
    reason: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """So many steps of a run ended otherwise than done, for one reason. `where` is one of them: a key or a table."""

    state: StepState
    reason: str
    steps: int
    where: str


_RUN = "run_id, kind, plan_id, undo_of, started, ended, seconds, state, steps"
_ONCE_DONE = (StepState.DONE, StepState.UNDONE, StepState.PURGED)


async def runs(workspace: Workspace) -> tuple[Run, ...]:
    """Every run, newest first. One that says it is running while nobody holds the writer lock was interrupted."""
    found = await workspace.journal.read(_runs)
    if any(run.state is RunState.RUNNING for run in found) and not await _is_held(workspace):
        found = await workspace.journal.read(lambda c: [_interrupted(run) for run in _runs(c)])
    return tuple(found)


async def run_steps(workspace: Workspace, run_id: str, start: int = 0, limit: int = 200) -> tuple[Entry, ...]:
    """A page of a run's steps in order, `start` steps in. Raises `NotFound`."""

    def ask(c: sqlite3.Connection) -> tuple[Entry, ...]:
        read_run(c, run_id)
        rows = c.execute(
            f"SELECT {ENTRY} FROM steps WHERE run_id = ? ORDER BY n LIMIT ? OFFSET ?", (run_id, limit, start)
        )
        return tuple(read_entry(row) for row in rows)

    return await workspace.journal.read(ask)


async def troubles(workspace: Workspace, run_id: str, limit: int = 20) -> tuple[Trouble, ...]:
    """Why steps of a run failed, drifted or were skipped, the most frequent reason first."""

    def ask(c: sqlite3.Connection) -> tuple[Trouble, ...]:
        rows = c.execute(
            "SELECT state, reason, count(*), min(iif(key <> '', bucket || '/' || key, tbl)) FROM steps"
            " WHERE run_id = ? AND state IN ('failed', 'drifted', 'skipped')"
            " GROUP BY state, reason ORDER BY state, 3 DESC, reason LIMIT ?",
            (run_id, limit),
        )
        return tuple(Trouble(StepState(state), *rest) for state, *rest in rows)

    return await workspace.journal.read(ask)


def read_run(c: sqlite3.Connection, run_id: str) -> Run:
    """One run. Raises `NotFound`."""
    row = c.execute(f"SELECT {_RUN} FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    if row is None:
        raise NotFound(f"There is no run “{run_id}” in the journal.", "“runs” lists the runs there are.")
    counts = c.execute("SELECT state, count(*), sum(bytes) FROM steps WHERE run_id = ? GROUP BY state", (run_id,))
    return _run(row, {StepState(state): (count, size) for state, count, size in counts})


def _runs(c: sqlite3.Connection) -> list[Run]:
    counts: dict[str, dict[StepState, tuple[int, int]]] = {}
    for run_id, state, count, size in c.execute(
        "SELECT run_id, state, count(*), sum(bytes) FROM steps GROUP BY run_id, state"
    ):
        counts.setdefault(run_id, {})[StepState(state)] = (count, size)
    rows = c.execute(f"SELECT {_RUN} FROM runs ORDER BY started DESC, run_id DESC")
    return [_run(row, counts.get(row[0], {})) for row in rows.fetchall()]


def _run(row: Sequence[object], counts: dict[StepState, tuple[int, int]]) -> Run:
    run_id, kind, plan_id, undo_of, started, ended, seconds, state, steps = row
    done = [counts.get(s, (0, 0)) for s in _ONCE_DONE]
    standing = counts.get(StepState.DONE, (0, 0))[0]
    return Run(
        run_id=str(run_id),
        kind=str(kind),
        plan_id=str(plan_id),
        started=from_micros(int(str(started))),
        ended=None if ended is None else from_micros(int(str(ended))),
        state=RunState(str(state)),
        steps=int(str(steps)),
        done=sum(count for count, _ in done),
        skipped=counts.get(StepState.SKIPPED, (0, 0))[0],
        failed=counts.get(StepState.FAILED, (0, 0))[0],
        drifted=counts.get(StepState.DRIFTED, (0, 0))[0],
        bytes=sum(size for _, size in done),
        seconds=round(float(str(seconds)), 3),
        undoable=kind in UNDOABLE and (standing > 0 or counts.get(StepState.INTENT, (0, 0))[0] > 0),
        undo_of=str(undo_of),
    )


def _interrupted(run: Run) -> Run:
    return replace(run, state=RunState.INTERRUPTED) if run.state is RunState.RUNNING else run


async def _is_held(workspace: Workspace) -> bool:
    try:
        async with workspace.lock(beside_scans=True):
            return False
    except Busy:
        return True


def read_entry(row: Sequence[object]) -> Entry:
    """An entry from the columns of `ENTRY`."""
    step, state, trace, reason, at = row
    return Entry(
        read_step(str(step)),
        StepState(str(state)),
        read_trace(str(trace)),
        str(reason),
        None if at is None else from_micros(int(str(at))),
    )
