"""Decoding answers so that large ones hold nothing up, and telling how large the next one may be."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

import httpx

from core.errors import Unavailable
from core.threads import in_thread

T = TypeVar("T")
_LARGE_BYTES = 20_000
"""Reading more than this in one go is work for a thread: the window would feel it (performance.md P9)."""
TARGET_BYTES = 400_000
"""So large a page of rows is meant to be."""


async def decoded(response: httpx.Response) -> object:
    """What the JSON of an answer says. Raises `Unavailable` when it is cut short or no JSON."""
    return await read(response, lambda answer: answer)


async def read(response: httpx.Response, understand: Callable[[object], T]) -> T:
    """What `understand` makes of the JSON of an answer, off the loop where there is much of it. Raises `Unavailable`
    when it is cut short, no JSON, or nothing that can be understood so."""
    body = response.content

    def work() -> T:
        return understand(json.loads(body))

    try:
        return await in_thread(work) if len(body) > _LARGE_BYTES else work()
    except (ValueError, TypeError, KeyError, IndexError) as exc:
        raise Unavailable("The project's answer is incomplete, or not what was asked for.", "Try again.") from exc


class PageSizes:
    """How many rows of each kind fit an answer of `TARGET_BYTES`: learnt from the answers before."""

    def __init__(self, most: int, first: int) -> None:
        self._most = most
        self._first = first
        self._fits: dict[object, int] = {}
        self._in_time: dict[object, int] = {}

    def of(self, what: object, limit: int) -> int:
        """How many rows to ask for now."""
        return min(limit, self._fits.get(what, self._first), self._in_time.get(what, self._most))

    def learn(self, what: object, rows: int, size_bytes: int) -> None:
        """An answer of so many rows was so large."""
        if rows:
            fits = TARGET_BYTES * rows // max(size_bytes, 1)
            # Never leaps: the rows that follow may be longer than those seen.
            self._fits[what] = max(1, min(self._most, fits, 4 * max(rows, self._first)))

    def took_too_long(self, what: object, asked: int) -> bool:
        """The service ran out of time over so many rows; whether fewer can be asked for, as from now on they are."""
        self._in_time[what] = max(1, asked // 4)
        return asked > 1
