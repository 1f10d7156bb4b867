"""Where uploads stand: folders by state, batches, failures, and what the last scans could not read."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core.uploads.ledger import below

FAILURES = 1_000
BATCHES = 50


@dataclass(frozen=True, slots=True)
class Folders:
    """Folders by state. Every known folder is in exactly one; `skipped` are those left out, and those that went before
    they were uploaded."""

    pending: int = 0
    success: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def found(self) -> int:
        """All that are known."""
        return self.pending + self.success + self.failed + self.skipped


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch of folders; without `ended` it is running, or was broken off."""

    batch_id: str
    name: str
    total: int
    successful: int
    failed: int
    status: str
    started: datetime | None
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class Failure:
    """A folder that did not go up, and why not; `retries`: attempts that failed."""

    folder: str
    reason: str
    retries: int


@dataclass(frozen=True, slots=True)
class UploadState:
    """Everything at a glance. `files` and `size_bytes` are those of all known folders; of `failures` and `troubles`
    the first thousand, of `batches` the newest fifty."""

    folders: Folders = Folders()
    files: int = 0
    size_bytes: int = 0
    batches: tuple[Batch, ...] = ()
    failures: tuple[Failure, ...] = ()
    troubles: tuple[tuple[str, str], ...] = ()
    troubles_in_all: int = 0


def read_state(c: sqlite3.Connection, roots: Sequence[str] = ()) -> UploadState:
    """Where uploads stand; with `roots`, the folders at and below these."""
    where, values = _where(roots)
    amounts = dict.fromkeys(("pending", "success", "failed", "skipped"), 0)
    files = size = 0
    sql = (
        "SELECT CASE WHEN upload_status = 'success' THEN 'success' WHEN skipped IS NOT NULL OR gone_at IS NOT NULL "
        "THEN 'skipped' WHEN upload_status = 'failed' THEN 'failed' ELSE 'pending' END, count(*), "
        f"total(file_count), total(bytes) FROM folder_status {where} GROUP BY 1"
    )
    for state, amount, some_files, some_bytes in c.execute(sql, values):
        amounts[state] += amount
        files += int(some_files)
        size += int(some_bytes)
    failures = c.execute(
        "SELECT folder_path, coalesce(error_message, ''), coalesce(retry_count, 0) FROM folder_status "
        f"{where or 'WHERE 1'} AND upload_status = 'failed' AND skipped IS NULL AND gone_at IS NULL "
        "ORDER BY folder_path LIMIT ?",
        (*values, FAILURES),
    ).fetchall()
    batches = c.execute(
        "SELECT batch_id, coalesce(batch_name, ''), coalesce(total_folders, 0), coalesce(successful_uploads, 0), "
        "coalesce(failed_uploads, 0), coalesce(status, ''), start_time, end_time FROM upload_batches "
        "ORDER BY coalesce(start_time, created_at) DESC, batch_id DESC LIMIT ?",
        (BATCHES,),
    ).fetchall()
    troubles, in_all = _troubles(c, roots)
    return UploadState(
        Folders(**amounts),
        files,
        size,
        tuple(_batch(*row) for row in batches),
        tuple(Failure(*row) for row in failures),
        troubles,
        in_all,
    )


def _troubles(c: sqlite3.Connection, roots: Sequence[str]) -> tuple[tuple[tuple[str, str], ...], int]:
    where = ""
    if roots:
        where = f"WHERE root IN (SELECT id FROM scanned_roots WHERE path IN ({','.join('?' * len(roots))}))"
    rows = c.execute(f"SELECT path, reason FROM scan_troubles {where} ORDER BY id LIMIT ?", (*roots, FAILURES))
    found = tuple((path, reason) for path, reason in rows.fetchall())
    return found, int(c.execute(f"SELECT count(*) FROM scan_troubles {where}", tuple(roots)).fetchone()[0])


def _where(roots: Sequence[str]) -> tuple[str, list[str]]:
    if not roots:
        return "", []
    values: list[str] = []
    for root in roots:
        values += [root, *below(root)]
    one = "folder_path = ? OR folder_path >= ? AND folder_path < ?"
    return f"WHERE ({' OR '.join([one] * len(roots))})", values


def _batch(batch_id: object, name: str, total: int, good: int, bad: int, status: str, *times: object) -> Batch:
    began, ended = (_moment(one) for one in times)
    return Batch(str(batch_id), name, total, good, bad, status, began, ended)


def _moment(seconds: object) -> datetime | None:
    """A tracker's time. What another program wrote there, and is none, is not shown."""
    if not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def absolute(path: str | os.PathLike[str]) -> str:
    """A path as the tracker writes it: from the root, with links left as they are."""
    return os.path.abspath(path)  # noqa: PTH100 — Path.resolve follows links
