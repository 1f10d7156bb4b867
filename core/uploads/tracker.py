"""The tracker: a SQLite file of its own that knows every folder and what became of it, ours or a predecessor's."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path
from typing import TypeVar

from core.database import Corrupt, Database, statements
from core.errors import Busy, NotFound, WorkspaceError
from core.uploads.status.counts import are_wrong, count_anew
from core.writer_lock import is_held, take_lock

T = TypeVar("T")
FILE_NAME = "upload_tracker.db"
_HEADER = b"SQLite format 3\0"
_TABLES = ("folder_status", "upload_batches", "scanned_roots")
_RESTORE = (
    "Restore it from a backup, or name another with --db-path and upload again: what is stored already is recognised, "
    "and not sent twice."
)
_LOOK_SECONDS = 0.3
"""Whoever looks whether the lock is held holds it for a moment."""


class Tracker:
    """An open tracker. Everything that was written is on the disk when `write` returns, whatever ends the program."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = ThreadPoolExecutor(1, "tracker-writer")
        self._readers = ThreadPoolExecutor(2, "tracker-reader")
        self._file = _File(path, "tracker", durable=True, writer=self._writer, readers=self._readers)
        self._held = 0
        self._lock: sqlite3.Connection | None = None
        self._locking = asyncio.Lock()

    @classmethod
    async def open(cls, path: Path, *, make: bool = True) -> Tracker:
        """Opens a tracker, or makes an empty one. A predecessor's gets the columns and tables it lacks; what it knows
        stays. Raises `NotFound` when there is none and none is to be made, `WorkspaceError` for any other file."""
        if not make and not await asyncio.to_thread(is_there, path):
            raise NotFound(f"There is no tracker {path}.", "Scan a folder first: upload FOLDER --scan-only.")
        tracker = cls(path)
        try:
            await asyncio.get_running_loop().run_in_executor(tracker._writer, tracker._create)
        except Corrupt as exc:
            await tracker.close()
            raise Corrupt(exc.message, _RESTORE) from exc
        except BaseException:
            await tracker.close()
            raise
        return tracker

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `work` on a consistent view, whoever writes meanwhile."""
        return await self._file.read(work)

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `work` in one transaction."""
        return await self._file.write(work)

    @contextlib.asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        """This program alone works with the tracker meanwhile; its own jobs share the lock. It ends with the program.
        Raises `Busy`."""
        async with self._locking:
            if self._held == 0:
                busy = Busy(
                    f"Another program is working with the tracker {self.path} right now; nothing was started here.",
                    "Wait until it has ended, end it there, or name another tracker with --db-path.",
                )
                self._lock = await asyncio.to_thread(take_lock, self._beside, busy, _LOOK_SECONDS)
            self._held += 1
        try:
            yield
        finally:
            self._held -= 1
            if self._held == 0 and self._lock is not None:
                self._lock.close()
                self._lock = None

    async def is_used(self) -> bool:
        """Whether somebody works with the tracker now: this program or another one."""
        return self._held > 0 or await asyncio.to_thread(is_held, self._beside)

    async def token(self) -> str:
        """Another one whenever the tracker may say something else than before, whoever wrote. Costs no reading."""
        return await asyncio.to_thread(_token, self._file.files())

    @property
    def _beside(self) -> Path:
        """The lock's file: reading the tracker stays possible."""
        return self.path.with_name(self.path.name + ".lock")

    async def close(self) -> None:
        """Waits for what is being written, then closes the file."""
        await asyncio.shield(asyncio.to_thread(self._close))

    def _create(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise WorkspaceError(f"The folder {self.path.parent} cannot be made: {exc.strerror}.") from exc
        _check(self.path)
        self._file.create()

    def _close(self) -> None:
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self._file.close()


class _File(Database):
    """The tracker's file, which a predecessor may have made."""

    def _connect(self) -> sqlite3.Connection:
        connection = super()._connect()
        connection.execute("PRAGMA wal_autocheckpoint=8000")  # a scan writes much at once: the disk waits less often
        return connection

    def _upgrade(self, connection: sqlite3.Connection) -> None:
        script = resources.files("resources").joinpath("uploads", "tracker.sql").read_text("utf-8")
        lacks = _lacks(connection, script)
        if not lacks and not are_wrong(connection):
            return
        connection.execute("BEGIN IMMEDIATE")  # two programs may open it at the same moment
        try:
            if lacks:
                _add_columns(connection, script)
                for statement in statements(script):
                    connection.execute(statement)
            count_anew(connection)
            connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise


def empty_tracker(path: Path) -> None:
    """Forgets everything that a tracker knows, if there is one. The file stays: a window may have it open. Raises
    `WorkspaceError`."""
    if not path.exists():
        return
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=10)) as connection, connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                connection.execute(f'DELETE FROM "{name}"')
    except sqlite3.Error as exc:
        raise WorkspaceError(f"{path} cannot be emptied: {exc}.", "Close the programs that have it open.") from exc


