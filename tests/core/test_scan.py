"""Scanning: what is read, what counts as complete, and what an interruption leaves behind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.models import Kind, State
from tests.core.desk import Desk, source
from tests.core.fakes import FakeCatalog, FakeStore

LONG_AGO = "2026-01-01T00:00:00"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Five objects; four rows, one of which names nothing that is there."""
    store = FakeStore({"images": ["a.png", "b.png", "c.png", "d.png", "orphan.png"]})
    catalog = FakeCatalog()
    paths = ["a.png", "b.png", "c.png", "d.png", "gone.png"]
    catalog.add("parts", *({"id": n, "path": p, "made": LONG_AGO} for n, p in enumerate(paths)))
    desk = Desk(tmp_path, store, catalog, source("parts", ("path", "path"), bucket="images", time_column="made"))
    yield desk
    await desk.close()


async def test_a_scan_reads_everything_and_finds_orphans_both_ways(desk: Desk) -> None:
    report = await desk.scan()
    assert (report.objects, report.rows, report.complete) == (5, 5, True)
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["images/orphan.png"]
    assert await desk.found(Kind.ROW_WITHOUT_FILE, State.OPEN) == ["images/gone.png"]
    assert await desk.states() == {State.OPEN}
