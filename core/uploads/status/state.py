"""Where uploads stand: folders by state, batches, failures, and what the last scans could not read."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from core.uploads.status.counts import Counts, count_below, read_counts, within
from core.uploads.status.history import BatchRow, newest_batches

FAILURES = 1_000
BATCHES = 50


@dataclass(frozen=True, slots=True)
class Folders:
    """Folders by state. Every known folder is in exactly one; `skipped` are those left out, and those that went before
    they were uploaded. Of the `pending` ones, `in_flight` are being uploaded and `questions` wait for an answer."""

    pending: int = 0
    success: int = 0
    failed: int = 0
    skipped: int = 0
    in_flight: int = 0
    questions: int = 0

    @property
    def found(self) -> int:
        """All that are known."""
        return self.pending + self.success + self.failed + self.skipped

    @property
    def queued(self) -> int:
        """Those that wait, for their turn or for an answer."""
        return self.pending - self.in_flight


@dataclass(frozen=True, slots=True)
class Failure:
    """A folder that did not go up, and why not; `retries`: attempts that failed."""

    folder: str
    reason: str
    retries: int


@dataclass(frozen=True, slots=True)
class UploadState:
    """Everything at a glance. `files` and `size_bytes` are those of all known folders; of `failures` and `troubles`
    the first thousand, of `batches` the newest fifty. `is_running`: somebody uploads just now."""

    folders: Folders = Folders()
    files: int = 0
    size_bytes: int = 0
    batches: tuple[BatchRow, ...] = ()
    failures: tuple[Failure, ...] = ()
    troubles: tuple[tuple[str, str], ...] = ()
    troubles_in_all: int = 0
    is_running: bool = False


def read_state(c: sqlite3.Connection, paths: Sequence[str] = (), *, is_running: bool = False) -> UploadState:
    """Where uploads stand; with `paths`, the folders at and below these. `is_running`: somebody uploads just now; else
    what was under way was broken off and waits."""
    counts = count_below(c, paths, is_running=is_running) if paths else read_counts(c, is_running=is_running)
    where, values = within(paths)
    failures = c.execute(
        "SELECT folder_path, coalesce(error_message, ''), CAST(coalesce(retry_count, 0) AS INTEGER) FROM folder_status "
        f"WHERE upload_status = 'failed' AND skipped IS NULL AND gone_at IS NULL {where} "
        "ORDER BY +folder_path LIMIT ?",  # +: few have failed, and are sorted; in the order of paths, all are read
        (*values, FAILURES),
    ).fetchall()
    troubles, in_all = _troubles(c, paths)
    return UploadState(
        _folders(counts),
        counts.found.files,
        counts.found.size_bytes,
        newest_batches(c, BATCHES),
        tuple(Failure(*row) for row in failures),
        troubles,
        in_all,
        is_running,
    )


def _folders(counts: Counts) -> Folders:
    flying, asking = counts.under_way.folders, counts.asking.folders
    return Folders(
        counts.queued.folders + asking + flying,
        counts.done.folders,
        counts.failed.folders,
        counts.skipped.folders,
        flying,
        asking,
    )


def _troubles(c: sqlite3.Connection, roots: Sequence[str]) -> tuple[tuple[tuple[str, str], ...], int]:
    where = ""
    if roots:
        where = f"WHERE root IN (SELECT id FROM scanned_roots WHERE path IN ({','.join('?' * len(roots))}))"
    rows = c.execute(f"SELECT path, reason FROM scan_troubles {where} ORDER BY id LIMIT ?", (*roots, FAILURES))
    found = tuple((path, reason) for path, reason in rows.fetchall())
    return found, int(c.execute(f"SELECT count(*) FROM scan_troubles {where}", tuple(roots)).fetchone()[0])


def absolute(path: str | os.PathLike[str]) -> str:
    """A path as the tracker writes it: from the root, with links left as they are."""
    return os.path.abspath(path)  # noqa: PTH100 — Path.resolve follows links
