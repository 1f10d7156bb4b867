"""Two people at one project, each with a home of their own; a plan applied twice; a disk that is full."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio

from core.errors import BadPlan, CoreError, Usage, WorkspaceError
from core.models import Repair, RunState
from tests.scenarios.project_desk import ProjectDesk, contents, fill, manifests, picture, put, waiting
from tests.servers.project import SupabaseProject


@pytest_asyncio.fixture
async def other(project: SupabaseProject, tmp_path: Path) -> AsyncIterator[ProjectDesk]:
    """Somebody else with the same key, at another computer."""
    made = await ProjectDesk.open(project.url, project.secret_key, tmp_path / "other")
    yield made
    await made.close()


async def test_two_clean_ups_at_once_take_each_thing_once(
    project: SupabaseProject, desk: ProjectDesk, other: ProjectDesk
) -> None:
    fill(project, named=200, orphans=40, missing=20)
    before = picture(project)
    for one in (desk, other):
        assert (await one.scan()).complete
    plans = [await one.plan() for one in (desk, other)]

    runs = await asyncio.gather(desk.apply(plans[0]), other.apply(plans[1]))

    assert sum(run.done for run in runs) == 60
    assert all(run.failed == 0 and run.done + run.drifted == 60 for run in runs)
    assert len(waiting(project)) == 40
    await asyncio.gather(*(one.undo(run.run_id) for one, run in zip((desk, other), runs, strict=True) if run.done))
    assert picture(project) == before
    assert waiting(project) == []


async def test_a_plan_of_another_desk_is_refused_and_its_run_can_be_undone_from_its_manifest(
    project: SupabaseProject, desk: ProjectDesk, other: ProjectDesk
) -> None:
    fill(project, named=200, orphans=30, missing=10)
    before = picture(project)
    assert (await desk.scan()).complete
    plan = await desk.plan()
    with pytest.raises(BadPlan):
        await other.apply(Path(shutil.copy(plan, other.folder / "copied.jsonl")))
    run = await desk.apply(plan)

    back = await other.undo(run.run_id)

    assert (back.done, back.failed, back.drifted) == (40, 0, 0), await other.reasons(back.run_id)
    assert picture(project) == before
    assert waiting(project) == [] and manifests(project) == 0
    # The first desk knows nothing of it, and does no harm.
    held = contents(project)
    with suppress(CoreError):
        await desk.undo(run.run_id)
    assert contents(project) == held and picture(project) == before


async def test_a_plan_applied_twice_changes_nothing_the_second_time(
    project: SupabaseProject, desk: ProjectDesk
) -> None:
    fill(project, named=60, orphans=5, missing=3)
    assert (await desk.scan()).complete
    plan = await desk.plan()
    first = await desk.apply(plan)
    put(project, "orphan/00000.png", b"a new one of that name")
    after = picture(project)
    assert await desk.apply(plan) == first
    assert picture(project) == after
    project.drop("photos", "orphan/00000.png")
    await desk.undo(first.run_id)
    with pytest.raises(BadPlan, match="undone"):
        await desk.apply(plan)
    with pytest.raises(Usage):
        await desk.undo((await desk.runs())[0].run_id)


async def test_a_disk_that_fills_while_archiving_leaves_every_file_somewhere(
    project: SupabaseProject, desk: ProjectDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(project, named=60, orphans=10)
    before = picture(project)
    held = contents(project)
    assert (await desk.scan()).complete
    plan = await desk.plan(repair=Repair.ARCHIVE)
    real = desk.store.download
    fetched: list[int] = []

    async def full(bucket: str, key: str, path: Path) -> object:
        fetched.append(1)
        if len(fetched) >= 6:
            raise WorkspaceError("The disk of the archive is full.")
        return await real(bucket, key, path)

    with monkeypatch.context() as patch:
        patch.setattr(desk.store, "download", full)
        with pytest.raises(WorkspaceError, match="full"):
            await desk.apply(plan)
    assert contents(project) == held
    (run,) = await desk.runs()
    assert run.state is RunState.INTERRUPTED
    assert picture(project) == before and waiting(project) == []
    # What went to the quarantine and back counts as changed there, so a new plan has to ask for it.
    run = await desk.apply(plan)
    assert (run.failed, run.done + run.drifted, run.state) == (0, 10, RunState.DONE)
    assert contents(project) == held or run.done > 0
