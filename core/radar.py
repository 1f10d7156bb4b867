"""The reference radar: looks for names of objects in text that no source maps, so that nothing named is removed."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from core.errors import NotFound, ServiceError, Unavailable, Unreadable
from core.models import Row, RowKey, RowPage, Table
from core.ports import Catalog
from core.profiles import Profile, Source
from core.progress import Progress, Report, silent
from core.references import Resolver

T = TypeVar("T")
Write = Callable[[Callable[[sqlite3.Connection], None]], Awaitable[None]]
UNNAMED = "*"
"""Stands for every table of a catalog that does not name them."""
_SAMPLE = 1_000
_SMALL = 20_000
"""Tables of at most so many rows are looked through whole at every scan; of larger ones, a sample."""


@dataclass(frozen=True, slots=True)
class _Look:
    """One table to look through: by which key, which columns, and the sources whose own references are no news."""

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    sources: tuple[Source, ...]

    @property
    def read_columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.columns, *(c for s in self.sources for c in s.read_columns)]))


async def look_through(
    catalog: Catalog,
    profile: Profile,
    resolver: Resolver,
    write: Write,
    *,
    in_full: bool,
    report: Report = silent,
) -> None:
    """Fills `temp.seen_names` (bucket, key, tbl, col) and `temp.seen_tables` (like `radar`) of the writing connection
    with what the unmapped text of the catalog names among the listed buckets: of large tables a sample, unless
    `in_full`. `temp.places` (bucket, listing) says where objects are looked up. A table that cannot be read is
    noted with its reason, and so is (as `UNNAMED`) a catalog that does not even name its tables: a database in use by
    another program makes a scan incomplete, not impossible. `in_full` raises that `ServiceError` instead, and what is
    out of reach just now too."""
    await write(_lay_tables)
    try:
        tables = await catalog.tables()
    except ServiceError as exc:
        if in_full:
            raise
        await write(_noting(UNNAMED, 0, 0, exc.message))
        return
    for table in tables:
        if table.name in profile.safety.exclude_tables:
            continue
        try:
            rows, looked = await _look_at(catalog, profile, resolver, write, table, in_full, report)
            problem = ""
        except ServiceError as exc:
            if in_full and isinstance(exc, Unavailable | NotFound):
                raise  # it may be there again in a moment, and then what is known still holds
            rows, looked, problem = 0, 0, exc.message
        if looked or problem:
            await write(_noting(table.name, rows, looked, problem))


async def _look_at(
    catalog: Catalog,
    profile: Profile,
    resolver: Resolver,
    write: Write,
    table: Table,
    in_full: bool,
    report: Report,
) -> tuple[int, int]:
    """How many rows the table has, and how many were looked at."""
    if not table.columns:
        raise Unreadable("its columns cannot be read.")
    sources = tuple(s for s in profile.sources if s.table == table.name)
    mapped = {c.name for s in sources for c in s.columns} | {s.bucket_column for s in sources}
    columns = tuple(c.name for c in table.columns if c.text_like and c.name not in mapped)
    if not columns:
        return 0, 0
    rows = await catalog.count(table.name)
    if not rows:
        if table.primary_key and (hidden := (await catalog.read(table.name, table.primary_key, [], None, 1)).hidden):
            raise Unreadable(hidden)
        return 0, 0
    look = _Look(table.name, await _key_of(catalog, table, sources), columns, sources)
    wanted = rows if in_full or rows <= _SMALL else _SAMPLE
    looked = 0
    after: RowKey | None = None
    while True:
        page = await catalog.read(look.table, look.key, look.read_columns, after)
        if page.hidden:
            raise Unreadable(page.hidden)
        names = await asyncio.to_thread(_names_on, look, resolver, page)
        if names:
            await write(_adding(look.table, names))
        looked += len(page.rows)
        report(Progress(looked, wanted, f"Looking for names of objects in {table.name}"))
        if looked >= wanted and not in_full and rows > _SMALL:
            return rows, looked
        if page.cursor is None or page.cursor == after:
            if looked < rows and looked < await catalog.count(table.name):
                raise Unreadable("its rows ended before all of them had been read.")
            return rows, looked
        after = page.cursor


async def _key_of(catalog: Catalog, table: Table, sources: Sequence[Source]) -> tuple[str, ...]:
    keys = dict.fromkeys(key for key in (table.primary_key, ("rowid",), *(s.key for s in sources)) if key)
    trouble: ServiceError = Unreadable("its rows have no key by which they could be read page by page.")
    for key in keys:
        try:
            await catalog.check_key(table.name, key)
        except (Unreadable, NotFound) as exc:
            trouble = exc if key == table.primary_key else trouble
        else:
            return key
    raise trouble


def _names_on(look: _Look, resolver: Resolver, page: RowPage) -> set[tuple[str, str | None, str]]:
    """(column, bucket, key) of everything on a page that may be the name of an object."""
    found: set[tuple[str, str | None, str]] = set()
    for row in page.rows:
        known = _own_names(look, resolver, row)
        for column in look.columns:
            value = row.values[column]
            if isinstance(value, bytes):
                value = value.decode(errors="replace")
            if not isinstance(value, str) or not value:
                continue
            found.update(
                (column, bucket, key)
                for bucket, key in resolver.names_in(value)
                if (bucket, key) not in known and _is_storable(key)
            )
    return found


def _own_names(look: _Look, resolver: Resolver, row: Row) -> set[tuple[str | None, str]]:
    """What the row's mapped columns name already: that a signed URL beside them says the same is no news."""
    known: set[tuple[str | None, str]] = set()
    for source in look.sources:
        home = row.values[source.bucket_column] if source.bucket_column else None
        for column in source.columns:
            cell = row.values[column.name]
            for reference in resolver.read(source, column, cell, home if isinstance(home, str) else None):
                known.update(((reference.bucket, reference.key), (None, reference.key)))
    return known


