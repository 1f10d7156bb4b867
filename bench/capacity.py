"""Statistics of a million objects: from the inventory, and counted by a project's database. Goal: two seconds each."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from core.capacity.breakdown import read_breakdown
from core.capacity.models import Sample
from core.capacity.outlook import Outlook
from core.capacity.samples import note, note_history
from core.capacity.usage import read_capacity
from core.models import Bucket
from core.profiles import Family, Profile
from core.workspace import Workspace, system_now, to_micros

T = TypeVar("T")
COUNT = 1_000_000
BUCKETS = 10_000
GOAL = 2.0
_KINDS = ("image/jpeg",) * 7 + ("image/png", "image/png", "image/webp", "application/pdf", "")
_DAY = 86_400_000_000
_WHOLE = "SELECT count(*), sum(size), max(type) FROM objects WHERE listing = 1"
_PLAIN = "select bucket_id, count(*), sum((metadata ->> 'size')::bigint) from storage.objects group by 1"
_PUT = (
    "insert into storage.objects (bucket_id, name, metadata) select 'photos', 'more/' || %s || n, '{\"size\": 20000}' "
)
_SINGLE = 2_000


async def main() -> int:
    """Prints each figure, and its ratio to a plain read of the same; 1 when a goal is missed."""
    with tempfile.TemporaryDirectory(prefix="bucketdesk-bench-") as folder:
        workspace = await Workspace.open(Path(folder), "bench")
        try:
            missed = await _inventory(workspace) + await _many_buckets(workspace)
        finally:
            await workspace.close()
    return min(1, missed + _database())


async def _inventory(workspace: Workspace) -> int:
    await workspace.inventory.write(_fill)
    plain, _ = await _best(lambda: workspace.inventory.read(lambda c: c.execute(_WHOLE).fetchone()))
    whole, found = await _best(lambda: read_breakdown(workspace, "photos"))
    assert sum(part.objects for part in found.types) == COUNT
    inside, found = await _best(lambda: read_breakdown(workspace, "photos", "2026/"))
    assert sum(part.objects for part in found.folders) == COUNT
    deep, _ = await _best(lambda: read_breakdown(workspace, "photos", "2026/0007/"))
    _say("breakdown of a bucket of 1,000,000", whole, plain, "one read of the same rows")
    _say("breakdown of a folder of 1,000,000 in 1,000 folders", inside, plain, "one read of the same rows")
    print(f"breakdown of a folder of 1,000: {deep * 1000:.1f} ms")
    return int(max(whole, inside) > GOAL)


async def _many_buckets(workspace: Workspace) -> int:
    profile = Profile("bench", "local", families=(Family("photos"),))
    now = system_now() - timedelta(seconds=5)
    growing = [f"photos-{n}" for n in range(BUCKETS)]
    days = [(now - timedelta(days=ago), 60 - ago) for ago in range(60, 0, -1)]
    await note_history(workspace, profile.project, (Sample(b, at, n, 1000 * n) for b in growing for at, n in days))
    outlook = Outlook()
    latest = [Sample(b, now, 60, 60_000) for b in growing]
    noted, _ = await _best(lambda: note(workspace, profile.project, latest), rounds=1)
    read, found = await _best(
        lambda: read_capacity(workspace, profile, [Bucket(b) for b in growing], outlook), rounds=1
    )
    again, _ = await _best(lambda: read_capacity(workspace, profile, [Bucket(b) for b in growing], outlook), rounds=1)
    assert len(found.buckets) == BUCKETS
    print(
        f"{BUCKETS:,} buckets: a round is noted in {noted:.2f} s, read with their forecasts in {read:.2f} s, and once"
        f" more, when nothing happened, in {again:.2f} s"
    )
    return int(read > GOAL)


def _database() -> int:
    from tests.servers.project import supabase_project

    with supabase_project() as project:
        project.make_bucket("photos")
        started = time.perf_counter()
        project.seed("photos", ((f"folder-{n // 100:05d}/img-{n % 100:03d}.jpg", 20_000) for n in range(COUNT)))
        print(f"1,000,000 objects written in {time.perf_counter() - started:.1f} s")
        project.sql("analyze storage.objects")
        ask: Callable[[], object] = lambda: project.sql("select bucketdesk_usage()")  # noqa: E731
        plain = min(_timed(lambda: project.sql(_PLAIN)) for _ in range(3))
        first = _timed(ask)
        later = min(_timed(ask) for _ in range(5))
        project.sql(_PUT + "from generate_series(1, 1000) as n", "a")
        changed = _timed(ask)
        _say("first count by the function", first, plain, "plain SQL over the table")
        _say("every later one", later, plain, "plain SQL over the table")
        _say("one after 1,000 uploads", changed, plain, "plain SQL over the table")
        counted = statistics.median(_uploads(project.sql, "b") for _ in range(3))
        _switch(project.database_url, project.objects.url, "disable")
        alone = statistics.median(_uploads(project.sql, "c") for _ in range(3))
        _say(f"{_SINGLE:,} rows put in one by one", counted, alone, "the same without the triggers")
        return int(max(first, later, changed) > GOAL)


def _uploads(sql: Callable[..., object], name: str) -> float:
    stamp = f"{name}{time.perf_counter_ns()}-"
    one = _PUT + "from generate_series(%s::int, %s::int) as n"
    return _timed(lambda: [sql(one, stamp, n, n) for n in range(_SINGLE)])


def _switch(owner_url: str, superuser_url: str, how: str) -> None:
    import psycopg

    with psycopg.connect(superuser_url, autocommit=True) as connection:
        for event in ("insert", "update", "delete"):
            connection.execute(f"alter table storage.objects {how} trigger bucketdesk_count_{event}".encode())


def _fill(c: sqlite3.Connection) -> None:
    now = to_micros(system_now())
    c.execute(
        "INSERT INTO listings (id, scan, what, name, current, closed, complete, items, finished)"
        f" VALUES (1, 1, 'bucket', 'photos', 1, 1, 1, {COUNT}, {now})"
    )
    c.executemany(
        "INSERT INTO objects (listing, key, size, type, etag, version, changed) VALUES (1, ?, ?, ?, ?, ?, ?)",
        (
            (
                f"2026/{n // 1000:04d}/IMG-{n:07d}.jpg",
                20_000 + n % 5000,
                _KINDS[n % len(_KINDS)],
                f"{n:032x}",
                f"{n:012x}",
                now - n * 7919 % 800 * _DAY,
            )
            for n in range(COUNT)
        ),
    )


async def _best(work: Callable[[], Awaitable[T]], rounds: int = 3) -> tuple[float, T]:
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        result = await work()
        seconds.append(time.perf_counter() - started)
    return min(seconds), result


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _say(what: str, seconds: float, reference: float, name: str) -> None:
    print(f"{what}: {seconds:.3f} s, {seconds / reference:.2f} x {name} ({reference:.3f} s)", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    sys.exit(asyncio.run(main()))
