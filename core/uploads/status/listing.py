"""What a tracker knows, for looking at: folders by state and name, the attempts at one, batches, what was not read."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from core.errors import NotFound
from core.uploads.moments import moment
from core.uploads.queueing import acts, roots
from core.uploads.queueing.roots import Root
from core.uploads.scanning.folders import OWN_FILES, RECEIPTS
from core.uploads.scanning.obstacles import is_file
from core.uploads.sending.limits import Limits, read_limits, write_limits
from core.uploads.status.counts import Counts, read_counts
from core.uploads.status.folder_rows import Amounts, FolderFilter, FolderRow, FolderState, folder_numbers, read_folders
from core.uploads.status.history import BatchRow, Throughput, read_batches, read_throughput
from core.uploads.status.tree_rows import TreeRow, read_trees
from core.uploads.tracker import Tracker, now_seconds

__all__ = [
    "MOST_FILES",
    "Amounts",
    "BatchRow",
    "FolderFilter",
    "FolderRow",
    "FolderState",
    "Listing",
    "PastAttempt",
    "StoredFile",
    "TroubleRow",
    "files_of",
]
T = TypeVar("T")
MOST_FILES = 200
_BATCH_SORTS = {
    "": "coalesce(start_time, created_at) DESC, rowid",
    "started": "coalesce(start_time, created_at)",
    "folders": "total_folders",
    "failed": "failed_uploads",
    "bytes": "bytes",
}


@dataclass(frozen=True, slots=True)
class TroubleRow:
    """Something that a scan could not read or name, and why."""

    number: int
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """One try at a folder; without an `error` all of it was stored."""

    began: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a folder that was stored, and where."""

    name: str
    bucket: str
    key: str
    size_bytes: int
    sha256: str
    at: datetime | None