def is_there(path: Path) -> bool:
    """Whether something stands there. Raises `WorkspaceError` where that cannot be seen."""
    try:
        return path.exists()
    except OSError as exc:
        raise WorkspaceError(f"{path} cannot be reached: {exc.strerror or exc}.", "Name another file.") from exc


def _check(path: Path) -> None:
    """Raises `WorkspaceError` for a file that is no tracker, and changes nothing of it."""
    hint = "Name another file with --db-path; one that is not there yet is made."
    if not is_there(path):
        return
    try:
        if path.is_dir():
            raise WorkspaceError(f"{path} is a folder, no tracker.", "Name a file.")
        if not path.stat().st_size:
            return
        with path.open("rb") as file:
            if file.read(len(_HEADER)) != _HEADER:
                raise WorkspaceError(f"{path} is no upload tracker.", hint)
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except OSError as exc:
        raise WorkspaceError(f"{path} cannot be read: {exc.strerror or exc}.", "Check the rights to it.") from exc
    except sqlite3.Error as exc:
        raise WorkspaceError(f"{path} cannot be read: {exc}.", _RESTORE) from exc
    if names and "folder_status" not in names:
        raise WorkspaceError(f"{path} is a database of another program, no upload tracker.", hint)


def _token(files: Sequence[Path]) -> str:
    """What is committed stands in the log beside the file, or has moved into the file."""
    seen = []
    for path in files[:2]:
        try:
            info = path.stat()
            seen.append(f"{info.st_ino} {info.st_size} {info.st_mtime_ns}")
        except OSError:
            seen.append("")
    return "|".join(seen)


def now_seconds() -> float:
    """The time as trackers note it."""
    return time.time()


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')}


def _lacks(connection: sqlite3.Connection, script: str) -> bool:
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    wanted = set(re.findall(r"CREATE (?:TABLE|INDEX|TRIGGER) IF NOT EXISTS (\w+)", script))
    return not wanted <= there or any(_missing(connection, script, table) for table in _TABLES)


def _add_columns(connection: sqlite3.Connection, script: str) -> None:
    for table in _TABLES:
        if _columns(connection, table):
            for _, declared in _missing(connection, script, table):
                connection.execute(f'ALTER TABLE "{table}" ADD COLUMN {declared}')


def _missing(connection: sqlite3.Connection, script: str, table: str) -> list[tuple[str, str]]:
    """The columns that our own table would have and this one has not, as (name, declaration). What our script declares
    is asked of SQLite, in memory."""
    there = _columns(connection, table)
    with contextlib.closing(sqlite3.connect(":memory:")) as ours:
        ours.executescript(script)
        rows = ours.execute(f'PRAGMA table_info("{table}")').fetchall()
    return [
        (name, f'"{name}" {kind}' + (f" NOT NULL DEFAULT {default}" if needed else _default(default)))
        for _, name, kind, needed, default, _ in rows
        if name not in there
    ]


def _default(default: str | None) -> str:
    return "" if default is None else f" DEFAULT {default}"
