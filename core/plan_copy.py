"""A plan's file, written again from the journal: a run can go on although its file was moved or thrown away."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from core.errors import NotFound, WorkspaceError
from core.workspace import Workspace

_PAGE = 2000


async def plan_file_of(workspace: Workspace, plan_id: str, run_id: str) -> Path:
    """A file with exactly the plan of this run, in the workspace. Raises `NotFound` if the journal lacks it."""
    path = workspace.folder / "plans" / f"{plan_id}.jsonl"
    if await asyncio.to_thread(path.exists):
        return path
    head = await workspace.journal.read(lambda c: _head(c, plan_id))
    temporary = path.with_suffix(".tmp")
    try:
        await asyncio.to_thread(_begin, temporary, head)
        last = 0
        while lines := await workspace.journal.read(lambda c, after=last: _lines(c, run_id, after)):  # type: ignore[misc]
            await asyncio.to_thread(_append, temporary, [line for _, line in lines])
            last = lines[-1][0]
        await asyncio.to_thread(temporary.replace, path)
    except OSError as exc:
        raise WorkspaceError(
            f"The plan of this run cannot be written to {path}: {exc.strerror or exc}.",
            "Make room or give back the right to write there, then resume again.",
        ) from exc
    return path


def _head(connection: sqlite3.Connection, plan_id: str) -> str:
    row = connection.execute("SELECT head FROM plans WHERE plan_id = ?", (plan_id,)).fetchone()
    if row is None:
        raise NotFound(
            "The plan of this run is not in the journal of this desk.", "Apply its file again, or undo the run."
        )
    return str(row[0])


def _lines(connection: sqlite3.Connection, run_id: str, after: int) -> list[tuple[int, str]]:
    return connection.execute(
        "SELECT n, step FROM steps WHERE run_id = ? AND n > ? ORDER BY n LIMIT ?", (run_id, after, _PAGE)
    ).fetchall()


def _begin(path: Path, head: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head.encode() + b"\n")


def _append(path: Path, lines: Sequence[str]) -> None:
    with path.open("ab") as file:
        file.writelines(line.rstrip("\n").encode() + b"\n" for line in lines)
