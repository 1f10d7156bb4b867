"""Scenario 17 on a project: objects, rows, tables, buckets, tokens and the server itself change between scan, plan and
run, or in the middle of one: the run ends well or stops with a sentence, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import CoreError, NotAllowed, Unavailable
from core.models import RunState
from tests.scenarios.project_desk import ProjectDesk, contents, fill, name_in_rows, picture, put, waiting
from tests.servers.project import SupabaseProject

MOVE = "POST /storage/v1/object/move"
BATCH = "POST /rest/v1/rpc/bucketdesk_apply_batch"


async def planned(project: SupabaseProject, desk: ProjectDesk) -> Path:
    """The plan for 10 orphans and 6 rows without files."""
    fill(project, named=60, orphans=10, missing=6)
    assert (await desk.scan()).complete
    return await desk.plan()


async def test_objects_and_rows_that_changed_since_the_plan_stay(project: SupabaseProject, desk: ProjectDesk) -> None:
    plan = await planned(project, desk)
    put(project, "orphan/00000.png", b"overwritten with other bytes")
    put(project, "orphan/00001.png")  # overwritten with the same bytes: nobody knows why, so it stays
    project.drop("photos", "orphan/00002.png")
    name_in_rows(project, ["orphan/00003.png"])
    project.sql("update photos set title = 'mine' where path = 'missing/00000.png'")
    project.sql("delete from photos where path = 'missing/00001.png'")
    project.sql("update photos set id = 9000 where path = 'missing/00002.png'")
    put(project, "missing/00003.png")
    held = contents(project)

    run = await desk.apply(plan)

    assert (run.done, run.failed, run.drifted, run.state) == (8, 0, 8, RunState.DONE)
    assert contents(project) == held
    reasons = await desk.reasons(run.run_id)
    assert all(reason.endswith(".") for reason in reasons.values())
    assert project.content("photos", "orphan/00000.png") == b"overwritten with other bytes"
    await desk.undo(run.run_id)
    assert contents(project) == held and waiting(project) == []


async def test_what_is_overwritten_or_named_in_the_very_moment_of_the_move_comes_back(
    project: SupabaseProject, desk: ProjectDesk
) -> None:
    plan = await planned(project, desk)

    def seam(point: str) -> None:
        if point == "moved":
            name_in_rows(project, ["orphan/00003.png"])

    run = await desk.apply(plan, seam=seam)
    assert (run.done, run.failed, run.drifted) == (15, 0, 1)
    assert project.content("photos", "orphan/00003.png") == b"orphan/00003.png"


@pytest.mark.parametrize(
    "gone",
    [
        lambda project: project.sql("drop table photos"),
        lambda project: project.sql("alter table photos rename to pictures"),
        lambda project: project.sql("alter table photos drop column path"),
    ],
    ids=["dropped", "renamed", "column dropped"],
)
async def test_a_table_that_is_gone_stops_the_run_before_anything_moves(
    project: SupabaseProject, desk: ProjectDesk, gone: Callable[[SupabaseProject], object]
) -> None:
    plan = await planned(project, desk)
    gone(project)
    held = picture(project)
    with pytest.raises(CoreError) as caught:
        await desk.apply(plan)
    assert "photos" in caught.value.message and caught.value.message.endswith(".")
    assert picture(project) == held
    report = await desk.scan()
    assert not report.complete
    assert await desk.open_findings() == set()


async def test_a_bucket_that_is_gone_fails_nothing_else(project: SupabaseProject, desk: ProjectDesk) -> None:
    plan = await planned(project, desk)
    for key in project.keys("photos"):
        project.drop("photos", key)
    project.objects.connection.execute("delete from storage.buckets where id = 'photos'")
    run = None
    try:
        run = await desk.apply(plan)
    except CoreError as exc:
        assert exc.message.endswith(".")
    rows = project.sql("select count(*) from photos where path like 'missing/%%'")
    report = await desk.scan()
    assert not report.complete or report.objects == 0
    assert (await desk.open_findings()) == set()
    if run is not None and run.done:
        assert run.failed == 0
        await desk.undo(run.run_id)
        assert project.sql("select count(*) from photos where path like 'missing/%%'") == [(6,)]
    else:
        assert rows == [(6,)]


@pytest.mark.parametrize("request_", [MOVE, BATCH], ids=["moves", "rows"])
@pytest.mark.parametrize(
    ("times", "kind"),
    [
        (1, "reset"),
        (1, "lost"),
        (1, "expired"),
        (None, "lost"),
        (None, "status"),
        *(pytest.param(*more, marks=pytest.mark.thorough) for more in ((1, "truncate"), (1, "status"))),
        *(pytest.param(None, more, marks=pytest.mark.thorough) for more in ("reset", "truncate", "expired")),
    ],
    ids=lambda value: {1: "once", None: "from then on"}.get(value, value),
)
async def test_trouble_in_the_middle_of_a_run_costs_nothing(
    project: SupabaseProject, desk: ProjectDesk, request_: str, kind: str, times: int | None
) -> None:
    plan = await planned(project, desk)
    before = picture(project)
    after = 3 if request_ == MOVE else 0
    details = {"side": "response"} if kind == "lost" else {}  # all is done, and nobody hears of it
    kind = "reset" if kind == "lost" else kind
    project.faults.add(request_, kind, after=after, times=times, status=503, **details)  # type: ignore[arg-type]
    try:
        run = await desk.apply(plan)
    except (Unavailable, NotAllowed) as exc:
        assert exc.message.endswith(".")
        (run,) = await desk.runs()
        assert run.state is RunState.INTERRUPTED
    project.faults.clear()
    await desk.close()
    await desk.connect()
    if run.state is RunState.INTERRUPTED:
        run = await desk.apply(plan)
    assert run.done + run.failed + run.drifted == 16
    if times == 1 and kind != "expired":
        assert (run.done, run.failed, run.drifted) == (16, 0, 0), await desk.reasons(run.run_id)
    assert (run.drifted, len(waiting(project))) == (0, 10 if not run.failed else len(waiting(project)))
    await desk.undo(run.run_id)
    assert picture(project) == before
    assert waiting(project) == []


async def test_a_server_that_restarts_in_the_middle_is_waited_for(project: SupabaseProject, desk: ProjectDesk) -> None:
    plan = await planned(project, desk)
    before = picture(project)

    def seam(point: str) -> None:
        if point == "intent":
            project.restart()

    run = await desk.apply(plan, seam=seam)
    assert (run.done, run.failed, run.drifted) == (16, 0, 0)
    await desk.undo(run.run_id, seam=seam)
    assert picture(project) == before
