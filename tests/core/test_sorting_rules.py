"""A catalog whose tables are laid out by a sorting rule that only another program has."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from core.clients.local_catalog import LocalCatalog
from core.errors import Unreadable
from core.models import Row, RowKey

WORDS = ["Zebra", "ant", "Ant's", "Öl", "bee", "zoo"]


def _foreign_rule(one: str, other: str) -> int:
    a, b = one.casefold()[::-1], other.casefold()[::-1]
    return (a > b) - (a < b)


@pytest.fixture
async def catalog(tmp_path: Path) -> AsyncIterator[LocalCatalog]:
    path = tmp_path / "notes.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.create_collation("unicase", _foreign_rule)
        connection.execute("CREATE TABLE tags (tag TEXT NOT NULL PRIMARY KEY COLLATE unicase, n INTEGER) WITHOUT ROWID")
        connection.execute("CREATE TABLE decks (id INTEGER PRIMARY KEY, name TEXT NOT NULL COLLATE unicase)")
        connection.execute("CREATE UNIQUE INDEX decks_name ON decks (name)")
        connection.execute("CREATE TABLE words (word TEXT NOT NULL UNIQUE COLLATE unicase)")
        for n, word in enumerate(WORDS):
            connection.execute("INSERT INTO tags VALUES (?, ?)", (word, n))
            connection.execute("INSERT INTO decks VALUES (?, ?)", (n, word))
            connection.execute("INSERT INTO words VALUES (?)", (word,))
        connection.commit()
    catalog = LocalCatalog(path, page_size=2)
    yield catalog
    await catalog.close()


async def _all_rows(catalog: LocalCatalog, table: str, key: tuple[str, ...], column: str) -> list[Row]:
    rows: list[Row] = []
    after: RowKey | None = None
    while True:
        page = await catalog.read(table, key, (column,), after)
        rows += page.rows
        if page.cursor is None:
            return rows
        after = page.cursor


@pytest.mark.parametrize(("table", "key"), [("tags", "tag"), ("decks", "name"), ("decks", "id"), ("words", "word")])
async def test_every_row_is_read_once_whatever_the_table_is_sorted_by(
    catalog: LocalCatalog, table: str, key: str
) -> None:
    column = "name" if table == "decks" else key
    await catalog.check_key(table, (key,))
    rows = await _all_rows(catalog, table, (key,), column)
    assert sorted(str(row.values[column]) for row in rows) == sorted(WORDS)
    assert await catalog.count(table) == len(WORDS)


@pytest.mark.parametrize(("table", "key"), [("tags", "tag"), ("decks", "name"), ("words", "word")])
async def test_a_row_is_found_by_its_exact_key_and_by_no_other_spelling(
    catalog: LocalCatalog, table: str, key: str
) -> None:
    rows = await catalog.rows(table, (key,), (("Zebra",), ("zebra",), ("bee",)))
    assert [row is not None for row in rows] == [True, False, True]


@pytest.mark.parametrize(("table", "key"), [("decks", "name"), ("words", "word")])
async def test_a_value_is_found_byte_by_byte(catalog: LocalCatalog, table: str, key: str) -> None:
    found = await catalog.find(table, (key,), key, ("Zebra", "ANT", "Öl"))
    assert sorted(value for _, value in found) == ["Zebra", "Öl"]


async def test_the_stand_in_is_gone_afterwards_and_writing_never_uses_one(catalog: LocalCatalog) -> None:
    await _all_rows(catalog, "tags", ("tag",), "tag")
    with pytest.raises(Unreadable, match="rule"):
        await catalog._run(lambda c, schema: c.execute("SELECT tag FROM tags").fetchall(), writing=True)


async def test_an_answer_that_would_rest_on_the_missing_rule_is_refused(catalog: LocalCatalog) -> None:
    with pytest.raises(Unreadable, match="unicase"):
        await catalog._run(lambda c, schema: c.execute("SELECT tag FROM tags WHERE tag > 'b'").fetchall())
