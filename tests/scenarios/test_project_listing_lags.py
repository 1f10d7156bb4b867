"""Scenario 12 on a project: a listing lags writes by up to a minute: nothing is stored twice, nothing looks deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import AlreadyExists
from core.models import Attributes, Kind
from tests.scenarios.project_desk import ProjectDesk, fill, name_in_rows, picture
from tests.servers.project import SupabaseProject

MINUTE = 60.0
LISTINGS = ("POST /rest/v1/rpc/bucketdesk_list_objects", "POST /storage/v1/object/list")


def lag(project: SupabaseProject) -> None:
    for listing in LISTINGS:
        project.faults.add(listing, "lag", seconds=MINUTE)


async def test_a_file_just_stored_is_not_missing_whatever_the_listing_says(
    project: SupabaseProject, desk: ProjectDesk, tmp_path: Path
) -> None:
    fill(project, named=60)
    lag(project)
    path = tmp_path / "photo.png"
    path.write_bytes(b"x")
    names = [f"new/{n}.png" for n in range(8)]
    for name in names:
        await desk.store.upload("photos", name, path, Attributes("image/png"))
        with pytest.raises(AlreadyExists):
            await desk.store.upload("photos", name, path, Attributes("image/png"))
    name_in_rows(project, names)  # rows that are old, as a restored backup has them
    before = picture(project)

    report = await desk.scan()
    assert report.objects == 60
    run = await desk.apply(await desk.plan())

    assert (run.done, run.failed) == (0, 0)
    assert all("is there now" in reason for reason in (await desk.reasons(run.run_id)).values())
    assert picture(project) == before
    project.faults.clear()
    await desk.scan()
    assert await desk.findings(Kind.ROW_WITHOUT_FILE) == {}
    assert sorted(project.keys("photos"))[-8:] == names or set(names) <= set(project.keys("photos"))


async def test_a_clean_up_and_its_undo_do_not_mind(project: SupabaseProject, desk: ProjectDesk) -> None:
    fill(project, named=60, orphans=10, missing=5)
    before = picture(project)
    assert (await desk.scan()).complete
    plan = await desk.plan()
    lag(project)
    run = await desk.apply(plan)
    assert (run.done, run.failed, run.drifted) == (15, 0, 0)
    back = await desk.undo(run.run_id)
    assert (back.done, back.failed, back.drifted) == (15, 0, 0)
    assert picture(project) == before
    project.faults.clear()
    assert (await desk.scan()).complete
