"""Two windows on one profile; a disk that is full; a process that is really killed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.database import Database
from core.errors import Busy, WorkspaceError
from core.models import Repair, RunState
from tests.scenarios.collection import Collection
from tests.scenarios.killing import Killed, Killer

ROOT = Path(__file__).parent.parent.parent
CHILD = """
import asyncio, os, signal, sys
from dataclasses import replace
from pathlib import Path
from tests.scenarios.collection import Collection

async def main(folder, plan, point, count, undo):
    collection = Collection(Path(folder))
    collection.store.limits = replace(collection.store.limits, batch_size=4)
    seen = []

    def seam(name):
        seen.append(name)
        if seen.count(point) == count:
            os.kill(os.getpid(), signal.SIGKILL) if hasattr(signal, "SIGKILL") else os._exit(9)

    if undo:
        await collection.undo(undo, seam=seam)
    else:
        await collection.apply(Path(plan), seam=seam)
    await collection.close()

folder, plan, point, count, undo = sys.argv[1:]
asyncio.run(main(folder, plan, point, int(count), undo))
"""


def killed(folder: Path, plan: Path, point: str, count: int, undo: str = "") -> int:
    """The exit code of a process that kills itself at the `count`-th `point`."""
    command = [sys.executable, "-c", CHILD, str(folder), str(plan), point, str(count), undo]
    return subprocess.run(command, cwd=ROOT, timeout=60, check=False).returncode


@pytest.mark.parametrize(
    "point", ["manifest", "intent", "moved", "looked again", "result", "changed", "archived", "left"]
)
async def test_a_process_killed_for_good_loses_nothing(tmp_path: Path, point: str) -> None:
    folder = tmp_path / "project"
    collection = Collection(folder)
    is_archive = point in ("archived", "left")
    collection.fill(named=60, orphans=10, missing=0 if is_archive else 6)
    before = collection.picture()
    await collection.scan_later()
    plan = await collection.plan(repair=Repair.ARCHIVE if is_archive else None)
    ahead = collection.store.ahead
    await collection.close()

    assert await asyncio.to_thread(killed, folder, plan, point, 2) != 0

    collection.store.ahead = ahead
    (run,) = await collection.runs()
    assert run.state is RunState.INTERRUPTED
    run = await collection.apply(plan)
    assert (run.done, run.drifted, run.failed) == (10 if is_archive else 16, 0, 0)
    await collection.close()

    assert await asyncio.to_thread(killed, folder, plan, "restored" if not is_archive else "uploaded", 1, run.run_id)

    undone = await collection.undo(run.run_id)
    assert (undone.done, undone.drifted, undone.failed) == (run.done, 0, 0)
    assert collection.picture() == before
    await collection.close()


async def test_a_second_window_is_told_to_wait_and_may_look(collection: Collection) -> None:
    collection.fill(named=60, orphans=5)
    await collection.scan_later()
    plan = await collection.plan()
    with pytest.raises(Killed):
        await collection.apply(plan, seam=Killer(5))
    second = Collection(collection.folder)
    async with (await collection.workspace()).lock():
        with pytest.raises(Busy):
            await second.apply(plan)
        (run,) = await second.runs()
        assert run.state is RunState.RUNNING
        with pytest.raises(Busy):
            await second.undo(run.run_id)
    (run,) = await second.runs()
    assert run.state is RunState.INTERRUPTED
    assert (await collection.apply(plan)).done == 5
    await second.close()


async def test_a_full_disk_stops_the_run_and_it_goes_on_afterwards(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection.store.limits = replace(collection.store.limits, batch_size=4)  # type: ignore[misc]
    collection.fill(named=60, orphans=10, missing=6)
    before = collection.picture()
    await collection.scan_later()
    plan = await collection.plan()
    workspace = await collection.workspace()
    real = Database.write
    written: list[int] = []

    async def full(self: Database, work: object) -> object:
        if self is workspace.journal:
            written.append(1)
            if len(written) >= 9:
                raise WorkspaceError("The disk is full; what was under way there is not recorded.")
        return await real(self, work)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Database, "write", full)
        with pytest.raises(WorkspaceError, match="full"):
            await collection.apply(plan)
    (run,) = await collection.runs()
    assert run.state is RunState.INTERRUPTED
    run = await collection.apply(plan)
    assert (run.done, run.drifted, run.failed) == (16, 0, 0)
    await collection.undo(run.run_id)
    assert collection.picture() == before


async def test_a_disk_that_fills_while_archiving_leaves_every_file_somewhere(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection.store.limits = replace(collection.store.limits, batch_size=4)  # type: ignore[misc]
    collection.fill(named=60, orphans=10)
    before = collection.picture()
    await collection.scan_later()
    plan = await collection.plan(repair=Repair.ARCHIVE)
    real = collection.store.download
    fetched: list[int] = []

    async def full(bucket: str, key: str, path: Path) -> object:
        fetched.append(1)
        if len(fetched) >= 6:
            raise WorkspaceError("The disk of the archive is full.")
        return await real(bucket, key, path)

    with monkeypatch.context() as patch:
        patch.setattr(collection.store, "download", full)
        with pytest.raises(WorkspaceError, match="full"):
            await collection.apply(plan)
    (run,) = await collection.runs()
    assert (run.state, run.done) == (RunState.INTERRUPTED, 4)
    assert collection.waiting() == []
    assert len([key for key in collection.picture() if "orphan" in key]) == 6
    run = await collection.apply(plan)
    assert (run.done, run.state) == (10, RunState.DONE)
    await collection.undo(run.run_id)
    assert collection.picture() == before
