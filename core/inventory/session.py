"""One scan under way: what it was asked, where it writes, and how it goes on after an interruption."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from core.inventory import references
from core.ports import Catalog, ObjectStore
from core.profiles import Profile
from core.progress import Report
from core.workspace import Workspace, to_micros

T = TypeVar("T")
_FRESH_MICROS = 3600 * 1_000_000
_CHUNK = 20_000
WORTH_RESUMING = 10_000
"""A bucket with fewer objects listed is listed from its start again after an interruption."""


@dataclass(frozen=True, slots=True)
class Session:
    """One scan under way. `chosen` are the buckets it lists; `partial`: there are others, whose earlier listings stay
    in force. `now` is the service's clock when it began, in microseconds."""

    id: int
    now: int
    store: ObjectStore
    catalog: Catalog
    workspace: Workspace
    profile: Profile
    chosen: tuple[str, ...]
    partial: bool
    report: Report

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Writes to the inventory; when the scan is cancelled meanwhile, that waits for what was begun."""
        return await finish(self.workspace, work)


async def finish(workspace: Workspace, work: Callable[[sqlite3.Connection], T]) -> T:
    """One write to the inventory that a cancellation waits for, so that nothing is written after the lock is let go."""
    writing = asyncio.ensure_future(workspace.inventory.write(work))
    try:
        return await asyncio.shield(writing)
    except asyncio.CancelledError:
        await asyncio.wait([writing])
        if not writing.cancelled():
            writing.exception()
        raise


async def begin(
    store: ObjectStore,
    catalog: Catalog,
    workspace: Workspace,
    profile: Profile,
    chosen: Sequence[str],
    *,
    partial: bool,
    report: Report,
) -> Session:
    """Starts a scan, or goes on with an interrupted one that is under an hour old and was asked the same."""
    now = to_micros(await store.now())
    scope = _scope(profile, chosen)
    number, first = await finish(workspace, lambda c: _resumable(c, scope, now) or _new(c, scope, now))
    await finish(workspace, references.start_anew)
    await prune(workspace, keep=number)
    return Session(number, first, store, catalog, workspace, profile, tuple(chosen), partial, report)


async def prune(workspace: Workspace, keep: int | None = None) -> None:
    """Deletes, bit by bit, what listings left behind that are neither in force nor of the scan `keep`."""
    while await finish(workspace, lambda c: _prune_some(c, keep)):
        pass


def _scope(profile: Profile, chosen: Sequence[str]) -> str:
    words = [[s.name, s.mapping] for s in profile.sources]
    text = json.dumps([profile.project, words, sorted(profile.safety.exclude_tables), list(chosen)])
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


def _resumable(connection: sqlite3.Connection, scope: str, now: int) -> tuple[int, int] | None:
    last = connection.execute("SELECT id, state, scope, service_now FROM scans ORDER BY id DESC LIMIT 1").fetchone()
    if last is None or last[1:3] != ("running", scope) or not 0 <= now - last[3] < _FRESH_MICROS:
        return None
    # Large buckets go on from their cursors. Sources are read anew, and so are buckets whose listing failed or is
    # small: that costs next to nothing, and tells what changed since.
    connection.execute(
        "UPDATE listings SET scan = 0 WHERE scan = ?"
        " AND (what = 'source' OR (why <> '' AND complete = 0) OR items < ?)",
        (last[0], WORTH_RESUMING),
    )
    return int(last[0]), int(last[3])


def _new(connection: sqlite3.Connection, scope: str, now: int) -> tuple[int, int]:
    cursor = connection.execute(
        "INSERT INTO scans (started, state, scope, service_now) VALUES (?, 'running', ?, ?)", (now, scope, now)
    )
    return int(cursor.lastrowid or 0), now


def _prune_some(connection: sqlite3.Connection, keep: int | None) -> bool:
    stale = connection.execute(
        "SELECT id FROM listings WHERE current = 0 AND scan IS NOT ? ORDER BY id LIMIT 1", (keep,)
    ).fetchone()
    if stale is None:
        return False
    left = 0
    for table in ("rows", "objects"):
        left += connection.execute(
            f"DELETE FROM {table} WHERE n IN (SELECT n FROM {table} WHERE listing = ? LIMIT {_CHUNK})", stale
        ).rowcount
    if not left:
        connection.execute("DELETE FROM folds WHERE listing = ?", stale)
        connection.execute("DELETE FROM unlisted WHERE listing = ?", stale)
        connection.execute("DELETE FROM leads WHERE listing = ?", stale)
        connection.execute("DELETE FROM listings WHERE id = ?", stale)
    return True
