"""How much at once a service bears: more while that carries more, half of it where the service is hindered."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable

FIRST, MOST = 4, 32
_WINDOW_SECONDS = 0.5
_GAIN = 1.05
"""Less than that is noise."""
_GROWTH = 1.5
_REST_WINDOWS = 10
"""After so many windows without growth, more is tried once again: a service is not the same all day."""
_DEAF_SECONDS = 1.0
"""What was under way when the service said that it is too much says so too."""
FILE_BYTES = 1 << 18
"""A file of no bytes is as much work as so many bytes of a large one."""


class Pace:
    """Counts what is carried in windows of half a second and compares each with those before. Knows no files and no
    service: it is told of them."""

    def __init__(self, first: int = FIRST, most: int = MOST, now: Callable[[], float] = time.monotonic) -> None:
        self.at_once = first
        self._most, self._now = most, now
        self._began = now()
        self._carried = 0.0
        self._wanted = False
        self._rate = 0.0
        self._before = first
        self._rest = 0
        self._deaf_until = -math.inf

    def wanted(self) -> None:
        """Somebody had to wait for his turn: more could be done at once."""
        self._wanted = True

    def moved(self, amount_bytes: float) -> None:
        """So much was carried; a file of its own counts as `FILE_BYTES` more."""
        self._carried += amount_bytes
        now = self._now()
        if now - self._began >= _WINDOW_SECONDS:
            self._judge(self._carried / (now - self._began))
            self._start(now)

    def hindered(self) -> None:
        """The service said that it is too much, failed, or did not answer in time."""
        now = self._now()
        if now < self._deaf_until:
            return
        self.at_once = self._before = max(1, self.at_once // 2)
        self._deaf_until = now + _DEAF_SECONDS
        self._rate, self._rest = 0.0, _REST_WINDOWS
        self._start(now)

    def _judge(self, rate: float) -> None:
        if not self._wanted:
            return  # what nobody asked for proves nothing about the service
        if self._rest > 0:
            self._rest -= 1
            self._rate = rate if self._rate == 0.0 else (self._rate + rate) / 2
            if self._rest > 0:
                return
        elif rate > self._rate * _GAIN:
            self._rate, self._before = rate, self.at_once
        else:
            self.at_once, self._rest = self._before, _REST_WINDOWS
            return
        self.at_once = min(self._most, math.ceil(self.at_once * _GROWTH))

    def _start(self, now: float) -> None:
        self._began, self._carried, self._wanted = now, 0.0, False


class Slots:
    """As many at once as allowed at the moment, in the order in which they come."""

    def __init__(
        self,
        pace: Pace | None = None,
        fixed: Callable[[], int | None] = lambda: None,
        most: Callable[[], int | None] = lambda: None,
    ) -> None:
        """`fixed`: so many, whatever the pace says; None leaves it to the pace. `most`: no more than so many, which may
        be none; call `wake` when it has changed."""
        self.pace = pace or Pace()
        self._fixed, self._most = fixed, most
        self._busy = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def at_once(self) -> int:
        """How many may be under way now."""
        wanted, most = max(1, self._fixed() or self.pace.at_once), self._most()
        return wanted if most is None else min(wanted, most)

    @contextlib.asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """A place, for as long as the block lasts."""
        await self._take()
        try:
            yield
        finally:
            self._busy -= 1
            self.wake()

    def wake(self) -> None:
        """More may be allowed than a moment ago."""
        while self._waiting and self._busy < self.at_once:
            turn = self._waiting.popleft()
            if not turn.done():
                self._busy += 1
                turn.set_result(None)

    async def _take(self) -> None:
        if not self._waiting and self._busy < self.at_once:
            self._busy += 1
            return
        self.pace.wanted()
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._busy -= 1
                self.wake()
            raise
