"""How fast uploads may go: set while they run, from the window or the command line, and kept in the tracker."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from dataclasses import dataclass

from core.errors import Usage, WorkspaceError
from core.uploads.tracker import Tracker

LEAST_BYTES_PER_SECOND = 1_000
"""With less, a single request would outlast every service's patience."""
MOST_AT_ONCE = 64
_SHARE_BYTES = 1 << 16
"""A second: each of several that share a bandwidth gets so much, or they are fewer."""
_HEARD_SECONDS = 2.0


@dataclass(slots=True)
class Limits:
    """None: as fast as the service bears. `at_once`: files under way, whatever the service bears; None: adapted to
    it. May be changed at any time; a run under way hears it within two seconds."""

    bytes_per_second: int | None = None
    requests_per_second: float | None = None
    at_once: int | None = None

    def check(self) -> None:
        """Raises `Usage` for limits under which nothing would get on."""
        if self.bytes_per_second is not None and self.bytes_per_second < LEAST_BYTES_PER_SECOND:
            raise Usage(
                f"{self.bytes_per_second:,} bytes a second is too slow to upload anything.",
                f"Allow at least {LEAST_BYTES_PER_SECOND:,}.",
            )
        if self.requests_per_second is not None and not 0.01 <= self.requests_per_second <= 1e6:
            raise Usage(f"{self.requests_per_second:g} requests a second is no limit that makes sense.")
        if self.at_once is not None and not 1 <= self.at_once <= MOST_AT_ONCE:
            raise Usage(f"{self.at_once} files at once is not possible.", f"Choose 1 to {MOST_AT_ONCE}.")

    @property
    def most_at_once(self) -> int | None:
        """How many may share the bandwidth."""
        return None if self.bytes_per_second is None else max(1, self.bytes_per_second // _SHARE_BYTES)

    def take(self, other: Limits) -> None:
        """Becomes like the other."""
        self.bytes_per_second, self.requests_per_second = other.bytes_per_second, other.requests_per_second
        self.at_once = other.at_once


async def kept_limits(tracker: Tracker) -> Limits:
    """The limits that were set last."""
    return await tracker.read(read_limits)


async def keep_limits(tracker: Tracker, limits: Limits) -> None:
    """From now on these hold, whichever program is uploading. Raises `Usage`, `WorkspaceError`."""
    limits.check()
    await tracker.write(lambda c: write_limits(c, limits))


async def follow(tracker: Tracker, limits: Limits) -> None:
    """Keeps `limits` like those in the tracker, until it is cancelled."""
    while True:
        with contextlib.suppress(WorkspaceError):  # those that held till now hold on
            limits.take(await kept_limits(tracker))
        await asyncio.sleep(_HEARD_SECONDS)


def read_limits(c: sqlite3.Connection) -> Limits:
    """The limits in a tracker."""
    row = c.execute("SELECT bytes_per_second, requests_per_second, at_once FROM upload_limits").fetchone()
    return Limits() if row is None else Limits(*row)


def write_limits(c: sqlite3.Connection, limits: Limits) -> None:
    """Puts them into a tracker."""
    values = (limits.bytes_per_second, limits.requests_per_second, limits.at_once)
    c.execute("INSERT OR REPLACE INTO upload_limits VALUES (1, ?, ?, ?)", values)
