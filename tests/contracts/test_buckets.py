"""Buckets are made once, set as asked, and removed while they are empty."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import AlreadyExists, CoreError, InvalidName, NotFound, Refused, TooLarge, WrongType
from core.models import QUARANTINE, Attributes, Bucket
from core.ports import BucketLimits, ObjectStore
from tests.contracts.worlds import StoreWorld


@pytest.fixture(autouse=True)
def _of_our_own(kind: str) -> Iterator[None]:
    if kind == "live":
        pytest.skip("no buckets are made in a project that was lent")
    yield


def settings(world: StoreWorld, name: str = "photos-2") -> Bucket:
    """What a provider can set; a folder has no settings."""
    return Bucket(name) if world.kind == "local" else Bucket(name, True, 1_000, ("image/*", "text/plain"))


async def test_a_new_bucket_is_as_it_was_asked_for(world: StoreWorld, store: ObjectStore) -> None:
    wanted = settings(world)
    assert await store.create_bucket(wanted) == wanted
    assert await store.bucket("photos-2") == wanted
    assert [bucket.name for bucket in await store.buckets()] == ["photos", "photos-1", "photos-2"]
    assert (await store.list_objects("photos-2")).items == ()


async def test_a_bucket_is_made_once(world: StoreWorld, store: ObjectStore) -> None:
    with pytest.raises(AlreadyExists, match="“photos-1”"):
        await store.create_bucket(Bucket("photos-1"))
    other = await world.another()
    try:
        ends = await asyncio.gather(
            *(one.create_bucket(Bucket("photos-3")) for one in (store, other) for _ in range(4)),
            return_exceptions=True,
        )
    finally:
        await other.close()
    assert [end for end in ends if isinstance(end, Bucket)] == [Bucket("photos-3")]
    assert sum(isinstance(end, AlreadyExists) for end in ends) == 7


@pytest.mark.parametrize("name", ["", "a/b", f"{QUARANTINE}-2"])
async def test_a_name_that_no_bucket_can_have_is_refused(store: ObjectStore, name: str) -> None:
    with pytest.raises(CoreError) as caught:
        await store.create_bucket(Bucket(name))
    assert isinstance(caught.value, InvalidName)
    assert caught.value.message.endswith(".")


async def test_settings_change_one_by_one(world: StoreWorld, store: ObjectStore) -> None:
    if world.kind == "local":
        with pytest.raises(Refused, match="folder"):
            await store.update_bucket("photos", public=True)
        return
    assert (await store.update_bucket("photos", public=True)).public
    limited = await store.update_bucket("photos", limits=BucketLimits(500, ("image/png",)))
    assert limited == Bucket("photos", True, 500, ("image/png",))
    assert await store.update_bucket("photos", public=False) == Bucket("photos", False, 500, ("image/png",))
    assert await store.update_bucket("photos", limits=BucketLimits()) == Bucket("photos")
    assert await store.bucket("photos-1") == Bucket("photos-1")


async def test_a_bucket_that_is_not_there_cannot_be_set_or_removed(store: ObjectStore) -> None:
    with pytest.raises(NotFound):
        await store.update_bucket("nowhere", public=True)
    with pytest.raises(NotFound):
        await store.drop_bucket("nowhere")
    with pytest.raises(NotFound):
        await store.register_bucket("nowhere", "photos")


async def test_only_an_empty_bucket_goes(world: StoreWorld, store: ObjectStore) -> None:
    world.put("photos-1", "a/one.png")
    with pytest.raises(Refused, match="not empty"):
        await store.drop_bucket("photos-1")
    assert world.content("photos-1", "a/one.png") == b"x"
    world.drop("photos-1", "a/one.png")
    await store.drop_bucket("photos-1")
    assert [bucket.name for bucket in await store.buckets()] == ["photos"]


async def test_a_bucket_takes_what_its_limits_say(world: StoreWorld, store: ObjectStore, tmp_path: Path) -> None:
    if world.kind == "local":
        pytest.skip("a folder takes every file")
    await store.create_bucket(settings(world))
    path = _file(tmp_path, 1_001)
    with pytest.raises(TooLarge):
        await store.upload("photos-2", "large.png", path, Attributes("image/png"))
    small = _file(tmp_path, 1_000)
    with pytest.raises(WrongType):
        await store.upload("photos-2", "small.pdf", small, Attributes("application/pdf"))
    assert (await store.upload("photos-2", "small.png", small, Attributes("image/png"))).size_bytes == 1_000


async def test_registering_twice_is_registering_once(world: StoreWorld, store: ObjectStore) -> None:
    has_registry = world.kind == "supabase"
    for _ in range(2):
        assert await store.register_bucket("photos", "photos") is has_registry
    assert await store.registered_buckets() == (frozenset({"photos"}) if has_registry else None)


def _file(folder: Path, size_bytes: int) -> Path:
    path = folder / f"{size_bytes}"
    path.write_bytes(b"x" * size_bytes)
    return path
