"""Use over time: what buckets held at scans and rounds of monitoring, kept in the journal."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from core.capacity.models import Sample, waiting_name
from core.capacity.thinning import DAY, HOUR, aged_since, repeats, superfluous
from core.workspace import Workspace, from_micros, to_micros

_VALUES = "at, objects, bytes, kept, kept_bytes"


_FEW = 300


class Extent(NamedTuple):
    """How many samples there are, the moments of the first and the last in microseconds, and the sum, the least and the
    most of their bytes."""

    items: int
    first: int
    last: int
    sum: int
    lowest: int
    highest: int

    def spans(self, days: float) -> bool:
        """Whether so many days, or almost, lie between the first and the last."""
        return self.last - self.first >= (days - 1.0) * DAY


async def note(workspace: Workspace, project: str, samples: Sequence[Sample], *, whole: bool = False) -> None:
    """Records what buckets hold now. `whole`: of the quarantine, nothing else is there. Sizes below nothing count as
    nothing. Raises `WorkspaceError`."""
    lines = [_line(sample) for sample in samples]

    def work(c: sqlite3.Connection) -> None:
        if whole:
            c.execute("DELETE FROM measured WHERE project = ? AND instr(bucket, ?) = 1", (project, waiting_name("")))
        c.executemany(
            "INSERT OR REPLACE INTO measured VALUES (?, ?, ?, ?, ?, ?, ?)", ((project, *line) for line in lines)
        )
        for bucket, *values in lines:
            _add(c, project, bucket, tuple(values))

    await workspace.journal.write(work)


async def note_history(workspace: Workspace, project: str, samples: Iterable[Sample]) -> None:
    """Adds what others saw earlier to the history; what was seen here at the same moment stays."""
    known = tuple(samples)
    if known:
        await workspace.journal.write(lambda c: add_history(c, project, known))


def add_history(c: sqlite3.Connection, project: str, samples: Iterable[Sample]) -> None:
    """The same, in a transaction of the journal."""
    by_bucket: dict[str, list[tuple[int, ...]]] = {}
    for bucket, *values in map(_line, samples):
        by_bucket.setdefault(bucket, []).append(tuple(values))
    for bucket, lines in by_bucket.items():
        sql = "INSERT OR IGNORE INTO samples VALUES (?, ?, ?, ?, ?, ?, ?)"
        c.executemany(sql, ((project, bucket, *line) for line in lines))
        (newest,) = c.execute(
            "SELECT max(at) FROM samples WHERE project = ? AND bucket = ?", (project, bucket)
        ).fetchone()
        _thin(c, project, bucket, 0, newest)


async def history(workspace: Workspace, project: str, bucket: str, since: datetime) -> tuple[Sample, ...]:
    """What is known of a bucket from then on, oldest first; nothing for one that was never measured."""

    def ask(c: sqlite3.Connection) -> tuple[Sample, ...]:
        sql = f"SELECT {_VALUES} FROM samples WHERE project = ? AND bucket = ? AND at >= ? ORDER BY at"
        return tuple(_sample(bucket, row) for row in c.execute(sql, (project, bucket, to_micros(since))))

    return await workspace.journal.read(ask)


def read_measured(c: sqlite3.Connection, project: str) -> Mapping[str, Sample]:
    """What was told of each bucket last, by name."""
    rows = c.execute(f"SELECT bucket, {_VALUES} FROM measured WHERE project = ?", (project,))
    return {row[0]: _sample(row[0], row[1:]) for row in rows}


def read_extent(c: sqlite3.Connection, project: str, bucket: str, since: int, until: int) -> Extent:
    """What there is between two moments, without reading it all into memory."""
    sql = (
        "SELECT count(*), coalesce(min(at), 0), coalesce(max(at), 0), coalesce(sum(bytes + kept_bytes), 0),"
        " coalesce(min(bytes + kept_bytes), 0), coalesce(max(bytes + kept_bytes), 0)"
        " FROM samples WHERE project = ? AND bucket = ? AND at BETWEEN ? AND ?"
    )
    return Extent(*c.execute(sql, (project, bucket, since, until)).fetchone())


def read_levels(c: sqlite3.Connection, project: str, bucket: str, extent: Extent) -> list[tuple[float, int]]:
    """What was held, by the moment in seconds since the epoch, oldest first: of many samples the last of each day, of a
    bucket that never changed the two ends. Plain numbers: ten thousand buckets are asked for at once."""
    ends = f" AND at IN ({extent.first}, {extent.last})" if extent.lowest == extent.highest else ""
    few = extent.items <= _FEW  # reading them all is quicker than grouping them
    sql = (
        f"SELECT {'at' if few else 'max(at)'} / 1e6, bytes + kept_bytes FROM samples WHERE project = ? AND bucket = ?"
        f" AND at BETWEEN ? AND ?{ends} {'' if few else f'GROUP BY at / {DAY}'}"
        f" ORDER BY {'at' if few else '1'}"
    )
    return c.execute(sql, (project, bucket, extent.first, extent.last)).fetchall()


async def note_scan(workspace: Workspace, project: str) -> None:
    """Records what the listings in force hold, of buckets that were listed completely by the latest scan. A listing
    knows nothing of archived versions: what was known of them stays."""

    def ask(c: sqlite3.Connection) -> list[tuple[str, int, int, int]]:
        return c.execute(
            "SELECT name, finished, items, bytes FROM listings WHERE current = 1 AND what = 'bucket' AND complete = 1"
            " AND scan = (SELECT max(scan) FROM listings WHERE current = 1)"
        ).fetchall()

    listed = await workspace.inventory.read(ask)
    known = await workspace.journal.read(lambda c: read_measured(c, project))
    samples = []
    for name, at, objects, size in listed:
        before = known.get(name)
        kept = (before.kept_versions, before.kept_versions_bytes) if before else (0, 0)
        samples.append(Sample(name, from_micros(at), objects, size, *kept))
    await note(workspace, project, samples)


def _add(c: sqlite3.Connection, project: str, bucket: str, new: tuple[int, ...]) -> None:
    sql = f"SELECT {_VALUES} FROM samples WHERE project = ? AND bucket = ? AND at < ? ORDER BY at DESC LIMIT 2"
    before = c.execute(sql, (project, bucket, new[0])).fetchall()[::-1]
    if repeats(before, new):
        _drop(c, project, bucket, [before[-1][0]])
    c.execute("INSERT OR REPLACE INTO samples VALUES (?, ?, ?, ?, ?, ?, ?)", (project, bucket, *new))
    if before and before[-1][0] // HOUR != new[0] // HOUR:
        _thin(c, project, bucket, before[-1][0], new[0])


def _thin(c: sqlite3.Connection, project: str, bucket: str, before: int, now: int) -> None:
    sql = "SELECT at FROM samples WHERE project = ? AND bucket = ? AND at BETWEEN ? AND ?"
    times: set[int] = set()
    for span in aged_since(before, now):
        times.update(at for (at,) in c.execute(sql, (project, bucket, *span)))
    _drop(c, project, bucket, superfluous(times, now))


def _drop(c: sqlite3.Connection, project: str, bucket: str, times: Sequence[int]) -> None:
    c.executemany(
        "DELETE FROM samples WHERE project = ? AND bucket = ? AND at = ?", ((project, bucket, at) for at in times)
    )


def _line(sample: Sample) -> tuple[str, int, int, int, int, int]:
    values = (sample.objects, sample.bytes, sample.kept_versions, sample.kept_versions_bytes)
    objects, size, kept, kept_size = (max(0, value) for value in values)
    return sample.bucket, to_micros(sample.at), objects, size, kept, kept_size


def _sample(bucket: str, row: Sequence[int]) -> Sample:
    return Sample(bucket, from_micros(row[0]), row[1], row[2], row[3], row[4])