def _is_storable(key: str) -> bool:
    return key.isascii() or not any("\ud800" <= c <= "\udfff" for c in key)


def _lay_tables(connection: sqlite3.Connection) -> None:
    for table in ("seen_names", "seen_tables", "asked", "places"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
    connection.execute(
        "CREATE TEMP TABLE seen_names (bucket TEXT, key TEXT, tbl TEXT, col TEXT, PRIMARY KEY (bucket, key, tbl, col))"
    )
    connection.execute(
        "CREATE TEMP TABLE seen_tables (tbl TEXT PRIMARY KEY, rows INTEGER, looked INTEGER, problem TEXT)"
    )
    connection.execute("CREATE TEMP TABLE asked (col TEXT, bucket TEXT, key TEXT)")
    # The newest listing of each bucket: that of the scan under way, or the one in force.
    connection.execute(
        "CREATE TEMP TABLE places AS SELECT name AS bucket, max(id) AS listing FROM listings"
        " WHERE what = 'bucket' AND (current = 1 OR scan = (SELECT max(id) FROM scans)) GROUP BY name"
    )


def _adding(table: str, names: Iterable[tuple[str, str | None, str]]) -> Callable[[sqlite3.Connection], None]:
    def add(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM temp.asked")
        connection.executemany("INSERT INTO temp.asked VALUES (?, ?, ?)", names)
        connection.execute(
            """INSERT OR IGNORE INTO temp.seen_names SELECT p.bucket, o.key, ?, a.col
            FROM temp.asked a JOIN temp.places p ON a.bucket IS NULL OR a.bucket = p.bucket
            CROSS JOIN objects o ON o.listing = p.listing AND o.key = a.key""",
            (table,),
        )

    return add


def _noting(table: str, rows: int, looked: int, problem: str) -> Callable[[sqlite3.Connection], None]:
    def note(connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT OR REPLACE INTO temp.seen_tables VALUES (?, ?, ?, ?)", (table, rows, looked, problem)
        )

    return note


LINK = "*link"
"""Stands in `mentions` for a table where a link in a folder names an object; the column then holds the link's key."""


def mind_links(connection: sqlite3.Connection) -> None:
    """Counts links in folders as mentions: a link keeps what it leads to, and stays where it is itself."""
    both = (("leads.bucket", "leads.key"), ("listings.name", "leads.link"))
    for bucket, key in both:
        connection.execute(
            f"INSERT OR IGNORE INTO mentions SELECT {bucket}, {key}, ?, leads.link FROM leads"
            " JOIN listings ON listings.id = listing WHERE current = 1",
            (LINK,),
        )
    # What a row names by way of a linked folder is the object there.
    connection.execute(
        "INSERT OR IGNORE INTO mentions"
        " SELECT leads.bucket, leads.key || substr(refs.key, length(leads.link) + 1), ?, refs.key FROM leads"
        " CROSS JOIN listings ON listings.id = leads.listing AND current = 1"
        " CROSS JOIN refs ON refs.scan = (SELECT max(scan) FROM refs) AND refs.bucket = listings.name"
        " AND refs.key > leads.link AND refs.key < substr(leads.link, 1, length(leads.link) - 1) || '0'"
        " WHERE leads.link LIKE '%/'",
        (LINK,),
    )


def says_mention(table: str, column: str) -> str:
    """Where an object is mentioned, as a sentence begins that ends in “mentions it.”"""
    return f"The link {column}" if table == LINK else f"Column “{column}” of table “{table}”, which is not mapped,"


def take_over(connection: sqlite3.Connection, *, add: bool) -> None:
    """Puts what `look_through` saw into force: instead of what was known, or (`add`) beside it."""
    if not add:
        connection.execute("DELETE FROM mentions")
        connection.execute("DELETE FROM radar")
    connection.execute("INSERT OR IGNORE INTO mentions SELECT bucket, key, tbl, col FROM temp.seen_names")
    connection.execute("INSERT OR REPLACE INTO radar SELECT tbl, rows, looked, problem FROM temp.seen_tables")
    for table in ("seen_names", "seen_tables", "asked", "places"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
