"""Scenario 9 with rows: wherever the program ends, each folder has one row in the end, and each file one object."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
import pytest_asyncio

from core.clients.local_catalog import LocalCatalog
from core.clients.practice_store import PracticeStore
from core.database import Database
from core.errors import WorkspaceError
from core.profiles import Family, Profile, ReferenceColumn, Source
from core.runs import runs
from core.undo import undo
from core.uploads.desk import Uploads
from core.uploads.sending.transfer import Transferred, Wish
from core.workspace import Workspace
from tests.core.uploads.trees import device, put

T = TypeVar("T")
FAMILY = Family("devices")
WITH_PATH = """
CREATE TABLE device_test (
    id INTEGER PRIMARY KEY, folder_path TEXT, image_paths TEXT, test_status TEXT, created_at TEXT, stats JSON
)"""
AS_BEFORE = "CREATE TABLE device_test (id INTEGER PRIMARY KEY, image_paths TEXT, test_status TEXT, created_at TEXT)"
SOURCE = Source("device_test", "device_test", ("id",), (ReferenceColumn("image_paths", "array"),), bucket="devices")


class Died(Exception):
    """The program ended here."""


class Lives:
    """Ends the program before or after the n-th thing that it writes anywhere."""

    def __init__(self) -> None:
        self.left, self.after, self.died = 0, False, False

    async def spend(self, work: Callable[[], Awaitable[T]]) -> T:
        """Does something that lasts, if the program lives."""
        self.left -= 1
        is_last = not self.left
        if self.died or (is_last and not self.after):
            self.died = True
            raise Died
        done = await work()
        if is_last:
            self.died = True
            raise Died
        return done


class Desk:
    """A tree, a practice storage and a catalog with a table for the folders."""

    def __init__(self, folder: Path, lives: Lives) -> None:
        self.folder, self.root, self.lives = folder, folder / "tree", lives
        (folder / "storage/devices").mkdir(parents=True)
        storage, catalog = folder / "storage", folder / "catalog.db"
        self.profile = Profile("p", "practice", storage, catalog, sources=(SOURCE,), families=(FAMILY,))

    async def upload(self) -> Transferred:
        """Uploads the tree, as a program that was just started."""
        workspace = await Workspace.open(self.folder / "workspace", self.profile.project)
        catalog = LocalCatalog(self.folder / "catalog.db")
        store = self._store()
        try:
            uploads = Uploads(self.profile, self.folder / "tracker.db")
            wish = Wish(FAMILY, batch_size=2)
            _, did = await uploads.upload(workspace, store, wish, [self.root], catalog=catalog)
            return did
        finally:
            await store.close()
            await catalog.close()
            await workspace.close()

    async def undo_all(self) -> None:
        """Takes every run back, the last first."""
        workspace = await Workspace.open(self.folder / "workspace", self.profile.project)
        catalog, store = LocalCatalog(self.folder / "catalog.db"), self._store()
        for run in [run for run in await runs(workspace) if run.undoable and run.done]:
            undone = await undo(workspace, store, catalog, self.profile, run.run_id)
            assert (undone.failed, undone.drifted) == (0, 0)
        await store.close()
        await catalog.close()
        await workspace.close()

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        """Asks the catalog directly."""
        with closing(sqlite3.connect(self.folder / "catalog.db")) as c, c:
            return c.execute(statement).fetchall()

    def stored(self) -> list[str]:
        """The key of every object."""
        root = self.folder / "storage/devices"
        return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())

    def _store(self) -> PracticeStore:
        return PracticeStore(self.folder / "storage", self.folder / "quarantine", self.folder / "catalog.db")


@pytest_asyncio.fixture
async def lives(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Lives]:
    made = Lives()
    for kind, name in ((PracticeStore, "upload"), (LocalCatalog, "add_rows"), (LocalCatalog, "change")):
        _watch(monkeypatch, made, kind, name)
    _watch(monkeypatch, made, Database, "write")
    yield made


def _watch(monkeypatch: pytest.MonkeyPatch, lives: Lives, kind: type, name: str) -> None:
    real = getattr(kind, name)

    async def watched(self: object, *arguments: object, **named: object) -> object:
        return await lives.spend(lambda: real(self, *arguments, **named))

    monkeypatch.setattr(kind, name, watched)


def _tree(root: Path) -> None:
    device(root, "a", "1.jpg", "2.jpg")
    put(root / "a/stats.json", b'{"status": "passed"}')
    device(root, "b", "1.jpg")
    put(root / "only/stats.json", b'{"status": "failed", "load": [1, 2]}')


@pytest.mark.parametrize("table", [WITH_PATH, AS_BEFORE], ids=["path", "as before"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("stride", [7, pytest.param(1, marks=pytest.mark.thorough)])
async def test_a_run_that_is_killed_anywhere_leaves_one_row_and_one_object_each(
    tmp_path: Path, lives: Lives, table: str, after: bool, stride: int
) -> None:
    points = 4 if after else 2
    while True:
        points += stride
        desk = Desk(tmp_path / str(points), lives)
        desk.sql(table)
        _tree(desk.root)
        lives.left, lives.after, lives.died = points, after, False
        try:
            await desk.upload()
        except Died:
            pass
        else:
            break
        lives.left, lives.died = 1_000_000, False
        did = await desk.upload()
        assert (did.failed, did.skipped) == (0, 0), points
        assert desk.stored() == ["a/1.jpg", "a/2.jpg", "b/1.jpg"], points
        rows = desk.sql("SELECT image_paths, test_status FROM device_test ORDER BY image_paths")
        assert rows == [('["a/1.jpg", "a/2.jpg"]', "passed"), ('["b/1.jpg"]', None), ("[]", "failed")], points
        for name in ("a", "b", "only"):
            receipt = json.loads((desk.root / name / "success.json").read_text("utf-8"))
            assert (receipt["table"], receipt["row"]["id"] in (1, 2, 3)) == ("device_test", True), points
        await desk.undo_all()
        assert (desk.stored(), desk.sql("SELECT * FROM device_test")) == ([], []), points
    assert points > 10


async def test_a_changed_folder_gets_its_row_brought_up_to_date_and_back_by_undoing(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Lives())
    desk.sql(AS_BEFORE)
    _tree(desk.root)
    assert (await desk.upload()).done == 3
    before = desk.sql("SELECT * FROM device_test ORDER BY id")
    put(desk.root / "a/stats.json", b'{"status": "failed"}')
    put(desk.root / "a/3.jpg", b"another")
    assert (await desk.upload()).done == 1
    assert desk.sql("SELECT image_paths, test_status FROM device_test WHERE image_paths LIKE '%a/%'") == [
        ('["a/1.jpg", "a/2.jpg", "a/3.jpg"]', "failed")
    ]
    workspace = await Workspace.open(desk.folder / "workspace", desk.profile.project)
    catalog, store = LocalCatalog(desk.folder / "catalog.db"), desk._store()
    undone = await undo(workspace, store, catalog, desk.profile, (await runs(workspace))[0].run_id)
    assert (undone.done, undone.failed, undone.drifted) == (2, 0, 0)
    assert desk.sql("SELECT * FROM device_test ORDER BY id") == before
    await store.close()
    await catalog.close()
    await workspace.close()


async def test_a_folder_whose_row_is_refused_has_not_arrived_and_its_files_go_up_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Lives())
    desk.sql(WITH_PATH)
    desk.sql(
        "CREATE TRIGGER no BEFORE INSERT ON device_test WHEN new.image_paths LIKE '%b/%' "
        "BEGIN SELECT RAISE(FAIL, 'no b'); END"
    )
    _tree(desk.root)
    did = await desk.upload()
    assert (did.done, did.failed) == (2, 1)
    (failure,) = (await Uploads(desk.profile, desk.folder / "tracker.db").state()).failures
    assert "Its files are stored, but not its row. device_test does not allow it: no b" in failure.reason
    assert json.loads((desk.root / "b/failed.json").read_text("utf-8"))["files"][0]["key"] == "b/1.jpg"
    times = {path: path.stat().st_mtime_ns for path in (desk.folder / "storage").rglob("*.jpg")}
    desk.sql("DROP TRIGGER no")
    assert (await desk.upload()).done == 1
    assert times == {path: path.stat().st_mtime_ns for path in (desk.folder / "storage").rglob("*.jpg")}
    assert desk.sql("SELECT count(*) FROM device_test") == [(3,)]


async def test_folders_of_a_stats_json_alone_go_up_once_a_table_is_mapped_for_them(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Lives())
    desk.sql(WITH_PATH)
    _tree(desk.root)
    mapped, desk.profile = desk.profile, replace(desk.profile, sources=())
    did = await desk.upload()
    assert (did.done, did.skipped) == (2, 1)
    desk.profile = mapped
    assert (await desk.upload()).done == 1
    assert desk.sql("SELECT test_status FROM device_test") == [("failed",)]


async def test_a_scan_that_ends_in_an_error_ends_the_run_and_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path, Lives())
    desk.sql(WITH_PATH)
    _tree(desk.root)

    async def broken(*_: object) -> None:
        raise WorkspaceError("The tracker cannot be written.")

    monkeypatch.setattr("core.uploads.sending.run.scan", broken)
    with pytest.raises(WorkspaceError, match="cannot be written"):
        async with asyncio.timeout(20):
            await desk.upload()
