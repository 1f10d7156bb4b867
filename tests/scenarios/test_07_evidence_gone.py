"""Scenario 7: rows went by a cascade before anybody looked; their files belong to nobody known, and wait for a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.doubts import accept
from core.errors import Refused
from core.findings import identify
from core.keeps import keep
from core.models import Kind, RunState, Selection
from core.profiles import ReferenceColumn, Source
from tests.scenarios.collection import Collection

PICTURES = Source("pictures", "pictures", ("id",), (ReferenceColumn("path", "path"),), describes=True, bucket="photos")
ALBUMS = """
CREATE TABLE albums (id INTEGER PRIMARY KEY, title TEXT);
CREATE TABLE pictures (id INTEGER PRIMARY KEY, path TEXT NOT NULL,
    album INTEGER NOT NULL REFERENCES albums (id) ON DELETE CASCADE);
"""


async def _albums(folder: Path, albums: int = 10, pictures: int = 10) -> Collection:
    collection = Collection(folder, (PICTURES,))
    collection.sql(ALBUMS)
    for album in range(albums):
        collection.sql("INSERT INTO albums VALUES (?, 'trip')", album)
        for picture in range(pictures):
            key = f"{album}/{picture}.png"
            collection.file(key)
            collection.sql("INSERT INTO pictures (path, album) VALUES (?, ?)", key, album)
    await collection.scan_later()
    return collection


def _lose(collection: Collection, albums: int) -> None:
    """What another program does that deletes albums, with foreign keys in force."""
    collection.sql(f"PRAGMA foreign_keys = ON; DELETE FROM albums WHERE id < {albums};")


async def test_files_whose_rows_a_cascade_took_are_unproven_until_a_person_accepts_the_loss(tmp_path: Path) -> None:
    collection = await _albums(tmp_path)
    _lose(collection, 3)
    await collection.scan()
    found = await collection.findings(Kind.FILE_WITHOUT_ROW)
    plan = await collection.plan()
    before = collection.picture()
    run = await collection.apply(plan)
    assert len(found) == 30 and set(found.values()) == {"unproven"}
    assert run.steps == 0 and collection.picture() == before
    await collection.close()


async def test_accepted_they_are_still_under_the_guard_and_come_back(tmp_path: Path) -> None:
    collection = await _albums(tmp_path)
    _lose(collection, 3)
    await collection.scan()
    before = collection.picture()
    await accept(await collection.workspace(), "pictures")
    plan = await collection.plan()
    with pytest.raises(Refused, match="30 of 100 objects"):
        await collection.apply(plan)
    run = await collection.apply(plan, allow_share=0.3)
    assert (run.done, run.state) == (30, RunState.DONE)
    await collection.undo(run.run_id)
    assert collection.picture() == before
    await collection.close()


async def test_a_keep_mark_outlives_the_loss_of_the_row(tmp_path: Path) -> None:
    collection = await _albums(tmp_path)
    _lose(collection, 1)
    await collection.scan()
    found = await collection.findings(Kind.FILE_WITHOUT_ROW)
    assert set(found.values()) == {"open"}  # a tenth of the rows is an ordinary day
    lost = identify(Kind.FILE_WITHOUT_ROW, "photos", "0/0.png", "", "[]", "", None)
    await keep(await collection.workspace(), Selection(only=frozenset([lost])), "printed")
    run = await collection.apply(await collection.plan())
    assert (run.steps, run.done) == (9, 9)
    assert (collection.storage / "photos/0/0.png").exists()
    await collection.close()
