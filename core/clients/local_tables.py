"""What a SQLite file says about its tables: columns, keys, unique indexes, foreign keys, triggers."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.errors import NotFound
from core.models import Column, ForeignKey, Table

ROWID = "rowid"
"""The name under which a table's hidden row number is read, and allowed as a key."""


_Info = tuple[int, str, str, int, object, int, int]


@dataclass(frozen=True, slots=True)
class UniqueIndex:
    """Columns that no two rows share, in the order of the index. `name` is None for the row number itself, and for the
    primary key of a table WITHOUT ROWID."""

    name: str | None
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Described:
    """A table, and what the port does not ask for: `hidden_rowid` where rows have a number that no column shows."""

    table: Table
    hidden_rowid: bool
    allows_rowid: bool
    unique: tuple[UniqueIndex, ...]
    not_null: frozenset[str]

    @property
    def stored(self) -> tuple[str, ...]:
        """The columns that make up a whole row: generated ones left out, the hidden row number first."""
        own = tuple(c.name for c in self.table.columns if not c.generated)
        return (ROWID, *own) if self.hidden_rowid else own

    def check_columns(self, names: Iterable[str]) -> None:
        """Raises `NotFound`, naming the columns there are."""
        known = [c.name for c in self.table.columns]
        missing = [n for n in names if n not in known and not (n == ROWID and self.allows_rowid)]
        if missing:
            raise NotFound(
                f"The table {self.table.name} has no column “{missing[0]}”.", f"It has: {', '.join(known) or 'none'}."
            )


def quote(name: str) -> str:
    """A name as SQL: any character may be in it."""
    return '"' + name.replace('"', '""') + '"'


def quoted(names: Iterable[str]) -> str:
    """Several names, with commas."""
    return ", ".join(quote(name) for name in names)


class Schema:
    """All tables of one file, read at once; good until `PRAGMA schema_version` changes."""

    def __init__(self, connection: sqlite3.Connection, left_out: frozenset[str]) -> None:
        self._connection = connection
        found = _table_names(connection, left_out)
        self._foreign = _foreign_keys(connection, found)
        self._triggers = _delete_triggers(connection)
        self.tables: Mapping[str, Described] = {name: self._describe(name, found[name]) for name in sorted(found)}

    def table(self, name: str) -> Described:
        """One table. Raises `NotFound`, naming the tables there are."""
        if name not in self.tables:
            raise NotFound(f"The catalog has no table “{name}”.", f"It has: {', '.join(self.tables) or 'no tables'}.")
        return self.tables[name]

    def _describe(self, name: str, without_rowid: bool | None) -> Described:
        rows = _xinfo(self._connection, name)
        keyed = sorted((pk, column) for _, column, _, _, _, pk, _ in rows if pk)
        primary_key = tuple(column for _, column in keyed)
        plain = without_rowid is False
        numbered = plain and _numbers_rows(self._connection, name, rows)
        columns = tuple(_column(row, numbered=numbered and bool(row[5])) for row in rows)
        lower = {c.name.lower() for c in columns}
        allows = plain and ROWID not in lower
        unique = list(_unique_indexes(self._connection, name)) if without_rowid is not None else []
        if numbered or without_rowid:
            unique.insert(0, UniqueIndex(None, primary_key))
        if allows:
            unique.append(UniqueIndex(None, (ROWID,)))
        own = {c.name for c in columns if not c.nullable} | {ROWID}
        if numbered or without_rowid:
            own.update(primary_key)
        table = Table(
            name=name,
            columns=columns,
            primary_key=primary_key,
            referenced_by=tuple(k for k in self._foreign if k.to_table == name),
            delete_trigger=name.lower() in self._triggers,
        )
        return Described(table, allows and not numbered, allows, tuple(unique), frozenset(own))


def _table_names(connection: sqlite3.Connection, left_out: frozenset[str]) -> dict[str, bool | None]:
    """Each table, and whether it is WITHOUT ROWID (None for a virtual one, which promises nothing)."""
    found: dict[str, bool | None] = {}
    for schema, name, kind, _, without_rowid, _ in connection.execute("PRAGMA table_list").fetchall():
        if schema != "main" or kind not in ("table", "virtual") or name in left_out:
            continue
        if not name.lower().startswith("sqlite_"):
            found[name] = None if kind == "virtual" else bool(without_rowid)
    return found


