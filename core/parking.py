"""Trouble that everything would meet: the work waits until it has passed, one tries, and nobody's attempt is spent."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.errors import CoreError, Trouble
from core.waiting import moment

_PAUSES: dict[Trouble, tuple[float, float]] = {
    Trouble.THROTTLED: (5.0, 120.0),
    Trouble.OFFLINE: (1.0, 30.0),
    Trouble.FAILING: (5.0, 60.0),
    Trouble.SIGNED_OUT: (2.0, 10.0),
    Trouble.FULL: (15.0, 120.0),
    Trouble.DISK_FULL: (2.0, 15.0),
    Trouble.AWAY: (1.0, 10.0),
}
"""The first wait and the longest, in seconds, where nobody says how long."""
_MENDED = (Trouble.FAILING, Trouble.SIGNED_OUT, Trouble.FULL, Trouble.DISK_FULL, Trouble.AWAY)
"""What passes only when somebody does something about it."""
_AWAY_SECONDS = 60.0
"""A drive that is not back by then holds up no other tree any longer, however patient somebody is."""
_SLICE_SECONDS = 5.0
_TICK_SECONDS = 0.01
_JITTER_SECONDS = 1.0


@dataclass(slots=True)
class Clocks:
    """This machine's two clocks: one jumps when somebody sets it, the other stops while the machine sleeps."""

    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Parked:
    """Why the work waits, and until when at least."""

    error: CoreError
    until: datetime

    @property
    def sentence(self) -> str:
        """Both."""
        return f"{self.error.message} Waiting; the next try is at {moment(self.until)}."


class Parking:
    """Shared by everything that works side by side. `parked` says why it waits just now, None where it does not."""

    def __init__(
        self,
        *,
        patience_seconds: float = math.inf,
        changed: Callable[[], None] = lambda: None,
        clocks: Clocks | None = None,
    ) -> None:
        """`patience_seconds`: how long is waited for what somebody has to mend. `changed` is called when `parked` or
        `most` has changed."""
        self.parked: Parked | None = None
        self.changed = changed
        self._patience = patience_seconds
        self._clocks = clocks or Clocks()
        self._since = 0.0
        self._tries = 0
        self._trying = False
        self._waiting: asyncio.Task[None] | None = None

    @property
    def most(self) -> int | None:
        """How many may try at once: nobody while it waits, then one, then as many as want to (None)."""
        if self.parked is None:
            return None
        return 1 if self._trying else 0

    def passed(self) -> None:
        """Something worked: the trouble is over."""
        if self.parked is not None:
            self.parked, self._tries, self._trying = None, 0, False
            self.changed()

    async def wait(self, error: CoreError) -> None:
        """Waits with everybody else until it can be tried again. Raises the error where that is of no use."""
        if error.trouble is None or error.trouble is Trouble.KEY_REFUSED:
            raise error
        if self.parked is None:
            self._since = self._clocks.steady()
        if self.parked is None or self._trying:  # who comes later met what is known already
            self._park(error, error.trouble)
        assert self._waiting is not None
        await asyncio.shield(self._waiting)

    def close(self) -> None:
        """Nobody waits any more."""
        if self._waiting is not None:
            self._waiting.cancel()

    def _park(self, error: CoreError, trouble: Trouble) -> None:
        patience = min(self._patience, _AWAY_SECONDS) if trouble is Trouble.AWAY else self._patience
        if trouble in _MENDED and self._clocks.steady() - self._since >= patience:
            raise error
        seconds = self._seconds(error, trouble)
        self.parked = Parked(error, datetime.now(UTC) + timedelta(seconds=seconds))
        self._tries += 1
        self._trying = False
        self._waiting = asyncio.get_running_loop().create_task(self._pause(seconds))
        self.changed()

    def _seconds(self, error: CoreError, trouble: Trouble) -> float:
        if error.wait_seconds is not None:
            return error.wait_seconds + random.uniform(0, min(_JITTER_SECONDS, error.wait_seconds))
        first, most = _PAUSES[trouble]
        return min(most, first * 2.0**self._tries) * random.uniform(0.5, 1.0)

    async def _pause(self, seconds: float) -> None:
        wall, steady, this = self._clocks.wall(), self._clocks.steady(), asyncio.current_task()
        # once it has passed, nobody waits on, and others wait for something new
        while self.parked is not None and self._waiting is this:
            # a machine that slept has waited too; a clock that was set back must not hold anything up
            gone = max(self._clocks.wall() - wall, self._clocks.steady() - steady)
            if gone >= seconds:
                self._trying = True
                self.changed()
                return
            await self._clocks.sleep(min(max(seconds - gone, _TICK_SECONDS), _SLICE_SECONDS))
