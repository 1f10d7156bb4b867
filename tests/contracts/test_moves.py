"""Moving never overwrites, carries everything along, and may be repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Refused, Usage
from core.models import QUARANTINE, Attributes, Move, Object, Outcome, Result
from core.ports import ObjectStore
from tests.contracts.worlds import StoreWorld, listing


def away(key: str, version: str | None = None) -> Move:
    return Move("photos", key, QUARANTINE, f"run-1/photos/{key}", version)


def back(key: str, version: str | None = None) -> Move:
    return Move(QUARANTINE, f"run-1/photos/{key}", "photos", key, version)


async def only(store: ObjectStore, bucket: str, key: str) -> Object:
    found = (await store.stat(bucket, [key]))[0]
    assert found is not None
    return found


def results(outcomes: tuple[Outcome, ...]) -> list[Result]:
    assert all(outcome.reason == "" or outcome.reason[-1] == "." for outcome in outcomes)
    assert all(outcome.reason for outcome in outcomes if outcome.result is not Result.DONE)
    return [outcome.result for outcome in outcomes]


def alike(world: StoreWorld, one: Object, other: Object) -> bool:
    """Whether nothing differs but what a service never keeps: when it was updated, and the version that tells so."""
    if world.keeps_times:
        return replace(one, changed=None) == replace(other, changed=None)
    return replace(one, changed=None, version="") == replace(other, changed=None, version="")


def timeless(world: StoreWorld, found: Sequence[Attributes | None]) -> list[Attributes | None]:
    """Attributes without the times that a service does not keep; it does keep when an object was created."""
    return [one if one is None or world.keeps_times else replace(one, updated=None) for one in found]


async def test_an_object_comes_back_from_the_quarantine_as_it_was(world: StoreWorld, store: ObjectStore) -> None:
    world.put("photos", "ward/one.jpg", b"bytes")
    before = await only(store, "photos", "ward/one.jpg")
    kept = await store.attributes("photos", ["ward/one.jpg"])

    gone = (await store.move([away("ward/one.jpg", before.version)]))[0]
    assert gone.result is Result.DONE and gone.object is not None
    assert (gone.object.bucket, gone.object.key) == (QUARANTINE, "run-1/photos/ward/one.jpg")
    assert world.contents() == {}
    assert timeless(world, await store.attributes(QUARANTINE, [gone.object.key])) == timeless(world, kept)

    again = (await store.move([back("ward/one.jpg", gone.object.version)]))[0]
    assert again.object is not None
    assert alike(world, again.object, before)
    assert world.contents() == {"photos/ward/one.jpg": b"bytes"}
    assert timeless(world, await store.attributes("photos", ["ward/one.jpg"])) == timeless(world, kept)
    assert await listing(store, QUARANTINE) == []


async def test_what_an_upload_said_of_an_object_survives_the_quarantine(
    world: StoreWorld, store: ObjectStore, tmp_path: Path
) -> None:
    file = tmp_path / "one.png"
    file.write_bytes(b"picture")
    told = Attributes(
        "image/png", "max-age=60", {"by": "me"}, datetime(2025, 1, 2, tzinfo=UTC), datetime(2025, 2, 3, tzinfo=UTC)
    )
    await store.upload("photos", "one.png", file, told)
    before = await store.attributes("photos", ["one.png"])
    await store.move([away("one.png")])
    await store.move([back("one.png")])
    assert timeless(world, await store.attributes("photos", ["one.png"])) == timeless(world, before)


async def test_another_object_in_the_place_is_never_overwritten(world: StoreWorld, store: ObjectStore) -> None:
    world.put("photos", "one.jpg", b"first")
    await store.move([away("one.jpg")])
    world.put("photos", "one.jpg", b"second")
    assert results(await store.move([back("one.jpg")])) == [Result.DRIFTED]
    assert results(await store.move([away("one.jpg")])) == [Result.DRIFTED]
    assert world.content("photos", "one.jpg") == b"second"
    assert await store.read(QUARANTINE, "run-1/photos/one.jpg", 100) == b"first"


async def test_an_object_that_changed_stays_where_it_is(world: StoreWorld, store: ObjectStore) -> None:
    world.put("photos", "one.jpg", b"first")
    seen = await only(store, "photos", "one.jpg")
    world.put("photos", "one.jpg", b"changed")
    assert results(await store.move([away("one.jpg", seen.version)])) == [Result.DRIFTED]
    assert world.contents() == {"photos/one.jpg": b"changed"}
    assert await listing(store, QUARANTINE) == []


async def test_an_object_that_is_gone_has_drifted(store: ObjectStore) -> None:
    assert results(await store.move([away("one.jpg"), back("two.jpg")])) == [Result.DRIFTED, Result.DRIFTED]


async def test_repeating_a_finished_move_is_done(world: StoreWorld, store: ObjectStore) -> None:
    world.put("photos", "a/one.jpg", b"bytes")
    seen = await only(store, "photos", "a/one.jpg")
    first = await store.move([away("a/one.jpg", seen.version)])
    assert await store.move([away("a/one.jpg", seen.version)]) == first
    moved = first[0].object
    assert moved is not None
    second = await store.move([back("a/one.jpg", moved.version)])
    assert await store.move([back("a/one.jpg", moved.version)]) == second
    assert results(second) == [Result.DONE]


async def test_each_item_of_a_call_ends_on_its_own(world: StoreWorld, store: ObjectStore) -> None:
    world.put("photos", "one.jpg", b"1")
    world.put("photos", "three.jpg", b"3")
    moves = [away("one.jpg"), away("two.jpg"), away("../photos-1/x"), away("three.jpg")]
    moves[2] = replace(moves[2], to_key="run-1/x")
    expected = [Result.DONE, Result.DRIFTED, Result.FAILED, Result.DONE]
    assert results(await store.move(moves)) == expected
    assert world.contents() == {}


async def test_a_batch_too_large_is_refused_whole(world: StoreWorld, store: ObjectStore) -> None:
    world.put("photos", "one.jpg")
    with pytest.raises(Usage):
        await store.move([away("one.jpg")] * (store.limits.batch_size + 1))
    assert world.content("photos", "one.jpg") is not None


async def test_only_the_quarantine_lets_objects_go_for_good(world: StoreWorld, store: ObjectStore) -> None:
    world.put("photos", "one.jpg")
    with pytest.raises(Refused):
        await store.remove("photos", ["one.jpg"])
    await store.move([away("one.jpg")])
    place = "run-1/photos/one.jpg"
    assert results(await store.remove(QUARANTINE, [place, "run-1/photos/nothing"])) == [Result.DONE, Result.SKIPPED]
    assert await listing(store, QUARANTINE) == []
    assert results(await store.remove(QUARANTINE, [place])) == [Result.SKIPPED]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.booleans()), max_size=20), st.integers(0, 6))
async def test_no_history_of_moves_loses_or_doubles_a_byte(
    world: StoreWorld, history: list[tuple[int, int, bool]], batch: int
) -> None:
    names = [f"folder-{number % 2}/{number}.jpg" for number in range(6)]
    places = ["run-1/a", "run-1/b/c", "run-2/a", "run-2/a.jpg"]
    world.clear()
    for name in names:
        world.put("photos", name, name.encode())
    moves = [
        Move("photos", names[n], QUARANTINE, places[p]) if out else Move(QUARANTINE, places[p], "photos", names[n])
        for n, p, out in history
    ]
    for start in range(0, len(moves), batch + 1):
        await world.store.move(moves[start : start + batch + 1])
    held = [await world.store.read(QUARANTINE, item.key, 99) for item in await listing(world.store, QUARANTINE)]
    assert sorted([*world.contents().values(), *held]) == sorted(name.encode() for name in names)