def _xinfo(connection: sqlite3.Connection, name: str) -> list[_Info]:
    try:
        return [row for row in connection.execute(f"PRAGMA table_xinfo({quote(name)})").fetchall() if row[6] != 1]
    except sqlite3.OperationalError:
        return []  # a virtual table of a module that only its own program has: known by name, but not readable


def _column(row: _Info, *, numbered: bool) -> Column:
    _, name, kind, not_null, default, _, hidden = row
    return Column(name, kind, not not_null, hidden in (2, 3), _may_hold_text(kind), numbered or default is not None)


def _may_hold_text(kind: str) -> bool:
    """SQLite checks no types: only what is plainly meant for numbers and times is left out."""
    upper = kind.upper()
    if "INT" in upper:
        return False
    if any(word in upper for word in ("CHAR", "CLOB", "TEXT", "BLOB", "JSON")):
        return True
    return not any(word in upper for word in ("REAL", "FLOA", "DOUB", "NUMERIC", "DECIMAL", "DATE", "TIME", "BOOL"))


def _numbers_rows(connection: sqlite3.Connection, name: str, rows: list[_Info]) -> bool:
    """Whether the primary key is the row number itself: one column of the exact type INTEGER, with no index of its own
    (`INTEGER PRIMARY KEY DESC` has one, and then it is an ordinary column)."""
    keyed = [row for row in rows if row[5]]
    if len(keyed) != 1 or keyed[0][2].upper() != "INTEGER":
        return False
    indexes = connection.execute(f"PRAGMA index_list({quote(name)})").fetchall()
    return all(origin != "pk" for _, _, _, origin, _ in indexes)


def _unique_indexes(connection: sqlite3.Connection, name: str) -> Iterable[UniqueIndex]:
    for _, index, unique, _, partial in connection.execute(f"PRAGMA index_list({quote(name)})").fetchall():
        if not unique or partial:
            continue
        parts = connection.execute(f"PRAGMA index_xinfo({quote(index)})").fetchall()
        columns = [column for _, _, column, _, _, is_key in parts if is_key]
        if None not in columns:  # an indexed expression has no column
            yield UniqueIndex(index, tuple(columns))


def _foreign_keys(connection: sqlite3.Connection, tables: Mapping[str, bool | None]) -> tuple[ForeignKey, ...]:
    by_lower = {name.lower(): name for name in tables}
    found: list[ForeignKey] = []
    for name in sorted(tables):
        parts: dict[int, list[tuple[int, str, str, str | None, str, str]]] = {}
        for number, seq, to_table, column, to_column, on_update, on_delete, _ in connection.execute(
            f"PRAGMA foreign_key_list({quote(name)})"
        ).fetchall():
            parts.setdefault(number, []).append((seq, to_table, column, to_column, on_update, on_delete))
        for number in sorted(parts):
            rows = sorted(parts[number], key=lambda row: row[0])
            _, to_table, _, first, on_update, on_delete = rows[0]
            target = by_lower.get(to_table.lower(), to_table)
            to_columns = tuple(row[3] or "" for row in rows) if first else _primary_key(connection, target)
            found.append(
                ForeignKey(name, tuple(r[2] for r in rows), target, to_columns, on_delete.lower(), on_update.lower())
            )
    return tuple(found)


def _primary_key(connection: sqlite3.Connection, name: str) -> tuple[str, ...]:
    return tuple(row[1] for row in sorted(_xinfo(connection, name), key=lambda row: row[5]) if row[5])


_NAME = r'(?:"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|\'(?:[^\']|\'\')*\'|[^\s."`\[\']+)'
_GAP = r"(?:\s|--[^\n]*\n|/\*.*?\*/)"
_TRIGGER = re.compile(
    rf"{_GAP}*CREATE{_GAP}+(?:TEMP(?:ORARY)?{_GAP}+)?TRIGGER{_GAP}+(?:IF{_GAP}+NOT{_GAP}+EXISTS{_GAP}+)?"
    rf"{_NAME}(?:{_GAP}*\.{_GAP}*{_NAME})?{_GAP}*(?:(?:BEFORE|AFTER|INSTEAD{_GAP}+OF){_GAP}+)?(INSERT|UPDATE|DELETE)\b",
    re.IGNORECASE | re.DOTALL,
)


def _delete_triggers(connection: sqlite3.Connection) -> frozenset[str]:
    """The tables, in lower case, on which a DELETE trigger stands. One that is not understood counts as one."""
    rows = connection.execute("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    events = ((table, _TRIGGER.match(sql or "")) for table, sql in rows)
    return frozenset(table.lower() for table, event in events if event is None or event[1].upper() == "DELETE")
