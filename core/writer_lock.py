"""A lock between programs: an exclusive SQLite transaction, which every platform has and which ends with its holder."""

from __future__ import annotations

import contextlib
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


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock of this file now. Looking takes a share in it for a moment: who wants the lock
    then has to wait that long. Blocks; what cannot be told counts as free."""
    if not path.exists():
        return False
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)) as looking:
            looking.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.Error as exc:
        return "locked" in str(exc)
    return False
