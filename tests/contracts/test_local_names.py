"""Hard names, links and strange files in a person's own folder: byte-exact keys, or a clear word about each."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from core.clients import local_listing
from core.clients.local_buckets import Buckets
from core.clients.local_store import LocalStore
from core.errors import BadProfile, InvalidName, NotFound, Unreadable
from core.models import QUARANTINE, Attributes, Move, Result, Unlisted
from tests.contracts.worlds import StoreWorld, listing, store_world

POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows has no such files")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps such names apart")


@pytest_asyncio.fixture
async def world() -> AsyncIterator[StoreWorld]:
    async with store_world("local") as made:
        yield made


async def unlisted(store: LocalStore, bucket: str = "photos") -> list[Unlisted]:
    return list((await store.list_objects(bucket)).unlisted)


@LINUX
async def test_hard_names_are_byte_exact_keys(world: StoreWorld) -> None:
    names = [
        "caf\u00e9.jpg",
        "cafe\u0301.jpg",
        "Foto.JPG",
        "foto.jpg",
        "😀.png",
        "dot.",
        "space ",
        "# ? % + &.png",
        "\\.png",
    ]
    names.append("/".join([*["ä" * 100] * 4, "x" * (1024 - 4 * 201)]))
    assert len(names[-1].encode()) == 1024
    for name in names:
        world.put("photos", name, name.encode())
    assert [item.key for item in await listing(world.store, "photos", limit=1)] == sorted(names)
    for name in names:
        assert await world.store.read("photos", name, 2000) == name.encode()
    moved = await world.store.move([Move("photos", n, QUARANTINE, f"r/{number}") for number, n in enumerate(names)])
    assert {outcome.result for outcome in moved} == {Result.DONE} and world.contents() == {}
    back = await world.store.move([Move(QUARANTINE, f"r/{number}", "photos", n) for number, n in enumerate(names)])
    assert {outcome.result for outcome in back} == {Result.DONE}
    assert world.contents() == {f"photos/{name}": name.encode() for name in names}


async def test_a_name_too_long_for_the_file_system_is_refused_in_a_sentence(world: StoreWorld) -> None:
    world.put("photos", "one.jpg")
    outcome = (await world.store.move([Move("photos", "one.jpg", QUARANTINE, "r/" + "x" * 300)]))[0]
    assert outcome.result is Result.FAILED and "cannot hold" in outcome.reason
    assert world.content("photos", "one.jpg") is not None


@LINUX
async def test_a_name_that_is_no_text_is_named_and_does_not_spoil_the_listing(world: StoreWorld) -> None:
    world.put("photos", "one.jpg")
    (world.storage / "photos" / os.fsdecode(b"br\xffken.jpg")).write_bytes(b"x")
    (world.storage / "photos" / os.fsdecode(b"d\xfe")).mkdir()
    (world.storage / os.fsdecode(b"bucket\xfe")).mkdir()
    page = await world.store.list_objects("photos")
    assert [item.key for item in page.items] == ["one.jpg"]
    assert {(item.prefix, item.blocks) for item in page.unlisted} == {("br\\udcffken.jpg", False), ("d\\udcfe", False)}
    assert all(item.prefix.encode() and item.why.endswith(".") for item in page.unlisted)
    with pytest.raises(InvalidName):
        await world.store.read("photos", os.fsdecode(b"br\xffken.jpg"), 10)


async def test_only_the_exact_spelling_counts_where_a_file_system_takes_others_for_it(
    world: StoreWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on macOS and Windows, where looking for `foto.jpg` finds `Foto.JPG`."""
    world.put("photos", "a/Foto.JPG")
    real, real_open = os.stat, os.open

    def stat_any_case(path: str, **kwargs: bool) -> os.stat_result:
        return real("Foto.JPG" if path == "foto.jpg" else path, **kwargs)

    def open_any_case(path: str, *args: int, **kwargs: int) -> int:
        return real_open("a" if path == "A" else path, *args, **kwargs)

    monkeypatch.setattr(Buckets, "spells_exactly", lambda self: False)
    monkeypatch.setattr(os, "stat", stat_any_case)
    monkeypatch.setattr(os, "open", open_any_case)
    found = await world.store.stat("photos", ["a/Foto.JPG", "a/foto.jpg", "A/Foto.JPG"])
    assert [item and item.key for item in found] == ["a/Foto.JPG", None, None]


