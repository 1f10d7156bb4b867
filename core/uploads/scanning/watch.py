"""Watch folders: what is new or changed in them is queued once it has stopped changing."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.uploads.queueing.roots import Root, read_roots, want
from core.uploads.scanning.folders import Found, ScanRules
from core.uploads.scanning.ledger import Ledger
from core.uploads.scanning.missing import out_of_reach
from core.uploads.scanning.sieve import Orders
from core.uploads.scanning.walkers import hauls
from core.uploads.status.state import absolute
from core.uploads.tracker import Tracker, now_seconds

EVERY_SECONDS = 10.0
SETTLE_SECONDS = 30.0
_REST = 10
"""A look is followed by a rest of so many times as long as it took: a large tree is looked at less often."""
_MOST_WATCHED = 50_000
"""So many changing folders are kept in mind; others get their turn when these have settled."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look brought: folders that were queued, those that still change, and `lost`, watched trees that are not
    there just now."""

    queued: int = 0
    changing: int = 0
    lost: tuple[str, ...] = ()


class Watch:
    """Looks at the watched trees of a tracker. A folder is queued when two looks in a row find it alike, and nothing in
    it is younger than `settle_seconds`."""

    def __init__(
        self,
        tracker: Tracker,
        rules_of: Callable[[Root], ScanRules],
        settle_seconds: float = SETTLE_SECONDS,
        clock: Callable[[], float] = now_seconds,
    ) -> None:
        self._tracker, self._rules_of = tracker, rules_of
        self._settle, self._clock = settle_seconds, clock
        self._seen: dict[str, str] = {}

    async def look(self) -> Looked:
        """Looks once, and queues what has settled. A tree that is away is looked for again the next time. Raises
        `WorkspaceError`."""
        seen: dict[str, str] = {}
        queued, lost = 0, []
        for root in await self._tracker.read(read_roots):
            if not root.watched:
                continue
            if await asyncio.to_thread(out_of_reach, root.path):
                lost.append(root.path)
                seen |= {path: was for path, was in self._seen.items() if root.holds(path)}
                continue
            queued += await self._look_at(root, seen)
        self._seen = seen
        return Looked(queued, len(seen), tuple(lost))

    async def _look_at(self, root: Root, seen: dict[str, str]) -> int:
        orders = Orders(self._rules_of(root), Path(absolute(self._tracker.path)).as_uri(), root.number)
        settled: list[Found] = []
        queued = 0
        async with contextlib.aclosing(hauls(root.path, orders)) as under_way:
            async for haul in under_way:
                for one in haul.found:
                    if self._has_settled(one):
                        settled.append(one)
                    elif len(seen) < _MOST_WATCHED:
                        seen[one.path] = one.signature
                if len(settled) >= _MOST_WATCHED // 10:
                    queued += await self._queue(root, settled)
                    settled = []
        return queued + await self._queue(root, settled)

    def _has_settled(self, one: Found) -> bool:
        return self._seen.get(one.path) == one.signature and self._clock() - one.newest_ns / 1e9 >= self._settle

    async def _queue(self, root: Root, settled: list[Found]) -> int:
        if not settled:
            return 0
        now = self._clock()
        ledger = Ledger(root.number, now)

        def enter(c: sqlite3.Connection) -> None:
            ledger.enter(c, settled, ())
            want(c, [root.number], now)

        await self._tracker.write(enter)
        return ledger.counts.new + ledger.counts.changed


def rest_seconds(every_seconds: float, took_seconds: float) -> float:
    """How long to wait until the next look."""
    return max(every_seconds, _REST * took_seconds)
