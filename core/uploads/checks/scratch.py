"""A file that holds what a verification has read so far, and goes with it: a million files take no memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from core.uploads.checks.claims import Claim

_SCHEMA = """
CREATE TABLE files (
    number INTEGER PRIMARY KEY, path TEXT NOT NULL, size_bytes INTEGER NOT NULL, bucket TEXT NOT NULL,
    key TEXT NOT NULL, sent_bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, unchanged INTEGER NOT NULL,
    seen_bytes INTEGER, etag TEXT,
    lack TEXT NOT NULL DEFAULT '', why TEXT NOT NULL DEFAULT '', among TEXT NOT NULL DEFAULT ''
);
CREATE INDEX files_place ON files (bucket, key);
CREATE TABLE hidden (bucket TEXT PRIMARY KEY, why TEXT NOT NULL);
"""


class Standing(NamedTuple):
    """A file, where it went, and what the listing says of that place. `sent_bytes` and `sha256` are of what was stored;
    `unchanged`: its folder is as it was then. `seen_bytes` None: the listing does not show it, `hidden` perhaps why.
    With a `lack`, nobody says that it was stored, and the key is a guess; `why` is the sentence."""

    number: int
    path: str
    size_bytes: int
    bucket: str
    key: str
    sent_bytes: int
    sha256: str
    unchanged: bool
    seen_bytes: int | None
    etag: str | None
    hidden: str
    lack: str = ""
    why: str = ""


class Scratch:
    """Its methods block, and come one after another."""

    def __init__(self, path: Path) -> None:
        self._c = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._c.execute("PRAGMA journal_mode=OFF")
        self._c.execute("PRAGMA synchronous=OFF")
        self._c.executescript(_SCHEMA)

    def add(self, files: Sequence[Claim]) -> None:
        """Files of which somebody says where they went."""
        rows = [
            (one.path, one.size_bytes, one.bucket, one.key, one.sent_bytes, one.sha256, one.unchanged) for one in files
        ]
        sql = (
            "INSERT INTO files (path, size_bytes, bucket, key, sent_bytes, sha256, unchanged) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        self._many(sql, rows)

    def add_guesses(self, files: Sequence[tuple[Claim, str, str]]) -> None:
        """Files of which nobody says that they went anywhere, each with what it lacks then, and the sentence."""
        rows = [
            (one.path, one.size_bytes, one.guess, lack, why, "\n".join(("", *one.among, "")))
            for one, lack, why in files
        ]
        sql = (
            "INSERT INTO files (path, size_bytes, bucket, key, sent_bytes, sha256, unchanged, lack, why, among) "
            "VALUES (?, ?, '', ?, 0, '', 0, ?, ?, ?)"
        )
        self._many(sql, rows)

    def buckets(self) -> list[str]:
        """Where files went, or could have."""
        sure = {name for (name,) in self._c.execute("SELECT DISTINCT bucket FROM files")}
        perhaps = {name for (some,) in self._c.execute("SELECT DISTINCT among FROM files") for name in some.split("\n")}
        return sorted((sure | perhaps) - {""})

    def note(self, found: Sequence[tuple[str, str, int, str | None]], hidden: str) -> None:
        """What a listing says, as (bucket, key, bytes, etag)."""
        rows = [(size_bytes, etag, bucket, key) for bucket, key, size_bytes, etag in found]
        self._many("UPDATE files SET seen_bytes = ?, etag = ? WHERE bucket = ? AND key = ?", rows)
        guessed = [(size_bytes, etag, bucket, key, f"\n{bucket}\n") for bucket, key, size_bytes, etag in found]
        sql = "UPDATE files SET seen_bytes = ?, etag = ?, bucket = ? WHERE bucket = '' AND key = ? AND instr(among, ?)"
        self._many(sql, guessed)
        if hidden and found:
            self._c.execute("INSERT OR REPLACE INTO hidden VALUES (?, ?)", (found[0][0], hidden))

    def missing(self, bucket: str, after: int, limit: int) -> list[tuple[int, str]]:
        """Files whose place was not seen, as (number, key), behind a number."""
        sql = (
            "SELECT number, key FROM files WHERE (bucket = ? OR bucket = '' AND instr(among, ?)) AND number > ? "
            "AND seen_bytes IS NULL ORDER BY number LIMIT ?"
        )
        return self._c.execute(sql, (bucket, f"\n{bucket}\n", after, limit)).fetchall()

    def page(self, after: int, limit: int) -> list[Standing]:
        """The next files behind a number."""
        sql = (
            "SELECT number, path, size_bytes, f.bucket, key, sent_bytes, sha256, unchanged, seen_bytes, etag, "
            "coalesce(h.why, ''), lack, f.why FROM files f LEFT JOIN hidden h ON h.bucket = f.bucket WHERE number > ? "
            "ORDER BY number LIMIT ?"
        )
        return [Standing(*row) for row in self._c.execute(sql, (after, limit))]

    def close(self) -> None:
        """Lets go of the file."""
        self._c.close()

    def _many(self, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
        self._c.execute("BEGIN")
        self._c.executemany(sql, rows)
        self._c.execute("COMMIT")
