"""Cancelling waits for the thread, and leaves nothing half done."""

from __future__ import annotations

import asyncio
import threading

import pytest

from core.cleanup import plan_cleanup
from core.models import Selection
from core.progress import Progress
from core.threads import in_thread
from tests.core.worlds import IMAGES, Make, source


async def test_a_cancellation_waits_for_the_thread_and_then_counts() -> None:
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        may_end.wait(10)
        ended.set()
        raise ValueError("nobody hears this")

    task = asyncio.create_task(in_thread(work))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_what_the_work_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 / 0)


async def test_a_cancelled_plan_leaves_no_file(make: Make) -> None:
    world = await make(IMAGES, source("images", "path"), objects={("photos", f"{n}"): "x" for n in range(50)})
    folder = world.folder / "out"
    folder.mkdir()

    def cancel(progress: Progress) -> None:
        planning.cancel()

    planning = asyncio.create_task(
        plan_cleanup(
            world.workspace, world.catalog, world.store, world.profile, Selection(), None, folder / "p.jsonl", cancel
        )
    )
    with pytest.raises(asyncio.CancelledError):
        await planning
    assert list(folder.iterdir()) == []
