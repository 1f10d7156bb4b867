"""A clock that jumps, forwards or back, keeps no folder from going up and makes none go up twice."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from core.uploads import desk
from core.uploads.scanning import scan
from core.uploads.sending import batch_under_way, run, transfer, under_way
from tests.core.uploads.trees import put
from tests.scenarios.folder_desk import open_local, undisturbed

DAY = 86_400.0
MODULES = (desk, scan, batch_under_way, run, transfer, under_way)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two tries at a folder."""
    monkeypatch.setattr(batch_under_way, "_wait_seconds", lambda attempts: 0.0)


def jump(monkeypatch: pytest.MonkeyPatch, *days: float) -> None:
    """Whoever notes a time gets the next second, moved by the next of these numbers of days, over and over."""
    seconds = count()  # which threads may share

    def now() -> float:
        second = next(seconds)
        return 1_800_000_000.0 + second + days[second % len(days)] * DAY

    for module in MODULES:
        monkeypatch.setattr(module, "now_seconds", now)


@pytest.mark.parametrize("then", [-400.0, 0.0, 400.0])
async def test_what_failed_at_another_time_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: float
) -> None:
    async with open_local(tmp_path) as desk:
        put(desk.root / "a/1.jpg")
        jump(monkeypatch, then)
        desk.before = lambda key, path: (desk.root / "a/1.jpg").unlink()
        await desk.upload()
        assert desk.statuses() == {"a": "failed"}
        put(desk.root / "a/1.jpg")
        desk.before = undisturbed
        jump(monkeypatch, 0.0)
        await desk.upload()
        assert (desk.statuses(), list(desk.objects())) == ({"a": "success"}, ["a/1.jpg"])


@pytest.mark.parametrize("jumps", [(0.0, 400.0), (0.0, -400.0), (0.0, 3.0, -7.0)])
async def test_a_clock_that_jumps_all_the_time_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jumps: tuple[float, ...]
) -> None:
    async with open_local(tmp_path) as desk:
        for number in range(20):
            put(desk.root / f"{number}/1.jpg", str(number).encode())
        jump(monkeypatch, *jumps)
        for _ in range(2):
            await desk.upload()
        assert set(desk.statuses().values()) == {"success"} and len(desk.objects()) == 20
        assert desk.sent == 20
