"""The journal of a run while it is worked on: every step's intent before the act, and its result after."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.models import Run, RunState, StepKind
from core.plan_lines import write_step
from core.runs import ENTRY, Entry, StepState, read_entry, read_run
from core.traces import Trace, read_trace, write_trace
from core.values import encode_key
from core.workspace import Workspace, system_now, to_micros


@dataclass(frozen=True, slots=True)
class Ending:
    """How a step ends (or that it waits again). Without `trace`, the one recorded with its intent stays."""

    n: int
    state: StepState
    reason: str = ""
    trace: Trace | None = None


_WITH_BYTES = (StepKind.DELETE_OBJECT, StepKind.PURGE_OBJECT, StepKind.RESTORE_OBJECT, StepKind.UPLOAD)
_LEAVES = {"undo": StepState.UNDONE, "purge": StepState.PURGED}


class RunRecord:
    """One run in the journal, while it is worked on. Everything is on the disk when a method returns."""

    def __init__(self, workspace: Workspace, run_id: str, kind: str) -> None:
        self.workspace = workspace
        self.run_id = run_id
        self.kind = kind
        self._counted_to = time.monotonic()

    async def run(self) -> Run:
        """The run with its counts as they are now."""
        return await self.workspace.journal.read(lambda c: read_run(c, self.run_id))

    async def page(self, state: StepState, limit: int, after: int = 0) -> list[Entry]:
        """The first `limit` steps in this state whose number is above `after`, in order."""
        return await self.workspace.journal.read(lambda c: _page(c, self.run_id, state, limit, after))

    async def entries(self, numbers: Iterable[int]) -> dict[int, Entry]:
        """These steps by number; unknown numbers are left out."""
        wanted = sorted(set(numbers))
        return await self.workspace.journal.read(lambda c: _entries(c, self.run_id, wanted)) if wanted else {}

    async def needed_by(self, numbers: Iterable[int]) -> set[int]:
        """The steps that need any of these."""
        wanted = sorted(set(numbers))
        return await self.workspace.journal.read(lambda c: _needed_by(c, self.run_id, wanted)) if wanted else set()

    async def lost_partners(self) -> list[int]:
        """Steps that ended undone although something they need was done."""

        def ask(c: sqlite3.Connection) -> list[int]:
            rows = c.execute(
                "SELECT DISTINCT s.n FROM needs CROSS JOIN steps s USING (run_id, n) "
                "CROSS JOIN steps d ON d.run_id = needs.run_id AND d.n = need "
                "WHERE needs.run_id = ? AND +s.state IN ('failed', 'drifted', 'skipped') AND +d.state = 'done' "
                "ORDER BY 1",
                (self.run_id,),
            )
            return [n for (n,) in rows]

        return await self.workspace.journal.read(ask)

    async def is_troubled(self) -> bool:
        """Whether a done step should have been put back and could not be."""

        def ask(c: sqlite3.Connection) -> bool:
            sql = "SELECT 1 FROM steps WHERE run_id = ? AND state = 'done' AND reason <> '' LIMIT 1"
            return c.execute(sql, (self.run_id,)).fetchone() is not None

        return await self.workspace.journal.read(ask)

    async def start(self, allowed: float | None = None) -> None:
        """The run is being worked on from now; the largest share ever allowed to it stays allowed."""
        await self.workspace.journal.write(
            lambda c: (
                c.execute(
                    "UPDATE runs SET state = 'running', ended = NULL, allowed = max(coalesce(allowed, 0), ?) "
                    "WHERE run_id = ?",
                    (allowed or 0, self.run_id),
                ).rowcount
            )
        )

    async def allowed(self) -> float:
        """The share that a person allowed this run to take, 0 when nobody did."""

        def ask(c: sqlite3.Connection) -> float:
            row = c.execute("SELECT allowed FROM runs WHERE run_id = ?", (self.run_id,)).fetchone()
            return float(row[0] or 0) if row else 0.0

        return await self.workspace.journal.read(ask)

    async def intend(self, intents: Sequence[tuple[int, Trace]]) -> None:
        """Commits that these steps are about to be done, with what is needed to settle them after a crash."""
        at = to_micros(system_now())
        if intents:
            await self.workspace.journal.write(
                lambda c: (
                    c.executemany(
                        "UPDATE steps SET state = 'intent', trace = ?, at = ? WHERE run_id = ? AND n = ?",
                        ((write_trace(trace), at, self.run_id, n) for n, trace in intents),
                    ).rowcount
                )
            )

    async def end(self, endings: Sequence[Ending]) -> None:
        """Commits how these steps ended; what they undo or purge is marked in the same transaction."""
        if endings:
            await self.workspace.journal.write(lambda c: self.end_now(c, endings))

    def end_now(self, c: sqlite3.Connection, endings: Sequence[Ending]) -> None:
        """`end` within somebody's transaction."""
        at = to_micros(system_now())
        for e in endings:
            trace = None if e.trace is None else write_trace(e.trace)
            c.execute(
                "UPDATE steps SET state = ?, reason = ?, trace = coalesce(?, trace), at = ? WHERE run_id = ? AND n = ?",
                (e.state, e.reason, trace, at, self.run_id, e.n),
            )
        leaves = _LEAVES.get(self.kind)
        if leaves is not None:
            gone = [e for e in endings if e.state in (StepState.DONE, StepState.SKIPPED)]
            self._mark_origins(c, leaves, [e.n for e in gone])
        self._count_seconds(c)

    def _mark_origins(self, c: sqlite3.Connection, state: StepState, numbers: Sequence[int]) -> None:
        for n in numbers:
            (line,) = c.execute("SELECT trace FROM steps WHERE run_id = ? AND n = ?", (self.run_id, n)).fetchone()
            origin = read_trace(line).origin
            if origin is not None:
                c.execute("UPDATE steps SET state = ? WHERE run_id = ? AND n = ? AND state = 'done'", (state, *origin))

    async def finish(self, state: RunState) -> Run:
        """Commits where the run stands now that the work on it ends."""

        def work(c: sqlite3.Connection) -> Run:
            ended = None if state is RunState.INTERRUPTED else to_micros(system_now())
            c.execute("UPDATE runs SET state = ?, ended = ? WHERE run_id = ?", (state, ended, self.run_id))
            self._count_seconds(c)
            return read_run(c, self.run_id)

        return await self.workspace.journal.write(work)

    async def forget(self) -> None:
        """Drops a run that was refused before anything of it was done."""
        await self.workspace.journal.write(lambda c: _forget(c, self.run_id))

    def _count_seconds(self, c: sqlite3.Connection) -> None:
        now = time.monotonic()
        c.execute("UPDATE runs SET seconds = seconds + ? WHERE run_id = ?", (now - self._counted_to, self.run_id))
        self._counted_to = now


