"""Keeps the references of the scan under way apart, and puts them in place of the earlier ones when they are whole."""

from __future__ import annotations

import sqlite3


def start_anew(connection: sqlite3.Connection) -> None:
    """Forgets what an interrupted scan left, indexes included."""
    _lay(connection)


def index(connection: sqlite3.Connection, scan: int) -> None:
    """Sorts the references of this scan into their indexes."""
    number = _free_number(connection, scan)
    connection.execute(f"CREATE INDEX refs_{number:d}_key ON refs_next (scan, bucket, key)")
    connection.execute(f"CREATE INDEX refs_{number:d}_row ON refs_next (row)")
    connection.execute(f"CREATE INDEX refs_{number:d}_forms ON refs_next (row, col, element) WHERE form = 1")


def _free_number(connection: sqlite3.Connection, scan: int) -> int:
    # Scans count from one again when the workspace forgets another project; the indexes in force keep their names.
    taken = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    while f"refs_{scan:d}_key" in taken:
        scan += 1
    return scan


def put_in_force(connection: sqlite3.Connection) -> None:
    """Replaces the references in force by those of this scan."""
    connection.execute("DROP TABLE refs")
    connection.execute("ALTER TABLE refs_next RENAME TO refs")
    _lay(connection)


def _lay(connection: sqlite3.Connection) -> None:
    connection.execute("DROP TABLE IF EXISTS refs_next")
    connection.execute(
        "CREATE TABLE refs_next (n INTEGER PRIMARY KEY, scan INTEGER NOT NULL, listing INTEGER NOT NULL,"
        " row INTEGER NOT NULL, col TEXT NOT NULL, element INTEGER, form INTEGER NOT NULL DEFAULT 0, bucket TEXT,"
        " key TEXT NOT NULL, problem TEXT)"
    )
