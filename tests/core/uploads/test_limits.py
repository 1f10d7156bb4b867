"""Limits survive in the tracker, are heard by a run under way, and those that would stop everything are refused."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from core.errors import Usage
from core.uploads.sending import limits as module
from core.uploads.sending.limits import Limits, follow, keep_limits, kept_limits
from core.uploads.tracker import Tracker


async def test_they_are_there_again_after_a_restart(tmp_path: Path) -> None:
    tracker = await Tracker.open(tmp_path / "tracker.db")
    assert await kept_limits(tracker) == Limits()
    for wanted in (Limits(2_000_000, 12.5, 8), Limits(at_once=3)):
        await keep_limits(tracker, wanted)
    await tracker.close()
    tracker = await Tracker.open(tmp_path / "tracker.db")
    assert await kept_limits(tracker) == Limits(at_once=3)
    await tracker.close()


@pytest.mark.parametrize("wrong", [Limits(10), Limits(requests_per_second=0.0), Limits(at_once=0), Limits(at_once=999)])
async def test_limits_under_which_nothing_gets_on_are_refused(tmp_path: Path, wrong: Limits) -> None:
    tracker = await Tracker.open(tmp_path / "tracker.db")
    with pytest.raises(Usage):
        await keep_limits(tracker, wrong)
    assert await kept_limits(tracker) == Limits()
    await tracker.close()


async def test_another_program_changes_them_while_a_run_is_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_HEARD_SECONDS", 0.001)
    ours, theirs = [await Tracker.open(tmp_path / "tracker.db") for _ in range(2)]
    heard = Limits()
    following = asyncio.create_task(follow(ours, heard))
    await keep_limits(theirs, Limits(bytes_per_second=1_000_000))
    async with asyncio.timeout(10):
        while heard.bytes_per_second is None:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    assert heard.most_at_once == 15, "few enough that each gets on"
    following.cancel()
    await asyncio.wait([following])
    for one in (ours, theirs):
        await one.close()
