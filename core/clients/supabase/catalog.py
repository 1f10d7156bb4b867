"""The catalog of a Supabase project: any of its tables, through our functions where they are, else plain PostgREST."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.capabilities import SET_UP, Capabilities
from core.clients.supabase.additions import add_rows, update_row
from core.clients.supabase.changes import RowChanges
from core.clients.supabase.described import PUBLIC, Described, no_table
from core.clients.supabase.object_ids import ObjectIds
from core.clients.supabase.openapi import learnt_from_a_row
from core.clients.supabase.reading import MOST_ROWS, FunctionReading
from core.clients.supabase.rest_reading import RestReading
from core.clients.supabase.session import Session
from core.clients.supabase.tables import Tables, read_tables
from core.errors import NotAllowed, NotFound, Unreadable, Usage
from core.models import Outcome, Row, RowChange, RowKey, RowPage, Table, Value


class SupabaseCatalog:
    """The tables of a project as a `Catalog`. Whole numbers are numbers, every other value is the text that PostgreSQL
    prints, lossless both ways. Nobody can tell whether others committed in between: there is no change token."""

    def __init__(self, session: Session, capabilities: Capabilities) -> None:
        self._session = session
        self._capabilities = capabilities
        self._functions = FunctionReading(session)
        by_function = capabilities.can("bucketdesk_read_rows")
        self._reading = self._functions if by_function else RestReading(session, capabilities)
        self._object_ids = ObjectIds(session)
        self._changes = RowChanges(session, capabilities)
        self._schemas: dict[str, None] = {}
        self._tables: Tables = {}

    @property
    def page_size(self) -> int:
        return MOST_ROWS

    async def tables(self) -> tuple[Table, ...]:
        return tuple(described.table for described in (await self._look()).values())

    async def table(self, name: str) -> Table:
        return (await self._ask_for(name)).table

    async def check_key(self, table: str, key: Sequence[str]) -> None:
        described = await self._described(table, key)
        if not key:
            raise Unreadable(f"No key was chosen for {table}.", "Choose columns that tell every row apart.")
        await self._reading.check_key(described, key)

    async def read(
        self,
        table: str,
        key: Sequence[str],
        columns: Sequence[str],
        after: RowKey | None = None,
        limit: int | None = None,
    ) -> RowPage:
        size = self.page_size if limit is None else limit
        if not 1 <= size <= self.page_size:
            raise Usage(f"A page holds 1 to {self.page_size:,} rows, not {size:,}.")
        described = await self._described(table, (*key, *columns))
        page = await self._reading.page(described, key, columns, after, size)
        pointing = [column for column in columns if column in described.object_ids]
        return await self._object_ids.named(page, pointing) if pointing else page

    async def count(self, table: str) -> int:
        return await self._reading.count(await self._described(table))

    async def rows(self, table: str, key: Sequence[str], keys: Sequence[RowKey]) -> tuple[Row | None, ...]:
        described = await self._described(table, key)
        return await self._reading.rows(described, key, keys) if keys else ()

    async def find(
        self, table: str, key: Sequence[str], column: str, values: Sequence[str]
    ) -> tuple[tuple[RowKey, str], ...]:
        described = await self._described(table, (*key, column))
        if column not in described.object_ids:
            return await self._reading.find(described, key, column, values)
        ids = await self._object_ids.ids(values)
        found = await self._reading.find(described, key, column, list(ids))
        return tuple((row, name) for row, number in found for name in ids[number])

    async def dependents(self, table: str, row: Row) -> tuple[tuple[str, tuple[str, ...], Row, str], ...]:
        described = await self._described(table)
        if not described.table.referenced_by:
            return ()
        if not self._capabilities.can("bucketdesk_dependents"):
            raise Unreadable(f"What depends on rows of {table} can be told only by Bucketdesk's functions.", SET_UP)
        return await self._functions.dependents(described, row, self._tables)

    async def change(self, changes: Sequence[RowChange]) -> tuple[Outcome, ...]:
        if not changes:
            return ()
        if self._capabilities.writes_rows and not {change.table for change in changes} <= self._tables.keys():
            await self._look()
        return await self._changes.change(changes, self._tables)

    async def add_rows(self, table: str, rows: Sequence[Mapping[str, Value]]) -> tuple[Outcome, ...]:
        wanted = {name for row in rows for name in row}
        return await add_rows(self._session, await self._described(table, wanted), rows) if rows else ()

    async def update_rows(self, changes: Sequence[RowChange]) -> tuple[Outcome, ...]:
        if self._capabilities.writes_rows:
            return await self.change(changes)
        found = []
        for change in changes:
            described = await self._described(change.table, (*change.key_columns, *(change.after or {})))
            (row,) = await self._reading.rows(described, change.key_columns, [change.key])
            found.append(await update_row(self._session, described, change, row))
        return tuple(found)

    async def change_token(self) -> str | None:
        return None

    async def close(self) -> None:
        await self._session.close()

    async def _look(self) -> Tables:
        self._tables = await read_tables(self._session, self._capabilities, self._schemas)
        return self._tables

    async def _described(self, name: str, columns: Iterable[str] = ()) -> Described:
        """A table as it was described last, or now when it was not or lacks one of these columns."""
        wanted = tuple(columns)
        known = self._tables.get(name)
        if known is None or not set(wanted) <= known.kinds.keys():
            known = await self._ask_for(name)
        known.check_columns(wanted)
        return known

    async def _ask_for(self, name: str) -> Described:
        schema, dot, bare = name.partition(".")
        if dot:
            self._schemas[schema] = None  # looked at only because somebody named it: which there are is not told
        try:
            tables = await self._look()
        except (NotAllowed, NotFound):
            # The description may be closed to this reader while the table itself is open to him.
            self._schemas.pop(schema, None)
            one = await learnt_from_a_row(self._session, schema if dot else PUBLIC, bare if dot else name)
            self._tables = {**self._tables, name: one}
            return one
        if name not in tables:
            self._schemas.pop(schema, None)
            raise no_table(name, tables)
        return tables[name]
