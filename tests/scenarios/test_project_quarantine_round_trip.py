"""Scenario 8 on a project: many things (a thousand, when thorough) cleaned up by processes that are killed (-9), one at
its tenth write, the next at its twentieth, and so on; then undone in the same way, and everything is as it was."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from itertools import count

import pytest

from core.models import RunState
from tests.scenarios.mortal import Errand, Mortals, mortals
from tests.scenarios.project_desk import ProjectDesk, fill, manifests, picture, waiting
from tests.servers.project import SupabaseProject

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and kill -9")


@pytest.fixture(scope="module")
def processes() -> Iterator[Mortals]:
    with mortals() as ready:
        yield ready


async def until_alive(processes: Mortals, project: SupabaseProject, desk: ProjectDesk, do: str, what: str) -> int:
    """Sends one process after the other, each killed ten writes later than the one before, until one lives; how many
    died. Every other one dies when a write was carried out and nobody knows of it yet."""
    for number in count(1):
        errand = Errand(project.url, project.secret_key, str(desk.folder), do, what, 10 * number, number % 2 == 0)
        if await asyncio.to_thread(processes.send, errand):
            return number - 1
        assert number < 100
    raise AssertionError


@pytest.mark.parametrize("things", [250, pytest.param(1000, marks=pytest.mark.thorough)])
async def test_many_things_there_and_back_through_deaths(
    project: SupabaseProject, desk: ProjectDesk, processes: Mortals, things: int
) -> None:
    orphans = things * 4 // 5
    fill(project, named=things // 3, orphans=orphans, missing=things - orphans)
    before = picture(project)
    assert (await desk.scan()).complete
    plan = await desk.plan()
    await desk.close()

    died = await until_alive(processes, project, desk, "apply", str(plan))

    (run,) = await desk.runs()
    assert died >= things // 100
    assert (run.done, run.skipped, run.failed, run.drifted, run.state) == (things, 0, 0, 0, RunState.DONE)
    assert len(waiting(project)) == orphans
    await desk.leave()

    died = await until_alive(processes, project, desk, "undo", run.run_id)

    (back, run) = await desk.runs()
    assert died >= things // 100
    assert (back.done, back.failed, back.drifted, run.state) == (things, 0, 0, RunState.UNDONE)
    assert picture(project) == before
    assert waiting(project) == [] and manifests(project) == 0
    await desk.connect()
