"""The queue of folders: which go next, of which trees, however many wait."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass, replace

from core.uploads.queueing.roots import Aim, read_roots

_COLUMNS = (
    "rowid, place, folder_path, CAST(coalesce(file_count, 0) AS INTEGER), CAST(coalesce(bytes, 0) AS INTEGER), "
    "upload_status, CAST(coalesce(retry_count, 0) AS INTEGER), coalesce(error_message, ''), coalesce(root, 0)"
)
WAITING = "skipped IS NULL AND gone_at IS NULL"
"""Nobody left it out, and it is there."""
_FREE = "rowid NOT IN (SELECT folder FROM folders_under_way)"
_PENDING = f"upload_status = 'pending' AND root IS ? AND {WAITING} AND question IS NULL AND {_FREE}"
_AGAIN = (
    f"upload_status = 'failed' AND root IS ? AND {WAITING} AND coalesce(updated_at, 0) < ? "
    f"AND coalesce(retry_count, 0) < ? AND {_FREE}"
)


@dataclass(frozen=True, slots=True)
class Queued:
    """A folder in the queue: in the order of `place`, what is equal by `number`. `root`: the number of its tree; 0 for
    what another program noted."""

    number: int
    place: int
    path: str
    files: int
    size_bytes: int
    state: str
    retries: int
    error: str
    root: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """Which folders a run takes: those of these trees (None: of all), as long as none of the trees `beside` has one
    that stands before them. `failed_before`: failed folders are only taken again if they failed before this moment, in
    seconds since 1970; else before the run began. `goal`: of a tree that is sent elsewhere meanwhile, nothing is taken
    any more (None: wherever they go)."""

    roots: tuple[int, ...] | None = None
    beside: tuple[int, ...] = ()
    failed_before: float | None = None
    goal: Aim | None = None


EVERYTHING = Scope()


def due(
    c: sqlite3.Connection, max_retries: int, failed_before: float, limit: int, scope: Scope = EVERYTHING
) -> tuple[Queued, ...]:
    """The next folders to upload: those that wait, in their order, then those that failed before this moment and fewer
    than `max_retries` times, the oldest failure first. Takes as long for a million as for ten."""
    scope = _still_there(c, scope)
    found = _pending(c, scope, limit)
    others = [_order(one) for root in _roots(c, scope.beside, "queued") for one in _head(c, root, 1)]
    if others:
        first = min(others)
        return tuple(one for one in found[:limit] if _order(one) < first)
    if len(found) < limit:
        since = failed_before if scope.failed_before is None else min(scope.failed_before, failed_before)
        found += _failed(c, max_retries, since, limit - len(found), scope)
    return tuple(found)


def due_amount(c: sqlite3.Connection, max_retries: int, failed_before: float, scope: Scope = EVERYTHING) -> int:
    """How many folders `due` would bring in all, had nobody beside anything that goes before."""
    since = failed_before if scope.failed_before is None else min(scope.failed_before, failed_before)
    amount, scope = 0, _still_there(c, scope)
    for root in _roots(c, scope.roots):
        counted = c.execute("SELECT folders FROM folder_counts WHERE state = 'queued' AND root = ?", (root,)).fetchone()
        amount += int(counted[0]) if counted else 0
        sql = f"SELECT count(*) FROM folder_status WHERE {_AGAIN}"
        amount += int(c.execute(sql, (root or None, since, max_retries)).fetchone()[0])
    # from the few to the many: SQLite would look through all that wait
    sql = "SELECT coalesce(root, 0) FROM folders_under_way CROSS JOIN folder_status f ON f.rowid = folder WHERE " + (
        f"upload_status = 'pending' AND {WAITING} AND question IS NULL"
    )
    held = [root for (root,) in c.execute(sql)]
    return amount - sum(scope.roots is None or root in scope.roots for root in held)


def forget_the_future(c: sqlite3.Connection, now: float) -> None:
    """Folders that failed later than now, by a clock that was put right since, have failed just before: they are tried
    again. Call it when nothing is under way."""
    c.execute(
        f"UPDATE folder_status SET updated_at = ? WHERE upload_status = 'failed' AND {WAITING} "
        "AND coalesce(updated_at, 0) >= ?",
        (now - 1, now),
    )


def root_of(c: sqlite3.Connection, path: str) -> str:
    """The scanned tree in which a folder was found; the folder above it for one that another program noted."""
    sql = "SELECT r.path FROM folder_status f JOIN scanned_roots r ON r.id = f.root WHERE f.folder_path = ?"
    row = c.execute(sql, (path,)).fetchone()
    return str(row[0]) if row and row[0] else os.path.dirname(path)  # noqa: PTH120


def _still_there(c: sqlite3.Connection, scope: Scope) -> Scope:
    """Without the trees that were sent elsewhere."""
    if scope.goal is None or scope.roots is None:
        return scope
    there = {one.number for one in read_roots(c) if one.goal == scope.goal}
    return replace(scope, roots=tuple(number for number in scope.roots if number in there))


def _pending(c: sqlite3.Connection, scope: Scope, limit: int) -> list[Queued]:
    """The first ones of several trees. Most often one tree has them all, however many there are."""
    heads = sorted((_order(one), root) for root in _roots(c, scope.roots, "queued") for one in _head(c, root, 1))
    found: list[Queued] = []
    for head, root in heads:
        if len(found) >= limit and _order(found[limit - 1]) < head:
            break
        found = sorted([*found, *_head(c, root, limit)], key=_order)[:limit]
    return found


def _head(c: sqlite3.Connection, root: int, limit: int) -> tuple[Queued, ...]:
    sql = f"SELECT {_COLUMNS} FROM folder_status WHERE {_PENDING} ORDER BY place, rowid LIMIT ?"
    return tuple(Queued(*row) for row in c.execute(sql, (root or None, limit)))


def _failed(c: sqlite3.Connection, max_retries: int, since: float, limit: int, scope: Scope) -> list[Queued]:
    sql = (
        f"SELECT {_COLUMNS}, coalesce(updated_at, 0) FROM folder_status WHERE {_AGAIN} "
        "ORDER BY coalesce(updated_at, 0) LIMIT ?"
    )
    found = []
    for root in _roots(c, scope.roots, "failed"):
        found += [(row[-1], Queued(*row[:-1])) for row in c.execute(sql, (root or None, since, max_retries, limit))]
    found.sort(key=lambda pair: (pair[0], pair[1].number))
    return [one for _, one in found[:limit]]


def _roots(c: sqlite3.Connection, wanted: tuple[int, ...] | None, state: str = "") -> list[int]:
    """Those of the wanted trees that have folders at all; with `state`, in that one."""
    sql = "SELECT DISTINCT root FROM folder_counts WHERE folders > 0" + (f" AND state = '{state}'" if state else "")
    chosen = None if wanted is None else set(wanted)
    return [root for (root,) in c.execute(sql) if chosen is None or root in chosen]


def _order(one: Queued) -> tuple[int, int]:
    return one.place, one.number
