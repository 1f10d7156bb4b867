"""The inventory's rows: those of the mapped tables, with what they name."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.browse.numbers import by_number, moment, numbers, order_by
from core.findings.identity import register
from core.models import RowKey
from core.values import decode_key
from core.workspace import Workspace

_SORTS = {"table": "l.tbl", "row": "t.key", "status": "t.status", "changed": "t.changed"}
_NAMES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows are meant; empty fields mean any. `text` is a substring of the row key or of what the row names."""

    source: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class CatalogRow:
    """A row as the last scan saw it; `references` are the first things it names, as `bucket/key` where understood."""

    source: str
    table: str
    row_key: RowKey
    status: str | None
    changed: datetime | None
    references: tuple[str, ...]


class RowsView:
    """Rows of the sources in force, by source and in the order they were read."""

    def __init__(self, workspace: Workspace) -> None:
        self._inventory = workspace.inventory

    async def count(self, filter: RowFilter) -> int:
        """How many rows pass."""

        def ask(connection: sqlite3.Connection) -> int:
            condition, parameters = _condition(connection, filter)
            sql = f"SELECT count(*) FROM listings l CROSS JOIN rows t ON t.listing = l.id WHERE {condition}"
            return int(connection.execute(sql, parameters).fetchone()[0])

        return await self._inventory.read(ask)

    async def numbers(self, filter: RowFilter, sort: str = "", descending: bool = False) -> array[int]:
        """The numbers of the rows that pass, sorted by table, row, status or changed."""

        def ask(connection: sqlite3.Connection) -> array[int]:
            condition, parameters = _condition(connection, filter)
            order = order_by(_SORTS, sort, "t.n", "t.n", descending)
            sql = f"SELECT t.n FROM listings l CROSS JOIN rows t ON t.listing = l.id WHERE {condition} ORDER BY {order}"
            return numbers(connection, sql, parameters)

        return await self._inventory.read(ask)

    async def page(self, wanted: Sequence[int]) -> tuple[CatalogRow, ...]:
        """The rows with these numbers, in their order."""

        def ask(connection: sqlite3.Connection) -> tuple[CatalogRow, ...]:
            return tuple(
                CatalogRow(
                    str(source),
                    str(table),
                    decode_key(str(key)),
                    status,  # type: ignore[arg-type]
                    moment(changed),  # type: ignore[arg-type]
                    _references(connection, number),
                )
                for number, (_n, source, table, key, status, changed) in by_number(connection, _PAGE, wanted)
            )

        return await self._inventory.read(ask)


_PAGE = """SELECT t.n, l.name, l.tbl, t.key, t.status, t.changed
    FROM rows t JOIN listings l ON l.id = t.listing WHERE t.n IN"""


def _references(connection: sqlite3.Connection, row: int) -> tuple[str, ...]:
    found = connection.execute(
        "SELECT DISTINCT iif(bucket IS NULL, key, bucket || '/' || key) FROM refs WHERE row = ? AND form < 2 LIMIT ?",
        (row, _NAMES_SHOWN),
    )
    return tuple(name for (name,) in found if name)


def _condition(connection: sqlite3.Connection, filter: RowFilter) -> tuple[str, dict[str, object]]:
    conditions = ["l.current = 1", "l.what = 'source'"]
    parameters: dict[str, object] = {}
    if filter.source:
        conditions.append("l.name = :source")
        parameters["source"] = filter.source
    if filter.text:
        register(connection)
        conditions.append(
            "(instr(folded(t.key), folded(:text)) OR EXISTS (SELECT 1 FROM refs r WHERE r.row = t.n"
            " AND instr(folded(r.key), folded(:text))))"
        )
        parameters["text"] = filter.text
    return " AND ".join(conditions), parameters
