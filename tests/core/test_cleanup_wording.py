"""New names of objects are written as the program that owns the table writes them."""

from __future__ import annotations

from pathlib import Path

from core.models import Kind, Repair, Result
from tests.core.worlds import Make, photo, source

SONGS = "CREATE TABLE songs (id INTEGER PRIMARY KEY, path BLOB, note TEXT);"


async def test_a_path_that_is_kept_as_a_blob_stays_one(make: Make) -> None:
    world = await make(
        SONGS + "INSERT INTO songs (path) VALUES (CAST('photos/grün' AS BLOB)), (CAST('b' AS BLOB))",
        source("songs", "path", describes=True),
        objects=photo("grün") | photo("b") | photo("new"),
    )
    _, (step,) = await world.plan(None, Kind.WRONG_PREFIX)
    assert step.after == {"path": "grün".encode()}
    assert await world.carry_out([step]) == [Result.DONE]
    _, (step,) = await world.plan(Repair.INSERT)
    assert await world.carry_out([step]) == [Result.DONE]
    assert world.ask("SELECT path, typeof(path) FROM songs ORDER BY id") == [
        ("grün".encode(), "blob"),
        (b"b", "blob"),
        (b"new", "blob"),
    ]


async def test_a_blob_path_is_pointed_at_the_copy_that_is_kept_as_a_blob(make: Make) -> None:
    world = await make(
        SONGS + "INSERT INTO songs (path) VALUES (CAST('a' AS BLOB)), (CAST('b' AS BLOB))",
        source("songs", "path", describes=True),
        objects=photo("a", "same") | photo("b", "same"),
    )
    _, steps = await world.plan(Repair.MERGE)
    assert [step.after for step in steps if step.table] == [{"path": b"a"}]


async def test_where_paths_are_absolute_a_new_row_gets_an_absolute_one_too(make: Make, tmp_path: Path) -> None:
    folder = (tmp_path / "photos").as_posix()
    world = await make(
        f"CREATE TABLE shots (id INTEGER PRIMARY KEY, file TEXT NOT NULL UNIQUE);"
        f"INSERT INTO shots (file) VALUES ('{folder}/a.jpg'), ('{folder}/trip/b.jpg')",
        source("shots", "file", describes=True),
        objects=photo("a.jpg") | photo("trip/b.jpg") | photo("trip/ü new.jpg"),
    )
    _, (step,) = await world.plan(Repair.INSERT)
    assert step.after == {"file": f"{folder}/trip/ü new.jpg"}
    assert await world.carry_out([step]) == [Result.DONE]
    await world.survey()
    assert (await world.plan(Repair.INSERT))[0].steps == 0


async def test_where_paths_are_absolute_a_row_is_pointed_at_the_kept_copy_by_an_absolute_one(
    make: Make, tmp_path: Path
) -> None:
    folder = (tmp_path / "photos").as_posix()
    world = await make(
        f"CREATE TABLE shots (id INTEGER PRIMARY KEY, file TEXT NOT NULL);"
        f"INSERT INTO shots (file) VALUES ('{folder}/a.jpg'), ('{folder}/trip/b.jpg')",
        source("shots", "file", describes=True),
        objects=photo("a.jpg", "same") | photo("trip/b.jpg", "same"),
    )
    _, steps = await world.plan(Repair.MERGE)
    assert [step.after for step in steps if step.table] == [{"file": f"{folder}/a.jpg"}]
