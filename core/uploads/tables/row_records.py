"""What is noted of rows: in the journal before and after they are written, in the tracker which row is a folder's."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.journal import Ending, RunRecord, add_steps
from core.models import RowKey, Step, StepKind, Value
from core.runs import ENTRY, Entry, StepState, read_entry
from core.single_upload import KIND
from core.traces import Trace
from core.uploads.tracker import Tracker
from core.values import decode_key, encode_key
from core.workspace import Workspace

ROW_KINDS = (StepKind.INSERT_ROW, StepKind.UPDATE_ROW)
Note = Callable[[Callable[[sqlite3.Connection], None]], Awaitable[None]]
"""Does something in the journal, in one transaction with what else the run has to note."""


@dataclass(frozen=True, slots=True)
class Left:
    """A row that was about to be written when the program ended, and the run that meant to."""

    run_id: str
    entry: Entry


class RowRecords:
    """The rows of one run of uploads in its journal. `note` and `number` are the run's."""

    def __init__(self, workspace: Workspace, run_id: str, note: Note, number: Callable[[], int]) -> None:
        self._record = RunRecord(workspace, run_id, KIND)
        self._note, self._number = note, number

    async def intend(self, steps: Sequence[Step], before: Sequence[Mapping[str, Value] | None]) -> list[int]:
        """These rows are about to be written; the numbers of the steps. On the disk when this returns."""
        numbers = [self._number() for _ in steps]
        entries = [
            Entry(replace(step, n=n), StepState.INTENT, Trace(before=held))
            for step, n, held in zip(steps, numbers, before, strict=True)
        ]
        await self._note(lambda c: add_steps(c, self._record.run_id, entries))
        return numbers

    async def end(self, endings: Sequence[Ending]) -> None:
        """They ended so."""
        await self._record.end(endings)


async def left_rows(workspace: Workspace, project: str) -> tuple[Left, ...]:
    """Rows of whose writing no ending is known, whatever became of their run since."""

    def ask(c: sqlite3.Connection) -> tuple[Left, ...]:
        found = []
        runs = c.execute("SELECT run_id FROM runs WHERE kind = ? AND project = ?", (KIND, project)).fetchall()
        for (run_id,) in runs:
            sql = f"SELECT {ENTRY} FROM steps WHERE run_id = ? AND state = 'intent' AND kind <> 'upload' ORDER BY n"
            found += [Left(run_id, read_entry(row)) for row in c.execute(sql, (run_id,))]
        return tuple(found)

    return await workspace.journal.read(ask)


async def end_left(workspace: Workspace, endings: Sequence[tuple[Left, Ending]]) -> None:
    """Records what became of such rows."""
    for left, ending in endings:
        await RunRecord(workspace, left.run_id, KIND).end([ending])


async def known_keys(tracker: Tracker, table: str, paths: Sequence[str]) -> dict[str, RowKey]:
    """The keys of the rows that these folders have in a table, by path, as far as they are known."""

    def ask(c: sqlite3.Connection) -> dict[str, RowKey]:
        sql = (
            "SELECT folder_path, row_key FROM uploaded_rows JOIN folder_status ON folder_status.rowid = folder "
            'WHERE folder_path = ? AND "table" = ?'
        )
        rows = [row for path in paths for row in c.execute(sql, (path, table))]
        return {str(path): decode_key(str(key)) for path, key in rows}

    return await tracker.read(ask)


async def note_keys(tracker: Tracker, table: str, keys: Mapping[str, RowKey]) -> None:
    """The rows of these folders have these keys; a folder that the tracker does not know needs none."""

    def work(c: sqlite3.Connection) -> None:
        sql = (
            'INSERT OR REPLACE INTO uploaded_rows (folder, "table", row_key) '
            "SELECT rowid, ?, ? FROM folder_status WHERE folder_path = ?"
        )
        c.executemany(sql, [(table, encode_key(key), path) for path, key in keys.items()])

    if keys:
        await tracker.write(work)