class Listing:
    """Looks into the tracker at `path`, which is opened when it is there and kept open until `close`. `is_uploading`
    says whether this program uploads just now; where it does not, another one may. Where nobody does, batches that have
    not ended were broken off, and their folders wait. Every method may raise `WorkspaceError`."""

    def __init__(self, path: Path, is_uploading: Callable[[], bool] = lambda: False) -> None:
        self.path = path
        self._is_uploading = is_uploading
        self._tracker: Tracker | None = None
        self._others_upload: bool | None = None
        self._is_closed = False
        self._opening = asyncio.Lock()

    async def token(self) -> str:
        """Another one whenever the tracker may say something else than before, whichever program wrote: for looking
        often at no cost."""
        tracker = await self._open()
        return "" if tracker is None else await tracker.token()

    async def is_used_elsewhere(self) -> bool:
        """Whether another program works with the tracker now."""
        tracker = await self._open()
        return tracker is not None and not self._is_uploading() and await tracker.is_used()

    async def amounts(self) -> Amounts:
        """Folders by state, in one look."""
        uploading = await self._somebody_uploads()
        return await self.read(lambda c: _amounts(c, uploading), Amounts())

    async def counts(self, root: int | None = None) -> Counts:
        """Folders, files and bytes by state; of all trees, or of one."""
        uploading = await self._somebody_uploads()
        chosen = None if root is None else (root,)
        return await self.read(lambda c: read_counts(c, is_running=uploading, roots=chosen), Counts())

    async def trees(self) -> tuple[Root, ...]:
        """All trees: those that wait in the order in which they go, then the others."""
        return await self.read(roots.read_roots, ())

    async def tree_rows(self) -> tuple[TreeRow, ...]:
        """The same with what became of their folders."""
        uploading = await self._somebody_uploads()
        return await self.read(lambda c: read_trees(c, is_running=uploading), ())

    async def numbers(self, wanted: FolderFilter, sort: str = "", descending: bool = False) -> array[int]:
        """The numbers of all folders that pass, in this order: for '' as they were found, queued ones as they go."""
        uploading = await self._somebody_uploads()
        return await self.read(lambda c: folder_numbers(c, wanted, sort, descending, uploading), array("q"))

    async def folders(self, numbers: Sequence[int]) -> tuple[FolderRow, ...]:
        """The folders with these numbers, in their order. Whether another program uploads was asked with `numbers`."""
        uploading = self._is_uploading() or self._others_upload
        if uploading is None:
            uploading = await self._somebody_uploads()
        return await self.read(lambda c: read_folders(c, numbers, bool(uploading)), ())

    async def attempts(self, path: str) -> tuple[PastAttempt, ...]:
        """Every try at a folder, the newest first."""
        sql = "SELECT began, coalesce(error, '') FROM upload_attempts WHERE folder_path = ? ORDER BY id DESC LIMIT 100"
        return await self.read(
            lambda c: tuple(PastAttempt(moment(began), str(error)) for began, error in c.execute(sql, (path,))), ()
        )

    async def stored(self, number: int, limit: int = MOST_FILES) -> tuple[StoredFile, ...]:
        """The files of a folder that were stored, by name, and where."""
        sql = "SELECT name, bucket, key, bytes, hex(sha256), at FROM uploaded_files WHERE folder = ? ORDER BY 1 LIMIT ?"

        def ask(c: sqlite3.Connection) -> tuple[StoredFile, ...]:
            rows = c.execute(sql, (number, limit))
            return tuple(
                StoredFile(name, bucket, key, size, digest.lower(), moment(at))
                for name, bucket, key, size, digest, at in rows
            )

        return await self.read(ask, ())

    async def batch_numbers(self, sort: str = "", descending: bool = False) -> array[int]:
        """The numbers of all batches: the newest first for ''."""
        order = f"{_BATCH_SORTS[sort]} {'DESC' if descending or not sort else 'ASC'}"
        sql = f"SELECT rowid FROM upload_batches ORDER BY {order}"
        return await self.read(lambda c: array("q", (number for (number,) in c.execute(sql))), array("q"))

    async def batches(self, numbers: Sequence[int]) -> tuple[BatchRow, ...]:
        """The batches with these numbers, in their order."""
        nothing: dict[int, BatchRow] = {}
        found = await self.read(lambda c: read_batches(c, numbers), nothing)
        return tuple(found[number] for number in numbers if number in found)

    async def throughput(self, since: datetime, every_minutes: int = 1) -> tuple[Throughput, ...]:
        """What went up since then, in spans of so many minutes, the oldest first; empty spans are left out."""
        return await self.read(lambda c: read_throughput(c, since, every_minutes), ())

    async def trouble_numbers(self) -> array[int]:
        """The numbers of what the last scans could not read or name."""
        sql = "SELECT id FROM scan_troubles ORDER BY id"
        return await self.read(lambda c: array("q", (number for (number,) in c.execute(sql))), array("q"))

    async def troubles(self, numbers: Sequence[int]) -> tuple[TroubleRow, ...]:
        """The troubles with these numbers, in their order."""
        sql = f"SELECT id, path, reason FROM scan_troubles WHERE id IN ({','.join(str(int(n)) for n in numbers)})"

        def ask(c: sqlite3.Connection) -> tuple[TroubleRow, ...]:
            found = {row[0]: TroubleRow(*row) for row in c.execute(sql)}
            return tuple(found[number] for number in numbers if number in found)

        return await self.read(ask, ())

    async def retry(self, numbers: Sequence[int] | None = None) -> int:
        """Queues failed and left-out folders anew: these, or all that failed. How many that was."""

        def work(c: sqlite3.Connection) -> int:
            if numbers is None:
                return acts.retry(c, now_seconds())
            chosen = acts.Chosen(numbers)
            if not numbers:
                return 0
            back = acts.take_back(c, now_seconds(), chosen)
            return back + acts.retry(c, now_seconds(), chosen)

        return await self.write(work, 0)

    async def limits(self) -> Limits:
        """How fast uploads may go."""
        return await self.read(read_limits, Limits())

    async def set_limits(self, limits: Limits) -> None:
        """From now on these hold, whichever program uploads. Raises `Usage`."""
        limits.check()
        tracker = await self._open(make=True)
        if tracker is not None:
            await tracker.write(lambda c: write_limits(c, limits))

    async def read(self, work: Callable[[sqlite3.Connection], T], nothing: T) -> T:
        """Runs `work` on a consistent view; gives `nothing` where there is no tracker yet."""
        tracker = await self._open()
        return nothing if tracker is None else await tracker.read(work)

    async def write(self, work: Callable[[sqlite3.Connection], T], nothing: T) -> T:
        """Runs `work` in one transaction, whoever uploads meanwhile; gives `nothing` where there is no tracker yet."""
        tracker = await self._open()
        return nothing if tracker is None else await tracker.write(work)

    async def close(self) -> None:
        """Closes the tracker, for good: who still looks finds nothing."""
        async with self._opening:
            tracker, self._tracker, self._is_closed = self._tracker, None, True
        if tracker is not None:
            await tracker.close()

    async def _somebody_uploads(self) -> bool:
        if self._is_uploading():
            return True
        tracker = await self._open()
        self._others_upload = tracker is not None and await tracker.is_used()
        return self._others_upload

    async def _open(self, *, make: bool = False) -> Tracker | None:
        async with self._opening:
            if self._tracker is None and not self._is_closed and (make or await asyncio.to_thread(self.path.exists)):
                self._tracker = await Tracker.open(self.path, make=make)
            return self._tracker


def files_of(path: str) -> tuple[tuple[tuple[str, int], ...], int]:
    """The files in a folder as (name, bytes), by name, the first two hundred; and how many there are. Receipts are left
    out. Blocks. Raises `NotFound`."""
    found: list[tuple[str, int]] = []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.name not in RECEIPTS and not entry.name.startswith(OWN_FILES) and is_file(entry):
                    found.append((entry.name, entry.stat().st_size))
    except OSError as exc:
        raise NotFound(f"The folder cannot be read: {exc.strerror or exc}.") from exc
    found.sort()
    return tuple(found[:MOST_FILES]), len(found)


def _amounts(c: sqlite3.Connection, is_uploading: bool) -> Amounts:
    batches = int(c.execute("SELECT count(*) FROM upload_batches").fetchone()[0])
    troubles = int(c.execute("SELECT count(*) FROM scan_troubles").fetchone()[0])
    trees = int(c.execute("SELECT count(*) FROM scanned_roots").fetchone()[0])
    return Amounts.of_counts(read_counts(c, is_running=is_uploading), batches, troubles, trees)
