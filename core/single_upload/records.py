"""The journal of uploads: where each file is about to go before it goes, and where it ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime

from core.apply.intake import new_run_id
from core.errors import NotFound
from core.journal import Ending, RunRecord, add_run, add_steps, count_steps
from core.models import Run, RunState, Step, StepKind
from core.parallel import side_by_side
from core.ports import ObjectStore
from core.runs import ENTRY, Entry, StepState, read_entry
from core.single_upload.source import Prepared
from core.single_upload.standing import holds
from core.together import Together
from core.traces import Trace
from core.workspace import Workspace, to_micros

KIND = "upload"
"""The kind of such a run."""
_AT_ONCE = 8


class Records:
    """One run of uploads under way. What several files have to say at the same moment is one transaction, and on the
    disk when a method returns. Without a step, there is no such run."""

    def __init__(self, workspace: Workspace, project: str) -> None:
        self._workspace, self._project = workspace, project
        self._record = RunRecord(workspace, new_run_id(), KIND)
        self._writing = Together(self._write)
        self._begun = False
        self._meant: dict[int, str] = {}

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self._record.run_id

    async def begin(self) -> None:
        """The run is there, with nothing in it yet."""
        await self.note(lambda c: None)

    async def note(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Does this in the journal, in the next transaction of the run."""
        await self._writing.ask(work)

    async def intend(self, n: int, file: Prepared, bucket: str) -> None:
        """File `n` is about to go into this bucket, and into no other; the last word counts."""
        step = Step(n, StepKind.UPLOAD, bucket=bucket, key=file.key, size_bytes=file.size_bytes)
        entry = Entry(step, StepState.INTENT, Trace(digest=file.sha256, attributes=file.attributes))
        await self.note(lambda c: _replace(c, self.run_id, entry))
        self._meant[n] = bucket

    async def stored(self, n: int, version: str, file: Prepared) -> None:
        """It is there."""
        ending = Ending(n, StepState.DONE, trace=Trace(version=version, digest=file.sha256))
        await self.note(lambda c: self._record.end_now(c, [ending]))
        self._meant.pop(n, None)

    async def adopted(self, n: int, file: Prepared, bucket: str, version: str) -> None:
        """It stands there. Where this run did not mean to put it there, undoing the run leaves it there. Without a
        `version`, the storage does not list it yet."""
        if self._meant.get(n) == bucket and version:  # the answer got lost, not the file
            await self.stored(n, version, file)
            return
        step = Step(n, StepKind.UPLOAD, bucket=bucket, key=file.key, size_bytes=file.size_bytes)
        entry = Entry(step, StepState.SKIPPED, Trace(digest=file.sha256), "It was there already, with this content.")
        await self._put(n, entry)

    async def not_stored(self, n: int, file: Prepared, state: StepState, why: str) -> None:
        """It is not there by us, for this reason."""
        step = Step(n, StepKind.UPLOAD, key=file.key, size_bytes=file.size_bytes)
        await self._put(n, Entry(step, state, reason=why))

    async def finish(self) -> Run:
        """The run has ended."""
        await self._writing.settle()
        await self._workspace.journal.write(lambda c: count_steps(c, self.run_id))
        run = await self._record.run()
        if self._meant:
            return await self._record.finish(RunState.INTERRUPTED)  # the next one finds out what became of them
        return await self._record.finish(RunState.PARTLY if run.failed else RunState.DONE)

    async def interrupt(self) -> None:
        """The run stops here; the next one finds out what became of files under way."""
        await self._writing.settle()
        if self._begun:
            await self._workspace.journal.write(lambda c: count_steps(c, self.run_id))
            await self._record.finish(RunState.INTERRUPTED)

    @property
    def begun(self) -> bool:
        """Whether there is such a run."""
        return self._begun

    async def _put(self, n: int, entry: Entry) -> None:
        await self.note(lambda c: _replace(c, self.run_id, entry))
        self._meant.pop(n, None)

    async def _write(self, works: list[Callable[[sqlite3.Connection], None]]) -> list[None]:
        begun = self._begun

        def work(c: sqlite3.Connection) -> None:
            if not begun:
                add_run(c, self.run_id, KIND, self._project)
            for one in works:
                one(c)

        await self._workspace.journal.write(work)
        self._begun = True
        return [None] * len(works)


async def settle(workspace: Workspace, store: ObjectStore, project: str) -> None:
    """Finds out what became of files that an earlier run was uploading when it ended: one that stands where it was to
    go, with the content that it was to have, was stored by it. Call it under the writer lock."""
    for run_id, entries in (await workspace.journal.read(lambda c: _left(c, project))).items():
        record = RunRecord(workspace, run_id, KIND)
        endings = await side_by_side([lambda entry=entry: _settled(store, entry) for entry in entries], _AT_ONCE)  # type: ignore[misc]
        await record.end(endings)
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
    step, digest = entry.step, entry.trace.digest
    try:
        await store.bucket(step.bucket)
        there = (await store.stat(step.bucket, [step.key]))[0]
        ours = await holds(store, step.bucket, step.key, step.size_bytes, digest, there)
    except NotFound:
        there, ours = None, False
    if not ours:
        why = "before it was stored" if there is None else "meanwhile, and something else stands there"
        return Ending(step.n, StepState.FAILED, f"The program ended {why}.")
    if there is None:
        return Ending(step.n, StepState.SKIPPED, "It is there, but the storage does not list it yet.")
    return Ending(step.n, StepState.DONE, trace=Trace(version=there.version, digest=digest))


def _left(c: sqlite3.Connection, project: str) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for (run_id,) in c.execute(
        "SELECT run_id FROM runs WHERE kind = ? AND project = ? AND state IN ('running', 'interrupted')",
        (KIND, project),
    ).fetchall():
        sql = f"SELECT {ENTRY} FROM steps WHERE run_id = ? AND state = 'intent' AND kind = 'upload' ORDER BY n"
        rows = c.execute(sql, (run_id,))
        found[run_id] = [read_entry(row) for row in rows]
    return found


def _replace(c: sqlite3.Connection, run_id: str, entry: Entry) -> None:
    c.execute("DELETE FROM steps WHERE run_id = ? AND n = ?", (run_id, entry.step.n))
    add_steps(c, run_id, [entry])
