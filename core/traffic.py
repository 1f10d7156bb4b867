"""What goes to a service for one piece of work: no faster than is allowed, and how the service bears it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Protocol

_SLICE_SECONDS = 0.25
"""A limit that changes meanwhile is heard so soon."""
_TICK_SECONDS = 0.001
_PIECE_BYTES = 1 << 20


class Bounds(Protocol):
    """What is allowed now; None: as much as there is."""

    bytes_per_second: int | None
    requests_per_second: float | None


class Throttle:
    """Lets so much a second go by, whoever asks for it, in the order of asking. Nothing is saved up."""

    def __init__(self, rate: Callable[[], float | None], now: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._now = rate, now
        self._promised = self._let_by = 0.0
        self._at = now()

    def enter(self, amount: float) -> float:
        """Takes a place in the queue; what must have gone by before it is its turn."""
        self._flow()
        place = self._promised
        self._promised += amount
        return place

    def left(self, place: float) -> float:
        """Seconds until it is the turn of that place, as things are now."""
        self._flow()
        rate = self._rate()
        return max(0.0, place - self._let_by) / rate if rate else 0.0

    async def spend(self, amount: float) -> None:
        """Returns when it is its turn."""
        place = self.enter(amount)
        while (left := self.left(place)) > 0:  # noqa: ASYNC110 — time is what it waits for
            await asyncio.sleep(min(max(left, _TICK_SECONDS), _SLICE_SECONDS))

    def _flow(self) -> None:
        now, rate = self._now(), self._rate()
        more = rate * (now - self._at) if rate else self._promised
        self._let_by, self._at = min(self._promised, self._let_by + more), now


class Traffic:
    """Asked before each request and each piece of a body that belongs to the work."""

    def __init__(
        self,
        bounds: Bounds,
        hindered: Callable[[], None] = lambda: None,
        moved: Callable[[int], None] = lambda count: None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`hindered` is called when the service says that it is too much, fails, or does not answer in time, `moved`
        with the bytes that are sent."""
        self.hindered, self._moved = hindered, moved
        self._bytes = Throttle(lambda: bounds.bytes_per_second, now)
        self._requests = Throttle(lambda: bounds.requests_per_second, now)

    async def ask(self) -> None:
        """Before a request."""
        await self._requests.spend(1)

    async def carry(self, count: int) -> None:
        """Before so many bytes are sent."""
        while count > 0:
            piece = min(count, _PIECE_BYTES)
            await self._bytes.spend(piece)
            self._moved(piece)
            count -= piece


_traffic: ContextVar[Traffic | None] = ContextVar("traffic", default=None)


@contextlib.contextmanager
def bounded(traffic: Traffic) -> Iterator[None]:
    """What this task and those that it starts send meanwhile belongs to this traffic."""
    token = _traffic.set(traffic)
    try:
        yield
    finally:
        _traffic.reset(token)


async def ask() -> None:
    """A request is about to go."""
    traffic = _traffic.get()
    if traffic is not None:
        await traffic.ask()


async def carry(count: int) -> None:
    """So many bytes are about to go."""
    traffic = _traffic.get()
    if traffic is not None:
        await traffic.carry(count)


def hindered() -> None:
    """The service says that it is too much, fails, or does not answer in time."""
    traffic = _traffic.get()
    if traffic is not None:
        traffic.hindered()
