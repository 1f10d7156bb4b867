"""What the contract suite needs of a provider beside its port: ways to make and look at things without the port."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from core.clients.local_files import content_type_of
from core.clients.local_store import LocalStore
from core.clients.practice_store import PracticeStore
from core.models import QUARANTINE, Object
from core.ports import ObjectStore
from tests.core.supabase.stores import open_store
from tests.servers.project import SupabaseProject, supabase_project

PLAIN = "supabase-plain"
"""A project without our functions: list-v2 and info."""
SERVICES = ("supabase", PLAIN)
KINDS = ("local", "practice", *SERVICES)
"""The providers; each names itself in a test's id."""
ASCII = "abXY09_!.*'() &$@=;:+,?-"
"""Characters that every provider takes in a key, beside the slash."""


class StoreWorld:
    """One storage with the buckets `photos` and `photos-1`. Files are put and looked at behind its back."""

    keeps_times = True
    """Whether a move or upload leaves an object the times that it had; a service gives its own."""

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
        self.store = self._open()

    def _open(self) -> ObjectStore:
        if self.kind == "practice":
            return PracticeStore(self.storage, self.quarantine, self.catalog)
        return LocalStore(self.storage, self.quarantine)

    @property
    def takes_any_name(self) -> bool:
        """Whether keys may hold more than ASCII."""
        return self.kind == "local"

    async def another(self) -> ObjectStore:
        """A second client of the same storage, which knows nothing of the first one's."""
        return self._open()

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

    def clear(self) -> None:
        """Everything vanishes, so that a test can begin anew."""
        for folder in (self.quarantine, *self.storage.iterdir()):
            shutil.rmtree(folder, ignore_errors=True)
        for bucket in ("photos", "photos-1"):
            (self.storage / bucket).mkdir(parents=True)


class SupabaseWorld(StoreWorld):
    """A project of its own; what is done behind the storage's back is done in its tables and folder."""

    keeps_times = False

    def __init__(self, kind: str, project: SupabaseProject, store: ObjectStore) -> None:
        self.kind = kind
        self.project = project
        self.store = store
        for bucket in ("photos", "photos-1"):
            project.make_bucket(bucket)

    async def another(self) -> ObjectStore:
        return await open_store(self.project)

    def put(self, bucket: str, key: str, data: bytes = b"x") -> None:
        self.project.put(bucket, key, data, content_type_of(key))

    def drop(self, bucket: str, key: str) -> None:
        self.project.drop(bucket, key)

    def content(self, bucket: str, key: str) -> bytes | None:
        return self.project.content(bucket, key)

    def clear(self) -> None:
        self.project.objects.connection.execute("delete from storage.objects")

    def contents(self) -> Mapping[str, bytes]:
        found = {}
        for (bucket,) in self.project.sql("select id from storage.buckets where id not like %s", f"{QUARANTINE}%"):
            for key in self.project.keys(str(bucket)):
                found[f"{bucket}/{key}"] = self.project.content(str(bucket), key) or b""
        return found


@contextlib.asynccontextmanager
async def store_world(kind: str) -> AsyncIterator[StoreWorld]:
    """A world of its own, which is cleared away afterwards."""
    with contextlib.ExitStack() as stack:
        world: StoreWorld
        if kind in SERVICES:
            project = stack.enter_context(supabase_project(migrated=kind != PLAIN))
            world = SupabaseWorld(kind, project, await open_store(project))
        else:
            folder = Path(tempfile.mkdtemp(prefix="contract-"))
            stack.callback(shutil.rmtree, folder)
            world = StoreWorld(kind, folder)
        try:
            yield world
        finally:
            await world.store.close()


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
