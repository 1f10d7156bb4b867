"""A lock between programs: an exclusive SQLite transaction, which every platform has and which ends with its holder."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from core.errors import Busy, WorkspaceError


def take_lock(path: Path, busy: Busy, wait_seconds: float = 0) -> sqlite3.Connection:
    """Holds the lock of this file, made where it is missing, until the connection is closed. Raises `busy` where
    another holds it for longer than `wait_seconds`, `WorkspaceError` for a file that cannot be made or locked."""
    try:
        connection = sqlite3.connect(path, timeout=wait_seconds, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as exc:
        raise WorkspaceError(f"{path} cannot be made: {exc}.", "Check the rights of its folder.") from exc
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as exc:
        connection.close()
        if "locked" in str(exc):
            raise busy from exc
        raise WorkspaceError(f"{path} cannot be locked: {exc}.") from exc
    return connection
