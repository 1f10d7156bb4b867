"""Batches in the tracker: which folders one took, and how each of them ended."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from core.uploads.queueing.queue import Queued
from core.uploads.scanning.folders import SIGNATURE_FORM, Found
from core.uploads.sending.receipts import SentFile


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a folder; without an `error` it is stored. Times are seconds since 1970."""

    began: float
    ended: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a folder ended: by its last attempt, or left out for a reason, or gone. `found`: what it was then. `files`:
    those that are stored, all or not. With a `question` (`core.uploads.queueing.questions`) it waits for the answer."""

    number: int
    path: str
    found: Found | None = None
    attempts: tuple[Attempt, ...] = ()
    left_out: str = ""
    gone: bool = False
    files: tuple[SentFile, ...] = ()
    question: str = ""

    @property
    def stored(self) -> bool:
        """Whether all of it is stored."""
        return bool(self.attempts) and not self.attempts[-1].error

    @property
    def error(self) -> str:
        """What the last attempt met."""
        return self.attempts[-1].error if self.attempts else ""


def begin_batch(c: sqlite3.Connection, name: str, folders: Sequence[Queued], now: float) -> str:
    """A batch with these folders is under way; its id."""
    batch_id = uuid.uuid4().hex[:12]
    c.execute(
        "INSERT INTO upload_batches (batch_id, batch_name, total_folders, successful_uploads, failed_uploads, "
        "start_time, status, created_at, bytes) VALUES (?, ?, ?, 0, 0, ?, 'running', ?, 0)",
        (batch_id, name, len(folders), now, now),
    )
    rows = [(batch_id, one.number) for one in folders]
    c.executemany("UPDATE folder_status SET batch_id = ? WHERE rowid = ?", rows)
    c.executemany("INSERT OR REPLACE INTO folders_under_way (batch_id, folder) VALUES (?, ?)", rows)
    return batch_id


def end_folders(c: sqlite3.Connection, batch_id: str, now: float, endings: Sequence[Ending]) -> None:
    """Records how these folders of a batch ended, every attempt at them, and what is stored of them now. One that is to
    go elsewhere by now, and belongs to this batch no more, waits for that."""
    for one in endings:
        if one.found is not None:
            _note_facts(c, one.number, one.found)
        for attempt in one.attempts:
            c.execute(
                "INSERT INTO upload_attempts (folder_path, batch_id, began, ended, error) VALUES (?, ?, ?, ?, ?)",
                (one.path, batch_id, attempt.began, attempt.ended, attempt.error or None),
            )
        failures = sum(bool(attempt.error) for attempt in one.attempts)
        c.execute(
            "UPDATE folder_status SET upload_status = ?, error_message = ?, skipped = ?, gone_at = ?, updated_at = ?, "
            "retry_count = coalesce(retry_count, 0) + ?, question = ?, "
            "answers = CASE WHEN ? THEN NULL ELSE answers END, keyed = CASE WHEN ? THEN NULL ELSE keyed END "
            "WHERE rowid = ? AND batch_id = ?",
            (
                "pending" if one.question else "success" if one.stored else "failed" if one.error else "pending",
                one.error or None,
                one.left_out or None,
                now if one.gone else None,
                now,
                failures,
                one.question or None,
                one.stored,
                one.stored,
                one.number,
                batch_id,
            ),
        )
        if one.stored:
            c.execute("UPDATE folder_status SET upload_timestamp = ? WHERE rowid = ?", (now, one.number))
        _note_files(c, one, now)
    c.executemany("DELETE FROM folders_under_way WHERE folder = ?", [(one.number,) for one in endings])
    stored = [one for one in endings if one.stored]
    c.execute(
        "UPDATE upload_batches SET successful_uploads = successful_uploads + ?, failed_uploads = failed_uploads + ?, "
        "bytes = bytes + ? WHERE batch_id = ?",
        (
            len(stored),
            sum(bool(one.error) and not one.question for one in endings),
            sum(one.found.size_bytes for one in stored if one.found is not None),
            batch_id,
        ),
    )
    sent = [file for one in endings for file in one.files]
    c.execute(
        "INSERT INTO upload_minutes VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "folders = folders + excluded.folders, files = files + excluded.files, bytes = bytes + excluded.bytes",
        (int(now // 60), len(stored), len(sent), sum(file.size_bytes for file in sent)),
    )


def end_batch(c: sqlite3.Connection, batch_id: str, now: float) -> None:
    """The batch is over; what it holds still waits as before."""
    c.execute("DELETE FROM folders_under_way WHERE batch_id = ?", (batch_id,))
    c.execute("UPDATE upload_batches SET status = 'completed', end_time = ? WHERE batch_id = ?", (now, batch_id))


def end_broken_batches(c: sqlite3.Connection, now: float) -> None:
    """Batches of ours that were broken off are over: those of their folders that had not ended wait still. A
    predecessor's stay as it left them."""
    c.execute("DELETE FROM folders_under_way")
    c.execute(
        "UPDATE upload_batches SET status = 'completed', end_time = ? WHERE status = 'running' AND bytes IS NOT NULL",
        (now,),
    )


def _note_files(c: sqlite3.Connection, one: Ending, now: float) -> None:
    """What is stored of a folder. Once all of it is, what was stored of it as it was before is not told any more."""
    if one.stored:
        c.execute("DELETE FROM uploaded_files WHERE folder = ?", (one.number,))
    c.executemany(
        "INSERT OR REPLACE INTO uploaded_files (folder, name, bucket, key, bytes, sha256, at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (one.number, file.name, file.bucket, file.key, file.size_bytes, bytes.fromhex(file.sha256), now)
            for file in one.files
        ],
    )


def _note_facts(c: sqlite3.Connection, number: int, found: Found) -> None:
    c.execute(
        "UPDATE folder_status SET last_modified = ?, file_count = ?, file_hash = ?, hash_form = ?, image_count = ?, "
        "has_stats = ?, bytes = ? WHERE rowid = ?",
        (
            found.newest_ns / 1e9,
            found.files,
            found.signature,
            SIGNATURE_FORM,
            found.images,
            found.has_stats,
            found.size_bytes,
            number,
        ),
    )
