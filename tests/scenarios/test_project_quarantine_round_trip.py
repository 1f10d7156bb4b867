"""Scenario 8 on a project: a thousand things cleaned up by processes that are killed (-9), one at its tenth write, the
next at its twentieth, and so on; then undone in the same way, and everything is as it was."""

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


async def test_a_thousand_things_there_and_back_through_deaths(
    project: SupabaseProject, desk: ProjectDesk, processes: Mortals
) -> None:
    fill(project, named=300, orphans=800, missing=200)
    before = picture(project)
    assert (await desk.scan()).complete
    plan = await desk.plan()
    await desk.close()

    died = await until_alive(processes, project, desk, "apply", str(plan))

    (run,) = await desk.runs()
    assert died >= 10
    assert (run.done, run.skipped, run.failed, run.drifted, run.state) == (1000, 0, 0, 0, RunState.DONE)
    assert len(waiting(project)) == 800
    await desk.leave()

    died = await until_alive(processes, project, desk, "undo", run.run_id)

    (back, run) = await desk.runs()
    assert died >= 10
    assert (back.done, back.failed, back.drifted, run.state) == (1000, 0, 0, RunState.UNDONE)
    assert picture(project) == before
    assert waiting(project) == [] and manifests(project) == 0
    await desk.connect()
