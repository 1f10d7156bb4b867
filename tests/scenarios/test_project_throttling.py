"""Scenario 11 on a project: throttled, a run waits as long as it is told, by the service's clock, goes on by itself,
loses no count and never storms."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from itertools import pairwise

import pytest

from core.clients.supabase.patience import Patience
from core.errors import Unavailable
from core.models import RunState
from core.progress import Progress
from core.waiting import moment, watching
from tests.scenarios.project_desk import ProjectDesk, fill, picture, waiting
from tests.servers.project import SupabaseProject

MOVE = "/storage/v1/object/move"
BATCH = "/rest/v1/rpc/bucketdesk_apply_batch"
AT_ONCE = 16
"""Moves that may be on their way when the first is refused."""


@pytest.mark.parametrize(
    ("form", "clock"),
    [
        pytest.param("seconds", 0.0, id="seconds"),
        pytest.param("date", 600.0, id="date, ten minutes ahead"),
        pytest.param("date", -600.0, id="date, ten minutes behind"),
        pytest.param("date", 0.0, id="date", marks=pytest.mark.thorough),
        pytest.param("seconds", 600.0, id="seconds, ten minutes ahead", marks=pytest.mark.thorough),
        pytest.param("seconds", -600.0, id="seconds, ten minutes behind", marks=pytest.mark.thorough),
    ],
)
async def test_a_throttled_run_waits_and_gets_to_its_end(
    project: SupabaseProject, desk: ProjectDesk, form: str, clock: float
) -> None:
    project.settings.clock_seconds = clock
    fill(project, named=200, orphans=40, missing=10)
    before = picture(project)
    assert (await desk.scan()).complete
    plan = await desk.plan()
    wait = 1 if form == "seconds" else formatdate(time.time() + clock + 3, usegmt=True)
    moves = project.faults.add(f"POST {MOVE}", "status", status=429, retry_after=wait, after=5, times=3)
    rows = project.faults.add(f"POST {BATCH}", "status", status=429, retry_after=1, times=1)
    started = time.monotonic()

    heard: list[Progress] = []
    with watching(heard.append) as report:
        run = await desk.apply(plan, report=report)

    assert (run.done, run.skipped, run.failed, run.drifted, run.state) == (50, 0, 0, 0, RunState.DONE)
    told = [one for one in heard if one.waiting_until is not None]
    assert told and all(re.fullmatch(r"Waiting until \d\d:\d\d:\d\d, as the service asked", one.note) for one in told)
    assert all(one.waiting_until < datetime.now(UTC) + timedelta(seconds=5) for one in told)  # type: ignore[operator]
    assert heard[-1].waiting_until is None and heard[-1].done == 50
    assert moves.hits == 3 and rows.hits == 1
    assert 1.0 < time.monotonic() - started < 20, "it waited about as long as it was told"
    asked = [request for request in project.requests if request.path in (MOVE, BATCH)]
    refused = [request.at for request in asked if request.status == 429]
    assert len(asked) <= 41 + 4, "what was refused is asked again once, and nothing else"
    early = [request for request in asked if refused[0] < request.at < refused[0] + 0.6]
    assert len(early) < 2 * AT_ONCE, "only what was on its way already knocks before the time"
    assert len(waiting(project)) == 40
    await desk.undo(run.run_id)
    assert picture(project) == before


async def test_without_a_word_how_long_it_asks_again_later_and_later(
    project: SupabaseProject, desk: ProjectDesk
) -> None:
    fill(project, named=60, orphans=1)
    assert (await desk.scan()).complete
    plan = await desk.plan()
    await desk.close()
    await desk.connect(Patience(first_seconds=0.2))
    project.faults.add(f"POST {MOVE}", "status", status=429, times=3)
    run = await desk.apply(plan)
    assert (run.done, run.failed) == (1, 0)
    asked = [request.at for request in project.requests if request.path == MOVE]
    assert len(asked) == 4
    assert all(later > earlier for earlier, later in pairwise(asked))


async def test_told_to_wait_for_long_a_run_stops_and_says_until_when_and_goes_on_later(
    project: SupabaseProject, desk: ProjectDesk
) -> None:
    fill(project, named=60, orphans=10)
    assert (await desk.scan()).complete
    plan = await desk.plan()
    project.faults.add("* /", "status", status=429, retry_after=3600)
    started = len(project.requests)
    begun = datetime.now(UTC)
    with pytest.raises(Unavailable, match="3600 s") as caught:
        await desk.apply(plan)
    in_an_hour = {moment(at + timedelta(hours=1)) for at in (begun, datetime.now(UTC))}
    assert caught.value.message.rpartition(" ")[2].removesuffix(".") in in_an_hour
    assert len(project.requests) - started <= 20
    project.faults.clear()
    await desk.close()
    await desk.connect()
    run = await desk.apply(plan)
    assert (run.done, run.failed, run.drifted) == (10, 0, 0)
