"""Reading rows of a SQLite file: keyset pages, single rows, rows by value."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from typing import TypeVar

from core import values
from core.clients.local_keys import KeyOrder, bound, bound_row
from core.clients.local_tables import Described, quote, quoted
from core.models import Row, RowKey, RowPage, Value

_CHUNK = 8_000
"""Values that one statement looks for: a column without an index is gone through once for all of them."""
PAGE_BYTES = 16 << 20
"""A page of long texts ends early, whatever its limit says."""
_Cells = tuple[Value, ...]
T = TypeVar("T")


def read_page(
    connection: sqlite3.Connection,
    described: Described,
    order: KeyOrder,
    key: Sequence[str],
    columns: Sequence[str],
    after: RowKey | None,
    limit: int,
) -> RowPage:
    """One page in order of key."""
    described.check_columns((*key, *columns))
    where, parameters = "", list[Value]()
    if after is not None:
        by_name = dict(zip(key, after, strict=True))
        places, parameters = bound_row([by_name[column] for column in order.columns])
        where = f"WHERE {order.row_value} > {places} "
    sql = (
        f"SELECT {quoted((*key, *columns))} FROM {quote(described.table.name)} {where}ORDER BY {order.order_by} LIMIT ?"
    )
    found, is_whole = _fetch_bounded(connection.execute(sql, [*parameters, limit]))
    width = len(key)
    rows = tuple(Row(cells[:width], dict(zip(columns, cells[width:], strict=True))) for cells in found)
    return RowPage(rows, rows[-1].key if len(rows) == limit or not is_whole else None)


def _fetch_bounded(cursor: sqlite3.Cursor) -> tuple[list[_Cells], bool]:
    """The rows up to `PAGE_BYTES`, at least one, and whether these are all. Leaves no read open, which a program that
    wants to write would wait for."""
    with contextlib.closing(cursor):
        found: list[_Cells] = []
        size = 0
        for cells in cursor:
            found.append(cells)
            size += sum(len(cell) for cell in cells if isinstance(cell, str | bytes))
            if size > PAGE_BYTES:
                return found, False
        return found, True


def rows_by_key(
    connection: sqlite3.Connection, described: Described, order: KeyOrder, key: Sequence[str], keys: Sequence[RowKey]
) -> tuple[Row | None, ...]:
    """The whole row of each key, None where there is none."""
    described.check_columns(key)
    stored = described.stored
    select = f"SELECT {quoted((*key, *stored))} FROM {quote(described.table.name)}"
    search = _search_index if order.is_index else _search_table
    found: dict[str, Row] = {}
    for cells in search(connection, select, order, key, keys):
        row = Row(cells[: len(key)], dict(zip(stored, cells[len(key) :], strict=True)))
        found[values.encode_key(row.key)] = row
    return tuple(found.get(values.encode_key(tuple(one))) for one in keys)


def _search_index(
    connection: sqlite3.Connection, select: str, order: KeyOrder, key: Sequence[str], keys: Sequence[RowKey]
) -> Iterator[_Cells]:
    """Looks up one key after the other, all in one view of the file."""
    is_own = not connection.in_transaction
    if is_own:
        connection.execute("BEGIN")
    try:
        for one in keys:
            condition, parameters = order.equal_to(key, one)
            yield from connection.execute(f"{select} WHERE {condition}", parameters).fetchall()
    finally:
        if is_own:
            connection.execute("ROLLBACK")


def _search_table(
    connection: sqlite3.Connection, select: str, order: KeyOrder, key: Sequence[str], keys: Sequence[RowKey]
) -> Iterator[_Cells]:
    """Goes through the table once for many keys."""
    for chunk in _chunks(list(keys), _CHUNK // len(key)):
        by_name = [dict(zip(key, one, strict=True)) for one in chunk]
        parts = [bound_row([cells[column] for column in order.columns]) for cells in by_name]
        places = ", ".join(part[0] for part in parts)
        parameters = [value for part in parts for value in part[1]]
        yield from connection.execute(f"{select} WHERE {order.row_value} IN (VALUES {places})", parameters).fetchall()


def find_values(
    connection: sqlite3.Connection, described: Described, key: Sequence[str], column: str, wanted: Sequence[str]
) -> tuple[tuple[RowKey, str], ...]:
    """Rows whose column equals one of the values byte by byte; a value stored as a blob of the same bytes counts."""
    described.check_columns((*key, column))
    declared = next((c.type.upper() for c in described.table.columns if c.name == column), "")
    as_blob = not declared or "BLOB" in declared
    found: list[tuple[RowKey, str]] = []
    for chunk in _chunks(list(dict.fromkeys(wanted)), _CHUNK):
        parts = [bound(value) for value in chunk]
        if as_blob:
            parts += [("?", value.encode("utf-8", "surrogateescape")) for value in chunk]
        asked = set(chunk)
        sql = (
            f"SELECT {quoted((*key, column))} FROM {quote(described.table.name)} "
            f"WHERE {quote(column)} IN ({', '.join(part[0] for part in parts)})"
        )
        for cells in _with_binary(connection, sql, quote(column), [part[1] for part in parts]):
            value = cells[-1]
            text = value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)
            if text in asked:  # a column may compare more loosely than byte by byte
                found.append((cells[:-1], text))
    return tuple(found)


def _with_binary(connection: sqlite3.Connection, sql: str, column: str, parameters: list[Value]) -> list[_Cells]:
    try:
        return connection.execute(sql, parameters).fetchall()
    except sqlite3.OperationalError as exc:
        if "no such collation" not in str(exc):
            raise
        return connection.execute(
            sql.replace(f"WHERE {column} IN", f"WHERE {column} COLLATE BINARY IN"), parameters
        ).fetchall()


def count_rows(connection: sqlite3.Connection, described: Described) -> int:
    """How many rows there are now. NOT INDEXED: the smallest index may sort by a rule that only its program knows."""
    name = quote(described.table.name)
    try:
        sql = f"SELECT count(*) FROM {name} NOT INDEXED"
        return int(connection.execute(sql).fetchone()[0])
    except sqlite3.OperationalError:
        return int(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0])


def _chunks(items: list[T], size: int) -> Iterator[list[T]]:
    step = max(size, 1)
    for start in range(0, len(items), step):
        yield items[start : start + step]
