"""What a plan stands on: the scan in force, the mapped sources, and the rows as they are at this moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from core.errors import Usage
from core.findings.states import states
from core.inventory.listed import read_listed
from core.models import Row, RowKey, State, Table
from core.ports import Catalog
from core.profiles import Profile, Source
from core.references import Reference, Resolver
from core.values import encode_key
from core.workspace import Workspace

_PAIRS = 400


@dataclass(frozen=True, slots=True)
class Listed:
    """An object as the scan in force saw it."""

    size_bytes: int
    etag: str | None
    version: str


class Ground:
    """Reads what planning needs and nothing else; writes nothing. Made by `stand_on`."""

    def __init__(
        self, workspace: Workspace, catalog: Catalog, profile: Profile, scan_id: int, resolver: Resolver
    ) -> None:
        self.workspace = workspace
        self.catalog = catalog
        self.profile = profile
        self.scan_id = scan_id
        self.resolver = resolver
        self.sources = {source.name: source for source in profile.sources}
        self._tables: dict[str, Table] = {}

    async def table(self, name: str) -> Table:
        """A table as the catalog declares it. Raises `NotFound`."""
        if name not in self._tables:
            self._tables[name] = await self.catalog.table(name)
        return self._tables[name]

    async def rows(self, table: str, key: Sequence[str], keys: Iterable[RowKey]) -> dict[str, Row]:
        """The rows that are there now, whole, by their keys as `encode_key` writes them."""
        found: dict[str, Row] = {}
        rest = iter(keys)
        while batch := list(islice(rest, self.catalog.page_size)):
            rows = await self.catalog.rows(table, key, batch)
            found.update((encode_key(asked), row) for asked, row in zip(batch, rows, strict=True) if row is not None)
        return found

    async def listed(self, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], Listed]:
        """The objects that the scan in force saw at these (bucket, key)."""
        return await self.workspace.inventory.read(lambda connection: _listed(connection, places))

    async def open_among(self, ids: Collection[str]) -> frozenset[str]:
        """Those of the ids that open findings have."""
        found = await self.workspace.inventory.read(lambda connection: states(connection, list(ids)))
        return frozenset(id for id, state in found.items() if state is State.OPEN)

    async def kept(self, things: Collection[str]) -> frozenset[str]:
        """Those of the things that bear a keep mark."""
        return await self.workspace.journal.read(lambda connection: _kept(connection, things))

    def read(self, source: Source, row: Row, column: str | None = None) -> tuple[tuple[str, Reference], ...]:
        """Every reading of the row's reference columns (or of one of them), each with its column's name."""
        bucket = row.values.get(source.bucket_column) if source.bucket_column else None
        return tuple(
            (one.name, reference)
            for one in source.columns
            if column in (None, one.name) and one.name in row.values
            for reference in self.resolver.read(
                source, one, row.values[one.name], None if bucket is None else str(bucket)
            )
        )

    async def unchanged(self) -> bool:
        """Whether the scan that planning began with is still the one in force."""
        return await self.workspace.inventory.read(_scan_in_force) == self.scan_id


async def stand_on(workspace: Workspace, catalog: Catalog, profile: Profile) -> Ground:
    """What to plan on. Raises `Usage` before the first scan."""
    scan_id = await workspace.inventory.read(_scan_in_force)
    if scan_id is None:
        raise Usage("Nothing was scanned yet, so there is nothing to plan.", "Scan first.")
    listed = await workspace.inventory.read(read_listed)
    return Ground(workspace, catalog, profile, scan_id, listed.resolver(profile))


def key_by(source: Source, row: Row) -> RowKey | None:
    """The key by which a source knows a row; None when the row does not hold it."""
    return tuple(row.values[c] for c in source.key) if all(c in row.values for c in source.key) else None


def is_text(key: str) -> bool:
    """Whether a key is valid text: no other can be in the inventory."""
    return not any("\ud800" <= c <= "\udfff" for c in key)


def _scan_in_force(connection: sqlite3.Connection) -> int | None:
    found = connection.execute("SELECT max(id) FROM scans WHERE state = 'done'").fetchone()
    return None if found[0] is None else int(found[0])


def _listed(connection: sqlite3.Connection, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], Listed]:
    found: dict[tuple[str, str], Listed] = {}
    rest = iter(places)
    while batch := list(islice(rest, _PAIRS)):
        marks = ",".join(["(?, ?)"] * len(batch))
        rows = connection.execute(
            f"WITH asked (bucket, key) AS (VALUES {marks}) SELECT a.bucket, a.key, o.size, o.etag, o.version "
            "FROM asked AS a JOIN listings AS l ON l.what = 'bucket' AND l.name = a.bucket AND l.current = 1 "
            "JOIN objects AS o ON o.listing = l.id AND o.key = a.key",
            [value for place in batch for value in place],
        )
        found.update(((bucket, key), Listed(size, etag, version)) for bucket, key, size, etag, version in rows)
    return found


def _kept(connection: sqlite3.Connection, things: Collection[str]) -> frozenset[str]:
    found: set[str] = set()
    rest = iter(things)
    while batch := list(islice(rest, _PAIRS)):
        marks = ",".join("?" * len(batch))
        found.update(
            thing for (thing,) in connection.execute(f"SELECT thing FROM keeps WHERE thing IN ({marks})", batch)
        )
    return frozenset(found)
