"""The inventory's objects."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.browse.numbers import by_number, moment, numbers, order_by
from core.findings.identity import register
from core.workspace import Workspace

_SORTS = {"key": "o.key", "bucket": "l.name", "bytes": "o.size", "type": "o.type", "changed": "o.changed"}


@dataclass(frozen=True, slots=True)
class ObjectFilter:
    """Which objects are meant; empty fields mean any. `text` is a substring of the key, letter case ignored."""

    bucket: str = ""
    prefix: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """An object as the last scan saw it; `rows` is how many references name it."""

    bucket: str
    key: str
    size_bytes: int
    content_type: str
    etag: str | None
    version: str
    changed: datetime | None
    rows: int


class ObjectsView:
    """Objects of the listings in force, by bucket and key."""

    def __init__(self, workspace: Workspace) -> None:
        self._inventory = workspace.inventory

    async def count(self, filter: ObjectFilter) -> int:
        """How many objects pass."""

        def ask(connection: sqlite3.Connection) -> int:
            condition, parameters = _condition(connection, filter)
            sql = f"SELECT count(*) FROM listings l CROSS JOIN objects o ON o.listing = l.id WHERE {condition}"
            return int(connection.execute(sql, parameters).fetchone()[0])

        return await self._inventory.read(ask)

    async def numbers(self, filter: ObjectFilter, sort: str = "", descending: bool = False) -> array[int]:
        """The numbers of the objects that pass, sorted by key, bucket, bytes, type or changed."""

        def ask(connection: sqlite3.Connection) -> array[int]:
            condition, parameters = _condition(connection, filter)
            if sort in ("", "bucket"):
                return _natural(connection, condition, parameters, descending)
            order = order_by(_SORTS, sort, "o.n", "o.n", descending)
            found = f"SELECT o.n FROM listings l CROSS JOIN objects o ON o.listing = l.id WHERE {condition}"
            return numbers(connection, f"{found} ORDER BY {order}", parameters)

        return await self._inventory.read(ask)

    async def page(self, wanted: Sequence[int]) -> tuple[ObjectRow, ...]:
        """The objects with these numbers, in their order."""
        return await self._inventory.read(
            lambda c: tuple(
                ObjectRow(bucket, key, size, kind, etag, version, moment(changed), named)  # type: ignore[arg-type]
                for _, (_n, bucket, key, size, kind, etag, version, changed, named) in by_number(c, _PAGE, wanted)
            )
        )


_PAGE = """SELECT o.n, l.name, o.key, o.size, o.type, o.etag, o.version, o.changed,
        (SELECT count(DISTINCT r.row) FROM refs r WHERE r.scan = (SELECT max(scan) FROM listings WHERE current = 1)
            AND r.bucket = l.name AND r.key = o.key AND r.problem IS NULL)
    FROM objects o JOIN listings l ON l.id = o.listing WHERE o.n IN"""


def _natural(
    connection: sqlite3.Connection, condition: str, parameters: dict[str, object], descending: bool
) -> array[int]:
    """Bucket by bucket: within one, the index that holds the keys has them in order."""
    way = "DESC" if descending else "ASC"
    listings = connection.execute(
        f"SELECT id FROM listings WHERE current = 1 AND what = 'bucket' ORDER BY name {way}"
    ).fetchall()
    found = array("q")
    for (listing,) in listings:
        sql = (
            "SELECT o.n FROM listings l CROSS JOIN objects o ON o.listing = l.id"
            f" WHERE l.id = :listing AND {condition} ORDER BY o.key {way}"
        )
        found.extend(numbers(connection, sql, {**parameters, "listing": listing}))
    return found


def _condition(connection: sqlite3.Connection, filter: ObjectFilter) -> tuple[str, dict[str, object]]:
    conditions = ["l.current = 1", "l.what = 'bucket'"]
    parameters: dict[str, object] = {}
    if filter.bucket:
        conditions.append("l.name = :bucket")
        parameters["bucket"] = filter.bucket
    if filter.prefix:
        conditions.append("o.key >= :prefix AND substr(o.key, 1, length(:prefix)) = :prefix")
        parameters["prefix"] = filter.prefix
    if filter.text:
        register(connection)
        conditions.append("instr(folded(o.key), folded(:text))")
        parameters["text"] = filter.text
    return " AND ".join(conditions), parameters
