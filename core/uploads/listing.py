"""What a tracker knows, for looking at: folders by state and name, the attempts at one, batches, what was not read."""

from __future__ import annotations

import asyncio
import enum
import os
import sqlite3
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from core.errors import NotFound
from core.uploads.folders import OWN_FILES, RECEIPTS
from core.uploads.queue import retry
from core.uploads.tracker import Tracker, now_seconds

T = TypeVar("T")
MOST_FILES = 200


class FolderState(enum.StrEnum):
    """Where a folder stands; each is in exactly one state."""

    UPLOADING = "uploading"
    QUEUED = "queued"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


_UNDER_WAY = "SELECT batch_id FROM upload_batches WHERE status = 'running' AND bytes IS NOT NULL"
_STATE = (
    f"CASE WHEN :uploading AND batch_id IN ({_UNDER_WAY}) THEN 'uploading' WHEN upload_status = 'success' THEN 'done' "
    "WHEN skipped IS NOT NULL OR gone_at IS NOT NULL THEN 'skipped' WHEN upload_status = 'failed' THEN 'failed' "
    "ELSE 'queued' END"
)
_WHEN = "CASE WHEN upload_status = 'success' THEN coalesce(upload_timestamp, updated_at) ELSE updated_at END"
_SORTS = {
    "": "rowid",
    "folder": "folder_path",
    "state": _STATE,
    "batch": "(SELECT start_time FROM upload_batches b WHERE b.batch_id = folder_status.batch_id)",
    "files": "coalesce(file_count, 0)",
    "bytes": "coalesce(bytes, 0)",
    "attempts": "coalesce(retry_count, 0)",
    "when": _WHEN,
}
_FOLDERS = (
    f"SELECT rowid, folder_path, (SELECT path FROM scanned_roots WHERE id = root), {_STATE}, coalesce(file_count, 0), "
    "coalesce(bytes, 0), max(coalesce(retry_count, 0), (SELECT count(*) FROM upload_attempts a "
    f"WHERE a.folder_path = folder_status.folder_path)), {_WHEN}, coalesce(skipped, error_message, ''), gone_at, "
    "(SELECT start_time FROM upload_batches b WHERE b.batch_id = folder_status.batch_id), "
    "(SELECT group_concat(DISTINCT bucket) FROM uploaded_files u WHERE u.folder = folder_status.rowid), "
    "(SELECT count(*) FROM uploaded_files u WHERE u.folder = folder_status.rowid) "
    "FROM folder_status WHERE rowid IN ({numbers})"
)
_BATCHES = (
    "SELECT rowid, coalesce(total_folders, 0), coalesce(successful_uploads, 0), coalesce(failed_uploads, 0), "
    "coalesce(bytes, 0), coalesce(status, ''), start_time, end_time FROM upload_batches WHERE rowid IN ({numbers})"
)
_BATCH_SORTS = {
    "": "coalesce(start_time, created_at) DESC, rowid",
    "started": "coalesce(start_time, created_at)",
    "folders": "total_folders",
    "failed": "failed_uploads",
    "bytes": "bytes",
}


@dataclass(frozen=True, slots=True)
class Amounts:
    """Folders by state; `troubles`: what the last scans could not read or name, `batches`: how many there were."""

    uploading: int = 0
    queued: int = 0
    done: int = 0
    skipped: int = 0
    failed: int = 0
    batches: int = 0
    troubles: int = 0

    @property
    def found(self) -> int:
        """All that are known."""
        return self.uploading + self.queued + self.done + self.skipped + self.failed

    def of(self, state: FolderState | None) -> int:
        """How many are in a state; None: all."""
        return self.found if state is None else int(getattr(self, state.value))


