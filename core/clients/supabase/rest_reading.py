"""Reading rows through plain PostgREST, where our functions are not there or do not answer this person."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

from core.capabilities import Capabilities
from core.clients.supabase import quoting
from core.clients.supabase.answers import PageSizes, read
from core.clients.supabase.cells import INTEGERS, is_storable, key_texts
from core.clients.supabase.database_failures import TookTooLong
from core.clients.supabase.described import PUBLIC, Described
from core.clients.supabase.openapi import table_path
from core.clients.supabase.session import Session
from core.errors import Unavailable, Unreadable
from core.models import Row, RowKey, RowPage
from core.values import encode_key

MOST_ROWS = 1_000
"""Rows of one answer on hosted projects, whatever is asked for (facts.md A5)."""
_FIRST_ROWS = 250
HIDDEN = "Policies of the database may hide rows of {table} from you, so what is missing in it proves nothing."
_TIMES_IN_UTC = {"Prefer": "timezone=UTC"}
_TOTAL = re.compile(r"/(\d+)\s*$")
_TEXTS = ("text", "character", "character varying", "citext", "name", "")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}")
_ANY = re.compile(r".*", re.DOTALL)
_OTHER_KEY = "Choose columns that tell every row apart and are never empty."


class RestReading:
    """Keyset pages, rows by key and by value, each in requests of bounded length. What one request returns may be cut
    below what was asked, so that only an empty page is the end."""

    def __init__(self, session: Session, capabilities: Capabilities) -> None:
        self._session = session
        self._sees_all = capabilities.is_service
        self._sizes = PageSizes(MOST_ROWS, _FIRST_ROWS)

    async def page(
        self, described: Described, key: Sequence[str], columns: Sequence[str], after: RowKey | None, limit: int
    ) -> RowPage:
        """One page in order of key; it has a cursor unless it is empty."""
        conditions = [] if after is None else [_beyond(described, key, after)]
        what = (described.table.name, tuple(columns))
        while True:
            asked = self._sizes.of(what, limit)
            try:
                found, size = await self._select(described, key, columns, conditions, asked)
                break
            except TookTooLong:
                if not self._sizes.took_too_long(what, asked):
                    raise
        self._sizes.learn(what, len(found), size)
        hidden = "" if self._sees_all else HIDDEN.format(table=described.table.name)
        return RowPage(tuple(found), found[-1].key if found else None, hidden)

    async def count(self, described: Described) -> int:
        """How many rows this reader is shown, counted one by one."""
        response = await self._session.rest(
            "HEAD",
            table_path(described.bare),
            params={"select": "*"},
            headers={**_profile(described), "Prefer": "count=exact"},
        )
        total = _TOTAL.search(response.headers.get("content-range", ""))
        if total is None:
            raise Unavailable(f"The project did not say how many rows {described.table.name} has.", "Try again.")
        return int(total[1])

    async def check_key(self, described: Described, key: Sequence[str]) -> None:
        """Raises `Unreadable` unless the key is the declared one or, gone through row by row, turns out to be one."""
        table = described.table
        if table.primary_key and set(table.primary_key) <= set(key):
            return
        empty = quoting.any_of([f"{quoting.name(column)}.is.null" for column in key])
        if (await self._select(described, key, (), [empty], 1))[0]:
            raise Unreadable(f"A row of {table.name} holds NULL in {', '.join(key)}.", _OTHER_KEY)
        seen, read, after = set[str](), 0, None
        while True:
            page = await self.page(described, key, (), after, MOST_ROWS)
            seen.update(encode_key(row.key) for row in page.rows)
            read += len(page.rows)
            if len(seen) < read:
                raise Unreadable(f"{', '.join(key)} is not unique in {table.name}.", _OTHER_KEY)
            if page.cursor is None:
                break
            after = page.cursor
        if (count := await self.count(described)) != read:
            raise Unreadable(
                f"{', '.join(key)} is not unique in {table.name}, or others write to it: "
                f"{read:,} of {count:,} rows were met.",
                _OTHER_KEY,
            )

    async def rows(self, described: Described, key: Sequence[str], keys: Sequence[RowKey]) -> tuple[Row | None, ...]:
        """Whole rows by key, None where absent."""
        kinds = described.types(key)
        texts = {encode_key(one): written for one in keys if (written := key_texts(one, kinds)) is not None}
        found: dict[str, Row] = {}
        columns = sum(len(quoting.name(column)) + 12 for column in described.stored)
        for batch in quoting.in_batches(texts.values(), texts.values(), columns):
            if len(key) == 1:
                condition = quoting.among(key[0], (one[0] for one in batch))
            else:
                condition = quoting.any_of([quoting.equal(key, one) for one in batch])
            async for row in self._all(described, key, described.stored, condition):
                found[encode_key(row.key)] = row
        return tuple(found.get(encode_key(one)) for one in keys)

    async def find(
        self, described: Described, key: Sequence[str], column: str, values: Sequence[str]
    ) -> tuple[tuple[RowKey, str], ...]:
        """Rows whose column reads as one of the values."""
        wanted = [value for value in dict.fromkeys(values) if is_storable(value)]
        form = _form(described.kinds[column])
        if form is None:
            return await self._sift(described, key, column, frozenset(wanted))
        castable = [value for value in wanted if form.fullmatch(value)]
        found: list[tuple[RowKey, str]] = []
        for batch in quoting.in_batches(castable, ([value] for value in castable)):
            asked = set(batch)
            async for row in self._all(described, key, (column,), quoting.among(column, batch)):
                text = row.values[column]
                if str(text) in asked:  # a column may compare more loosely than letter by letter
                    found.append((row.key, str(text)))
        return tuple(found)

    async def _sift(
        self, described: Described, key: Sequence[str], column: str, wanted: frozenset[str]
    ) -> tuple[tuple[RowKey, str], ...]:
        """The same for a type that has no comparison as text here: the whole table is gone through."""
        found = []
        after: RowKey | None = None
        while wanted:
            page = await self.page(described, key, (column,), after, MOST_ROWS)
            found += [(row.key, str(row.values[column])) for row in page.rows if str(row.values[column]) in wanted]
            if page.cursor is None:
                break
            after = page.cursor
        return tuple(found)

    async def _all(
        self, described: Described, key: Sequence[str], columns: Sequence[str], condition: str
    ) -> AsyncIterator[Row]:
        """Every row that meets a condition, however few one answer holds: asked on behind the last until none come."""
        conditions = [condition]
        while True:
            found, _ = await self._select(described, key, columns, conditions, MOST_ROWS)
            for row in found:
                yield row
            if not found or None in found[-1].key:
                return
            conditions = [condition, _beyond(described, key, found[-1].key)]

    async def _select(
        self, described: Described, key: Sequence[str], columns: Sequence[str], conditions: Sequence[str], limit: int
    ) -> tuple[list[Row], int]:
        """Rows in order of key, as many as the service gives of those asked for, and how large the answer was."""
        names = [*key, *columns]
        params = {
            "select": ",".join(f"c{n}:{quoting.name(column)}::text" for n, column in enumerate(names)),
            "order": ",".join(f"{quoting.name(column)}.asc" for column in key),
            "limit": str(limit),
        }
        if conditions:
            params["and"] = f"({','.join(conditions)})"
        headers = {**_profile(described), **_TIMES_IN_UTC}
        response = await self._session.rest("GET", table_path(described.bare), params=params, headers=headers)

        def understand(answer: Any) -> list[Row]:
            return [described.row(key, columns, [one[f"c{n}"] for n in range(len(names))]) for one in answer]

        return await read(response, understand), len(response.content)


def _beyond(described: Described, key: Sequence[str], after: RowKey) -> str:
    texts = key_texts(after, described.types(key))
    if texts is None:
        raise Unreadable(f"No row of {described.table.name} has the key {encode_key(after)} to go on behind.")
    return quoting.beyond(key, texts)


def _profile(described: Described) -> dict[str, str]:
    return {} if described.schema == PUBLIC else {"Accept-Profile": described.schema}


def _form(kind: str) -> re.Pattern[str] | None:
    """How a value of this type is written, so that PostgreSQL takes it; None for a type that is not asked for by
    value."""
    if kind in INTEGERS:
        return _WHOLE
    if kind == "uuid":
        return _UUID
    return _ANY if kind.split("(")[0] in _TEXTS else None
