"""The row steps of a plan as one transaction that changes nothing the second time: for SQLite, or for PostgreSQL."""

from __future__ import annotations

import json
import math
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing

from core.models import PlanHead, Step, StepKind, Value


def statements(head: PlanHead, steps: Iterable[Step], *, postgres: bool = False) -> Iterator[str]:
    """Lines of SQL, comments included, for SQLite unless `postgres`. A row is changed only while it holds every value
    that the plan recorded, and deleted only after what hangs on it; steps about objects are comments, because SQL must
    not do them."""
    yield from (
        f"-- Bucketdesk plan {head.plan_id} of {head.created:%Y-%m-%d %H:%M} UTC, {head.steps} steps. "
        f"Dialect: {'PostgreSQL' if postgres else 'SQLite'}.",
        "-- Rows that are not as they were recorded are left alone, so running this twice changes nothing more.",
        "-- What this changes is not in Bucketdesk's journal and cannot be undone there.",
        "BEGIN;",
    )
    with closing(_PostgresWriter() if postgres else _Writer()) as writer:
        yield from writer.beginning
        for step in steps:
            yield from writer.lines(step)
    yield "COMMIT;"


class _Writer:
    """Lets SQLite quote values, and remembers (on the disk) what must be gone before a row goes."""

    beginning: tuple[str, ...] = ()
    """What a transaction begins with."""
    inserting = ""
    """What stands between the columns and the values of an insert."""
    always = "1"

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=OFF")
        self._connection.execute("CREATE TABLE waiting (n INTEGER PRIMARY KEY, sql TEXT NOT NULL)")

    def close(self) -> None:
        self._connection.close()

    def lines(self, step: Step) -> Iterator[str]:
        if not step.table or step.table.lower().startswith("storage."):
            yield _comment(step)
            return
        yield f"-- {step.n}: {step.kind}" + (f", finding {step.finding}" if step.finding else "")
        table = self._table(step.table)
        if step.kind is StepKind.INSERT_ROW:
            yield self._insert(table, step)
        elif step.kind is StepKind.UPDATE_ROW:
            after = step.after or {}
            sets = ", ".join(f"{name(column)} = {self._quote(value)}" for column, value in after.items())
            yield f"UPDATE {table} SET {sets} WHERE {self._recorded(step)};"
            self._remember(step, {column: (step.before or {}).get(column) for column in after})
        elif step.kind is StepKind.DELETE_ROW:
            yield f"DELETE FROM {table} WHERE {self._recorded(step)}{self._nothing_left(step)};"
            self._remember(step, {})

    def _insert(self, table: str, step: Step) -> str:
        after = step.after or {}
        columns = ", ".join(map(name, after))
        values = ", ".join(map(self._quote, after.values()))
        naming = {c: v for c, v in after.items() if v in (step.key, f"{step.bucket}/{step.key}", step.bucket)}
        absent = [naming] + ([dict(zip(step.key_columns, step.row_key, strict=True))] if step.row_key else [])
        where = " AND ".join(f"NOT EXISTS (SELECT 1 FROM {table} WHERE {self._all(same)})" for same in absent if same)
        return f"INSERT INTO {table} ({columns}) {self.inserting}SELECT {values} WHERE {where or self.always};"

    def _table(self, table: str) -> str:
        return name(table)

    def _recorded(self, step: Step) -> str:
        return self._all({**dict(zip(step.key_columns, step.row_key, strict=True)), **(step.before or {})})

    def _remember(self, step: Step, still: Mapping[str, Value]) -> None:
        """For the row that this one hangs on: what says that this step has not been done."""
        if step.because is not None:
            undone = {**dict(zip(step.key_columns, step.row_key, strict=True)), **still}
            sql = f"SELECT 1 FROM {self._table(step.table)} WHERE {self._all(undone)}"
            self._connection.execute("INSERT INTO waiting VALUES (?, ?)", (step.n, sql))

    def _nothing_left(self, step: Step) -> str:
        found = (self._connection.execute("SELECT sql FROM waiting WHERE n = ?", (n,)).fetchone() for n in step.needs)
        return "".join(f" AND NOT EXISTS ({row[0]})" for row in found if row is not None)

    def _all(self, values: Mapping[str, Value]) -> str:
        return " AND ".join(self._equal(column, value) for column, value in values.items())

    def _equal(self, column: str, value: Value) -> str:
        collation = " COLLATE BINARY" if isinstance(value, str) else ""
        return f"{name(column)} IS {self._quote(value)}{collation}"

    def _quote(self, value: Value) -> str:
        if isinstance(value, float) and not math.isfinite(value):
            return "NULL" if math.isnan(value) else ("9e999" if value > 0 else "-9e999")
        if isinstance(value, str) and ("\0" in value or not _is_utf8(value)):
            # quote() stops at a NUL, and text that is not UTF-8 cannot be given to it: its bytes can.
            raw = self._quote(value.encode(errors="surrogateescape"))
            return f"CAST({raw} AS TEXT)"
        quoted = str(self._connection.execute("SELECT quote(?)", (value,)).fetchone()[0])
        if isinstance(value, float) and self._connection.execute(f"SELECT {quoted}").fetchone()[0] != value:
            return _by_powers_of_two(value)
        return quoted


class _PostgresWriter(_Writer):
    """The same in PostgreSQL's words. Values are compared as the texts that it prints, under the settings that they
    were read with, and written as texts that take the type of their column."""

    beginning = tuple(
        f"SET LOCAL {setting};"
        for setting in (
            "datestyle = 'ISO'",
            "timezone = 'UTC'",
            "intervalstyle = 'postgres'",
            "extra_float_digits = 1",
            "bytea_output = 'hex'",
            "standard_conforming_strings = on",
        )
    )
    inserting = "OVERRIDING SYSTEM VALUE "
    always = "true"

    def _table(self, table: str) -> str:
        return ".".join(map(name, table.split(".", 1)))

    def _recorded(self, step: Step) -> str:
        key = zip(step.key_columns, step.row_key, strict=True)
        by_index = " AND ".join(f"{name(column)} = {self._quote(value)}" for column, value in key)
        return f"{by_index} AND {self._all(step.before)}" if step.before else by_index

    def _equal(self, column: str, value: Value) -> str:
        if value is None:
            return f"{name(column)} IS NULL"
        return f"{name(column)}::text = '{str(value).replace(chr(39), chr(39) * 2)}'"

    def _quote(self, value: Value) -> str:
        if value is None:
            return "NULL"
        return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def name(identifier: str) -> str:
    """A table or column name as SQL, whatever is in it."""
    return '"' + identifier.replace('"', '""') + '"'


def _by_powers_of_two(value: float) -> str:
    """A number of which SQLite reads no decimal form without rounding (6.2511095192335146e-291): as exact factors."""
    mantissa, exponent = math.frexp(value)
    factors, left = [], exponent - sys.float_info.mant_dig
    while left:
        power = min(abs(left), 62)
        factors.append(f" {'*' if left > 0 else '/'} {2**power}.0")
        left -= power if left > 0 else -power
    return f"({int(mantissa * 2**sys.float_info.mant_dig)}.0{''.join(factors)})"


def _comment(step: Step) -> str:
    what = json.dumps(f"{step.bucket}/{step.key}" if step.bucket else step.table)
    return f"-- {step.n}: {step.kind} {what}: not done by SQL"


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
