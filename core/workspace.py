"""A profile's two SQLite files: the inventory, which a scan can make again, and the journal, which nothing can."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.database import Corrupt, Database
from core.errors import Busy, WorkspaceError
from core.writer_lock import take_lock

_READERS = 3
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(when: datetime) -> int:
    """Microseconds since 1970 UTC, as the workspace stores times."""
    return (when - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC time that the workspace stored."""
    return _EPOCH + timedelta(microseconds=micros)


def system_now() -> datetime:
    """This machine's clock, UTC."""
    return datetime.now(UTC)


class Workspace:
    """The open workspace of one profile. `notices` are sentences about what opening it had to put right."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notices: list[str] = []
        self._writer = ThreadPoolExecutor(1, "workspace-writer")
        self._readers = ThreadPoolExecutor(_READERS, "workspace-reader")
        self.inventory = self._database("inventory", durable=False)
        self.journal = self._database("journal", durable=True)

    @classmethod
    async def open(cls, folder: Path, project: str) -> Workspace:
        """Opens or makes the workspace in `folder`. A damaged inventory is made anew, a damaged journal is set aside;
        an inventory of another project (the profile was pointed elsewhere) is forgotten. Raises `WorkspaceError`."""
        workspace = cls(folder)
        try:
            await asyncio.get_running_loop().run_in_executor(workspace._writer, workspace._create, project)
        except BaseException:
            await workspace.close()
            raise
        return workspace

    @contextlib.asynccontextmanager
    async def lock(self, wait_seconds: float = 0, *, beside_scans: bool = False) -> AsyncIterator[None]:
        """The writer lock of this profile, for the length of one job, whichever process asks. Ends with the process.
        Whoever only adds works `beside_scans`: what is new is young to them, and uploads last for days. Raises `Busy`
        when it is not free within `wait_seconds`."""
        async with contextlib.AsyncExitStack() as held:
            await held.enter_async_context(self._held("lock.db", wait_seconds))
            if not beside_scans:
                await held.enter_async_context(self._held("scan.db", wait_seconds))
            yield

    @contextlib.asynccontextmanager
    async def scanning(self) -> AsyncIterator[None]:
        """Nobody else scans meanwhile, or removes or changes anything. Raises `Busy`."""
        async with self._held("scan.db", 0):
            yield

    @contextlib.asynccontextmanager
    async def _held(self, name: str, wait_seconds: float) -> AsyncIterator[None]:
        busy = Busy(
            "Another window or command is changing or scanning this project right now; nothing was started here.",
            "Wait until it has ended, or end it there.",
        )
        connection = await asyncio.to_thread(take_lock, self.folder / name, busy, wait_seconds)
        try:
            yield
        finally:
            connection.close()

    async def close(self) -> None:
        """Waits for what is being written, then closes both files."""
        await asyncio.to_thread(self._close)

    def _database(self, name: str, *, durable: bool) -> Database:
        path = self.folder / f"{name}.db"
        return Database(path, name, durable=durable, writer=self._writer, readers=self._readers)

    def _create(self, project: str) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as exc:
            raise WorkspaceError(f"The folder {self.folder} cannot be made: {exc.strerror}.") from exc
        try:
            self.journal.create()
        except Corrupt as exc:
            aside = self._set_aside(self.journal)
            self.notices.append(
                f"The journal was damaged ({exc.message}) and was set aside as {aside.name}: earlier runs, keep marks "
                "and accepted sources are not known here any more. Runs can still be undone from their manifests in "
                "the quarantine."
            )
            self.journal.create()
        try:
            self.inventory.create()
            known = self.inventory.read_now(_project)
        except Corrupt:
            self._start_inventory_anew("The inventory was damaged and has been made anew: scan again.")
            known = None
        if known == project:
            return
        if known is not None:
            self.notices.append("The profile points at another storage or catalog now: scan again.")
        self.inventory.write_now(lambda c: _forget(c, project))

    def _start_inventory_anew(self, notice: str) -> None:
        self.notices.append(notice)
        self.inventory.close()
        for path in self.inventory.files():
            path.unlink(missing_ok=True)
        self.inventory.create()

    def _set_aside(self, database: Database) -> Path:
        database.close()
        stamp = system_now().strftime("%Y%m%d-%H%M%S")
        aside = database.path.with_name(f"{database.path.stem}-damaged-{stamp}.db")
        for path in database.files():
            if path.exists():
                shutil.move(path, str(aside) + path.name.removeprefix(database.path.name))
        return aside

    def _close(self) -> None:
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self.inventory.close()
        self.journal.close()


def _project(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE name = 'project'").fetchone()
    return None if row is None else str(row[0])


def _forget(connection: sqlite3.Connection, project: str) -> None:
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for name in tables:
        connection.execute(f'DELETE FROM "{name}"')
    connection.execute("INSERT INTO meta VALUES ('project', ?)", (project,))
