"""Several requests at a time, no more than a few of them at once, the results in the order of asking."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


async def side_by_side(works: Sequence[Callable[[], Awaitable[T]]], at_once: int) -> list[T]:
    """Runs all; the first that raises stops the others and is raised itself."""
    results: dict[int, T] = {}
    waiting = iter(enumerate(works))

    async def work_off() -> None:
        for number, work in waiting:
            results[number] = await work()

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(at_once, len(works))):
                group.create_task(work_off())
    except BaseExceptionGroup as exc:
        raise exc.exceptions[0] from exc.exceptions[0].__cause__
    return [results[number] for number in range(len(works))]
