"""What names objects at this moment: asked again just before and after every batch."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterable, Sequence
from functools import partial
from urllib.parse import quote

from core.apply import rows
from core.apply.job import Job
from core.errors import Unreadable
from core.findings import Proof, proof
from core.models import Row, Value
from core.profiles import ReferenceColumn, Source
from core.radar import look_through, take_over
from core.references import Resolver, fold, folders, near_folds, spellings
from core.references.resolver import PRIMARY
from core.values import encode_key

_EVERY_SECONDS = 600
_CHEAP_SECONDS = 2.0
_REST = 20
_ATTEMPTS = 3
_BY_KEY = ("path", "bucket_path")
Spot = tuple[str, str]
"""An object's bucket and key."""


class Recheck:
    """Asks the catalog which objects are named. Columns that hold one key are asked by key; those that hold more are
    read in full when a run starts, every ten minutes of it, and sooner when it is cheap and the catalog changed."""

    def __init__(self, job: Job, resolver: Resolver, roots: Sequence[tuple[str, str]], known: Proof) -> None:
        self._job = job
        self._known = known
        self.resolver = resolver
        self._roots = roots
        self._written = [s for s in job.profile.sources if any(c.holds not in _BY_KEY for c in s.columns)]
        self._read_at = float("-inf")
        self._took = 0.0
        self._token: str | None = None

    @classmethod
    async def open(cls, job: Job) -> Recheck:
        """Ready to ask, about the buckets that are there now and were listed."""
        buckets = [bucket.name for bucket in await job.patiently(job.store.buckets)]
        roots = folders(job.profile, buckets)
        known = await job.workspace.inventory.read(proof)
        unlisted = await job.workspace.inventory.read(_unlisted)
        listed = [name for name in buckets if name in known.buckets]
        incomplete = {name: known.buckets[name].why for name in listed if not known.buckets[name].complete}
        resolver = Resolver(listed, roots, incomplete=incomplete, unlisted=unlisted)
        forms = [(name, form.as_posix()) for name, root in roots.items() for form in {root.absolute(), root.resolve()}]
        await job.workspace.inventory.write(lambda c: c.execute("DELETE FROM named").rowcount)
        return cls(job, resolver, forms, known)

    async def look_in_full(self) -> None:
        """Looks through all unmapped text of the catalog for names of objects. Raises `ServiceError`."""
        inventory = self._job.workspace.inventory
        await look_through(
            self._job.catalog, self._job.profile, self.resolver, inventory.write, in_full=True, report=self._job.report
        )
        await inventory.write(lambda c: take_over(c, add=True))

    async def renew(self, *, force: bool = False) -> bool:
        """Reads the written sources again if it is due; whether it did. Raises `ServiceError`."""
        if not self._written:
            return False
        token = await self._job.patiently(self._job.catalog.change_token)
        age = time.monotonic() - self._read_at
        changed = token is None or token != self._token
        cheap = self._took < _CHEAP_SECONDS and age > self._took * _REST
        if not (force and changed) and age < _EVERY_SECONDS and not (changed and token is not None and cheap):
            return False
        started = time.monotonic()
        await self._job.workspace.inventory.write(lambda c: c.execute("DELETE FROM named").rowcount)
        for source in self._written:
            self._token = await self._read(source)
        self._read_at = time.monotonic()
        self._took = self._read_at - started
        return True

    async def naming(self, spots: Iterable[Spot]) -> dict[Spot, str]:
        """Those of these objects that something names now, each with a sentence. Raises `ServiceError`."""
        wanted = list(dict.fromkeys(spots))
        found = await self.written(wanted)
        for source in self._job.profile.sources:
            for column in source.columns:
                if column.holds in _BY_KEY:
                    found.update(await self._by_key(source, column, wanted))
        return found

    async def written(self, spots: Iterable[Spot]) -> dict[Spot, str]:
        """Those of these objects that a writing named when it was last read."""
        wanted = list(dict.fromkeys(spots))
        return await self._job.workspace.inventory.read(lambda c: _written_names(c, wanted))

    def places(self, row: Row, sources: Iterable[Source]) -> list[list[tuple[str | None, str, str]]]:
        """Every place in a row that names something, as its readings: (bucket, key, problem)."""
        found: list[list[tuple[str | None, str, str]]] = []
        for source in sources:
            home = row.values.get(source.bucket_column) if source.bucket_column else None
            for column in source.columns:
                by_element: dict[int | None, list[tuple[str | None, str, str]]] = {}
                value = row.values.get(column.name)
                for reading in self.resolver.read(source, column, value, home if isinstance(home, str) else None):
                    # Only the likeliest reading tells whether a place is understood; the others only may name.
                    problem = reading.problem if reading.form == PRIMARY else ""
                    by_element.setdefault(reading.element, []).append((reading.bucket, reading.key, problem))
                found.extend(by_element.values())
        return found

    async def _by_key(self, source: Source, column: ReferenceColumn, spots: Sequence[Spot]) -> dict[Spot, str]:
        values: dict[str, list[Spot]] = {}
        for bucket, key in spots:
            listing = self._known.sources.get(source.name)
            if listing is None or listing.reaches(bucket):
                for value in self._values(bucket, key, column.holds):
                    values.setdefault(value, []).append((bucket, key))
        if not values:
            return {}
        ask = partial(self._job.catalog.find, source.table, source.key, column.name, list(values))
        hits = await self._job.patiently(ask)
        if source.bucket_column and hits:
            return await self._in_their_bucket(source, hits, values)
        return {spot: _says(source, key) for key, value in hits for spot in values.get(value, ())}

    async def _in_their_bucket(
        self, source: Source, hits: Sequence[tuple[tuple[Value, ...], str]], values: dict[str, list[Spot]]
    ) -> dict[Spot, str]:
        """The same path in another bucket names another object."""
        found: dict[Spot, str] = {}
        there = await rows.read(self._job, [(source.table, source.key, key) for key, _ in hits])
        for key, value in hits:
            row = there.get((source.table, key))
            for spot in values.get(value, ()):
                home = row.values.get(source.bucket_column or "") if row else spot[0]
                if home == spot[0] or home not in self.resolver.buckets:
                    found[spot] = _says(source, key)
        return found

    def _values(self, bucket: str, key: str, holds: str) -> Iterable[str]:
        yield from spellings(bucket, key, holds)
        for name, root in self._roots:
            if name == bucket:
                yield f"{root}/{key}"
                yield f"file://{quote(root)}/{quote(key, safe='/')}"

    async def _read(self, source: Source) -> str | None:
        """Reads one written source to its end; returns the catalog's token, which did not change meanwhile."""
        catalog = self._job.catalog
        for _ in range(_ATTEMPTS):
            before = await self._job.patiently(catalog.change_token)
            await self._job.patiently(partial(catalog.check_key, source.table, source.key))
            await self._walk(source)
            after = await self._job.patiently(catalog.change_token)
            if before == after:
                return after
        raise Unreadable(
            f"“{source.table}” kept changing while it was read again, so nothing more was removed.",
            "Let the program that writes to it come to rest, then apply the plan again.",
        )

    async def _walk(self, source: Source) -> None:
        columns = [c for c in source.columns if c.holds not in _BY_KEY]
        wanted = [c.name for c in columns] + ([source.bucket_column] if source.bucket_column else [])
        after = None
        while True:
            ask = partial(self._job.catalog.read, source.table, source.key, wanted, after)
            page = await self._job.patiently(ask)
            names = await asyncio.to_thread(self._names_on, source, columns, page.rows)
            await self._job.workspace.inventory.write(partial(_add_names, names))
            after = page.cursor
            if after is None:
                return

    def _names_on(
        self, source: Source, columns: Sequence[ReferenceColumn], page: Sequence[Row]
    ) -> set[tuple[str, str, str]]:
        """(bucket, folded key, source) of everything that rows name; bucket '' where it is not known."""
        found: set[tuple[str, str, str]] = set()
        for row in page:
            home = row.values.get(source.bucket_column) if source.bucket_column else None
            for column in columns:
                value = row.values.get(column.name)
                for reading in self.resolver.read(source, column, value, home if isinstance(home, str) else None):
                    bucket = reading.bucket or ""
                    if reading.key:
                        is_plain = bucket and not reading.problem
                        folds = {fold(reading.key)} if is_plain else near_folds(bucket, reading.key)
                        found.update((bucket, folded, source.name) for folded in folds)
        return found


