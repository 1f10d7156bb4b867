"""Room for so much at a time: what is large takes more of it, what is too large waits until it is alone."""

from __future__ import annotations

import asyncio
from collections import deque


class Room:
    """In the order of asking."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._used = 0
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def enter(self, weight: int) -> None:
        """Returns once there is room; what enters must leave with the same weight."""
        if not self._waiting and self._fits(weight):
            self._used += weight
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((weight, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave(weight)
            raise

    def leave(self, weight: int) -> None:
        """Makes room again."""
        self._used -= weight
        while self._waiting and (self._waiting[0][1].done() or self._fits(self._waiting[0][0])):
            wanted, turn = self._waiting.popleft()
            if not turn.done():
                self._used += wanted
                turn.set_result(None)

    def _fits(self, weight: int) -> bool:
        return self._used == 0 or self._used + weight <= self._size
