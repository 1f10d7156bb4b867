"""Tells the tracker of uploads that are taken back: their folders are left out, until somebody takes them back in."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from core.models import StepKind
from core.runs import ENTRY, Entry, read_entry
from core.uploads.tracker import Tracker, now_seconds
from core.workspace import Workspace

UNDONE = "Its upload was undone. Take it back to upload it again."
_PAGE = 2_000


async def leave_out_undone(path: Path, workspace: Workspace, run_id: str) -> None:
    """The folders of which this run stored a file or wrote the row are not uploaded any more, to the tracker at `path`
    if there is one, and do not go up again by themselves. Called before the run is undone: broken off in between, what
    is stored still is recognised when such a folder is taken back. Raises `WorkspaceError`."""
    if not await asyncio.to_thread(path.exists):
        return
    tracker = await Tracker.open(path, make=False)
    try:
        after = 0
        while page := await workspace.journal.read(lambda c, after=after: _page(c, run_id, after)):  # type: ignore[misc]
            after = page[-1].step.n
            await tracker.write(lambda c, page=page: _leave_out(c, page))  # type: ignore[misc]
    finally:
        await tracker.close()


def _page(c: sqlite3.Connection, run_id: str, after: int) -> list[Entry]:
    sql = f"SELECT {ENTRY} FROM steps WHERE run_id = ? AND n > ? AND +state IN ('done', 'undone') ORDER BY n LIMIT ?"
    return [read_entry(row) for row in c.execute(sql, (run_id, after, _PAGE))]


def _leave_out(c: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    folders = {number for one in entries for number in _folders(c, one)}
    now = now_seconds()
    c.executemany(
        "UPDATE folder_status SET upload_status = 'pending', skipped = ?, retry_count = 0, updated_at = ? "
        "WHERE rowid = ? AND upload_status = 'success'",
        [(UNDONE, now, number) for number in folders],
    )


def _folders(c: sqlite3.Connection, one: Entry) -> list[int]:
    step = one.step
    if step.kind is not StepKind.UPLOAD:  # a row; that of an image says nothing of its folder, and its file does
        found = c.execute("SELECT rowid FROM folder_status WHERE folder_path = ?", (step.place,))
        return [number for (number,) in found]
    digest = bytes.fromhex(one.trace.digest)
    sql = (
        "SELECT folder FROM uploaded_files WHERE bytes = ? AND substr(sha256, 1, 8) = ? AND sha256 = ? "
        "AND bucket = ? AND key = ?"
    )
    return [number for (number,) in c.execute(sql, (step.size_bytes, digest[:8], digest, step.bucket, step.key))]
