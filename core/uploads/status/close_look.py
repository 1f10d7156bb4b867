"""One folder from near: its files with their places, what its stats.json says, and how every attempt at it ended."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import CoreError
from core.local_pictures import PATIENCE_SECONDS
from core.models import RowKey
from core.uploads.scanning.folders import IMAGES, STATS
from core.uploads.scanning.reach import answered
from core.uploads.scanning.stats import Stats, read_stats
from core.uploads.status.listing import MOST_FILES, FolderRow, Listing, PastAttempt, files_of
from core.values import decode_key


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file. `bucket` and `key` say where it is stored, '' while it is not; `here`: it is on this computer."""

    name: str
    size_bytes: int
    bucket: str = ""
    key: str = ""
    here: bool = True

    @property
    def is_picture(self) -> bool:
        """Whether its name says that it is one."""
        return self.name.lower().endswith(IMAGES)


@dataclass(frozen=True, slots=True)
class CloseLook:
    """The first two hundred files by name, of `in_all`; `why` says why they cannot be read. `stats` is None where there
    is no stats.json. `rows`: the rows that are written for the folder, as table and key."""

    attempts: Sequence[PastAttempt] = ()
    files: Sequence[FileRow] = ()
    in_all: int = 0
    why: str = ""
    stats: Stats | None = None
    rows: Sequence[tuple[str, RowKey]] = ()


async def look_closely(listing: Listing, folder: FolderRow) -> CloseLook:
    """Looks into the tracker and the folder. Of one that is not there any more, what was stored is known. Raises
    `WorkspaceError`."""
    attempts = await listing.attempts(folder.path)
    nothing: dict[str, FileRow] = {}
    stored = await listing.read(lambda c: _stored(c, folder.number), nothing)
    no_rows: tuple[tuple[str, RowKey], ...] = ()
    rows = await listing.read(lambda c: _rows(c, folder.number), no_rows)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            (found, in_all), stats = await answered(lambda: _read(folder.path), lambda _seconds: None)
    except (CoreError, TimeoutError) as error:
        why = error.message if isinstance(error, CoreError) else "The drive does not answer."
        return CloseLook(attempts, tuple(stored.values()), len(stored), why, None, rows)
    files = tuple(_with_place(name, size_bytes, stored) for name, size_bytes in found)
    return CloseLook(attempts, files, in_all, "", stats, rows)


def _read(path: str) -> tuple[tuple[Sequence[tuple[str, int]], int], Stats | None]:
    found = files_of(path)
    has_stats = any(name == STATS for name, _ in found[0])
    return found, read_stats(Path(path, STATS)) if has_stats else None


def _rows(c: sqlite3.Connection, number: int) -> tuple[tuple[str, RowKey], ...]:
    found = c.execute('SELECT "table", row_key FROM uploaded_rows WHERE folder = ? ORDER BY 1', (number,))
    return tuple((str(table), decode_key(str(key))) for table, key in found)


def _stored(c: sqlite3.Connection, number: int) -> dict[str, FileRow]:
    sql = "SELECT name, bucket, key, bytes FROM uploaded_files WHERE folder = ? ORDER BY name LIMIT ?"
    return {
        name: FileRow(name, size_bytes, bucket, key, here=False)
        for name, bucket, key, size_bytes in c.execute(sql, (number, MOST_FILES))
    }


def _with_place(name: str, size_bytes: int, stored: dict[str, FileRow]) -> FileRow:
    at = stored.get(name)
    return FileRow(name, size_bytes, at.bucket, at.key) if at is not None else FileRow(name, size_bytes)
