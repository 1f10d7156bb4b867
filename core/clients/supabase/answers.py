"""Decoding answers so that large ones hold nothing up, and telling how large the next one may be."""

from __future__ import annotations

import asyncio
import json

import httpx

from core.errors import Unavailable

_LARGE_BYTES = 200_000
"""Decoding more than this in one go would be felt in the window (performance.md P9)."""
TARGET_BYTES = 400_000
"""So large a page of rows is meant to be."""


async def decoded(response: httpx.Response) -> object:
    """What the JSON of an answer says. Raises `Unavailable` when it is cut short or no JSON."""
    body = response.content
    try:
        return await asyncio.to_thread(json.loads, body) if len(body) > _LARGE_BYTES else json.loads(body)
    except ValueError as exc:
        raise Unavailable("The project's answer broke off in the middle or is no JSON.", "Try again.") from exc


class PageSizes:
    """How many rows of each kind fit an answer of `TARGET_BYTES`: learnt from the answers before."""

    def __init__(self, most: int, first: int) -> None:
        self._most = most
        self._first = first
        self._fits: dict[object, int] = {}

    def of(self, what: object, limit: int) -> int:
        """How many rows to ask for now."""
        return min(limit, self._fits.get(what, self._first))

    def learn(self, what: object, rows: int, size_bytes: int) -> None:
        """An answer of so many rows was so large."""
        if rows:
            fits = TARGET_BYTES * rows // max(size_bytes, 1)
            # Never leaps: the rows that follow may be longer than those seen.
            self._fits[what] = max(1, min(self._most, fits, 4 * max(rows, self._first)))

    def halve(self, what: object, asked: int) -> bool:
        """The service ran out of time over so many rows; whether fewer can be asked for."""
        self._fits[what] = max(1, asked // 4)
        return asked > 1
