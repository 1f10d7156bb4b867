"""Changing single rows of a SQLite file: each as recorded, each alone, or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence

from core import values
from core.clients.local_keys import KeyOrder, bound, bound_row
from core.clients.local_relations import rows_that_point_here
from core.clients.local_rows import rows_by_key
from core.clients.local_tables import ROWID, Schema, quote, quoted
from core.errors import CoreError, NotFound
from core.models import Outcome, Result, Row, RowAction, RowChange, Value

_BIGGEST = 1 << 63


class _NotDone(Exception):
    def __init__(self, result: Result, reason: str) -> None:
        super().__init__(reason)
        self.outcome = Outcome(result, reason)


def change_rows(
    connection: sqlite3.Connection, schema: Schema, changes: Sequence[RowChange], *, looks: bool = True
) -> tuple[Outcome, ...]:
    """Makes the changes in one transaction, each in a savepoint of its own; an insert without a key `looks` for an
    equal row first. Raises sqlite3's errors when nothing of it was done."""
    try:
        return _in_transaction(connection, schema, changes, looks)
    except sqlite3.IntegrityError:
        # Only committing raises this here: a constraint that is checked then. One by one, it fails only where it must.
        return tuple(_alone(connection, schema, change, looks) for change in changes)


def add_rows(
    connection: sqlite3.Connection, schema: Schema, table: str, rows: Sequence[Mapping[str, Value]]
) -> tuple[Outcome, ...]:
    """Inserts rows as they are, in one transaction; what they leave out the table fills. Raises `NotFound`, and
    sqlite3's errors when nothing of it was done."""
    schema.table(table)
    changes = [RowChange(RowAction.INSERT, table, (), (), None, row) for row in rows]
    return change_rows(connection, schema, changes, looks=False)


def _alone(connection: sqlite3.Connection, schema: Schema, change: RowChange, looks: bool) -> Outcome:
    try:
        return _in_transaction(connection, schema, [change], looks)[0]
    except sqlite3.IntegrityError as exc:
        return Outcome(Result.FAILED, f"{change.table} does not allow it: {exc}.")


def _in_transaction(
    connection: sqlite3.Connection, schema: Schema, changes: Sequence[RowChange], looks: bool
) -> tuple[Outcome, ...]:
    connection.execute("PRAGMA query_only=0")
    try:
        connection.execute("BEGIN IMMEDIATE")
        outcomes = tuple(_in_savepoint(connection, schema, change, looks) for change in changes)
        connection.execute("COMMIT")
        return outcomes
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("PRAGMA query_only=1")


_LETS_GO_OF_ALL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_BUSY)


def _in_savepoint(connection: sqlite3.Connection, schema: Schema, change: RowChange, looks: bool) -> Outcome:
    connection.execute("SAVEPOINT one_change")
    try:
        outcome = _Changing(connection, schema, change, looks).work()
    except _NotDone as exc:
        outcome = exc.outcome
    except CoreError as exc:
        outcome = Outcome(Result.FAILED, exc.message)
    except sqlite3.Error as exc:
        if exc.sqlite_errorcode & 0xFF in _LETS_GO_OF_ALL:
            raise
        outcome = Outcome(Result.FAILED, f"{change.table} does not allow it: {exc}.")
    if outcome.result is not Result.DONE:
        connection.execute("ROLLBACK TO one_change")
    connection.execute("RELEASE one_change")
    return outcome


