"""The one connection that a catalog holds to its file, and whether anybody else wrote to that meanwhile."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from core.clients.foreign_sqlite import ForeignFile, signature


class HeldConnection:
    """The one connection to the file, as long as it is in use, and whether anybody else wrote since it was first open.
    Belongs to the catalog's thread."""

    def __init__(self, file: ForeignFile) -> None:
        self._file = file
        self._connection: sqlite3.Connection | None = None
        self._copy: Path | None = None
        self._writing = False
        self._signature = signature(file.path)
        self._identity: tuple[int, int] | None = None
        self._data_version = 0
        self._changes = 0
        self.opened = 0

    def connection(self, *, writing: bool) -> sqlite3.Connection:
        """The connection; one that may write stays one until it is let go, and then does not count its own changes as
        somebody else's."""
        if self._connection is not None and self._is_elsewhere():
            self._changes += 1
            self.let_go()
        if self._connection is not None and writing and not self._writing:
            self.let_go()
        if self._connection is None:
            before = signature(self._file.path)
            if writing:
                self._connection = self._file.open_to_write()
            else:
                self._connection, self._copy = self._file.open_to_read()
            self._writing = writing
            self.opened += 1
            if before != self._signature:
                self._changes += 1
            self._signature = before
            self._identity = _identity(self._file.path)
            self._data_version = self._version(self._connection)
        return self._connection

    def _is_elsewhere(self) -> bool:
        """Whether the connection sees another file than the one that lies there: a copy that is out of date, or a file
        that was replaced, as by a backup."""
        if self._copy is not None:
            return signature(self._file.path) != self._signature
        return _identity(self._file.path) != self._identity

    def token(self, connection: sqlite3.Connection) -> str:
        """Differs from an earlier one when anybody else committed in between."""
        version = self._version(connection)
        if version != self._data_version:
            self._data_version = version
            self._changes += 1
        return str(self._changes)

    def let_go(self) -> None:
        """Closes the connection, and remembers how the file looks."""
        if self._connection is None:
            return
        connection, self._connection = self._connection, None
        if self._copy is None:
            before = signature(self._file.path)
            try:
                self.token(connection)
            except sqlite3.Error:
                self._changes += 1
            self._signature = before
        connection.close()
        if self._copy is not None:
            shutil.rmtree(self._copy, ignore_errors=True)
            self._copy = None

    @staticmethod
    def _version(connection: sqlite3.Connection) -> int:
        return int(connection.execute("PRAGMA data_version").fetchone()[0])


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
