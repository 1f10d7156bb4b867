"""The keys of a SQLite file's tables: how they are walked, looked up and checked, and how values go into SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from core.clients.local_tables import Described, UniqueIndex, quote, quoted
from core.errors import Unreadable
from core.models import RowKey, Value

_BIGGEST = 1 << 63


def bound(value: Value) -> tuple[str, Value]:
    """A value's place in SQL and what to bind there. Text that is not UTF-8 goes in as bytes; a whole number that
    SQLite cannot hold equals nothing."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return "CAST(? AS TEXT)", value.encode("utf-8", "surrogateescape")
    if isinstance(value, int) and not -_BIGGEST <= value < _BIGGEST:
        return "?", None
    return "?", value


def bound_row(cells: Sequence[Value]) -> tuple[str, list[Value]]:
    """Several values as `(?, ?, …)`."""
    places, parameters = zip(*(bound(cell) for cell in cells), strict=True)
    return f"({', '.join(places)})", list(parameters)


class KeyOrder:
    """The order in which a key is walked: that of a unique index where SQLite can follow one, else byte by byte."""

    def __init__(self, connection: sqlite3.Connection, described: Described, key: Sequence[str]) -> None:
        self.columns: tuple[str, ...] = tuple(key)
        self.is_index = False
        self._terms = [f"{quote(column)} COLLATE BINARY" for column in key]
        for index in described.unique:
            if set(index.columns) <= set(key):
                columns = (*index.columns, *(c for c in key if c not in index.columns))
                if _follows(connection, described.table.name, index, columns):
                    self.columns = columns
                    self._terms = [quote(column) for column in columns]
                    self.is_index = True
                    break

    @property
    def order_by(self) -> str:
        """The ORDER BY list."""
        return ", ".join(self._terms)

    @property
    def row_value(self) -> str:
        """The key as a row value."""
        return f"({self.order_by})"

    def equal_to(self, key: Sequence[str], cells: RowKey) -> tuple[str, list[Value]]:
        """The key, its columns given in any order, is this one: the condition and what to bind."""
        by_name = dict(zip(key, cells, strict=True))
        parts = [bound(by_name[column]) for column in self.columns]
        condition = " AND ".join(f"{term} = {part[0]}" for term, part in zip(self._terms, parts, strict=True))
        return condition, [part[1] for part in parts]


def _follows(connection: sqlite3.Connection, table: str, index: UniqueIndex, columns: Sequence[str]) -> bool:
    """Whether SQLite walks this index for these columns as they are: then its collations are theirs, and no two rows
    are equal in this order."""
    places = ", ".join("?" * len(columns))
    sql = (
        f"EXPLAIN QUERY PLAN SELECT * FROM {quote(table)} WHERE ({quoted(columns)}) > ({places}) "
        f"ORDER BY {quoted(columns)} LIMIT 1"
    )
    try:
        details = [row[3] for row in connection.execute(sql, [0] * len(columns)).fetchall()]
    except sqlite3.OperationalError:
        return False  # a collation that only the other program knows
    used = f"INDEX {index.name} " if index.name else "PRIMARY KEY "
    sorts = any("TEMP B-TREE" in detail and len(columns) == len(index.columns) for detail in details)
    return not sorts and any(detail.startswith("SEARCH") and used in detail for detail in details)


def check_key(connection: sqlite3.Connection, described: Described, key: Sequence[str]) -> None:
    """Raises `Unreadable` unless the key is unique and has no NULL; `NotFound` for a column that is not there."""
    name = described.table.name
    described.check_columns(key)
    if not key:
        raise Unreadable(f"No key is named for the table {name}.", "Name the columns that tell its rows apart.")
    for column in key:
        if column not in described.not_null:
            found = connection.execute(
                f"SELECT 1 FROM {quote(name)} WHERE {quote(column)} COLLATE BINARY IS NULL LIMIT 1"
            ).fetchone()
            if found:
                raise Unreadable(
                    f"The key column {column} of {name} holds NULL: rows would be lost when it is read page by page.",
                    "Name a key whose columns are never empty.",
                )
    if any(set(index.columns) <= set(key) for index in described.unique):
        return
    terms = ", ".join(f"{quote(column)} COLLATE BINARY" for column in key)
    twice = connection.execute(f"SELECT 1 FROM {quote(name)} GROUP BY {terms} HAVING count(*) > 1 LIMIT 1").fetchone()
    if twice:
        raise Unreadable(
            f"{', '.join(key)} is not unique in {name}: rows would be lost when it is read page by page.",
            "Name a key that no two rows share.",
        )