@POSIX
async def test_links_to_folders_are_named_and_not_followed(world: StoreWorld, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"not ours")
    world.put("photos", "real/one.jpg")
    (world.storage / "photos" / "real" / "loop").symlink_to(world.storage / "photos")
    (world.storage / "photos" / "out").symlink_to(tmp_path)
    page = await world.store.list_objects("photos")
    assert [item.key for item in page.items] == ["real/one.jpg"]
    assert {(item.prefix, item.blocks) for item in page.unlisted} == {("out/", False), ("real/loop/", False)}
    assert await world.store.stat("photos", ["out/secret.jpg", "real/loop/real/one.jpg"]) == (None, None)
    with pytest.raises(NotFound):
        await world.store.read("photos", "out/secret.jpg", 10)


@POSIX
async def test_nothing_is_moved_or_written_through_a_link(world: StoreWorld, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"not ours")
    world.put("photos", "one.jpg", b"1")
    (world.storage / "photos" / "out").symlink_to(tmp_path)
    moves = [
        Move("photos", "out/secret.jpg", QUARANTINE, "r/secret"),
        Move("photos", "one.jpg", "photos", "out/one.jpg"),
    ]
    outcomes = await world.store.move(moves)
    assert [outcome.result for outcome in outcomes] == [Result.DRIFTED, Result.FAILED]
    file = tmp_path / "file"
    file.write_bytes(b"up")
    with pytest.raises(Exception, match="link"):
        await world.store.upload("photos", "out/up.jpg", file, Attributes())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "secret.jpg"]
    assert world.content("photos", "one.jpg") == b"1"


@POSIX
async def test_a_folder_swapped_for_a_link_between_two_looks_redirects_nothing(
    world: StoreWorld, tmp_path: Path
) -> None:
    world.put("photos", "real/one.jpg", b"1")
    seen = (await world.store.stat("photos", ["real/one.jpg"]))[0]
    assert seen is not None
    (world.storage / "photos" / "real").rename(tmp_path / "elsewhere")
    (world.storage / "photos" / "real").symlink_to(tmp_path / "elsewhere")
    outcome = (await world.store.move([Move("photos", "real/one.jpg", QUARANTINE, "r/one", seen.version)]))[0]
    assert outcome.result is Result.DRIFTED
    assert (tmp_path / "elsewhere" / "one.jpg").read_bytes() == b"1"


@POSIX
async def test_a_link_to_a_file_is_an_object_that_stays_where_it_is(world: StoreWorld, tmp_path: Path) -> None:
    (tmp_path / "real.jpg").write_bytes(b"12345")
    (world.storage / "photos" / "link.jpg").symlink_to(tmp_path / "real.jpg")
    (world.storage / "photos" / "broken.jpg").symlink_to(tmp_path / "nothing")
    (world.storage / "photos" / "self.jpg").symlink_to("self.jpg")
    os.mkfifo(world.storage / "photos" / "pipe")
    page = await world.store.list_objects("photos")
    assert [(item.key, item.size_bytes) for item in page.items] == [("link.jpg", 5)] and page.unlisted == ()
    assert page.items[0].leads_to == ("photos", "link.jpg")  # what it shows lies outside of the storage
    assert [item is None for item in await world.store.stat("photos", ["link.jpg", "broken.jpg", "pipe"])] == [
        False,
        True,
        True,
    ]
    outcome = (await world.store.move([Move("photos", "link.jpg", QUARANTINE, "r/link")]))[0]
    assert outcome.result is Result.FAILED and "link" in outcome.reason
    assert (world.storage / "photos" / "link.jpg").is_symlink()
    with pytest.raises(NotFound):
        await world.store.read("photos", "pipe", 10)


@POSIX
async def test_a_bucket_that_is_a_link_is_not_followed(world: StoreWorld, tmp_path: Path) -> None:
    (tmp_path / "one.jpg").write_bytes(b"x")
    (world.storage / "linked").symlink_to(tmp_path)
    assert "linked" not in [bucket.name for bucket in await world.store.buckets()]
    with pytest.raises(NotFound):
        await world.store.bucket("linked")
    with pytest.raises(Unreadable):
        await world.store.list_objects("linked")


