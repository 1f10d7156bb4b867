"""Opening somebody else's SQLite file so that reading it changes no byte and leaves no file behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from core.clients.open_files import CountedConnection, in_use
from core.errors import CoreError, NotAllowed, NotFound, Unavailable, Unreadable

SIDE_FILES = ("-wal", "-shm", "-journal")
"""What SQLite may put beside a database."""
PATIENCE_SECONDS = 5
_Signature = tuple[tuple[int, int, int], ...]


def side_file(path: Path, ending: str) -> Path:
    """The `-wal`, `-shm` or `-journal` of a database."""
    return path.with_name(path.name + ending)


def signature(path: Path) -> _Signature:
    """Differs when the database or its write-ahead log was written in between; asks for sizes and times only."""
    found: list[tuple[int, int, int]] = []
    for name in (path, side_file(path, "-wal")):
        try:
            status = name.stat()
        except OSError:
            found.append((0, 0, 0))
        else:
            found.append((status.st_size, status.st_mtime_ns, status.st_ino) if status.st_size else (0, 0, 0))
    return tuple(found)


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns  # not the ctime: for root, SQLite sets the owner anew when it opens it


class ForeignFile:
    """One SQLite file of another program. Not thread-safe: its connections belong to the thread that opened them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def open_to_read(self) -> tuple[sqlite3.Connection, Path | None]:
        """A connection that cannot write, and the folder of the copy that it reads, if it reads one. Raises `NotFound`,
        `NotAllowed`, `Unavailable`, `Unreadable`."""
        with self._sentences(), in_use(self.path) as is_wal:
            connection, copy = self._open(is_wal)
            if copy is None:
                connection.keep_counted(self.path)
            return connection, copy

    def open_to_write(self) -> sqlite3.Connection:
        """A connection that may write, for changes that a person applied. Raises as `open_to_read`."""
        with self._sentences(), in_use(self.path):
            # A journal left by a crash is for its own program to roll back; read-only opening tells.
            if side_file(self.path, "-journal").exists():
                _connect(self.path, "mode=ro").close()
            connection = _connect(self.path, "mode=rw")
            connection.keep_counted(self.path)
            connection.execute("PRAGMA foreign_keys=ON")
            return connection

    @contextlib.contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            raise explain(exc, self.path) from exc
        except OSError as exc:
            raise explain_os(exc, self.path) from exc

    def _open(self, is_wal: bool) -> tuple[CountedConnection, Path | None]:
        if not is_wal:
            return _connect(self.path, "mode=ro"), None
        log = side_file(self.path, "-wal")
        lying = _identity(log)
        if lying:
            try:
                # readonly_shm: the log's index is used as it lies there, with no read mark of ours in it
                return _connect(self.path, "mode=ro&readonly_shm=1"), None
            except sqlite3.OperationalError as exc:
                if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CANTOPEN:
                    raise
                if _identity(log) == lying or _size_of(log):
                    return self._copy()
            # While we waited, its program ended and took the log away; the attempt above made an empty one, which goes
            # with the connection below.
        if side_file(self.path, "-journal").exists():
            raise Unreadable(
                f"{self.path.name} was left in the middle of a change by the program it belongs to.",
                "Start that program once, so that it puts its file in order, then scan again.",
            )
        if os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK):
            # Read-only opening would leave the two files of the log behind for good; this way closing removes them.
            return _connect(self.path, "mode=rw"), None
        return self._copy()

    def _copy(self) -> tuple[CountedConnection, Path]:
        folder = Path(tempfile.mkdtemp(prefix="bucketdesk-catalog-"))
        try:
            before = signature(self.path)
            for name in (self.path, side_file(self.path, "-wal")):
                if name.exists():
                    shutil.copyfile(name, folder / name.name)
            if signature(self.path) != before:
                raise Unavailable(
                    f"{self.path.name} changed while it was being read.",
                    "Wait until its program is done, then try again.",
                )
            return _connect(folder / self.path.name, "mode=rw"), folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def _connect(path: Path, query: str) -> CountedConnection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{query}",
        uri=True,
        factory=CountedConnection,
        timeout=PATIENCE_SECONDS,
        isolation_level=None,
        check_same_thread=False,  # used by one thread at a time, closed by whichever comes last
    )
    try:
        connection.text_factory = _text
        connection.execute("PRAGMA query_only=1")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # opening is lazy: errors come here
    except BaseException:
        connection.close()
        raise
    return connection


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def explain(exc: sqlite3.Error, path: Path) -> CoreError:
    """The sentence for an error about this file."""
    code = getattr(exc, "sqlite_errorcode", 0) & 0xFF
    name, text = path.name, str(exc)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Unavailable(f"{name} is in use by another program just now.", "Close it there, or try again later.")
    if code == sqlite3.SQLITE_READONLY:
        if side_file(path, "-journal").exists():
            return Unreadable(
                f"{name} was left in the middle of a change by the program it belongs to.",
                "Start that program once, so that it puts its file in order, then scan again.",
            )
        return NotAllowed(f"{name} cannot be written.", f"Check the rights of {path} and of its folder.")
    if code == sqlite3.SQLITE_FULL:
        return Unavailable(
            f"The disk that holds {name} is full; nothing was changed there.", "Free some space, try again."
        )
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return Unreadable(
            f"{name} is damaged, or no SQLite file: {text}.", "Nothing was changed. Restore it from a backup."
        )
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR):
        return Unreadable(f"{name} cannot be read: {text}.", f"Check {path} and the rights of its folder.")
    if "no such collation" in text or "no query solution" in text:
        return Unreadable(
            f"{name} sorts by a rule that only its own program knows ({text}).", "Choose another key or column for it."
        )
    if "no such function" in text or "no such module" in text:
        return Unreadable(f"{name} uses something that only its own program has ({text}).")
    return Unreadable(f"{name}: {text}.")


def explain_os(exc: OSError, path: Path) -> CoreError:
    """The sentence for a file that cannot be opened at all."""
    if isinstance(exc, FileNotFoundError):
        return NotFound(f"There is no catalog {path}.", "Check the profile, or connect the disk that holds it.")
    if isinstance(exc, PermissionError):
        return NotAllowed(f"The catalog {path} may not be read.", "Check its rights.")
    if isinstance(exc, IsADirectoryError):
        return Unreadable(f"The catalog {path} is a folder, not a file.", "Name the SQLite file itself.")
    return Unreadable(f"The catalog {path} cannot be read: {exc.strerror or exc}.")
