"""The queue of folders: in which order they go, page by page, however many there are."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import Usage
from core.uploads.ledger import below

_COLUMNS = (
    "rowid, place, folder_path, coalesce(file_count, 0), coalesce(bytes, 0), upload_status, coalesce(retry_count, 0), "
    "coalesce(error_message, '')"
)
_WAITING = "skipped IS NULL AND gone_at IS NULL"
_SAME_PLACE = (
    f"SELECT {_COLUMNS} FROM folder_status WHERE upload_status = ? AND {_WAITING} AND place = ? AND rowid > ? "
    "ORDER BY rowid LIMIT ?"
)
_LATER_PLACES = (
    f"SELECT {_COLUMNS} FROM folder_status WHERE upload_status = ? AND {_WAITING} AND place > ? "
    "ORDER BY place, rowid LIMIT ?"
)
STATES = ("pending", "success", "failed")


@dataclass(frozen=True, slots=True)
class Queued:
    """A folder in the queue. `number` and `place` say where: what follows it comes after both."""

    number: int
    place: int
    path: str
    files: int
    size_bytes: int
    state: str
    retries: int
    error: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page ended."""

    place: int
    number: int


def page(c: sqlite3.Connection, state: str, after: Mark | None = None, limit: int = 256) -> tuple[Queued, ...]:
    """Folders in this state behind `after`, in the order in which they go; what was left out or is gone is not among
    them. Takes as long at the end of a million as at the start. Raises `Usage`."""
    if state not in STATES:
        raise Usage(f"There is no state “{state}”.", f"States: {', '.join(STATES)}.")
    # two ranges of the index instead of one over (place, rowid), of which SQLite would follow the first half only
    here = _read(c, _SAME_PLACE, (state, *_start(after), limit))
    further: tuple[Queued, ...] = ()
    if len(here) < limit:
        further = _read(c, _LATER_PLACES, (state, _start(after)[0], limit - len(here)))
    return (*here, *further)


def due(
    c: sqlite3.Connection, max_retries: int, failed_before: float, limit: int, within: Sequence[str] = ()
) -> tuple[Queued, ...]:
    """The next folders to upload: those that wait, then those that failed before this moment and fewer than
    `max_retries` times; with `within`, only at and below these folders."""
    where, values = _within(within)
    sql = (
        f"SELECT {_COLUMNS} FROM folder_status WHERE upload_status = 'pending' AND {_WAITING} {where} "
        "ORDER BY place, rowid LIMIT ?"
    )
    found = _read(c, sql, (*values, limit))
    if len(found) < limit:
        sql = (
            f"SELECT {_COLUMNS} FROM folder_status WHERE upload_status = 'failed' AND {_WAITING} "
            f"AND coalesce(retry_count, 0) < ? AND coalesce(updated_at, 0) < ? {where} ORDER BY place, rowid LIMIT ?"
        )
        found += _read(c, sql, (max_retries, failed_before, *values, limit - len(found)))
    return found


def due_amount(c: sqlite3.Connection, max_retries: int, failed_before: float, within: Sequence[str] = ()) -> int:
    """How many folders `due` would bring in all."""
    where, values = _within(within)
    sql = (
        f"SELECT count(*) FROM folder_status WHERE {_WAITING} AND (upload_status = 'pending' OR "
        f"upload_status = 'failed' AND coalesce(retry_count, 0) < ? AND coalesce(updated_at, 0) < ?) {where}"
    )
    return int(c.execute(sql, (max_retries, failed_before, *values)).fetchone()[0])


def root_of(c: sqlite3.Connection, path: str) -> str:
    """The scanned tree in which a folder was found; the folder above it for one that another program noted."""
    sql = "SELECT r.path FROM folder_status f JOIN scanned_roots r ON r.id = f.root WHERE f.folder_path = ?"
    row = c.execute(sql, (path,)).fetchone()
    return str(row[0]) if row else os.path.dirname(path)  # noqa: PTH120


def put_first(c: sqlite3.Connection, numbers: Sequence[int]) -> None:
    """These folders go before all others, in this order."""
    first = c.execute(
        f"SELECT coalesce(min(place), 0) FROM folder_status WHERE upload_status = 'pending' AND {_WAITING}"
    ).fetchone()[0] - len(numbers)
    rows = [(first + at, number) for at, number in enumerate(numbers)]
    c.executemany("UPDATE folder_status SET place = ? WHERE rowid = ?", rows)


def leave_out(c: sqlite3.Connection, numbers: Sequence[int], reason: str) -> int:
    """These folders are not uploaded, for this reason; those that are uploaded stay so. How many that was."""
    sql = "UPDATE folder_status SET skipped = ? WHERE rowid = ? AND upload_status <> 'success' AND skipped IS NULL"
    return c.executemany(sql, [(reason, number) for number in numbers]).rowcount


def retry(c: sqlite3.Connection, now: float, numbers: Sequence[int] | None = None) -> int:
    """Queues failed and left-out folders anew: these, or all that failed. How many that was."""
    sql = (
        "UPDATE folder_status SET upload_status = 'pending', retry_count = 0, error_message = NULL, skipped = NULL, "
        "updated_at = ? WHERE "
    )
    if numbers is None:
        return c.execute(f"{sql} upload_status = 'failed' AND {_WAITING}", (now,)).rowcount
    sql += "rowid = ? AND (upload_status = 'failed' OR skipped IS NOT NULL) AND upload_status <> 'success'"
    return c.executemany(sql, [(now, number) for number in numbers]).rowcount


def _within(roots: Sequence[str]) -> tuple[str, list[str]]:
    one = "folder_path = ? OR folder_path >= ? AND folder_path < ?"
    values = [value for root in roots for value in (root, *below(root))]
    return (f"AND ({' OR '.join([one] * len(roots))})" if roots else ""), values


def _start(after: Mark | None) -> tuple[int, int]:
    return (-(1 << 62), 0) if after is None else (after.place, after.number)


def _read(c: sqlite3.Connection, sql: str, values: Sequence[object]) -> tuple[Queued, ...]:
    return tuple(Queued(*row) for row in c.execute(sql, tuple(values)))
