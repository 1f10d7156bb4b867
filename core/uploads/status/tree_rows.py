"""Trees that were handed over, as people look at them: where each goes, what became of its folders, and its watch."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from core.uploads.moments import moment
from core.uploads.queueing.roots import Root, read_roots
from core.uploads.status.counts import Counts, read_counts


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One tree with the counts of its folders. Of a watched one: `since` when it is watched, None where that was not
    noted, and how many folders `came` since."""

    tree: Root
    counts: Counts
    since: datetime | None = None
    came: int = 0


def read_trees(c: sqlite3.Connection, *, is_running: bool) -> tuple[TreeRow, ...]:
    """All trees: those that wait in the order in which they go, then the others."""
    return tuple(_row(c, tree, is_running) for tree in read_roots(c))


def _row(c: sqlite3.Connection, tree: Root, is_running: bool) -> TreeRow:
    counts = read_counts(c, is_running=is_running, roots=(tree.number,))
    if not tree.watched:
        return TreeRow(tree, counts)
    (noted,) = c.execute("SELECT watched FROM scanned_roots WHERE id = ?", (tree.number,)).fetchone()
    if noted <= 1:
        return TreeRow(tree, counts)
    sql = "SELECT count(*) FROM folder_status WHERE root = ? AND created_at >= ?"
    (came,) = c.execute(sql, (tree.number, noted)).fetchone()
    return TreeRow(tree, counts, moment(noted), int(came))
