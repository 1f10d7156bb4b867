"""A scan that is killed at any moment, or runs out of disk, leaves a usable workspace with the earlier scan in it."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from core.errors import WorkspaceError
from core.inventory import session
from core.models import Kind, State
from core.workspace import Workspace
from tests.core.desk import Desk, source
from tests.core.fakes import FakeCatalog, FakeStore

ROOT = Path(__file__).parents[2]
KEYS = [f"{n:03}.png" for n in range(300)]


def make(folder: Path, keys: list[str] = KEYS) -> Desk:
    """Objects, and a row for all but the last."""
    catalog = FakeCatalog(page_size=30)
    catalog.add("parts", *({"id": n, "path": key, "made": "2026-01-01"} for n, key in enumerate(KEYS[:-1])))
    store = FakeStore({"images": keys}).with_limits(page_size=20, batch_size=50)
    return Desk(folder, store, catalog, source("parts", ("path", "path"), bucket="images", time_column="made"))


async def scan_and_say(folder: Path) -> None:
    """For a process of its own: scans without end, and says so at every step of the inventory's writing."""
    desk = make(folder)
    workspace = await desk.workspace()
    write = workspace.inventory.write_now

    def said(work: object) -> object:
        print("step", flush=True)
        return write(work)  # type: ignore[arg-type]

    workspace.inventory.write_now = said  # type: ignore[method-assign, assignment]
    while True:
        await desk.scan()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
@pytest.mark.parametrize(
    "step", [1, 3, 20, 30, 36, 42, 60, *(pytest.param(n, marks=pytest.mark.thorough) for n in (2, 9, 27, 33, 39))]
)
async def test_kill_9_at_any_step_leaves_a_usable_workspace(
    tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "WORTH_RESUMING", 1)
    desk = make(tmp_path)
    await desk.scan()
    await desk.close()
    program = textwrap.dedent(
        f"""
        import asyncio
        from pathlib import Path
        from tests.core.test_killed_scan import scan_and_say
        asyncio.run(scan_and_say(Path({str(tmp_path)!r})))
        """
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    for _ in range(step):
        assert await process.stdout.readline() == b"step\n"
    process.kill()
    await process.communicate()
    workspace = await desk.workspace()
    assert workspace.notices == []
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["images/299.png"]
    assert await workspace.inventory.read(lambda c: c.execute("PRAGMA integrity_check").fetchone()) == ("ok",)
    report = await desk.scan()
    assert (report.complete, report.objects, report.rows) == (True, 300, 299)
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["images/299.png"]
    for table, count in (("objects", 300), ("rows", 299), ("refs", 299), ("listings", 2)):
        found = await workspace.inventory.read(lambda c, t=table: c.execute(f"SELECT count(*) FROM {t}").fetchone())  # type: ignore[misc]
        assert found == (count,), table
    await desk.close()


@pytest.mark.parametrize("pages", [0, 5, 20, 60])
async def test_a_full_disk_gets_a_sentence_and_changes_nothing(tmp_path: Path, pages: int) -> None:
    desk = make(tmp_path)
    await desk.scan()
    desk.store.put("images", "new.png")
    workspace = await desk.workspace()
    await _limit(workspace, pages)
    with pytest.raises(WorkspaceError, match="is full"):
        for number in range(9_000):
            desk.store.put("images", f"{number:04}-{'x' * 200}.png", b"one size")
        await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["images/299.png"]
    for number in range(9_000):
        desk.store.drop("images", f"{number:04}-{'x' * 200}.png")
    await desk.close()
    report = await desk.scan()
    assert report.complete
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["images/299.png", "images/new.png"]
    await desk.close()


async def _limit(workspace: Workspace, pages: int) -> None:
    """Lets the file grow by so many pages and no more: to SQLite that is a full disk."""

    def shrink(connection: sqlite3.Connection) -> None:
        (count,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {count + pages}")

    await workspace.inventory.write(shrink)