@dataclass(frozen=True, slots=True)
class FolderRow:
    """One folder. `root`: the tree it was found in, '' for what another program noted; `attempts`: those that ended;
    `changed`: when it ended last, or was noted; `gone`: it is not there any more; `batch`: when the batch began that
    took it last; `buckets` and `stored`: where its files are that are stored, and how many."""

    number: int
    path: str
    root: str
    state: FolderState
    files: int
    size_bytes: int
    attempts: int
    changed: datetime | None
    reason: str
    gone: bool
    batch: datetime | None = None
    buckets: tuple[str, ...] = ()
    stored: int = 0


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One batch. Without `ended` it is under way, or was broken off."""

    number: int
    folders: int
    done: int
    failed: int
    size_bytes: int
    state: str
    started: datetime | None
    ended: datetime | None

    @property
    def seconds(self) -> float | None:
        """How long it took; None while that is not known."""
        return (self.ended - self.started).total_seconds() if self.started and self.ended else None


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
class FolderFilter:
    """Folders in a state (None: any) whose path contains `text`, of a batch by its number (None: of any)."""

    state: FolderState | None = None
    text: str = ""
    batch: int | None = None


class Listing:
    """Looks into the tracker at `path`, which is opened when it is there and kept open until `close`. `is_uploading`
    says whether the batches that have not ended are under way: else they were broken off, and their folders wait.
    Every method may raise `WorkspaceError`."""

    def __init__(self, path: Path, is_uploading: Callable[[], bool] = lambda: False) -> None:
        self.path = path
        self._is_uploading = is_uploading
        self._tracker: Tracker | None = None
        self._is_closed = False
        self._opening = asyncio.Lock()

    async def amounts(self) -> Amounts:
        """Folders by state, in one look."""
        return await self.read(self._count, Amounts())

    async def numbers(self, wanted: FolderFilter, sort: str = "", descending: bool = False) -> array[int]:
        """The numbers of all folders that pass, in this order; for '' as they were found, and those that wait as they
        go."""
        where, values = "", {"uploading": self._is_uploading(), "state": "", "text": "", "batch": wanted.batch}
        if wanted.state is not None:
            where += f" AND {_STATE} = :state"
            values["state"] = wanted.state.value
        if wanted.text:
            where += " AND instr(lower(folder_path), lower(:text))"
            values["text"] = wanted.text
        if wanted.batch is not None:
            where += " AND batch_id = (SELECT batch_id FROM upload_batches WHERE rowid = :batch)"
        natural = "place" if wanted.state is FolderState.QUEUED else "rowid"
        order = f"{_SORTS[sort] if sort else natural} {'DESC' if descending else 'ASC'}, rowid"
        sql = f"SELECT rowid FROM folder_status WHERE 1{where} ORDER BY {order}"
        return await self.read(lambda c: array("q", (number for (number,) in c.execute(sql, values))), array("q"))

    async def folders(self, numbers: Sequence[int]) -> tuple[FolderRow, ...]:
        """The folders with these numbers, in their order."""
        values = {"uploading": self._is_uploading()}
        return await self._rows(_FOLDERS, numbers, values, _folder)

    async def attempts(self, path: str) -> tuple[PastAttempt, ...]:
        """Every try at a folder, the newest first."""
        sql = "SELECT began, coalesce(error, '') FROM upload_attempts WHERE folder_path = ? ORDER BY id DESC LIMIT 100"
        return await self.read(
            lambda c: tuple(PastAttempt(_moment(began), error) for began, error in c.execute(sql, (path,))), ()
        )

    async def batch_numbers(self, sort: str = "", descending: bool = False) -> array[int]:
        """The numbers of all batches: the newest first for ''."""
        order = f"{_BATCH_SORTS[sort]} {'DESC' if descending or not sort else 'ASC'}"
        sql = f"SELECT rowid FROM upload_batches ORDER BY {order}"
        return await self.read(lambda c: array("q", (number for (number,) in c.execute(sql))), array("q"))

    async def batches(self, numbers: Sequence[int]) -> tuple[BatchRow, ...]:
        """The batches with these numbers, in their order."""
        return await self._rows(_BATCHES, numbers, {}, _batch)

    async def trouble_numbers(self) -> array[int]:
        """The numbers of what the last scans could not read or name."""
        sql = "SELECT id FROM scan_troubles ORDER BY id"
        return await self.read(lambda c: array("q", (number for (number,) in c.execute(sql))), array("q"))

    async def troubles(self, numbers: Sequence[int]) -> tuple[TroubleRow, ...]:
        """The troubles with these numbers, in their order."""
        sql = "SELECT id, path, reason FROM scan_troubles WHERE id IN ({numbers})"
        return await self._rows(sql, numbers, {}, lambda row: TroubleRow(int(str(row[0])), str(row[1]), str(row[2])))

    async def retry(self, numbers: Sequence[int] | None = None) -> int:
        """Queues failed and left-out folders anew: these, or all that failed. How many that was."""
        return await self.write(lambda c: retry(c, now_seconds(), numbers), 0)

    async def close(self) -> None:
        """Closes the tracker, for good: who still looks finds nothing."""
        async with self._opening:
            tracker, self._tracker, self._is_closed = self._tracker, None, True
        if tracker is not None:
            await tracker.close()

    def _count(self, c: sqlite3.Connection) -> Amounts:
        sql = f"SELECT {_STATE}, count(*) FROM folder_status GROUP BY 1"
        by_state = {str(state): int(amount) for state, amount in c.execute(sql, {"uploading": self._is_uploading()})}
        batches = int(c.execute("SELECT count(*) FROM upload_batches").fetchone()[0])
        troubles = int(c.execute("SELECT count(*) FROM scan_troubles").fetchone()[0])
        return Amounts(**by_state, batches=batches, troubles=troubles)

    async def _rows(
        self,
        sql: str,
        numbers: Sequence[int],
        values: dict[str, bool],
        made: Callable[[tuple[object, ...]], T],
    ) -> tuple[T, ...]:
        # they are whole numbers of ours, and more than SQLite takes as values
        text = sql.format(numbers=",".join(str(number) for number in numbers))

        def ask(c: sqlite3.Connection) -> tuple[T, ...]:
            found = {row[0]: made(row) for row in c.execute(text, values)}
            return tuple(found[number] for number in numbers if number in found)

        return await self.read(ask, ())

    async def read(self, work: Callable[[sqlite3.Connection], T], nothing: T) -> T:
        """Runs `work` on a consistent view; gives `nothing` where there is no tracker yet."""
        tracker = await self._open()
        return nothing if tracker is None else await tracker.read(work)

    async def write(self, work: Callable[[sqlite3.Connection], T], nothing: T) -> T:
        """Runs `work` in one transaction; gives `nothing` where there is no tracker yet."""
        tracker = await self._open()
        return nothing if tracker is None else await tracker.write(work)

    async def _open(self) -> Tracker | None:
        async with self._opening:
            if self._tracker is None and not self._is_closed and await asyncio.to_thread(self.path.exists):
                self._tracker = await Tracker.open(self.path, make=False)
            return self._tracker


def files_of(path: str) -> tuple[tuple[tuple[str, int], ...], int]:
    """The files in a folder as (name, bytes), by name, the first two hundred; and how many there are. Receipts are left
    out. Blocks. Raises `NotFound`."""
    found: list[tuple[str, int]] = []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.name not in RECEIPTS and not entry.name.startswith(OWN_FILES) and entry.is_file():
                    found.append((entry.name, entry.stat().st_size))
    except OSError as exc:
        raise NotFound(f"The folder cannot be read: {exc.strerror or exc}.") from exc
    found.sort()
    return tuple(found[:MOST_FILES]), len(found)


def _folder(row: tuple[object, ...]) -> FolderRow:
    number, path, root, state, files, size_bytes, attempts, changed, reason, gone_at, batch, buckets, stored = row
    gone = gone_at is not None
    why = str(reason) or ("It is not there any more." if gone else "")
    return FolderRow(
        int(str(number)),
        str(path),
        str(root or ""),
        FolderState(str(state)),
        int(str(files)),
        int(str(size_bytes)),
        int(str(attempts)),
        _moment(changed),
        why,
        gone,
        _moment(batch),
        tuple(sorted(str(buckets).split(","))) if buckets else (),
        int(str(stored)),
    )


def _batch(row: tuple[object, ...]) -> BatchRow:
    number, folders, done, failed, size_bytes = (int(str(value)) for value in row[:5])
    return BatchRow(number, folders, done, failed, size_bytes, str(row[5]), _moment(row[6]), _moment(row[7]))


def _moment(seconds: object) -> datetime | None:
    """A tracker's time; what another program wrote there, and is none, is not shown."""
    if not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
