"""Processes that die: at every point that a run has a name for, in this process and in a real one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from core.apply.job import Seam
from tests.scenarios.desk import Desk

T = TypeVar("T")


class Killed(BaseException):
    """The process is no more: nothing of ours may run or be recorded after it."""


class Killer:
    """A seam that dies at its `at`-th point; without one it only counts."""

    def __init__(self, at: int | None = None) -> None:
        self.at = at
        self.points: list[str] = []

    def __call__(self, point: str) -> None:
        self.points.append(point)
        if len(self.points) == self.at:
            raise Killed(point)


async def start_again(desk: Desk, work: Callable[[Seam], Awaitable[T]], first: int = 1) -> tuple[T, int]:
    """Does `work` in processes that die at their first, second, third … point, until one gets to the end. Returns its
    result and the number of processes."""
    at = first
    while True:
        try:
            return await work(Killer(at)), at - first + 1
        except Killed:
            await desk.close()
            at += 1
