"""What names objects at this moment: asked again just before and after every batch."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from urllib.parse import quote

from core.apply import rows
from core.apply.job import Job
from core.apply.snapshots import Snapshots, Spot, home_of
from core.errors import Unreadable
from core.findings import Proof, proof
from core.inventory.listed import read_listed
from core.models import Row, Value
from core.profiles import ReferenceColumn, Source
from core.radar import look_through, says_mention, take_over
from core.references import Resolver, folders, spellings
from core.references.resolver import PRIMARY
from core.values import encode_key

_EVERY_SECONDS = 600
_CHEAP_SECONDS = 2.0
_REST = 20
_WORTH_SECONDS = 1.0
"""So much time goes into asking a source by key before it is read in full instead, if that can be relied on."""
_BY_KEY = ("path", "bucket_path")
Readings = list[tuple[str | None, str, str]]
"""One place in a row that names something: its readings as (bucket, key, problem)."""


class Recheck:
    """Asks the catalog which objects are named. Columns that hold one key are asked by key; sources with columns that
    hold more are read in full when a run starts, every ten minutes of it, and sooner when it is cheap and the catalog
    changed."""

    def __init__(self, job: Job, resolver: Resolver, roots: Sequence[tuple[str, str]], known: Proof) -> None:
        self._job = job
        self._known = known
        self._resolver = resolver
        self._roots = roots
        self._snapshots = Snapshots(job, resolver)
        self._written = [s for s in job.profile.sources if any(c.holds not in _BY_KEY for c in s.columns)]
        self._spent: defaultdict[str, float] = defaultdict(float)

    @classmethod
    async def open(cls, job: Job) -> Recheck:
        """Ready to ask, about the buckets that are there now and were listed."""
        buckets = [bucket.name for bucket in await job.patiently(job.store.buckets)]
        roots = folders(job.profile, buckets)
        known = await job.workspace.inventory.read(proof)
        resolver = (await job.workspace.inventory.read(read_listed)).resolver(job.profile, buckets)
        forms = [(name, form.as_posix()) for name, root in roots.items() for form in {root.absolute(), root.resolve()}]
        looks = cls(job, resolver, forms, known)
        await looks._snapshots.clear()
        return looks

    async def look_in_full(self) -> None:
        """Looks through all unmapped text of the catalog for names of objects. Raises `ServiceError`."""
        inventory = self._job.workspace.inventory
        await look_through(
            self._job.catalog, self._job.profile, self._resolver, inventory.write, in_full=True, report=self._job.report
        )
        await inventory.write(lambda c: take_over(c, add=True))

    async def renew(self, *, force: bool = False) -> bool:
        """Reads the written sources again where it is due (`force`: wherever they may have changed); whether it did.
        Raises `ServiceError`."""
        token = await self._job.patiently(self._job.catalog.change_token)
        due = [source for source in self._written if self._is_due(source, token, force)]
        for source in due:
            await self._snapshots.take(source)
        return bool(due)

    async def naming(self, spots: Iterable[Spot]) -> dict[Spot, str]:
        """Those of these objects that something names now, each with a sentence. Raises `ServiceError`."""
        wanted = list(dict.fromkeys(spots))
        if not wanted:
            return {}
        token = await self._job.patiently(self._job.catalog.change_token)
        found: dict[Spot, str] = {}
        for source in self._job.profile.sources:
            if not self._snapshots.is_current(source, token):
                found.update(await self._ask(source, wanted, token))
        current = [s for s in self._job.profile.sources if self._snapshots.is_current(s, token)]
        return {**found, **await self._read_names(wanted, [*current, *self._written])}

    async def written(self, spots: Iterable[Spot]) -> dict[Spot, str]:
        """Those of these objects that a written source named when it was last read."""
        return await self._read_names(list(dict.fromkeys(spots)), self._written)

    async def note(self, table: str, changed: Iterable[Row]) -> None:
        """Takes notice of rows that the run itself has written."""
        await self._snapshots.note(table, changed)

    def forget(self, table: str) -> None:
        """Takes notice that the run itself takes rows away from a table. What can be asked by key is asked again: read
        in full, it would have to be read anew for every batch."""
        for source in self._job.profile.sources:
            if source.table == table and all(column.holds in _BY_KEY for column in source.columns):
                self._snapshots.drop(source)

    def places(self, row: Row, sources: Iterable[Source]) -> list[Readings]:
        """Every place in a row that names something."""
        found: list[Readings] = []
        for source in sources:
            home = home_of(source, row.values)
            for column in source.columns:
                by_element: dict[int | None, Readings] = {}
                for reading in self._resolver.read(source, column, row.values.get(column.name), home):
                    # Only the likeliest reading tells whether a place is understood; the others only may name.
                    problem = reading.problem if reading.form == PRIMARY else ""
                    by_element.setdefault(reading.element, []).append((reading.bucket, reading.key, problem))
                found.extend(by_element.values())
        return found

    def _is_due(self, source: Source, token: str | None, force: bool) -> bool:
        age = self._snapshots.age_seconds(source)
        if age >= _EVERY_SECONDS:
            return True
        if self._snapshots.is_current(source, token):
            return False
        took = self._snapshots.took_seconds(source)
        return force or (token is not None and took < _CHEAP_SECONDS and age > took * _REST)

    async def _read_names(self, spots: Sequence[Spot], sources: Iterable[Source]) -> dict[Spot, str]:
        named = await self._snapshots.naming(spots, {source.name: source for source in sources})
        mentioned = await self._job.workspace.inventory.read(lambda c: _mentions(c, spots))
        return {**mentioned, **{spot: f"{name} names it now." for spot, name in named.items()}}

    async def _ask(self, source: Source, spots: Sequence[Spot], token: str | None) -> dict[Spot, str]:
        started = time.monotonic()
        found: dict[Spot, str] = {}
        for column in source.columns:
            if column.holds in _BY_KEY:
                found.update(await self._by_key(source, column, spots))
        self._spent[source.name] += time.monotonic() - started
        worth = max(_WORTH_SECONDS, self._snapshots.took_seconds(source))
        if token is not None and self._spent[source.name] > worth:
            self._spent[source.name] = 0.0
            try:
                await self._snapshots.take(source)
            except Unreadable:
                self._spent[source.name] = -_REST * worth
                return found  # somebody writes to it all the time: it is asked by key, as before
        return found

    async def _by_key(self, source: Source, column: ReferenceColumn, spots: Sequence[Spot]) -> dict[Spot, str]:
        listing = self._known.sources.get(source.name)
        reached = [spot for spot in spots if listing is None or listing.reaches(spot[0])]
        values = await asyncio.to_thread(self._spelt, reached, column.holds)
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
                home = home_of(source, row.values) if row else spot[0]
                if home == spot[0] or home not in self._resolver.buckets:
                    found[spot] = _says(source, key)
        return found

    def _spelt(self, spots: Sequence[Spot], holds: str) -> dict[str, list[Spot]]:
        values: dict[str, list[Spot]] = {}
        for bucket, key in spots:
            for value in self._values(bucket, key, holds):
                values.setdefault(value, []).append((bucket, key))
        return values

    def _values(self, bucket: str, key: str, holds: str) -> Iterable[str]:
        yield from spellings(bucket, key, holds)
        whole = _quoted(key, "")  # with its slashes encoded as well
        yield from (whole, f"{bucket}/{whole}", _quoted(f"{bucket}/{key}", ""))
        for name, root in self._roots:
            if name == bucket:
                yield f"{root}/{key}"
                yield f"file://{_quoted(root, '/')}/{_quoted(key, '/')}"


def _quoted(text: str, safe: str) -> str:
    return quote(text, safe=safe, errors="surrogateescape")


def _says(source: Source, key: tuple[Value, ...]) -> str:
    return f"A row of {source.table} names it now ({encode_key(key)})."


def _mentions(c: sqlite3.Connection, spots: Sequence[Spot]) -> dict[Spot, str]:
    found = {}
    for spot in spots:
        row = c.execute("SELECT tbl, col FROM mentions WHERE bucket = ? AND key = ? LIMIT 1", spot).fetchone()
        if row is not None:
            found[spot] = f"{says_mention(*row)} names it."
    return found
