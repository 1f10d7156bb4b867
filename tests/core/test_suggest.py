"""Guessing a mapping from what a catalog holds, and trying one: found where the values say so, and nowhere else."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.clients.local_catalog import LocalCatalog
from core.errors import NotFound, Unreadable
from core.profiles import ReferenceColumn, Source
from core.progress import Progress
from core.references import Resolver
from core.samples import usable_key
from core.suggest import Suggestion, named, resolve, suggest
from tests.core.fakes import FakeStore

KEYS = [f"2024/picture {number}.png" for number in range(8)]
BUCKETS = ("photos", "scans")


class Desk:
    """A catalog made by a script, and two buckets."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "catalog.db"
        self.store = FakeStore({"photos": KEYS, "scans": ["a.tif", "b.tif", "c.tif"]})
        self.catalog = LocalCatalog(self.path)
        self.resolver = Resolver(BUCKETS, {})

    def fill(self, table: str, declared: str, rows: list[tuple[object, ...]]) -> None:
        with sqlite3.connect(self.path) as connection:
            connection.execute(f"CREATE TABLE {table} ({declared})")
            places = ", ".join("?" * len(rows[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
        connection.close()

    async def guess(self) -> list[Suggestion]:
        return await suggest(self.store, self.catalog, BUCKETS, self.resolver)

    async def only(self) -> Suggestion:
        found = await self.guess()
        assert [one.source.table for one in found] == [found[0].source.table]
        return found[0]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(tmp_path)
    yield made
    await made.catalog.close()


async def test_a_column_of_paths_is_found_with_its_bucket_and_described_where_each_row_names_another(
    desk: Desk,
) -> None:
    desk.fill("photo", "id INTEGER PRIMARY KEY, path TEXT, title TEXT", [(n, k, f"No {n}") for n, k in enumerate(KEYS)])
    found = await desk.only()
    assert found.source == Source(
        "photo", "photo", ("id",), (ReferenceColumn("path", "path"),), describes=True, bucket="photos"
    )
    assert (found.rows, found.looked, found.resolved, found.empty) == (8, 8, 8, 0)
    assert [(s.bucket, s.key, s.found) for s in found.samples] == [("photos", key, True) for key in KEYS[:5]]


@pytest.mark.parametrize(
    ("holds", "write"),
    [
        ("bucket_path", lambda key: f"photos/{key}"),
        ("url", lambda key: f"https://abc.supabase.co/storage/v1/object/public/photos/{key.replace(' ', '%20')}"),
        ("array", lambda key: json.dumps([key, KEYS[0]])),
        ("json", lambda key: json.dumps({"cover": {"path": key}})),
        ("html", lambda key: f"<p>Look: <img src='{key}'></p>"),
        ("text", lambda key: f"Look: ![a picture](<{key}>)"),
    ],
)
async def test_what_a_column_holds_is_told_from_its_values(desk: Desk, holds: str, write: object) -> None:
    assert callable(write)
    desk.fill("note", "id INTEGER PRIMARY KEY, body TEXT", [(n, write(key)) for n, key in enumerate(KEYS)])
    found = await desk.only()
    assert found.source.columns == (ReferenceColumn("body", holds),)
    assert found.resolved == found.looked > 0
    assert found.source.describes == (holds in ("bucket_path", "url"))


async def test_percent_encoded_paths_count_once_however_they_can_be_read(desk: Desk) -> None:
    desk.fill("photo", "id INTEGER PRIMARY KEY, path TEXT", [(n, k.replace(" ", "%20")) for n, k in enumerate(KEYS)])
    found = await desk.only()
    assert (found.looked, found.resolved) == (8, 8)


async def test_a_column_of_buckets_names_is_taken_as_the_place_of_the_bucket(desk: Desk) -> None:
    rows = [(1, "photos", KEYS[0]), (2, "scans", "a.tif"), (3, "scans", "b.tif"), (4, "photos", KEYS[1])]
    desk.fill("file", "id INTEGER PRIMARY KEY, bucket_id TEXT, name TEXT", rows)
    found = await desk.only()
    assert (found.source.bucket_column, found.source.bucket) == ("bucket_id", None)
    assert found.resolved == 4


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([(n, KEYS[n % 4]) for n in range(8)], "two rows name the same file"),
        ([(n, key if n > 1 else "gone.png") for n, key in enumerate(KEYS)], "too many name nothing"),
        ([(n, key if n > 1 else None) for n, key in enumerate(KEYS)], "too many hold no value"),
        ([(n, key) for n, key in enumerate(KEYS[:2])], "two rows say too little"),
    ],
)
async def test_rows_are_only_taken_to_describe_when_every_sign_says_so(
    desk: Desk, rows: list[tuple[object, ...]], why: str
) -> None:
    desk.fill("photo", "id INTEGER PRIMARY KEY, path TEXT", rows)
    assert not (await desk.only()).source.describes, why


async def test_a_table_with_two_path_columns_is_not_about_one_object(desk: Desk) -> None:
    rows = [(n, KEYS[n], KEYS[n + 4]) for n in range(4)]
    desk.fill("pair", "id INTEGER PRIMARY KEY, front TEXT, back TEXT", rows)
    found = await desk.guess()
    assert [(one.source.name, one.source.describes) for one in found] == [("pair.back", False), ("pair.front", False)]


async def test_words_and_numbers_that_name_nothing_are_not_suggested(desk: Desk) -> None:
    long = "x" * 5_000 + "/" + "y" * 300
    rows = [(n, f"Anna {n}", "mail@example.org", long, n * 3) for n in range(20)]
    desk.fill("person", "id INTEGER PRIMARY KEY, name TEXT, mail TEXT, about TEXT, age INTEGER", rows)
    assert await desk.guess() == []


async def test_a_table_without_a_usable_key_is_left_out_and_named_when_it_is_tried(desk: Desk) -> None:
    desk.fill("photo", "path TEXT", [(key,) for key in KEYS])
    desk.fill("rowid_taken", "rowid TEXT, path TEXT", [("same", key) for key in KEYS])
    found = await desk.guess()
    assert [(one.source.table, one.source.key) for one in found] == [("photo", ("rowid",))]
    with pytest.raises(Unreadable, match="rowid_taken cannot be told apart"):
        await usable_key(desk.catalog, await desk.catalog.table("rowid_taken"))


async def test_a_primary_key_that_holds_null_gives_way_to_the_row_number(desk: Desk) -> None:
    desk.fill("photo", "code TEXT PRIMARY KEY, path TEXT", [(None, key) for key in KEYS])
    assert (await desk.only()).source.key == ("rowid",)


async def test_the_samples_show_what_is_missing_too_not_only_the_first_rows(desk: Desk) -> None:
    desk.fill("photo", "id INTEGER PRIMARY KEY, path TEXT", [(n, k) for n, k in enumerate([*KEYS, "lost.png"])])
    found = await desk.only()
    assert [sample.found for sample in found.samples] == [True] * 4 + [False]
    assert found.samples[-1].key == "lost.png"


async def test_a_value_of_megabytes_is_not_read_for_a_guess(desk: Desk) -> None:
    rows = [(n, b"\x89PNG" + b"\0" * 300_000, key) for n, key in enumerate(KEYS)]
    desk.fill("photo", "id INTEGER PRIMARY KEY, thumbnail BLOB, path TEXT", rows)
    assert (await desk.only()).source.columns == (ReferenceColumn("path", "path"),)


async def test_paths_stored_as_bytes_are_read_as_text(desk: Desk) -> None:
    desk.fill("item", "id INTEGER PRIMARY KEY, path BLOB", [(n, key.encode()) for n, key in enumerate(KEYS)])
    found = await desk.only()
    assert found.samples[0].value == KEYS[0]


async def test_looking_through_the_tables_says_how_far_it_is(desk: Desk) -> None:
    for table in ("one", "two"):
        desk.fill(table, "id INTEGER PRIMARY KEY, path TEXT", [(1, KEYS[0])])
    heard: list[Progress] = []
    await suggest(desk.store, desk.catalog, BUCKETS, desk.resolver, heard.append)
    assert [(p.done, p.total, p.note) for p in heard] == [(0, 2, "one"), (1, 2, "two"), (2, 2, "")]


async def test_a_wrong_mapping_resolves_nothing_and_a_wrong_column_says_so(desk: Desk) -> None:
    desk.fill("photo", "id INTEGER PRIMARY KEY, path TEXT", [(n, key) for n, key in enumerate(KEYS)])
    wrong = Source("photo", "photo", ("id",), (ReferenceColumn("path", "path"),), bucket="scans")
    found = await resolve(desk.store, desk.catalog, wrong, desk.resolver)
    assert (found.looked, found.resolved, len(found.samples)) == (8, 0, 5)
    missing = Source("photo", "photo", ("id",), (ReferenceColumn("pfad", "path"),), bucket="photos")
    with pytest.raises(NotFound, match="pfad"):
        await resolve(desk.store, desk.catalog, missing, desk.resolver)


async def test_a_value_that_no_store_can_hold_does_not_hide_the_others(desk: Desk) -> None:
    class Strict(FakeStore):
        async def stat(self, bucket: str, keys: object) -> object:  # type: ignore[override]
            assert isinstance(keys, list)
            if any(len(key) > 255 for key in keys):
                raise Unreadable("The file system cannot hold the name.")
            return await super().stat(bucket, keys)

    desk.store = Strict({"photos": KEYS})
    desk.fill("photo", "id INTEGER PRIMARY KEY, path TEXT", [(1, "z" * 300), *enumerate(KEYS, start=2)])
    assert (await desk.only()).resolved == 8


def test_sources_of_one_table_get_names_of_their_own() -> None:
    def source(table: str, column: str) -> Source:
        return Source(table, table, ("id",), (ReferenceColumn(column, "path"),))

    found = named([source("a", "x"), source("b", "x"), source("b", "y"), source("b", "y")])
    assert [one.name for one in found] == ["a", "b.x", "b.y", "b.y#2"]