class _Changing:
    """One change, inside its savepoint."""

    def __init__(self, connection: sqlite3.Connection, schema: Schema, change: RowChange, looks: bool) -> None:
        self._connection = connection
        self._looks = looks
        self._schema = schema
        self._change = change
        self._described = schema.table(change.table)
        self._described.check_columns(change.key_columns)
        self._order = KeyOrder(connection, self._described, change.key_columns)

    def work(self) -> Outcome:
        does: dict[RowAction, Callable[[], Outcome]] = {
            RowAction.INSERT: self._insert,
            RowAction.UPDATE: self._update,
            RowAction.DELETE: self._delete,
        }
        return does[self._change.action]()

    def _delete(self) -> Outcome:
        if self._described.table.delete_trigger:
            raise _NotDone(
                Result.FAILED, f"A trigger on {self._name} acts on every deletion; it is not set off from here."
            )
        row = self._as_recorded()
        for foreign in self._described.table.referenced_by:
            child = self._schema.table(foreign.table)
            key, found = rows_that_point_here(self._connection, foreign, self._described, child, row)
            others = [r for r in found if child is not self._described or not self._is_this(key, r, row)]
            if others:
                raise _NotDone(
                    Result.FAILED, f"{len(others):,} rows of {foreign.table} still depend on this row of {self._name}."
                )
        where, parameters = self._where()
        self._touch_one(f"DELETE FROM {quote(self._name)} WHERE {where}", parameters)
        return Outcome(Result.DONE)

    def _update(self) -> Outcome:
        after = self._writable(self._change.after or {})
        row = self._as_recorded()
        changed = {name for name, value in after.items() if not values.same(value, row.values[name])}
        for foreign in self._described.table.referenced_by:
            if changed & set(foreign.to_columns):
                raise _NotDone(
                    Result.FAILED,
                    f"{foreign.table} points at {', '.join(foreign.to_columns)} of {self._name}.",
                )
        if changed:
            parts = [bound(after[name]) for name in after]
            assigned = ", ".join(f"{quote(name)} = {part[0]}" for name, part in zip(after, parts, strict=True))
            where, parameters = self._where()
            self._touch_one(
                f"UPDATE {quote(self._name)} SET {assigned} WHERE {where}", [*(part[1] for part in parts), *parameters]
            )
        key = zip(self._change.key_columns, self._change.key, strict=True)
        return Outcome(Result.DONE, row=self._read({name: after.get(name, value) for name, value in key}))

    def _insert(self) -> Outcome:
        after = self._writable(self._change.after or {})
        given = dict(zip(self._change.key_columns, self._change.key, strict=False))
        numbered = any(value is None for value in given.values()) or not given
        standing = self._row() if not numbered else self._equal_row(after) if self._looks else None
        if standing is not None:
            if all(values.same(value, standing.values[name]) for name, value in after.items()):
                return Outcome(Result.DONE, row=standing.values)
            raise _NotDone(Result.DRIFTED, f"Another row with this key stands in {self._name} already.")
        written = {name: value for name, value in {**given, **after}.items() if value is not None or name not in given}
        places, parameters = bound_row(list(written.values()))
        self._touch_one(f"INSERT INTO {quote(self._name)} ({quoted(written)}) VALUES {places}", parameters)
        if not numbered:
            return Outcome(Result.DONE, row=self._read(given))
        number = self._connection.execute("SELECT last_insert_rowid()").fetchone()[0]
        return Outcome(Result.DONE, row=self._new_row(number, after))

    @property
    def _name(self) -> str:
        return self._change.table

    def _where(self) -> tuple[str, list[Value]]:
        return self._order.equal_to(self._change.key_columns, self._change.key)

    def _row(self) -> Row | None:
        change = self._change
        return rows_by_key(self._connection, self._described, self._order, change.key_columns, [change.key])[0]

    def _as_recorded(self) -> Row:
        row = self._row()
        if row is None:
            raise _NotDone(Result.DRIFTED, f"The row is not in {self._name} any more.")
        for name, value in (self._change.before or {}).items():
            if name not in row.values or not values.same(value, row.values[name]):
                raise _NotDone(Result.DRIFTED, f"{name} of the row in {self._name} is not what it was.")
        return row

    def _writable(self, after: Mapping[str, Value]) -> Mapping[str, Value]:
        stored = set(self._described.stored) | ({ROWID} if self._described.allows_rowid else set())
        for name, value in after.items():
            if name not in stored:
                raise NotFound(f"{self._name} has no column “{name}” that could be written.")
            if isinstance(value, int) and not -_BIGGEST <= value < _BIGGEST:
                raise _NotDone(Result.FAILED, f"{value} is too large a number for {name} of {self._name}.")
        return after

    def _touch_one(self, sql: str, parameters: Sequence[Value]) -> None:
        before = self._connection.total_changes
        self._connection.execute(sql, parameters)
        touched = self._connection.total_changes - before
        if touched != 1:
            raise _NotDone(
                Result.FAILED,
                f"It would have touched {touched:,} rows instead of this one of {self._name}: taken back.",
            )

    def _read(self, key: Mapping[str, Value]) -> Mapping[str, Value] | None:
        columns = tuple(key)
        row = rows_by_key(self._connection, self._described, self._order, columns, [tuple(key.values())])[0]
        return None if row is None else row.values

    def _is_this(self, columns: tuple[str, ...], other: Row, row: Row) -> bool:
        return all(values.same(other.values.get(name), row.values.get(name)) for name in columns)

    def _equal_row(self, after: Mapping[str, Value]) -> Row | None:
        """A row that holds all of `after`: an insert whose key the table chooses, found again after a crash."""
        parts = [bound(value) for value in after.values()]
        where = " AND ".join(f"{quote(name)} IS {part[0]}" for name, part in zip(after, parts, strict=True))
        found = self._select(where, [part[1] for part in parts])
        same = (r for r in found if all(values.same(value, r.values[name]) for name, value in after.items()))
        return next(same, None)

    def _new_row(self, number: int, after: Mapping[str, Value]) -> Mapping[str, Value] | None:
        if self._described.allows_rowid:
            return self._select(f"{quote(ROWID)} = ?", [number])[0].values
        row = self._equal_row(after)
        return None if row is None else row.values

    def _select(self, where: str, parameters: Sequence[Value]) -> list[Row]:
        stored = self._described.stored
        sql = f"SELECT {quoted(stored)} FROM {quote(self._name)} WHERE {where}"
        return [Row((), dict(zip(stored, cells, strict=True))) for cells in self._connection.execute(sql, parameters)]
