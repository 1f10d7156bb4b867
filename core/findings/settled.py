"""Findings that a run has settled since the scan: they are out of sight until the run is undone or the next scan."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from core.findings.states import SETTLED, restate_kept
from core.keeps import marks
from core.models import StepKind
from core.workspace import Workspace

_PAGE = 5_000
_ENDING = (StepKind.DELETE_OBJECT, StepKind.DELETE_ROW, StepKind.INSERT_ROW)
_Line = tuple[int, str, str, str, str]
_Trouble = tuple[str, str | None]
"""A finding, and as a JSON object what a row step wrote; None for a step that ends the trouble whatever it wrote."""


async def note_run(workspace: Workspace, run_id: str) -> None:
    """Takes the findings whose trouble this run ended out of sight, and brings back those whose steps it has undone.
    A row that was only marked (errored, pending) still names what it named: its finding stays."""
    ended: list[_Trouble] = []
    again: list[_Trouble] = []
    after = 0
    while page := await workspace.journal.read(lambda c, after=after: _page(c, run_id, after)):  # type: ignore[misc]
        after = page[-1][0]
        for _, state, kind, finding, columns in page:
            (ended if state == "done" else again).append((finding, None if kind in _ENDING else columns))
    if ended or again:
        await workspace.inventory.write(lambda c: _settle(c, workspace, ended, again))


def _page(connection: sqlite3.Connection, run_id: str, after: int) -> list[_Line]:
    return connection.execute(
        "SELECT n, state, kind, json_extract(step, '$.finding'), coalesce(json_extract(step, '$.after'), '{}')"
        " FROM steps WHERE run_id = ? AND n > ? AND state IN ('done', 'undone')"
        " AND json_extract(step, '$.finding') <> '' ORDER BY n LIMIT ?",
        (run_id, after, _PAGE),
    ).fetchall()


def _settle(
    connection: sqlite3.Connection, workspace: Workspace, ended: Sequence[_Trouble], again: Sequence[_Trouble]
) -> None:
    concerned = "id = ?1 AND (?2 IS NULL OR col IN (SELECT key FROM json_each(?2)))"
    connection.executemany(f"UPDATE findings SET state = '{SETTLED}' WHERE {concerned}", ended)
    connection.executemany(f"UPDATE findings SET state = plain WHERE state = '{SETTLED}' AND {concerned}", again)
    restate_kept(connection, marks(workspace))
