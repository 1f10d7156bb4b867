"""The catalog of a local profile: somebody else's SQLite file, read gently and changed a row at a time."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from core.clients.foreign_sqlite import ForeignFile, explain
from core.clients.local_changes import add_rows, change_rows
from core.clients.local_connection import HeldConnection
from core.clients.local_keys import KeyOrder, check_key
from core.clients.local_relations import rows_that_point_here
from core.clients.local_rows import count_rows, find_values, read_page, rows_by_key
from core.clients.local_tables import Schema
from core.clients.sorting_rules import is_about_rules, stood_in
from core.errors import Unavailable, Usage
from core.models import Outcome, Row, RowChange, RowKey, RowPage, Table, Value

T = TypeVar("T")
_IDLE_SECONDS = 10
_Work = Callable[[sqlite3.Connection, Schema], T]


class LocalCatalog:
    """Any SQLite file as a `Catalog`. One thread uses one connection, and lets go of it when nothing was asked for a
    while: a program that ends meanwhile can then put its own file in order."""

    def __init__(self, path: Path, *, page_size: int = 2_000, left_out: frozenset[str] = frozenset()) -> None:
        self._file = ForeignFile(path)
        self._page_size = page_size
        self._left_out = left_out
        self._thread = ThreadPoolExecutor(1, "catalog")
        self._held = HeldConnection(self._file)
        self._schema: tuple[int, int, Schema] | None = None
        self._orders: dict[tuple[str, tuple[str, ...]], KeyOrder] = {}
        self._idle: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def page_size(self) -> int:
        return self._page_size

    async def tables(self) -> tuple[Table, ...]:
        return await self._run(lambda c, schema: tuple(d.table for d in schema.tables.values()))

    async def table(self, name: str) -> Table:
        return await self._run(lambda c, schema: schema.table(name).table)

    async def check_key(self, table: str, key: Sequence[str]) -> None:
        await self._run(lambda c, schema: check_key(c, schema.table(table), key))

    async def read(
        self,
        table: str,
        key: Sequence[str],
        columns: Sequence[str],
        after: RowKey | None = None,
        limit: int | None = None,
    ) -> RowPage:
        size = self._page_size if limit is None else limit
        if not 1 <= size <= self._page_size:
            raise Usage(f"A page holds 1 to {self._page_size:,} rows, not {size:,}.")

        def work(connection: sqlite3.Connection, schema: Schema) -> RowPage:
            order = self._order(connection, schema, table, key)
            return read_page(connection, schema.table(table), order, key, columns, after, size)

        return await self._run(work)

    async def count(self, table: str) -> int:
        return await self._run(lambda c, schema: count_rows(c, schema.table(table)))

    async def rows(self, table: str, key: Sequence[str], keys: Sequence[RowKey]) -> tuple[Row | None, ...]:
        return await self._run(
            lambda c, schema: rows_by_key(c, schema.table(table), self._order(c, schema, table, key), key, keys)
        )

    async def find(
        self, table: str, key: Sequence[str], column: str, values: Sequence[str]
    ) -> tuple[tuple[RowKey, str], ...]:
        return await self._run(lambda c, schema: find_values(c, schema.table(table), key, column, values))

    async def dependents(self, table: str, row: Row) -> tuple[tuple[str, tuple[str, ...], Row, str], ...]:
        def work(connection: sqlite3.Connection, schema: Schema) -> tuple[tuple[str, tuple[str, ...], Row, str], ...]:
            parent = schema.table(table)
            found: list[tuple[str, tuple[str, ...], Row, str]] = []
            for foreign in parent.table.referenced_by:
                child = schema.table(foreign.table)
                key, rows = rows_that_point_here(connection, foreign, parent, child, row)
                found += [(foreign.table, key, one, foreign.on_delete) for one in rows]
            return tuple(found)

        return await self._run(work)

    async def change(self, changes: Sequence[RowChange]) -> tuple[Outcome, ...]:
        if not changes:
            return ()
        return await self._run(lambda c, schema: change_rows(c, schema, changes), writing=True)

    async def add_rows(self, table: str, rows: Sequence[Mapping[str, Value]]) -> tuple[Outcome, ...]:
        if not rows:
            return ()
        return await self._run(lambda c, schema: add_rows(c, schema, table, rows), writing=True)

    async def update_rows(self, changes: Sequence[RowChange]) -> tuple[Outcome, ...]:
        return await self.change(changes)

    async def change_token(self) -> str | None:
        return await self._run(lambda c, schema: self._held.token(c))

    async def close(self) -> None:
        self._closed = True
        if self._idle is not None:
            self._idle.cancel()
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._thread.shutdown(wait=True)
        self._held.let_go()

    async def _run(self, work: _Work[T], *, writing: bool = False) -> T:
        loop = asyncio.get_running_loop()
        if self._closed:
            raise Unavailable("The catalog has been closed.")
        try:
            return await loop.run_in_executor(self._thread, self._run_now, work, writing)
        finally:
            # Of several calls at once the last to end starts the one clock that `close` can stop.
            if self._idle is not None:
                self._idle.cancel()
            if not self._closed:
                if self._idle is not None:  # of another call that ended meanwhile
                    self._idle.cancel()
                self._idle = loop.call_later(_IDLE_SECONDS, self._thread.submit, self._held.let_go)

    def _run_now(self, work: _Work[T], writing: bool) -> T:
        connection = self._held.connection(writing=writing)
        try:
            schema = self._current_schema(connection)
            try:
                return work(connection, schema)
            except sqlite3.OperationalError as exc:
                if writing or not is_about_rules(exc):
                    raise
                self._held.let_go()  # SQLite does not try an index again that it once found no rule for
                connection = self._held.connection(writing=False)
                with stood_in(connection):
                    return work(connection, schema)
        except sqlite3.Error as exc:
            raise explain(exc, self._file.path) from exc

    def _current_schema(self, connection: sqlite3.Connection) -> Schema:
        version = connection.execute("PRAGMA schema_version").fetchone()[0]
        if self._schema is None or self._schema[:2] != (self._held.opened, version):
            self._schema = (self._held.opened, version, Schema(connection, self._left_out))
            self._orders.clear()
        return self._schema[2]

    def _order(self, connection: sqlite3.Connection, schema: Schema, table: str, key: Sequence[str]) -> KeyOrder:
        name = (table, tuple(key))
        if name not in self._orders:
            described = schema.table(table)
            described.check_columns(key)
            self._orders[name] = KeyOrder(connection, described, key)
        return self._orders[name]
