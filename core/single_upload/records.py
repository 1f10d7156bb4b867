"""The journal of uploads: where each file is about to go before it goes, and where it ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from core.apply.intake import new_run_id
from core.errors import NotFound
from core.journal import Ending, RunRecord, add_run, add_steps, count_steps
from core.models import Run, RunState, Step, StepKind
from core.ports import ObjectStore
from core.runs import ENTRY, Entry, StepState, read_entry
from core.single_upload.source import Prepared
from core.traces import Trace
from core.workspace import Workspace, to_micros

KIND = "upload"
"""The kind of such a run."""


class Records:
    """One run of uploads under way."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._record = RunRecord(workspace, new_run_id(), KIND)

    async def begin(self, project: str) -> None:
        """The run is there, with nothing in it yet."""
        await self._workspace.journal.write(lambda c: add_run(c, self._record.run_id, KIND, project))

    async def intend(self, n: int, file: Prepared, bucket: str) -> None:
        """File `n` is about to go into this bucket, and into no other; the last word counts."""
        step = Step(n, StepKind.UPLOAD, bucket=bucket, key=file.key, size_bytes=file.size_bytes)
        entry = Entry(step, StepState.INTENT, Trace(digest=file.sha256, attributes=file.attributes))
        await self._workspace.journal.write(lambda c: _replace(c, self._record.run_id, entry))

    async def stored(self, n: int, version: str, file: Prepared) -> None:
        """It is there."""
        trace = Trace(version=version, digest=file.sha256)
        await self._record.end([Ending(n, StepState.DONE, trace=trace)])

    async def adopted(self, n: int, file: Prepared, bucket: str) -> None:
        """It stands in this bucket, but not by us: undoing this run leaves it there."""
        step = Step(n, StepKind.UPLOAD, bucket=bucket, key=file.key, size_bytes=file.size_bytes)
        entry = Entry(step, StepState.SKIPPED, Trace(digest=file.sha256), "It was there already, with this content.")
        await self._workspace.journal.write(lambda c: _replace(c, self._record.run_id, entry))

    async def not_stored(self, n: int, file: Prepared, state: StepState, why: str) -> None:
        """It is not there by us, for this reason."""
        step = Step(n, StepKind.UPLOAD, key=file.key, size_bytes=file.size_bytes)
        await self._workspace.journal.write(lambda c: _replace(c, self._record.run_id, Entry(step, state, reason=why)))

    async def finish(self) -> Run:
        """The run has ended."""
        await self._workspace.journal.write(lambda c: count_steps(c, self._record.run_id))
        run = await self._record.run()
        return await self._record.finish(RunState.PARTLY if run.failed else RunState.DONE)

    async def interrupt(self) -> None:
        """The run stops here; the next one finds out what became of files under way."""
        await self._workspace.journal.write(lambda c: count_steps(c, self._record.run_id))
        await self._record.finish(RunState.INTERRUPTED)


async def settle(workspace: Workspace, store: ObjectStore, project: str) -> None:
    """Finds out what became of files that an earlier run was uploading when it ended: one that stands where it was to
    go, with the content that it was to have, was stored by it. Call it under the writer lock."""
    found = await workspace.journal.read(lambda c: _left(c, project))
    for run_id, entries in found.items():
        record = RunRecord(workspace, run_id, KIND)
        for entry in entries:
            await record.end([await _settled(store, entry)])
        await workspace.journal.write(lambda c, run_id=run_id: count_steps(c, run_id))  # type: ignore[misc]
        run = await record.run()
        await record.finish(RunState.PARTLY if run.failed else RunState.DONE)


async def uploaded_since(workspace: Workspace, at: datetime | None) -> Mapping[str, int]:
    """Bytes by bucket that this desk has uploaded since then: what no measuring has counted yet."""
    since = 0 if at is None else to_micros(at)

    def ask(c: sqlite3.Connection) -> dict[str, int]:
        sql = "SELECT bucket, sum(bytes) FROM steps WHERE kind = 'upload' AND state = 'done' AND at >= ? GROUP BY 1"
        return dict(c.execute(sql, (since,)).fetchall())

    return await workspace.journal.read(ask)


async def _settled(store: ObjectStore, entry: Entry) -> Ending:
    step = entry.step
    try:
        await store.bucket(step.bucket)
        there = (await store.stat(step.bucket, [step.key]))[0]
    except NotFound:
        there = None
    if there is None:
        return Ending(step.n, StepState.FAILED, "The program ended before it was stored.")
    if (await store.content_hashes(step.bucket, [step.key]))[0] != entry.trace.digest:
        return Ending(step.n, StepState.FAILED, "The program ended meanwhile, and something else stands there.")
    return Ending(step.n, StepState.DONE, trace=Trace(version=there.version, digest=entry.trace.digest))


def _left(c: sqlite3.Connection, project: str) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for (run_id,) in c.execute(
        "SELECT run_id FROM runs WHERE kind = ? AND project = ? AND state IN ('running', 'interrupted')",
        (KIND, project),
    ).fetchall():
        rows = c.execute(f"SELECT {ENTRY} FROM steps WHERE run_id = ? AND state = 'intent' ORDER BY n", (run_id,))
        found[run_id] = [read_entry(row) for row in rows]
    return found


def _replace(c: sqlite3.Connection, run_id: str, entry: Entry) -> None:
    c.execute("DELETE FROM steps WHERE run_id = ? AND n = ?", (run_id, entry.step.n))
    add_steps(c, run_id, [entry])
