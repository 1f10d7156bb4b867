"""Which rows of a SQLite file depend on others, as SQLite itself follows foreign keys."""

from __future__ import annotations

import sqlite3

from core.clients.local_keys import bound
from core.clients.local_tables import ROWID, Described, quote
from core.errors import Unreadable
from core.models import ForeignKey, Row


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
