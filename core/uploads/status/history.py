"""Batches as they were, and how much went up in each minute."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from core.uploads.moments import moment

_COLUMNS = (
    "rowid, batch_id, coalesce(batch_name, ''), coalesce(total_folders, 0), coalesce(successful_uploads, 0), "
    "coalesce(failed_uploads, 0), coalesce(bytes, 0), coalesce(status, ''), start_time, end_time"
)


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One batch. Without `ended` it is under way, or was broken off; `state`: `running` or `completed`."""

    number: int
    batch_id: str
    name: str
    folders: int
    done: int
    failed: int
    size_bytes: int
    state: str
    started: datetime | None
    ended: datetime | None

    @property
    def seconds(self) -> float | None:
        """How long it took; None while that is not known."""
        return (self.ended - self.started).total_seconds() if self.started and self.ended else None


@dataclass(frozen=True, slots=True)
class Throughput:
    """What was stored in one span of time that began `at`: whole folders, files and bytes."""

    at: datetime
    folders: int
    files: int
    size_bytes: int


def read_batches(c: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, BatchRow]:
    """The batches with these numbers, by number."""
    some = ",".join(str(int(number)) for number in numbers)
    rows = c.execute(f"SELECT {_COLUMNS} FROM upload_batches WHERE rowid IN ({some})")
    return {int(row[0]): _batch(row) for row in rows}


def newest_batches(c: sqlite3.Connection, limit: int) -> tuple[BatchRow, ...]:
    """The batches that began last, the newest first."""
    sql = f"SELECT {_COLUMNS} FROM upload_batches ORDER BY coalesce(start_time, created_at) DESC, rowid DESC LIMIT ?"
    return tuple(_batch(row) for row in c.execute(sql, (limit,)))


def read_throughput(c: sqlite3.Connection, since: datetime, every_minutes: int = 1) -> tuple[Throughput, ...]:
    """What went up since then, in spans of so many minutes, the oldest first; spans without anything are left out."""
    sql = (
        "SELECT minute / :every * :every, sum(folders), sum(files), sum(bytes) FROM upload_minutes "
        "WHERE minute >= :since GROUP BY 1 ORDER BY 1"
    )
    values = {"every": max(1, every_minutes), "since": int(since.timestamp() // 60)}
    return tuple(
        Throughput(datetime.fromtimestamp(int(minute) * 60, UTC), int(folders), int(files), int(size))
        for minute, folders, files, size in c.execute(sql, values)
    )


def _batch(row: tuple[object, ...]) -> BatchRow:
    number, batch_id, name, folders, done, failed, size_bytes, state, started, ended = row
    return BatchRow(
        int(str(number)),
        str(batch_id),
        str(name),
        _whole(folders),
        _whole(done),
        _whole(failed),
        _whole(size_bytes),
        str(state),
        moment(started),
        moment(ended),
    )


def _whole(value: object) -> int:
    """A number that another program may have written as anything."""
    try:
        return int(float(str(value)))
    except (ValueError, OverflowError):
        return 0
