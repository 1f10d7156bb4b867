"""Scenario 19 in small: a killed run goes on without looking at finished folders again, as cheaply at its end as at its
start, and holds no more the longer it lasts. The real sizes are in `bench/p10_resume.py` and `bench/p13_rate.py`."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from core.database import Database
from core.profiles import Family
from core.progress import Progress
from core.routing import Route
from core.single_upload.source import Prepared
from core.uploads.sending import batch_under_way
from core.uploads.sending.loading import Load
from core.uploads.sending.transfer import Wish
from core.uploads.sending.under_way import FileUnderWay, FolderUnderWay
from core.workspace import Workspace
from tests.core.uploads.test_transfer import Died, Sender
from tests.core.uploads.trees import put

FOLDERS = 150
FAMILY = Family("devices")
WISH = Wish(FAMILY, batch_size=10, receipts=None)
HELD = (Route, Prepared, Load, FolderUnderWay, FileUnderWay, asyncio.Task, asyncio.Future)


@pytest_asyncio.fixture
async def sender(tmp_path: Path) -> AsyncIterator[Sender]:
    workspace = await Workspace.open(tmp_path / "workspace", "p")
    made = Sender(tmp_path, workspace)
    for number in range(FOLDERS):
        put(made.root / f"DEV-{number:03}" / "1.jpg", f"{number}".encode())
    await made.scan()
    yield made
    await made.store.close()
    await workspace.close()


async def test_a_run_killed_at_sixty_percent_loads_no_finished_folder_again(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender.store.lives = FOLDERS * 6 // 10
    with pytest.raises(Died):
        await sender.upload(WISH)
    sender.store.lives = 1_000_000
    finished = {path for path, state in sender.statuses().items() if state == "success"}
    assert len(finished) > FOLDERS // 3
    loaded: list[str] = []
    real: Callable[..., Load] = batch_under_way.load

    def load(path: str, *rest: object) -> Load:
        loaded.append(path)
        return real(path, *rest)

    monkeypatch.setattr(batch_under_way, "load", load)
    did = await sender.upload(WISH)

    assert (did.done, did.failed) == (FOLDERS - len(finished), 0)
    assert len(loaded) == len(set(loaded)) == FOLDERS - len(finished)
    assert not finished & {Path(path).name for path in loaded}
    assert len(sender.stored()) == FOLDERS


async def test_the_last_folders_cost_what_the_first_did_and_nothing_piles_up(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = Database.read_now, 0

    def read_now(self: Database, work: Callable[..., object]) -> object:
        nonlocal asked
        asked += 1
        return real(self, work)

    monkeypatch.setattr(Database, "read_now", read_now)
    marks: list[tuple[int, int]] = []
    held: list[Counter[str]] = []

    def report(progress: Progress) -> None:
        if progress.done >= (len(held) + 1) * FOLDERS // 3:
            held.append(Counter(type(one).__name__ for one in gc.get_objects() if isinstance(one, HELD)))
        marks.append((progress.done, asked))

    assert (await sender.upload(WISH, report)).done == FOLDERS

    def questions(start: int, end: int) -> int:
        """How often a database was asked while these folders went up."""
        within = [count for done, count in marks if start <= done <= end]
        return max(within) - min(within)

    assert questions(FOLDERS * 2 // 3, FOLDERS) <= 1.5 * questions(0, FOLDERS // 3) + 10
    early, late = held[0], held[-1]
    assert all(late[name] <= early[name] + 50 for name in late), (early, late)
