"""Scenario 6, the finding half: what one side lacks may still come, for as long as the grace period lasts."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.models import Kind, State
from tests.core.desk import Desk, source
from tests.core.fakes import NOW, FakeCatalog, FakeStore


def make(folder: Path) -> Desk:
    catalog = FakeCatalog()
    catalog.add("parts", *({"id": n, "path": f"{n}.png", "made": "2026-01-01"} for n in range(9)))
    mapped = source("parts", ("path", "path"), bucket="images", time_column="made")
    return Desk(folder, FakeStore({"images": [f"{n}.png" for n in range(9)]}), catalog, mapped)


def add_row(desk: Desk, path: str, made: datetime) -> None:
    rows = desk.catalog.content["parts"].rows
    rows.append({"id": len(rows), "path": path, "made": made.isoformat()})


@pytest.mark.parametrize("later", [timedelta(minutes=59), timedelta(hours=23)])
async def test_an_object_first_and_its_row_later_is_never_open(tmp_path: Path, later: timedelta) -> None:
    desk = make(tmp_path)
    desk.store.put("images", "new.png", changed=NOW)
    desk.store.now_is = NOW + later
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.YOUNG) == ["images/new.png"]
    add_row(desk, "new.png", NOW + later)
    await desk.scan()
    assert await desk.states() == set()
    await desk.close()


@pytest.mark.parametrize("later", [timedelta(minutes=59), timedelta(hours=23)])
async def test_a_row_first_and_its_object_later_is_never_open(tmp_path: Path, later: timedelta) -> None:
    desk = make(tmp_path)
    add_row(desk, "new.png", NOW)
    desk.store.now_is = NOW + later
    await desk.scan()
    assert await desk.found(Kind.ROW_WITHOUT_FILE, State.YOUNG) == ["images/new.png"]
    desk.store.put("images", "new.png", changed=NOW + later)
    await desk.scan()
    assert await desk.states() == set()
    await desk.close()


async def test_after_the_grace_period_it_is_a_candidate_and_a_clock_set_back_makes_it_young_again(
    tmp_path: Path,
) -> None:
    desk = make(tmp_path)
    desk.store.put("images", "new.png", changed=NOW)
    for now, state in ((NOW + timedelta(hours=24), State.OPEN), (NOW - timedelta(days=300), State.YOUNG)):
        desk.store.now_is = now
        await desk.scan()
        assert await desk.found(Kind.FILE_WITHOUT_ROW, state) == ["images/new.png"]
    await desk.close()
