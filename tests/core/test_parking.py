"""Trouble that everything would meet is waited out by all together: one tries, nobody storms, and a clock may lie."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import NotAllowed, Trouble, Unavailable
from core.parking import Clocks, Parking


class Time:
    """Two clocks that a test turns; sleeping takes no time of ours."""

    def __init__(self) -> None:
        self.steady = self.wall = 1000.0
        self.slept: list[float] = []
        self.suspended = 0.0
        """So much longer the next sleep is by the clock on the wall: the machine slept."""

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.steady += seconds
        self.wall += seconds + self.suspended
        self.suspended = 0.0
        await asyncio.sleep(0)

    def clocks(self) -> Clocks:
        return Clocks(lambda: self.wall, lambda: self.steady, self.sleep)


def offline() -> Unavailable:
    return Unavailable("Nothing answers at abc.supabase.co.", trouble=Trouble.OFFLINE)


async def test_it_says_why_and_until_when_and_only_one_tries() -> None:
    time, news = Time(), []
    parking = Parking(clocks=time.clocks(), changed=lambda: news.append(parking.most))
    assert (parking.most, parking.parked) == (None, None)
    waiting = [asyncio.create_task(parking.wait(offline())) for _ in range(5)]
    await asyncio.sleep(0)
    assert parking.most == 0 and parking.parked is not None
    assert parking.parked.until <= datetime.now(UTC) + timedelta(seconds=1)
    assert "Nothing answers at abc.supabase.co. Waiting; the next try is at" in parking.parked.sentence
    await asyncio.gather(*waiting)
    assert parking.most == 1 and time.steady - 1000 < 1.1, "all of them waited for the same"
    parking.passed()
    assert (parking.most, parking.parked) == (None, None)
    assert news == [0, 1, None]


async def test_it_waits_longer_each_time_but_never_for_ever() -> None:
    time = Time()
    parking = Parking(clocks=time.clocks())
    waits = []
    for _ in range(12):
        before = time.steady
        await parking.wait(offline())
        waits.append(time.steady - before)
    assert waits[0] <= 1 and waits[3] > waits[0] and max(waits) <= 30
    assert sum(waits) > 120


async def test_it_waits_as_long_as_the_service_asks_and_a_little_more() -> None:
    time = Time()
    parking = Parking(clocks=time.clocks())
    await parking.wait(Unavailable("It asks to wait.", trouble=Trouble.THROTTLED, wait_seconds=3600.0))
    assert 3600 <= time.steady - 1000 <= 3601.001


async def test_a_machine_that_slept_has_waited_and_a_clock_set_back_holds_nothing_up() -> None:
    time = Time()
    parking = Parking(clocks=time.clocks())
    time.suspended = 8 * 3600.0
    await parking.wait(Unavailable("It asks to wait.", trouble=Trouble.THROTTLED, wait_seconds=3600.0))
    assert time.steady - 1000 <= 10
    parking.passed()
    time.suspended = -600.0
    before = time.steady
    await parking.wait(Unavailable("It asks to wait.", trouble=Trouble.THROTTLED, wait_seconds=60.0))
    assert time.steady - before <= 62


async def test_what_somebody_has_to_mend_is_waited_for_as_long_as_patience_lasts() -> None:
    time = Time()
    parking = Parking(patience_seconds=60.0, clocks=time.clocks())
    full = Unavailable("No bucket has room.", trouble=Trouble.FULL)
    with pytest.raises(Unavailable, match="has room"):
        for _ in range(100):
            await parking.wait(full)
    assert 60 <= time.steady - 1000 < 240
    parking = Parking(patience_seconds=60.0, clocks=time.clocks())
    for _ in range(100):
        await parking.wait(offline())  # that passes by itself


async def test_a_drive_that_does_not_come_back_holds_nobody_up_for_ever() -> None:
    time = Time()
    parking = Parking(patience_seconds=math.inf, clocks=time.clocks())
    with pytest.raises(Unavailable, match="not there"):
        for _ in range(100):
            await parking.wait(Unavailable("The drive is not there.", trouble=Trouble.AWAY))
    assert 60 <= time.steady - 1000 < 90


@pytest.mark.parametrize("error", [NotAllowed("Wrong key.", trouble=Trouble.KEY_REFUSED), Unavailable("One file.")])
async def test_what_does_not_pass_or_concerns_one_file_is_raised(error: NotAllowed | Unavailable) -> None:
    parking = Parking(patience_seconds=math.inf)
    with pytest.raises(type(error)):
        await parking.wait(error)
    assert parking.parked is None


async def test_cancelled_it_leaves_nothing_behind() -> None:
    parking = Parking()
    waiting = asyncio.create_task(parking.wait(offline()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    parking.close()
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == 1


async def test_once_it_has_passed_nobody_waits_on_and_no_earlier_wait_lets_a_later_one_try() -> None:
    time = Time()
    parking = Parking(clocks=time.clocks())
    earlier = asyncio.create_task(parking.wait(Unavailable("Later.", trouble=Trouble.THROTTLED, wait_seconds=3600.0)))
    await asyncio.sleep(0)
    parking.passed()  # what was under way all the while has worked
    later = asyncio.create_task(parking.wait(Unavailable("Later.", trouble=Trouble.THROTTLED, wait_seconds=7200.0)))
    await asyncio.wait_for(earlier, 5)
    assert (time.steady - 1000 < 3600, parking.most, later.done()) == (True, 0, False)
    await later
    assert parking.most == 1 and time.steady - 1000 >= 7200
