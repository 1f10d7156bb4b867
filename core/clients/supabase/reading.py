"""Reading rows through the project's own functions: pages are not cut by a service, and row security is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from core.clients.supabase.answers import PageSizes, read
from core.clients.supabase.cells import is_storable, key_texts
from core.clients.supabase.database_failures import TookTooLong
from core.clients.supabase.described import Described
from core.clients.supabase.rest_reading import HIDDEN
from core.clients.supabase.session import Session
from core.errors import Unreadable
from core.models import Row, RowKey, RowPage, Value
from core.values import encode_key

T = TypeVar("T")
MOST_ROWS = 2_000
_FIRST_ROWS = 500
_KEYS = 500
_VALUES = 10_000
_VALUES_BYTES = 500_000
"""What one call asks for at most, so that neither the call nor its answer is large."""


class FunctionReading:
    """The same questions as `RestReading`, each answered whole by one call."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._sizes = PageSizes(MOST_ROWS, _FIRST_ROWS)

    async def page(
        self, described: Described, key: Sequence[str], columns: Sequence[str], after: RowKey | None, limit: int
    ) -> RowPage:
        """One page in order of key, smaller than asked for where rows are long; it has a cursor unless it is empty, so
        that whatever cuts an answer short does not look like the end."""
        what = (described.table.name, tuple(columns))
        arguments = {"tbl": described.table.name, "key": list(key), "columns": list(columns), "after": None}
        if after is not None:
            arguments["after"] = list(_written(described, key, after))

        def understand(answer: Any) -> RowPage:
            rows = tuple(described.row(key, columns, cells) for cells in answer["rows"])
            hidden = "" if answer["sees_all"] else HIDDEN.format(table=described.table.name)
            return RowPage(rows, rows[-1].key if rows else None, hidden)

        while True:
            asked = self._sizes.of(what, limit)
            try:
                page, size = await self._call("bucketdesk_read_rows", {**arguments, "page_size": asked}, understand)
                break
            except TookTooLong:
                if not self._sizes.took_too_long(what, asked):
                    raise
        self._sizes.learn(what, len(page.rows), size)
        return page

    async def count(self, described: Described) -> int:
        """How many rows there are."""
        count, _ = await self._call("bucketdesk_count_rows", {"tbl": described.table.name}, int)
        return count

    async def check_key(self, described: Described, key: Sequence[str]) -> None:
        """Raises `Unreadable` with the problem that the database finds."""
        arguments = {"tbl": described.table.name, "key": list(key)}
        problem, _ = await self._call("bucketdesk_check_key", arguments, lambda answer: answer["problem"])
        if problem:
            raise Unreadable(str(problem), "Choose columns that tell every row apart and are never empty.")

    async def rows(self, described: Described, key: Sequence[str], keys: Sequence[RowKey]) -> tuple[Row | None, ...]:
        """Whole rows by key, None where absent."""
        kinds = described.types(key)
        distinct = {encode_key(one): one for one in keys}.values()  # 1 and 1.0 are equal to Python, and not here
        waiting = [(one, list(texts)) for one in distinct if (texts := key_texts(one, kinds)) is not None]
        found: dict[str, Row] = {}
        what = (described.table.name, "whole rows")

        def understand(answer: Any) -> list[Mapping[str, Value] | None]:
            return [None if row is None else described.values(row) for row in answer]

        start = 0
        while start < len(waiting):
            asked = self._sizes.of(what, _KEYS)
            part = waiting[start : start + asked]
            arguments = {"tbl": described.table.name, "key": list(key), "keys": [texts for _, texts in part]}
            try:
                rows, size = await self._call("bucketdesk_rows_by_key", arguments, understand)
                answers = list(zip(part, rows, strict=True))
            except TookTooLong:
                if not self._sizes.took_too_long(what, asked):
                    raise
                continue
            self._sizes.learn(what, len(part), size)
            for (one, _), values in answers:
                # A key column that is generated is in no whole row; any other must say just what was asked for.
                if values is not None and all(values.get(c, v) == v for c, v in zip(key, one, strict=True)):
                    found[encode_key(one)] = Row(one, values)
            start += len(part)
        return tuple(found.get(encode_key(one)) for one in keys)

    async def find(
        self, described: Described, key: Sequence[str], column: str, values: Sequence[str]
    ) -> tuple[tuple[RowKey, str], ...]:
        """Rows whose column reads as one of the values."""

        def understand(answer: Any) -> list[tuple[RowKey, str]]:
            return [(described.row(key, (), cells[:-1]).key, str(cells[-1])) for cells in answer]

        found: list[tuple[RowKey, str]] = []
        for batch in _bounded(value for value in dict.fromkeys(values) if is_storable(value)):
            arguments = {"tbl": described.table.name, "key": list(key), "col": column, "vals": batch}
            hits, _ = await self._call("bucketdesk_find_rows", arguments, understand)
            found += hits
        return tuple(found)

    async def dependents(
        self, described: Described, row: Row, tables: Mapping[str, Described]
    ) -> tuple[tuple[str, tuple[str, ...], Row, str], ...]:
        """Rows that point at this one. Raises `Unreadable`."""
        texts = {name: None if value is None else str(value) for name, value in row.values.items()}

        def understand(answer: Any) -> list[tuple[str, tuple[str, ...], Row, str]]:
            return [_dependent(one, tables) for one in answer]

        found, _ = await self._call("bucketdesk_dependents", {"tbl": described.table.name, "row": texts}, understand)
        return tuple(found)

    async def _call(self, name: str, arguments: Mapping[str, object], understand: Callable[[Any], T]) -> tuple[T, int]:
        """What a function's answer says, and how large it was."""
        table = str(arguments["tbl"])
        response = await self._session.rest("POST", f"/rpc/{name}", json=arguments, repeatable=True, what=table)
        return await read(response, understand), len(response.content)


def _dependent(one: Mapping[str, Any], tables: Mapping[str, Described]) -> tuple[str, tuple[str, ...], Row, str]:
    name = str(one["table"])
    child = tables.get(name)
    key = tuple(one["key"] or ())
    if child is None or not key:
        raise Unreadable(f"A row of {name} depends on this one and has no key of its own.")
    values = child.values(one["row"])
    return name, key, Row(child.key_of(key, values), values), str(one["on_delete"]).lower()


def _written(described: Described, key: Sequence[str], after: RowKey) -> tuple[str, ...]:
    texts = key_texts(after, described.types(key))
    if texts is None:
        raise Unreadable(f"No row of {described.table.name} has the key {encode_key(after)} to go on behind.")
    return texts


def _bounded(values: Iterator[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for value in values:
        if batch and (len(batch) == _VALUES or size + len(value) > _VALUES_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(value)
        size += len(value)
    if batch:
        yield batch
