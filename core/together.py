"""Those who ask in the same moment are answered together: one call or one transaction for many."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from core.errors import Unavailable

T = TypeVar("T")
R = TypeVar("R")


class Together(Generic[T, R]):
    """One call is under way at a time; whoever comes meanwhile shares the next. Nobody waits for company."""

    def __init__(self, work: Callable[[list[T]], Awaitable[Sequence[R]]], most: int = 500) -> None:
        """`work` answers at most so many at once, in their order. What it raises, each of them gets."""
        self._work, self._most = work, most
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._busy: asyncio.Task[None] | None = None

    async def ask(self, item: T) -> R:
        """The answer for this one. Cancelled, what was asked is done all the same."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        self._waiting.append((item, future))
        if self._busy is None:
            self._busy = loop.create_task(self._work_off())
        return await future

    async def settle(self) -> None:
        """Returns once nothing is under way any more."""
        while self._busy is not None:
            await asyncio.wait([self._busy])

    async def _work_off(self) -> None:
        taken: list[tuple[T, asyncio.Future[R]]] = []
        try:
            while self._waiting:
                taken, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                try:
                    answers = await self._work([item for item, _ in taken])
                except Exception as exc:  # whoever asked gets it, be it a refusal or a bug
                    for _, future in taken:
                        if not future.done():
                            future.set_exception(exc)
                    continue
                for (_, future), answer in zip(taken, answers, strict=True):
                    if not future.done():
                        future.set_result(answer)
        finally:
            self._busy = None
            left, self._waiting = [*taken, *self._waiting], []
            for _, future in left:
                if not future.done():
                    future.set_exception(Unavailable("The work was broken off.", "Start it again."))
