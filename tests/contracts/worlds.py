"""What the contract suite needs of a provider beside its port: ways to make and look at things without the port."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from core.clients.local_store import LocalStore
from core.clients.practice_store import PracticeStore
from core.models import Object
from core.ports import ObjectStore

KINDS = ("local", "practice")
"""The providers; each names itself in a test's id."""
ASCII = "abXY09_!.*'() &$@=;:+,?-"
"""Characters that every provider takes in a key, beside the slash."""


class StoreWorld:
    """One storage with the buckets `photos` and `photos-1`. Files are put and looked at behind its back."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self.folder = folder
        self.storage = folder / "storage"
        self.quarantine = folder / "quarantine"
        self.catalog = folder / "catalog.db"
        for bucket in ("photos", "photos-1"):
            (self.storage / bucket).mkdir(parents=True)
        sqlite3.connect(self.catalog).close()
        self.catalog.touch()
        self.store = self.another()

    @property
    def takes_any_name(self) -> bool:
        """Whether keys may hold more than ASCII."""
        return self.kind == "local"

    def another(self) -> ObjectStore:
        """A second client of the same storage, which knows nothing of the first one's."""
        if self.kind == "practice":
            return PracticeStore(self.storage, self.quarantine, self.catalog)
        return LocalStore(self.storage, self.quarantine)

    def put(self, bucket: str, key: str, data: bytes = b"x") -> None:
        """An object appears, or changes."""
        path = self.storage / bucket / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def drop(self, bucket: str, key: str) -> None:
        """An object vanishes."""
        (self.storage / bucket / key).unlink()

    def content(self, bucket: str, key: str) -> bytes | None:
        """An object's bytes, None where there is none."""
        path = self.storage / bucket / key
        return path.read_bytes() if path.is_file() else None

    def contents(self) -> Mapping[str, bytes]:
        """Everything that any bucket holds, by bucket and key."""
        files = (path for path in self.storage.rglob("*") if path.is_file())
        return {path.relative_to(self.storage).as_posix(): path.read_bytes() for path in files}


@contextlib.asynccontextmanager
async def store_world(kind: str) -> AsyncIterator[StoreWorld]:
    """A world of its own, which is cleared away afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="contract-"))
    world = StoreWorld(kind, folder)
    try:
        yield world
    finally:
        await world.store.close()
        shutil.rmtree(folder)


async def listing(store: ObjectStore, bucket: str, *, prefix: str = "", limit: int | None = None) -> list[Object]:
    """All pages of a listing."""
    found: list[Object] = []
    cursor: str | None = None
    while True:
        page = await store.list_objects(bucket, prefix=prefix, cursor=cursor, limit=limit)
        found += page.items
        if page.cursor is None:
            return found
        assert page.cursor != cursor
        cursor = page.cursor
