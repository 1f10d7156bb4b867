"""Scenario 16: one side jumps back to an older backup. Both sides are kept, and nothing is offered for removal."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core import doubts
from core.models import Kind, State
from tests.core.desk import Desk, source
from tests.core.fakes import NOW, FakeCatalog, FakeStore

COUNT = 40


def make(folder: Path) -> Desk:
    """Forty objects and rows, one made each day up to a day ago."""
    store, catalog = FakeStore({"images": []}), FakeCatalog()
    times = [NOW - timedelta(days=COUNT + 1 - n) for n in range(COUNT)]
    for number, made in enumerate(times):
        store.put("images", f"{number:02}.png", changed=made)
    catalog.add("parts", *({"id": n, "path": f"{n:02}.png", "made": t.isoformat()} for n, t in enumerate(times)))
    return Desk(folder, store, catalog, source("parts", ("path", "path"), bucket="images", time_column="made"))


@pytest.mark.parametrize("lost", [9, 20, 39, 40])
async def test_a_catalog_restored_from_an_older_backup_orphans_no_file(tmp_path: Path, lost: int) -> None:
    desk = make(tmp_path)
    await desk.scan()
    del desk.catalog.content["parts"].rows[COUNT - lost :]
    desk.store.now_is += timedelta(days=2)
    report = await desk.scan()
    assert [s.name for s in report.sources if s.doubted] == ["parts"]
    assert len(await desk.found(Kind.FILE_WITHOUT_ROW, State.UNPROVEN)) == lost
    assert await desk.states() == {State.UNPROVEN}
    await desk.close()


async def test_a_storage_restored_from_an_older_backup_leaves_its_rows(tmp_path: Path) -> None:
    desk = make(tmp_path)
    await desk.scan()
    for number in range(COUNT // 2 - 1, COUNT):
        desk.store.drop("images", f"{number:02}.png")
    desk.store.now_is += timedelta(days=2)
    await desk.scan()
    assert len(await desk.found(Kind.ROW_WITHOUT_FILE, State.UNPROVEN)) == COUNT // 2 + 1
    assert await desk.states() == {State.UNPROVEN}
    await desk.close()


async def test_when_the_rows_come_back_everything_is_as_it_was(tmp_path: Path) -> None:
    desk = make(tmp_path)
    await desk.scan()
    rows = desk.catalog.content["parts"].rows
    desk.catalog.content["parts"].rows = rows[:10]
    await desk.scan()
    desk.catalog.content["parts"].rows = rows
    report = await desk.scan()
    assert (report.complete, [s.doubted for s in report.sources]) == (True, ["", ""])
    assert await desk.states() == set()
    await desk.close()


async def test_the_person_who_knows_of_the_loss_can_accept_it(tmp_path: Path) -> None:
    desk = make(tmp_path)
    await desk.scan()
    del desk.catalog.content["parts"].rows[30:]
    desk.store.now_is += timedelta(days=2)
    await desk.scan()
    await doubts.accept(await desk.workspace(), "parts")
    assert len(await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN)) == 10
    await desk.close()
