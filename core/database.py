"""One SQLite file of ours: schema steps, one writer thread, readers beside it, errors in sentences."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from importlib import resources
from pathlib import Path
from typing import TypeVar

from core.errors import Trouble, WorkspaceError

T = TypeVar("T")
_BUSY_SECONDS = 30
_CHECKED_BYTES = 64 << 20


class Corrupt(WorkspaceError):
    """The file is there, but it is not a healthy SQLite database of ours."""


class Database:
    """A SQLite file in WAL mode. All writing goes through `write`, one transaction a call, in the executor's single
    thread; `read` gives each reader thread a connection that sees the last committed state. Raises `WorkspaceError`.

    `durable` files have every commit on the disk before `write` returns (`synchronous=FULL`)."""

    def __init__(self, path: Path, schema: str, *, durable: bool, writer: Executor, readers: Executor) -> None:
        self.path = path
        self._schema = schema
        self._durable = durable
        self._writer = writer
        self._readers = readers
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._write_connection: sqlite3.Connection | None = None

    def create(self) -> None:
        """Opens the file and brings its schema up to date. Raises `Corrupt` for a file that is damaged or not ours."""
        with self.sentences():
            if self._mark.exists():
                raise Corrupt(f"{self.path} was found damaged when it was last used.")
            connection = self._connect()
            connection.execute("PRAGMA journal_mode=WAL")
            if self.path.stat().st_size < _CHECKED_BYTES:
                verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
                if verdict != "ok":
                    raise Corrupt(f"{self.path} is damaged: {verdict}.")
            self._upgrade(connection)
            self._write_connection = connection

    def files(self) -> list[Path]:
        """The file and everything that SQLite or we put beside it."""
        return [self.path, *(self.path.with_name(self.path.name + end) for end in ("-wal", "-shm")), self._mark]

    @property
    def _mark(self) -> Path:
        # A large file is not read through at every start; damage that its use runs into is remembered here instead.
        return self.path.with_name(self.path.name + "-damaged")

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `work` in one transaction in the writer thread; commits when it returns, rolls back when it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self.write_now, work)

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `work` in a reader thread on a consistent view."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, work)

    def write_now(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """`write` for callers that are in the writer thread already, or have no loop."""
        with self.sentences():
            connection = self._writing()
            connection.execute("BEGIN IMMEDIATE")
            try:
                result = work(connection)
                connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # SQLite has rolled back already when the disk was full
                    connection.execute("ROLLBACK")
                raise
            return result

    def read_now(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """`read` for callers in a thread of their own."""
        with self.sentences():
            connection = getattr(self._local, "connection", None)
            if connection is None:
                connection = self._connect()
                connection.execute("PRAGMA query_only=1")
                self._local.connection = connection
            connection.execute("BEGIN")
            try:
                return work(connection)
            finally:
                connection.execute("ROLLBACK")

    def close(self) -> None:
        """Closes every connection; a file that nobody else has open is left without a WAL beside it."""
        with self._guard:
            connections, self._open = self._open, []
        for connection in connections:
            connection.close()
        self._write_connection = None
        self._local = threading.local()

    def _writing(self) -> sqlite3.Connection:
        if self._write_connection is None:
            raise WorkspaceError(f"{self.path} is closed.")
        return self._write_connection

    def _connect(self) -> sqlite3.Connection:
        # check_same_thread: connections are closed from another thread than the one that used them, after it has ended
        connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        with self._guard:  # first of all: a file that is no database refuses already the next line
            self._open.append(connection)
        connection.execute(f"PRAGMA synchronous={'FULL' if self._durable else 'NORMAL'}")
        connection.execute("PRAGMA cache_size=-32000")
        connection.execute("PRAGMA temp_store=FILE")  # a million rows sort on the disk, not in memory
        return connection

    @staticmethod
    def _is_new(connection: sqlite3.Connection) -> bool:
        return bool(connection.execute("SELECT count(*) = 0 FROM sqlite_master").fetchone()[0])

    def _upgrade(self, connection: sqlite3.Connection) -> None:
        steps = schema_steps(self._schema)
        connection.execute("BEGIN IMMEDIATE")  # two programs may open a new workspace at the same moment
        done = connection.execute("PRAGMA user_version").fetchone()[0]
        if done > len(steps):
            raise WorkspaceError(
                f"{self.path} was written by a newer Bucketdesk.", "Install the newer release, or move the file away."
            )
        if done == 0 and not self._is_new(connection):
            raise Corrupt(f"{self.path} is a database, but not one of Bucketdesk's.")
        for number, script in enumerate(steps[done:], done + 1):
            for statement in statements(script):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={number}")
        connection.execute("COMMIT")

    @contextlib.contextmanager
    def sentences(self) -> Iterator[None]:
        """Turns SQLite's errors about this file into sentences."""
        try:
            yield
        except sqlite3.Error as exc:
            raise self._explain(exc) from exc
        except OSError as exc:
            raise WorkspaceError(f"{self.path} cannot be opened: {exc.strerror or exc}.") from exc

    def _explain(self, exc: sqlite3.Error) -> WorkspaceError:
        text = str(exc)
        if "full" in text:
            return WorkspaceError(
                f"The disk that holds {self.path.parent} is full; what was under way there is not recorded.",
                "Free some space and start again: it goes on from where it stopped.",
                trouble=Trouble.DISK_FULL,
            )
        if "malformed" in text or "not a database" in text or "corrupt" in text:
            with contextlib.suppress(OSError):
                self._mark.touch()
            return Corrupt(f"{self.path} is damaged: {text}.")
        if "locked" in text or "busy" in text:
            return WorkspaceError(f"{self.path} is held by another program.", "Close it there and try again.")
        if "readonly" in text or "unable to open" in text:
            return WorkspaceError(f"{self.path} cannot be written: {text}.", "Check the rights of its folder.")
        return WorkspaceError(
            f"{self.path} cannot be read or written: {text}.",
            "See that its disk is there and has space left; doing the same again goes on from where it stopped.",
        )


def schema_steps(schema: str) -> list[str]:
    """The SQL of `resources/workspace/<schema>-1.sql`, `-2.sql` …, in order."""
    folder = resources.files("resources") / "workspace"
    numbered = sorted(
        (int(match[1]), entry)
        for entry in folder.iterdir()
        if (match := re.fullmatch(re.escape(schema) + r"-(\d+)\.sql", entry.name))
    )
    return [entry.read_text("utf-8") for _, entry in numbered]


def statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one: unlike `executescript`, this leaves the transaction to the caller."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
