"""A profile in the making: what a folder is taken for, and that looking at it changes nothing."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import pytest

from core import places, profiles
from core.errors import AlreadyExists, BadProfile, NotFound
from core.profile_setup import Count, Layout, Setup, check_new_name, look_around, offer_name, write
from core.profiles import Profile, ReferenceColumn, Source


def make_collection(folder: Path, journal: str = "DELETE") -> Path:
    """Two buckets, a table of paths, a loose file; gives the catalog."""
    for key in ("photos/a.png", "photos/2024/b c.png", "photos/d.png", "scans/x.tif"):
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(key.encode())
    catalog = folder / "notes.sqlite"
    with sqlite3.connect(catalog) as connection:
        connection.execute(f"PRAGMA journal_mode={journal}")
        connection.execute("CREATE TABLE photo (id INTEGER PRIMARY KEY, path TEXT)")
        rows = [(1, "a.png"), (2, "2024/b c.png"), (3, "d.png")]
        connection.executemany("INSERT INTO photo VALUES (?, ?)", rows)
    connection.close()
    return catalog


def checksums(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        path.relative_to(folder).as_posix(): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


async def test_folders_beside_one_another_are_buckets_and_a_sqlite_file_near_is_offered(tmp_path: Path) -> None:
    catalog = make_collection(tmp_path / "collection")
    around = await look_around(tmp_path / "collection")
    assert (around.layout, around.loose_files, around.catalogs) == (Layout.FOLDERS, 0, (catalog,))


async def test_a_folder_with_files_of_its_own_is_one_bucket_and_finds_the_catalog_beside_it(tmp_path: Path) -> None:
    catalog = make_collection(tmp_path / "collection")
    around = await look_around(tmp_path / "collection" / "photos")
    assert (around.layout, around.loose_files, around.catalogs) == (Layout.WHOLE, 2, (catalog,))


async def test_a_missing_folder_has_nothing_around_it_and_opening_it_says_why(tmp_path: Path) -> None:
    around = await look_around(tmp_path / "nowhere" / "at all")
    assert (around.loose_files, around.catalogs) == (0, ())
    setup = await Setup.open(tmp_path / "nowhere" / "at all", Layout.FOLDERS)
    with pytest.raises(NotFound, match="nowhere"):
        await setup.buckets()
    await setup.close()


@pytest.mark.parametrize("journal", ["DELETE", "WAL"])
async def test_looking_guessing_and_trying_leaves_every_file_as_it_was(tmp_path: Path, journal: str) -> None:
    folder = tmp_path / "collection"
    catalog = make_collection(folder, journal)
    before = checksums(folder)
    await look_around(folder)
    setup = await Setup.open(folder, Layout.FOLDERS, catalog)
    try:
        buckets = await setup.buckets()
        assert buckets == ("photos", "scans")
        assert [await setup.count(bucket) for bucket in buckets] == [Count(3, True), Count(1, True)]
        assert [table.name for table in await setup.tables()] == ["photo"]
        found = await setup.suggest(buckets)
        assert [(one.source.table, one.source.bucket, one.resolved) for one in found] == [("photo", "photos", 3)]
        tried = await setup.measure(Source("photo", "photo", (), (ReferenceColumn("path", "path"),)), buckets)
        assert tried.source.key == ("id",)
    finally:
        await setup.close()
    assert checksums(folder) == before


async def test_a_file_without_tables_is_no_catalog(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    sqlite3.connect(tmp_path / "empty.db").close()
    setup = await Setup.open(tmp_path, Layout.FOLDERS, tmp_path / "empty.db")
    with pytest.raises(BadProfile, match="no tables"):
        await setup.tables()
    await setup.close()


@pytest.mark.parametrize(
    ("folder", "taken", "name"),
    [
        ("Clinic", (), "Clinic"),
        ("Clinic", ("clinic",), "Clinic 2"),
        ("größe & co.", (), "gr-e - co"),
        ("practice", (), "practice 2"),
        ("写真", (), "collection"),
        ("x" * 90, (), "x" * 48),
    ],
)
def test_a_profile_is_offered_its_folders_name_as_far_as_it_may_have_it(
    folder: str, taken: tuple[str, ...], name: str
) -> None:
    assert offer_name(Path("/data") / folder, taken) == name
    check_new_name(name, taken)


def test_a_name_that_is_taken_or_cannot_be_a_file_is_refused() -> None:
    with pytest.raises(AlreadyExists):
        check_new_name("Clinic", ("clinic",))
    with pytest.raises(BadProfile):
        check_new_name("../clinic", ())


async def test_a_profile_whose_quarantine_would_lie_in_its_storage_is_not_written(home: Path) -> None:
    profile = Profile("all", "local", home, home / "c.db")
    with pytest.raises(BadProfile, match="inside one another"):
        await write(profile)
    assert not (places.profiles() / "all.toml").exists()


async def test_a_written_profile_can_be_opened_by_its_name(tmp_path: Path) -> None:
    catalog = make_collection(tmp_path / "collection")
    source = Source("photo", "photo", ("id",), (ReferenceColumn("path", "path"),), describes=True, bucket="photos")
    await write(Profile("notes", "local", tmp_path / "collection", catalog, ("photos",), (source,)))
    made = profiles.load("notes")
    assert (made.storage, made.catalog, made.buckets, made.sources) == (
        tmp_path / "collection",
        catalog,
        ("photos",),
        (source,),
    )
