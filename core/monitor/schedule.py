"""When the next round comes: at an even pace, a little off it, later after errors, and once after a long sleep."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from typing import Protocol

from core.workspace import system_now

JITTER = 0.1
"""Rounds come by up to this share earlier or later, so that many desks do not ask at the same moment."""
LONGEST = timedelta(hours=1)
"""No error makes the pause longer, unless the pace itself is slower."""
RESTS_FOR = 20
"""A pause is at least so many times as long as the round before it took: folders of millions are not walked without
end."""
_SLICE_SECONDS = 20.0
_SHORTEST_SECONDS = 0.05
_MOST_DOUBLINGS = 16


class Clock(Protocol):
    """The time of day, which people and networks may set, and a count of seconds that only goes forward."""

    def now(self) -> datetime:
        """The time of day, UTC."""
        ...

    def elapsed(self) -> float:
        """Seconds since some moment. On some systems they stand still while the computer sleeps."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Waits; may end early."""
        ...


class SystemClock:
    """This computer's."""

    def now(self) -> datetime:
        return system_now()

    def elapsed(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def pause(every: timedelta, failures: int, chance: float, took: timedelta = timedelta(0)) -> timedelta:
    """How long to wait after a round that `took` so long: `every`, doubled for each of the last `failures` in a row up
    to a limit. `chance` (0 to 1) moves it by up to `JITTER` either way."""
    doubled: timedelta = every * 2 ** min(failures, _MOST_DOUBLINGS)
    length = max(min(max(every, LONGEST), doubled), took * RESTS_FOR)
    return length * (1 + JITTER * (2 * chance - 1))


async def wait(clock: Clock, length: timedelta) -> None:
    """Waits so long by either clock. A computer that slept meanwhile wakes up to one end of it; a time of day that was
    set back does not make it longer."""
    began_at, began = clock.now(), clock.elapsed()
    seconds = length.total_seconds()
    while True:
        passed = max(clock.elapsed() - began, (clock.now() - began_at).total_seconds())
        if passed >= seconds:
            return
        await clock.sleep(max(_SHORTEST_SECONDS, min(_SLICE_SECONDS, seconds - passed)))