async def test_an_unreadable_folder_makes_the_listing_incomplete(
    world: StoreWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a/1.jpg", "locked/2.jpg", "z/3.jpg"):
        world.put("photos", name)
    real = os.scandir

    def scandir(path: str) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("locked/"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    page = await world.store.list_objects("photos")
    assert [item.key for item in page.items] == ["a/1.jpg", "z/3.jpg"]
    assert [(item.prefix, item.blocks) for item in page.unlisted] == [("locked/", True)]
    assert "Permission denied" in page.unlisted[0].why


async def test_a_folder_of_many_files_is_listed_in_parts(world: StoreWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_listing, "CHUNK", 7)
    names = [f"{number:03}" + ("/x" if number % 5 == 0 else "") for number in range(100)]
    for name in reversed(names):
        world.put("photos", name)
    (world.storage / "photos" / "020a").mkdir()
    for limit in (1, 3, 100):
        assert [item.key for item in await listing(world.store, "photos", limit=limit)] == names


async def test_the_folder_itself_can_be_the_bucket_and_the_catalog_in_it_is_no_object(tmp_path: Path) -> None:
    root = tmp_path / "collection"
    (root / "sub").mkdir(parents=True)
    for name in ("notes.db", "notes.db-wal", "notes.db-shm", "notes.db-journal", "notes.db.bak", "sub/one.jpg"):
        (root / name).write_bytes(b"x")
    store = LocalStore(root, tmp_path / "quarantine", ["."], root / "notes.db")
    assert [bucket.name for bucket in await store.buckets()] == ["collection"]
    assert [item.key for item in await listing(store, "collection")] == ["notes.db.bak", "sub/one.jpg"]
    assert await store.stat("collection", ["notes.db", "notes.db-wal"]) == (None, None)
    assert await store.content_hashes("collection", ["notes.db"]) == (None,)
    outcome = (await store.move([Move("collection", "notes.db", QUARANTINE, "r/notes.db")]))[0]
    assert outcome.result is Result.FAILED and (root / "notes.db").exists()
    await store.close()


async def test_chosen_buckets_are_the_only_ones_and_a_missing_one_is_said(world: StoreWorld) -> None:
    store = LocalStore(world.storage, world.quarantine, ["photos-1", "gone"])
    assert [bucket.name for bucket in await store.buckets()] == ["gone", "photos-1"]
    with pytest.raises(NotFound, match="gone"):
        await store.bucket("gone")
    with pytest.raises(NotFound):
        await store.bucket("photos")
    await store.close()


async def test_a_storage_that_is_not_there_is_not_an_empty_one(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "unplugged", tmp_path / "quarantine", ["photos"])
    for attempt in (store.buckets(), store.list_objects("photos")):
        with pytest.raises(NotFound, match="unplugged"):
            await attempt
    await store.close()


def test_a_quarantine_under_the_storage_is_refused(tmp_path: Path) -> None:
    (tmp_path / "storage").mkdir()
    for quarantine in (tmp_path / "storage" / "q", tmp_path / "storage", tmp_path):
        with pytest.raises(BadProfile):
            LocalStore(tmp_path / "storage", quarantine)


@POSIX
def test_a_quarantine_that_a_link_leads_under_the_storage_is_refused(tmp_path: Path) -> None:
    (tmp_path / "storage" / "photos").mkdir(parents=True)
    (tmp_path / "q").symlink_to(tmp_path / "storage" / "photos")
    with pytest.raises(BadProfile):
        LocalStore(tmp_path / "storage", tmp_path / "q")


async def test_a_key_that_no_file_here_can_have_is_absent_and_disturbs_no_other(world: StoreWorld) -> None:
    world.put("photos", "a.jpg", b"a")
    there, *others = await world.store.stat("photos", ["a.jpg", "x" * 300, "y/" + "é" * 200, "z" * 5000])
    assert there is not None and there.size_bytes == 1
    assert others == [None, None, None]