def add_steps(c: sqlite3.Connection, run_id: str, entries: Iterable[Entry]) -> None:
    """Puts steps into a run that is being made."""
    steps: list[tuple[object, ...]] = []
    needs: list[tuple[str, int, int]] = []
    for entry in entries:
        step = entry.step
        size = step.size_bytes if step.kind in _WITH_BYTES else 0
        row_key = encode_key(step.row_key) if step.row_key else ""
        line, trace = write_step(step), write_trace(entry.trace)
        at = None if entry.state is StepState.WAITING else to_micros(entry.at or system_now())
        steps.append(
            (run_id, step.n, entry.state, step.kind, step.bucket, step.key, size, step.table, row_key, line, trace,
             entry.reason, at)
        )  # fmt: skip
        needs.extend((run_id, step.n, need) for need in step.needs)
    c.executemany("INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", steps)
    c.executemany("INSERT OR IGNORE INTO needs VALUES (?, ?, ?)", needs)


def add_run(
    c: sqlite3.Connection, run_id: str, kind: str, project: str, *, plan_id: str = "", undo_of: str = ""
) -> None:
    """Puts a new run into the journal; its steps follow in the same transaction."""
    c.execute(
        "INSERT INTO runs (run_id, kind, plan_id, undo_of, project, started, state) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (run_id, kind, plan_id, undo_of, project, to_micros(system_now()), RunState.RUNNING),
    )


def count_steps(c: sqlite3.Connection, run_id: str) -> int:
    """Counts a new run's steps, and records the number."""
    count = int(c.execute("SELECT count(*) FROM steps WHERE run_id = ?", (run_id,)).fetchone()[0])
    c.execute("UPDATE runs SET steps = ? WHERE run_id = ?", (count, run_id))
    return count


def _page(c: sqlite3.Connection, run_id: str, state: StepState, limit: int, after: int) -> list[Entry]:
    rows = c.execute(
        f"SELECT {ENTRY} FROM steps WHERE run_id = ? AND state = ? AND n > ? ORDER BY n LIMIT ?",
        (run_id, state, after, limit),
    )
    return [read_entry(row) for row in rows]


def _entries(c: sqlite3.Connection, run_id: str, numbers: Sequence[int]) -> dict[int, Entry]:
    found = {}
    for n in numbers:
        row = c.execute(f"SELECT {ENTRY} FROM steps WHERE run_id = ? AND n = ?", (run_id, n)).fetchone()
        if row is not None:
            found[n] = read_entry(row)
    return found


def _needed_by(c: sqlite3.Connection, run_id: str, numbers: Sequence[int]) -> set[int]:
    return {
        n for need in numbers for (n,) in c.execute("SELECT n FROM needs WHERE run_id = ? AND need = ?", (run_id, need))
    }


def _forget(c: sqlite3.Connection, run_id: str) -> None:
    for table in ("steps", "needs", "runs"):
        c.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))
