"""What every bucket holds, counted without a listing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.capacity.models import waiting_name
from core.errors import NotFound
from core.models import QUARANTINE, Move
from tests.contracts.worlds import PLAIN, StoreWorld


async def counted(world: StoreWorld) -> dict[str, tuple[int, int]]:
    """What is told of each bucket; nothing counts in a project without our functions, and it says so."""
    if world.kind == PLAIN:
        with pytest.raises(NotFound, match="no function that counts"):
            await world.store.usage()
        pytest.skip("nothing counts there")
    return {sample.bucket: (sample.objects, sample.bytes) for sample in await world.store.usage()}


async def test_objects_and_bytes_of_every_bucket_are_told(world: StoreWorld) -> None:
    world.put("photos", "a", b"123")
    world.put("photos", "deep/er/b", b"45")
    found = await counted(world)
    assert (found["photos"], found["photos-1"]) == ((2, 5), (0, 0))


async def test_what_is_overwritten_or_taken_away_is_counted_anew(world: StoreWorld) -> None:
    world.put("photos", "a", b"123")
    world.put("photos", "b", b"1")
    assert (await counted(world))["photos"] == (2, 4)
    world.drop("photos", "a")
    world.put("photos", "b", b"1234567")
    assert (await counted(world))["photos"] == (1, 7)


async def test_the_quarantine_is_told_by_the_bucket_that_things_came_from(world: StoreWorld) -> None:
    for key, size in (("a", 3), ("deep/b", 4), ("c", 5), ("note", 6)):
        world.put("photos", key, b"x" * size)
    world.put("photos-1", "a", b"xx")
    await world.store.move(
        [
            Move("photos", "a", QUARANTINE, "run/photos/a"),
            Move("photos", "deep/b", QUARANTINE, "run/photos/deep/b"),
            Move("photos-1", "a", QUARANTINE, "other/photos-1/a"),
            Move("photos", "c", QUARANTINE, "run/_/7"),
            Move("photos", "note", QUARANTINE, "run/_manifest/note"),
        ]
    )
    found = await counted(world)
    assert found[waiting_name("photos")] == (2, 7)
    assert found[waiting_name("photos-1")] == (1, 2)
    assert found[waiting_name("")] == (1, 5)
    assert found["photos"] == (0, 0)
    assert QUARANTINE not in found
    assert sum(size for _, size in found.values()) == 14, "the program's own notes are nothing to have back"


async def test_samples_carry_the_time_of_the_service(world: StoreWorld) -> None:
    now = await world.store.now()
    await counted(world)
    times = [sample.at for sample in await world.store.usage()]
    assert times
    assert all(abs(at - now) < timedelta(minutes=1) for at in times)


async def test_history_is_a_list_that_may_be_empty(world: StoreWorld) -> None:
    now = await world.store.now()
    assert isinstance(await world.store.usage_history(now - timedelta(days=1)), tuple)


async def test_it_can_be_counted_often(world: StoreWorld) -> None:
    world.put("photos", "a", b"1")
    assert await counted(world) == await counted(world)
