"""More at once while that carries more, half of it where the service is hindered, and never too many."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pace import FIRST, MOST, Pace, Slots


class Service:
    """A simulated service: `bears` requests at once take `seconds` each, more of them only wait for each other; over
    `most` it says that it is too much."""

    def __init__(self, bears: int, seconds: float = 0.02, most: int = 1000) -> None:
        self.bears, self.seconds, self.most = bears, seconds, most
        self.now = 0.0
        self.pace = Pace(now=lambda: self.now)
        self.levels: list[int] = []

    def work(self, seconds: float) -> float:
        """Files a second that were carried over so long."""
        end, done = self.now + seconds, 0
        while self.now < end:
            at_once = self.pace.at_once
            self.levels.append(at_once)
            rate = min(at_once, self.bears) / self.seconds
            self.now += at_once / rate
            self.pace.wanted()
            if at_once > self.most:
                self.pace.hindered()
                continue
            for _ in range(at_once):
                self.pace.moved(1 << 18)
            done += at_once
        return done / seconds


def test_it_starts_with_four_and_grows_to_what_the_service_bears() -> None:
    service = Service(bears=100)
    assert service.pace.at_once == FIRST == 4
    service.work(10)
    assert service.pace.at_once == MOST == 32


def test_it_does_not_grow_where_that_carries_no_more() -> None:
    service = Service(bears=4)
    service.work(60)
    levels = service.levels[-1000:]
    assert sum(levels) / len(levels) < 5 and max(levels) <= 6, "only now and then a little more is tried"


def test_it_halves_once_when_many_are_told_at_the_same_moment() -> None:
    service = Service(bears=100)
    service.work(10)
    for _ in range(32):
        service.pace.hindered()
    assert service.pace.at_once == 16
    service.now += 2.0
    for _ in range(8):
        service.pace.hindered()
    assert service.pace.at_once == 8


def test_it_never_stops_and_recovers() -> None:
    service = Service(bears=100)
    for _ in range(20):
        service.pace.hindered()
        service.now += 2.0
    assert service.pace.at_once == 1
    service.work(60)
    assert service.pace.at_once == MOST


def test_what_nobody_wanted_proves_nothing() -> None:
    now = 0.0
    pace = Pace(now=lambda: now)
    for _ in range(100):
        now += 0.1
        pace.moved(1e6 * now)
    assert pace.at_once == FIRST


@given(bears=st.integers(1, 64), seconds=st.floats(0.005, 0.5), most=st.integers(2, 64))
def test_whatever_the_service_bears_it_gets_most_of_it_and_never_more_than_allowed(
    bears: int, seconds: float, most: int
) -> None:
    service = Service(bears, seconds, most)
    service.work(30)
    rate = service.work(60)
    assert all(1 <= level <= MOST for level in service.levels)
    assert rate >= 0.35 * min(bears, most, MOST) / seconds


async def test_places_are_given_in_order_and_as_many_as_are_allowed_now() -> None:
    allowed: int | None = 2
    slots = Slots(most=lambda: allowed)
    began: list[int] = []
    ends = [asyncio.Event() for _ in range(6)]

    async def one(number: int) -> None:
        async with slots.one():
            began.append(number)
            await ends[number].wait()

    tasks = [asyncio.create_task(one(number)) for number in range(6)]
    await asyncio.sleep(0)
    assert began == [0, 1]
    tasks[2].cancel()
    ends[0].set()
    await asyncio.wait([tasks[0], tasks[2]])
    await asyncio.sleep(0)
    assert began == [0, 1, 3]
    allowed = 0
    ends[1].set()
    ends[3].set()
    await asyncio.wait([tasks[1], tasks[3]])
    assert began == [0, 1, 3], "nobody begins while nobody may"
    allowed = None
    slots.wake()
    await asyncio.sleep(0)
    assert began == [0, 1, 3, 4, 5]
    ends[4].set()
    ends[5].set()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_place_that_was_given_to_somebody_who_is_cancelled_goes_to_the_next() -> None:
    slots = Slots(fixed=lambda: 1)

    async def one() -> str:
        async with slots.one():
            return "done"

    async with slots.one():
        second, third = asyncio.create_task(one()), asyncio.create_task(one())
        await asyncio.sleep(0)
    second.cancel()  # its turn came in the same moment
    async with asyncio.timeout(5):
        assert await third == "done"
    with pytest.raises(asyncio.CancelledError):
        await second
