"""Small trees of folders, and trackers as another program left them."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from core.uploads.scanning.scan import Scanned, scan
from core.uploads.status.state import UploadState, read_state
from core.uploads.tracker import Tracker

OLD = 1_700_000_000
PREDECESSOR = """
CREATE TABLE folder_status (
    folder_path TEXT PRIMARY KEY, folder_name TEXT NOT NULL, last_modified REAL NOT NULL, file_count INTEGER NOT NULL,
    file_hash TEXT NOT NULL, upload_status TEXT DEFAULT 'pending', upload_timestamp REAL, error_message TEXT,
    retry_count INTEGER DEFAULT 0, created_at REAL, updated_at REAL
);
CREATE TABLE upload_batches (
    batch_id TEXT PRIMARY KEY, batch_name TEXT, total_folders INTEGER, successful_uploads INTEGER,
    failed_uploads INTEGER, start_time REAL, end_time REAL, status TEXT DEFAULT 'running', created_at REAL
);
CREATE INDEX idx_status ON folder_status (upload_status);
"""


def put(path: Path, data: bytes = b"picture", at: float = OLD) -> Path:
    """A file with this content, last changed then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (at, at))
    return path


def device(root: Path, name: str, *files: str) -> Path:
    """A folder with a picture and a `stats.json`, or with these files."""
    for file in files or ("front.jpg", "stats.json"):
        put(root / name / file)
    return root / name


def predecessor(path: Path, *folders: tuple[object, ...]) -> Path:
    """A tracker of the predecessor with these rows: path, count, status, error, retries."""
    with closing(sqlite3.connect(path)) as c, c:
        c.executescript(PREDECESSOR)
        for folder, count, status, error, retries in folders:
            done = OLD + 60 if status == "success" else None
            row = (str(folder), Path(str(folder)).name, OLD, count, "d41d8cd98f00b204", status, done, error, retries)
            c.execute("INSERT INTO folder_status VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, OLD, OLD))
        c.execute(
            "INSERT INTO upload_batches VALUES ('b1', 'night', 3, 2, 1, ?, ?, 'completed', ?)", (OLD, OLD + 90, OLD)
        )
    return path


class Desk:
    """A tree and its tracker, opened for each question as a program would."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "tree"
        self.root.mkdir(exist_ok=True)
        self.path = folder / "upload_tracker.db"

    async def scan(self, root: Path | None = None) -> Scanned:
        """Scans the tree."""
        tracker = await Tracker.open(self.path)
        try:
            return await scan(tracker, root or self.root)
        finally:
            await tracker.close()

    async def state(self) -> UploadState:
        """Where uploads stand."""
        tracker = await Tracker.open(self.path, make=False)
        try:
            return await tracker.read(read_state)
        finally:
            await tracker.close()

    def sql(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Asks the file directly, as any other program."""
        with closing(sqlite3.connect(self.path)) as c, c:
            return c.execute(statement, values).fetchall()

    def statuses(self) -> dict[str, object]:
        """upload_status of every folder, by its path below the tree."""
        rows = self.sql("SELECT folder_path, upload_status FROM folder_status WHERE gone_at IS NULL")
        return {os.path.relpath(str(path), self.root): status for path, status in rows}
