"""Reading rows of a SQLite file: keyset pages, single rows, rows by value, rows that depend on others."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import TypeVar

from core import values
from core.clients.local_tables import ROWID, Described, UniqueIndex, quote, quoted
from core.errors import Unreadable
from core.models import ForeignKey, Row, RowKey, RowPage, Value

_CHUNK = 8_000
"""Values that one statement looks for: a column without an index is gone through once for all of them."""
_BIGGEST = 1 << 63
_Cells = tuple[Value, ...]
T = TypeVar("T")


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


def same_cells(one: Sequence[Value], other: Sequence[Value]) -> bool:
    """Whether two lists of values are equal in type and value."""
    return len(one) == len(other) and all(values.same(a, b) for a, b in zip(one, other, strict=True))


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
    found = connection.execute(sql, [*parameters, limit]).fetchall()
    width = len(key)
    rows = tuple(Row(cells[:width], dict(zip(columns, cells[width:], strict=True))) for cells in found)
    return RowPage(rows, rows[-1].key if len(rows) == limit else None)


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


def rows_that_point_here(
    connection: sqlite3.Connection, foreign: ForeignKey, parent: Described, child: Described, row: Row
) -> tuple[tuple[str, ...], list[Row]]:
    """The child's key columns, and the rows that one foreign key ties to this row, compared as SQLite itself does: by
    the type and collation of the parent's column. Raises `Unreadable`."""
    if not foreign.to_columns or len(foreign.to_columns) != len(foreign.columns):
        raise Unreadable(f"{foreign.table} points at {foreign.to_table} in a way that cannot be followed.")
    parent.check_columns(foreign.to_columns)
    missing = [column for column in foreign.to_columns if column not in row.values]
    if missing:
        raise Unreadable(
            f"The row of {parent.table.name} was read without {missing[0]}, which {foreign.table} points at."
        )
    key = _own_key(child)
    stored = child.stored
    joined = " AND ".join(
        f"p.{quote(to)} = c.{quote(own)}" for to, own in zip(foreign.to_columns, foreign.columns, strict=True)
    )
    parts = [bound(row.values[column]) for column in foreign.to_columns]
    this = " AND ".join(f"p.{quote(to)} = {part[0]}" for to, part in zip(foreign.to_columns, parts, strict=True))
    sql = (
        f"SELECT {', '.join('c.' + quote(name) for name in (*key, *stored))} "
        f"FROM {quote(parent.table.name)} p CROSS JOIN {quote(child.table.name)} c ON {joined} WHERE {this}"
    )
    found = connection.execute(sql, [part[1] for part in parts]).fetchall()
    rows = [Row(cells[: len(key)], dict(zip(stored, cells[len(key) :], strict=True))) for cells in found]
    if any(None in dependent.key for dependent in rows):
        raise Unreadable(f"A row of {foreign.table} depends on this one and has no key of its own.")
    return key, rows


def _own_key(described: Described) -> tuple[str, ...]:
    table = described.table
    if table.primary_key and (not described.allows_rowid or set(table.primary_key) <= described.not_null):
        return table.primary_key
    if described.allows_rowid:
        return (ROWID,)
    if table.primary_key:
        return table.primary_key
    raise Unreadable(f"The table {table.name} has no key by which its rows could be told apart.")


def _chunks(items: list[T], size: int) -> Iterator[list[T]]:
    step = max(size, 1)
    for start in range(0, len(items), step):
        yield items[start : start + step]