def _unlisted(c: sqlite3.Connection) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, prefix in c.execute(
        "SELECT name, prefix FROM unlisted JOIN listings ON listings.id = listing WHERE current = 1"
    ):
        found.setdefault(name, []).append(prefix)
    return found


def _add_names(names: Iterable[tuple[str, str, str]], c: sqlite3.Connection) -> None:
    c.executemany("INSERT OR IGNORE INTO named VALUES (?, ?, ?)", names)


def _says(source: Source, key: tuple[Value, ...]) -> str:
    return f"A row of {source.table} names it now ({encode_key(key)})."


def _written_names(c: sqlite3.Connection, spots: Sequence[Spot]) -> dict[Spot, str]:
    found = {}
    for bucket, key in spots:
        row = c.execute(
            "SELECT source FROM named WHERE bucket IN (?, '') AND fold = ? LIMIT 1", (bucket, fold(key))
        ).fetchone()
        if row is not None:
            found[bucket, key] = f"{row[0]} names it now."
            continue
        row = c.execute("SELECT tbl, col FROM mentions WHERE bucket = ? AND key = ? LIMIT 1", (bucket, key)).fetchone()
        if row is not None:
            found[bucket, key] = f"Column {row[1]} of table {row[0]}, which is not mapped, names it."
    return found
