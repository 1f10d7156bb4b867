"""Somebody who uploads a tree of folders, again and again, and everything that can be seen of it afterwards."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

from core.clients.local_store import LocalStore
from core.clients.practice_store import PracticeStore
from core.models import Attributes, Object
from core.ports import ObjectStore
from core.profiles import PRACTICE, Destination, Duplicates, Family, Profile, Supabase
from core.progress import Report, silent
from core.uploads.desk import Uploads
from core.uploads.sending.run import Ran
from core.uploads.status.state import UploadState
from core.workspace import Workspace
from tests.scenarios.project_desk import ProjectDesk
from tests.servers.project import SupabaseProject

FAMILY = Family("devices")
DEEP = Destination("deep", "devices", key="{relative}/{name}", duplicates=Duplicates.UPLOAD, batch_size=4)
"""Where every folder goes that a scenario uploads: under its path in the tree, whatever is stored elsewhere."""


def undisturbed(key: str, path: Path) -> None:
    """Nothing happens."""


class FolderDesk:
    """A tree, a tracker and a family of buckets. Open it with `open_local` or `open_project`."""

    before: Callable[[str, Path], None]
    """What happens before the storage takes a file, given as key and path."""

    def __init__(self, folder: Path, profile: Profile, store: ObjectStore, objects: Callable[[], dict[str, bytes]]):
        self.folder, self.root = folder, folder / "tree"
        self.root.mkdir(exist_ok=True)
        self.tracker = folder / "upload_tracker.db"
        self.profile, self.store = profile, store
        self.before = undisturbed
        self.sent = 0
        self.objects = objects
        """Every object of the family by its key."""
        self._take = store.upload
        store.upload = self._upload  # type: ignore[method-assign]

    @property
    def uploads(self) -> Uploads:
        """What the window and the command line ask."""
        return Uploads(self.profile, self.tracker)

    async def upload(self, destination: str = DEEP.name) -> Ran:
        """Hands the tree over and uploads it, as a program that was just started. In the end, every folder that is
        known is done, skipped, failed or queued."""
        workspace = await Workspace.open(self.folder / "workspace", self.profile.project)
        try:
            await self.uploads.add([self.root], destination)
            ran = await self.uploads.run(workspace, self.store)
        finally:
            await workspace.close()
        folders = (await self.state()).folders
        assert folders.found == folders.success + folders.skipped + folders.failed + folders.queued
        assert (folders.in_flight, [(folders.found,)]) == (0, self.sql("SELECT count(*) FROM folder_status"))
        return ran

    async def state(self) -> UploadState:
        """Where uploads stand."""
        return await self.uploads.state()

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        """Asks the tracker directly, as any other program."""
        with closing(sqlite3.connect(self.tracker)) as c, c:
            return c.execute(statement).fetchall()

    def statuses(self) -> dict[str, object]:
        """What became of every folder that is there, by its path in the tree."""
        rows = self.sql("SELECT folder_path, coalesce(skipped, upload_status) FROM folder_status WHERE gone_at IS NULL")
        return {os.path.relpath(str(path), self.root): status for path, status in rows}

    def reasons(self) -> dict[str, str]:
        """Why folders failed, by their path in the tree."""
        rows = self.sql(
            "SELECT folder_path, error_message FROM folder_status WHERE upload_status = 'failed' AND gone_at IS NULL"
        )
        return {os.path.relpath(str(path), self.root): str(why) for path, why in rows}

    async def _upload(
        self, bucket: str, key: str, path: Path, attributes: Attributes, report: Report = silent
    ) -> Object:
        self.before(key, path)
        self.sent += 1
        return await self._take(bucket, key, path, attributes, report)


@asynccontextmanager
async def open_local(folder: Path, *, takes_any_name: bool = False) -> AsyncIterator[FolderDesk]:
    """At the practice project, or at a folder that takes any name."""
    storage, catalog = folder / "storage", folder / "catalog.db"
    (storage / "devices").mkdir(parents=True)
    sqlite3.connect(catalog).close()
    kind = "local" if takes_any_name else PRACTICE
    profile = Profile("p", kind, storage, catalog, families=(FAMILY,), destinations=(DEEP,))
    store = PracticeStore(storage, folder / "q", catalog) if kind == PRACTICE else LocalStore(storage, folder / "q")

    def objects() -> dict[str, bytes]:
        root = storage / "devices"
        return {os.path.relpath(path, root): path.read_bytes() for path in root.rglob("*") if path.is_file()}

    yield FolderDesk(folder, profile, store, objects)
    await store.close()


@asynccontextmanager
async def open_project(project: SupabaseProject, folder: Path) -> AsyncIterator[FolderDesk]:
    """At a Supabase project, with its secret key."""
    project.make_bucket("devices")
    desk = await ProjectDesk.open(project.url, project.secret_key, folder)
    profile = Profile("test", "supabase", supabase=Supabase(project.url), families=(FAMILY,), destinations=(DEEP,))

    def objects() -> dict[str, bytes]:
        return {key: project.content("devices", key) or b"" for key in project.keys("devices")}

    yield FolderDesk(folder, profile, desk.store, objects)
    await desk.close()
