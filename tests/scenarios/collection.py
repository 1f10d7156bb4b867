"""A small collection on disk, through the real local adapters: files, a catalog, a workspace, and short words."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.clients.local_catalog import LocalCatalog
from core.clients.local_store import LocalStore
from core.inventory import ScanReport
from core.profiles import Profile, ReferenceColumn, Safety, Source
from tests.scenarios.desk import Desk

PHOTOS = Source(
    name="photos",
    table="photos",
    key=("id",),
    columns=(ReferenceColumn("path", "path"),),
    describes=True,
    bucket="photos",
)
POSTS = Source(name="posts", table="posts", key=("id",), columns=(ReferenceColumn("body", "html"),), bucket="photos")
SCHEMA = """
CREATE TABLE photos (id INTEGER PRIMARY KEY, path TEXT, title TEXT, rating REAL, thumb BLOB);
CREATE TABLE posts (id INTEGER PRIMARY KEY, body TEXT);
"""


class LaterStore(LocalStore):
    """The local store with a clock that a test sets: files are always new, plans are for old ones."""

    ahead = timedelta(days=30)

    async def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Collection(Desk):
    """A project in `folder`. By default the bucket `photos` and the table of the same name; `files` of which `named`
    have a row each."""

    def __init__(self, folder: Path, sources: tuple[Source, ...] = (PHOTOS,), **safety: object) -> None:
        self.folder = folder
        self.storage = folder / "storage"
        self.database = folder / "catalog.db"
        self.profile = Profile(
            "test",
            "local",
            self.storage,
            self.database,
            sources=sources,
            safety=Safety(
                quarantine_folder=folder / "quarantine",
                archive_folder=folder / "archive",
                **safety,  # type: ignore[arg-type]
            ),
        )
        self.store: LaterStore = LaterStore(self.storage, self.profile.quarantine)
        self.catalog = LocalCatalog(self.database)
        if not self.database.exists():
            (self.storage / "photos").mkdir(parents=True)
            self.sql(SCHEMA)

    def sql(self, script: str, *parameters: object) -> list[tuple[object, ...]]:
        """Runs a script, or one statement with parameters, as another program would."""
        with closing(sqlite3.connect(self.database, isolation_level=None)) as connection:
            if parameters or script.lstrip().upper().startswith("SELECT"):
                return connection.execute(script, parameters).fetchall()
            connection.executescript(script)
            return []

    def file(self, key: str, content: bytes | None = None, bucket: str = "photos") -> Path:
        """Puts a file; its content is its own key, so that no two are equal by chance."""
        path = self.storage / bucket / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(key.encode() if content is None else content)
        return path

    def fill(self, named: int, orphans: int = 0, missing: int = 0) -> None:
        """So many files with a row, files without one, and rows without a file."""
        for number in range(named):
            self.file(f"named/{number:05d}.png")
        for number in range(orphans):
            self.file(f"orphan/{number:05d}.png")
        keys = [f"named/{n:05d}.png" for n in range(named)] + [f"missing/{n:05d}.png" for n in range(missing)]
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.executemany(
                "INSERT INTO photos (path, title, rating, thumb) VALUES (?, ?, 0.1, x'00ff')", [(k, k) for k in keys]
            )

    async def close(self) -> None:
        """Closes everything; the next use of the workspace opens it again."""
        await self.leave()
        await self.store.close()
        await self.catalog.close()
        self.store = LaterStore(self.storage, self.profile.quarantine)
        self.catalog = LocalCatalog(self.database)

    async def scan_later(self, days: float = 2) -> ScanReport:
        """Scans, lets some days pass and scans again: rows without a time of their own age from the first scan."""
        await self.scan()
        self.store.ahead += timedelta(days=days)
        return await self.scan()

    def picture(self) -> dict[str, object]:
        """Everything a person would miss: each file's content and time, each row of each table."""
        found: dict[str, object] = {}
        for path in sorted(self.storage.rglob("*")):
            if path.is_file():
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                found[path.relative_to(self.storage).as_posix()] = (digest, path.stat().st_mtime_ns)
        tables = self.sql("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        for (table,) in tables:
            found[f"table {table}"] = self.sql(f"SELECT * FROM {table} ORDER BY 1, 2")
        return found

    def waiting(self) -> list[str]:
        """The files in the quarantine, manifests left out."""
        root = self.profile.quarantine
        return sorted(
            name
            for path in root.rglob("*")
            if path.is_file()
            and "_manifest" not in (name := path.relative_to(root).as_posix())
            and "/." not in f"/{name}"
        )

    def manifests(self) -> int:
        """How many manifests lie in the quarantine."""
        return sum(1 for _ in self.profile.quarantine.rglob("_manifest/*.jsonl"))


def make_old(path: Path) -> None:
    """Gives a file an old time of its own."""
    os.utime(path, (1_600_000_000, 1_600_000_000))
