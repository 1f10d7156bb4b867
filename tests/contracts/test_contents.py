"""Bytes go in and out whole, and what is stored is never overwritten."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import AlreadyExists, CoreError, InvalidName, NotFound, Unavailable
from core.models import QUARANTINE, Attributes
from core.ports import ObjectStore
from tests.contracts.worlds import StoreWorld, listing

WHEN = datetime(2025, 3, 4, 5, 6, 7, 890123, tzinfo=UTC)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture"
    path.write_bytes(b"\x89PNG and more")
    return path


async def test_an_upload_becomes_an_object(world: StoreWorld, store: ObjectStore, picture: Path) -> None:
    stored = await store.upload("photos", "new/one.png", picture, Attributes("image/png", updated=WHEN, created=WHEN))
    assert world.content("photos", "new/one.png") == b"\x89PNG and more"
    assert (stored,) == await store.stat("photos", ["new/one.png"])
    kept = (await store.attributes("photos", ["new/one.png"]))[0]
    assert kept is not None and kept.content_type == "image/png"
    assert kept.updated == WHEN or not world.keeps_times


async def test_an_upload_never_overwrites(world: StoreWorld, store: ObjectStore, picture: Path) -> None:
    world.put("photos", "one.png", b"older")
    with pytest.raises(AlreadyExists):
        await store.upload("photos", "one.png", picture, Attributes())
    assert world.content("photos", "one.png") == b"older"


async def test_an_upload_into_a_missing_bucket_is_refused(world: StoreWorld, store: ObjectStore, picture: Path) -> None:
    with pytest.raises(NotFound):
        await store.upload("nowhere", "one.png", picture, Attributes())
    assert world.contents() == {}


async def test_a_key_that_cannot_be_is_refused_in_a_sentence(store: ObjectStore, picture: Path) -> None:
    for key in ("../one.png", "a/../one.png", "", "./one.png"):
        with pytest.raises(InvalidName) as caught:
            await store.upload("photos", key, picture, Attributes())
        assert caught.value.message.endswith(".")


async def test_a_download_is_the_object(world: StoreWorld, store: ObjectStore, tmp_path: Path) -> None:
    world.put("photos", "a/one.png", b"bytes" * 1000)
    target = tmp_path / "folder" / "copy.png"
    found = await store.download("photos", "a/one.png", target)
    assert target.read_bytes() == b"bytes" * 1000
    assert (found,) == await store.stat("photos", ["a/one.png"])
    assert list(target.parent.iterdir()) == [target]


async def test_a_download_leaves_nothing_where_there_is_nothing(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        await store.download("photos", "one.png", tmp_path / "copy.png")
    with pytest.raises(NotFound):
        await store.download("nowhere", "one.png", tmp_path / "copy.png")
    assert list(tmp_path.iterdir()) == []


async def test_a_download_does_not_overwrite_a_file(world: StoreWorld, store: ObjectStore, tmp_path: Path) -> None:
    world.put("photos", "one.png", b"new")
    target = tmp_path / "copy.png"
    target.write_bytes(b"mine")
    with pytest.raises(AlreadyExists):
        await store.download("photos", "one.png", target)
    assert target.read_bytes() == b"mine"


async def test_reading_stops_at_the_limit(world: StoreWorld, store: ObjectStore) -> None:
    world.put("photos", "one.png", b"0123456789")
    assert await store.read("photos", "one.png", 4) == b"0123"
    assert await store.read("photos", "one.png", 1 << 40) == b"0123456789"
    with pytest.raises(NotFound):
        await store.read("photos", "two.png", 4)


async def test_hashes_are_equal_exactly_where_the_bytes_are(world: StoreWorld, store: ObjectStore) -> None:
    for key, data in {"a": b"one", "b": b"two", "c/d": b"one", "e": b""}.items():
        world.put("photos", key, data)
    a, b, c, e, none = await store.content_hashes("photos", ["a", "b", "c/d", "e", "nothing"])
    assert a == c and len({a, b, e}) == 3 and none is None


async def test_what_is_archived_can_be_put_back(world: StoreWorld, store: ObjectStore, tmp_path: Path) -> None:
    world.put("photos", "one.webp", b"bytes")
    before, kept = (await store.stat("photos", ["one.webp"]))[0], (await store.attributes("photos", ["one.webp"]))[0]
    assert before is not None and kept is not None
    await store.download("photos", "one.webp", tmp_path / "kept.webp")
    world.drop("photos", "one.webp")
    after = await store.upload("photos", "one.webp", tmp_path / "kept.webp", kept)
    assert (after.size_bytes, after.content_type, after.etag) == (5, before.content_type, before.etag)
    again = (await store.attributes("photos", ["one.webp"]))[0]
    assert again is not None
    assert (again.content_type, again.cache_control, again.metadata) == (
        kept.content_type, kept.cache_control, kept.metadata,
    )  # fmt: skip
    assert (after.version, again.updated) == (before.version, kept.updated) or not world.keeps_times


async def test_the_quarantine_holds_uploads_too(world: StoreWorld, store: ObjectStore, picture: Path) -> None:
    await store.upload(QUARANTINE, "run-1/_manifest/1.jsonl", picture, Attributes("application/jsonl"))
    assert [item.key for item in await listing(store, QUARANTINE)] == ["run-1/_manifest/1.jsonl"]
    assert await store.read(QUARANTINE, "run-1/_manifest/1.jsonl", 4) == b"\x89PNG"
    assert world.contents() == {}


async def test_a_closed_storage_says_so(world: StoreWorld) -> None:
    other = await world.another()
    await other.close()
    await other.close()
    with pytest.raises(Unavailable, match="closed"):
        await other.buckets()


async def test_every_error_says_what_and_what_to_do(store: ObjectStore, tmp_path: Path) -> None:
    for attempt in (store.read("photos", "x", 1), store.bucket("x"), store.download("photos", "x", tmp_path / "y")):
        with pytest.raises(CoreError) as caught:
            await attempt
        assert caught.value.message[-1] == "." and "x" in caught.value.message
