"""What is new in a watched tree is queued once it has stopped changing, and not before."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from core.errors import NotFound, Usage
from core.uploads.scanning.watch import Looked, rest_seconds
from tests.core.uploads.test_run import Ward
from tests.core.uploads.test_run import ward as ward  # a fixture
from tests.core.uploads.trees import device, put


class Clock:
    """A time that moves when it is told to."""

    def __init__(self, at: float) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Iterator[Clock]:
    yield Clock(2_000_000_000.0)


async def test_a_folder_is_queued_when_two_looks_find_it_alike_and_nothing_in_it_is_young(
    ward: Ward, clock: Clock
) -> None:
    device(ward.root, "old", "x.jpg")
    await ward.uploads.watch(ward.root, True, "labs")
    async with ward.uploads.watching(30, clock) as watch:
        assert await watch.look() == Looked(0, 1)
        put(ward.root / "fresh/x.jpg", b"1", clock.at)
        assert await watch.look() == Looked(1, 1)
        clock.at += 20
        put(ward.root / "fresh/y.jpg", b"2", clock.at)
        assert await watch.look() == Looked(0, 1)
        clock.at += 20  # as it was at the last look, but young
        assert await watch.look() == Looked(0, 1)
        clock.at += 20
        assert await watch.look() == Looked(1, 0)
        assert await watch.look() == Looked(0, 0)
    assert (await ward.run()).did.done == 2
    assert ward.stored() == ["labs/fresh/x.jpg", "labs/fresh/y.jpg", "labs/old/x.jpg"]
    put(ward.root / "old/z.jpg", b"3")  # with an old date: only two looks tell that it is whole
    async with ward.uploads.watching(30, clock) as watch:
        assert [(await watch.look()).queued for _ in range(3)] == [0, 1, 0]
    assert (await ward.run()).did.done == 1


async def test_what_is_watched_for_another_destination_goes_there_too(ward: Ward, clock: Clock) -> None:
    device(ward.root, "a", "x.jpg")
    await ward.uploads.add([ward.root], "wards")
    await ward.run()
    await ward.uploads.watch(ward.root, True, "labs")
    assert (await ward.run()).did.done == 1
    assert ward.stored() == ["labs/a/x.jpg", "wards/a/x.jpg"]


async def test_watching_survives_a_restart_and_can_be_ended(ward: Ward, clock: Clock) -> None:
    await ward.uploads.watch(ward.root, True, "labs")
    device(ward.root, "a", "x.jpg")
    for queued in (0, 0):  # another program each time
        async with ward.uploads.watching(30, clock) as watch:
            assert (await watch.look()).queued == queued
    (tree,) = await ward.uploads.trees()
    assert (tree.watched, tree.destination, tree.wanted) == (True, "labs", None)
    await ward.uploads.watch(ward.root, False)
    async with ward.uploads.watching(30, clock) as watch:
        assert [await watch.look() for _ in range(2)] == [Looked(), Looked()]
    with pytest.raises(NotFound, match="is not watched"):
        await ward.uploads.watch(ward.root / "a", False)


async def test_a_watched_drive_that_is_away_is_looked_for_again(ward: Ward, clock: Clock) -> None:
    device(ward.root, "a", "x.jpg")
    await ward.uploads.watch(ward.root, True, "wards")
    aside = ward.root.with_name("aside")
    async with ward.uploads.watching(30, clock) as watch:
        await watch.look()
        shutil.move(ward.root, aside)
        assert await watch.look() == Looked(0, 1, (str(ward.root),))
        shutil.move(aside, ward.root)
        assert await watch.look() == Looked(1, 0)


async def test_nothing_is_watched_that_is_not_there_or_goes_nowhere(ward: Ward) -> None:
    put(ward.root / "file")
    for path, destination, kind in (
        ("gone", "wards", NotFound),
        ("file", "wards", Usage),
        (".", "nowhere", NotFound),
    ):
        with pytest.raises(kind):
            await ward.uploads.watch(ward.root / path, True, destination)
    assert not ward.path.exists()


def test_a_large_tree_is_looked_at_less_often() -> None:
    assert (rest_seconds(10, 0.2), rest_seconds(10, 6)) == (10, 60)
