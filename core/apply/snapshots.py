"""Sources read in full while a run removes objects: everything that they name, as of a moment."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from core.apply.job import Job
from core.errors import Unreadable
from core.models import Row, Value
from core.profiles import Source
from core.references import Resolver, fold, near_folds

_ATTEMPTS = 3
Spot = tuple[str, str]
"""An object's bucket and key."""
_Name = tuple[str, str, bool, str]
"""(bucket or '', name, whether it is folded, source)."""


@dataclass(frozen=True, slots=True)
class _Reading:
    token: str | None
    at: float
    seconds: float


class Snapshots:
    """What sources name, in the workspace's table `named`. A source is as it was read until anybody else changes the
    catalog, which its token tells where it can; what the run changes itself is added by `note`."""

    def __init__(self, job: Job, resolver: Resolver) -> None:
        self._job = job
        self._resolver = resolver
        self._read: dict[str, _Reading] = {}
        self._touched: set[str] = set()

    async def clear(self) -> None:
        """Forgets what earlier runs read."""
        await self._job.workspace.inventory.write(lambda c: c.execute("DELETE FROM named").rowcount)

    def is_current(self, source: Source, token: str | None) -> bool:
        """Whether nobody else changed the catalog since the source was read."""
        reading = self._read.get(source.name)
        return reading is not None and token is not None and reading.token == token

    def age_seconds(self, source: Source) -> float:
        """Since the source was read; infinite when it was not."""
        reading = self._read.get(source.name)
        return float("inf") if reading is None else time.monotonic() - reading.at

    def took_seconds(self, source: Source) -> float:
        """How long reading the source took."""
        reading = self._read.get(source.name)
        return 0.0 if reading is None else reading.seconds

    async def take(self, source: Source) -> None:
        """Reads a source to its end. Raises `Unreadable` when it keeps changing, and `ServiceError`."""
        catalog = self._job.catalog
        for _ in range(_ATTEMPTS):
            started = time.monotonic()
            before = await self._job.patiently(catalog.change_token)
            await self._job.patiently(partial(catalog.check_key, source.table, source.key))
            await self._job.workspace.inventory.write(partial(_forget, source.name))
            there = None if before is not None else await self._count(source)
            read = await self._walk(source)
            after = await self._job.patiently(catalog.change_token)
            # Where nothing tells of changes: rows that went meanwhile explain that fewer were read, and no more.
            if before == after and (there is None or read >= there or read >= await self._count(source)):
                self._read[source.name] = _Reading(after, time.monotonic(), time.monotonic() - started)
                self._touched.discard(source.name)
                return
        raise Unreadable(
            f"“{source.table}” kept changing while it was read again, so nothing more was removed.",
            "Let the program that writes to it come to rest, then apply the plan again.",
        )

    async def naming(self, spots: Sequence[Spot], sources: Mapping[str, Source]) -> dict[Spot, str]:
        """Which of these sources names each of these objects, where one does."""
        found = await self._job.workspace.inventory.read(lambda c: _naming(c, spots, sources.keys()))
        stale = {name for name in found.values() if name in self._touched}
        if not stale:
            return found
        # The run has changed rows there itself since, perhaps those very ones: only reading again can tell.
        for name in stale:
            await self.take(sources[name])
        return await self._job.workspace.inventory.read(lambda c: _naming(c, spots, sources.keys()))

    async def note(self, table: str, rows: Iterable[Row]) -> None:
        """Adds what rows name that the run itself has just written."""
        written = list(rows)
        for source in self._job.profile.sources:
            if source.table == table and source.name in self._read:
                self._touched.add(source.name)
                names = _names_on(self._resolver, source, written)
                await self._job.workspace.inventory.write(partial(_add, names))

    def drop(self, source: Source) -> None:
        """Forgets that a source was read: from now on it is not current."""
        self._read.pop(source.name, None)

    async def _count(self, source: Source) -> int:
        return await self._job.patiently(partial(self._job.catalog.count, source.table))

    async def _walk(self, source: Source) -> int:
        """Notes what every row names; how many rows there were."""
        after, read = None, 0
        while True:
            ask = partial(self._job.catalog.read, source.table, source.key, source.read_columns, after)
            page = await self._job.patiently(ask)
            if page.hidden:
                raise Unreadable(f"{page.hidden} Nothing more was removed.")
            names = await asyncio.to_thread(_names_on, self._resolver, source, page.rows)
            await self._job.workspace.inventory.write(partial(_add, names))
            read += len(page.rows)
            after = page.cursor
            if after is None:
                return read


def home_of(source: Source, values: Mapping[str, Value]) -> str | None:
    """The value of a row's bucket column, where its source has one."""
    home = values.get(source.bucket_column) if source.bucket_column else None
    return home if isinstance(home, str) else None


def _names_on(resolver: Resolver, source: Source, rows: Iterable[Row]) -> set[_Name]:
    found: set[_Name] = set()
    for row in rows:
        home = home_of(source, row.values)
        for column in source.columns:
            for reading in resolver.read(source, column, row.values.get(column.name), home):
                if not reading.key:
                    continue
                bucket = reading.bucket or ""
                if bucket:
                    found.add((bucket, reading.key, False, source.name))
                if reading.problem or not bucket:
                    found.update((bucket, folded, True, source.name) for folded in near_folds(bucket, reading.key))
    return found


def _add(names: Iterable[_Name], c: sqlite3.Connection) -> None:
    storable = (name for name in names if name[1].isascii() or not any("\ud800" <= x <= "\udfff" for x in name[1]))
    c.executemany("INSERT OR IGNORE INTO named VALUES (?, ?, ?, ?)", storable)


def _forget(source: str, c: sqlite3.Connection) -> None:
    c.execute("DELETE FROM named WHERE source = ?", (source,))


def _naming(c: sqlite3.Connection, spots: Sequence[Spot], sources: Iterable[str]) -> dict[Spot, str]:
    known = set(sources)
    found: dict[Spot, str] = {}
    for bucket, key in spots:
        rows = c.execute(
            "SELECT source FROM named WHERE bucket = ?1 AND name = ?2 AND near = 0 "
            "UNION ALL SELECT source FROM named WHERE bucket IN (?1, '') AND name = ?3 AND near = 1",
            (bucket, key, fold(key)),
        )
        name = next((source for (source,) in rows.fetchall() if source in known), None)
        if name is not None:
            found[bucket, key] = name
    return found
