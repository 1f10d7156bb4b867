"""Scenario 4 on a project: whatever pages the server makes up, a listing is complete or declared incomplete."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.inventory import ScanReport
from core.models import Kind
from tests.scenarios.project_desk import OLD, ProjectDesk, furnish, name_in_rows
from tests.servers.project import SupabaseProject, supabase_project

PLAIN_LISTING = "POST /storage/v1/object/list-v2/photos"
LISTING = {True: "POST /rest/v1/rpc/bucketdesk_list_objects", False: PLAIN_LISTING}
ROWS = {True: "POST /rest/v1/rpc/bucketdesk_read_rows", False: "GET /rest/v1/photos"}
COUNT = 2_600


@pytest.fixture(scope="module", params=[True, False], ids=["set up", "bare"])
def crowd(request: pytest.FixtureRequest) -> Iterator[tuple[SupabaseProject, bool]]:
    """2,600 objects on several pages, each with a row; and whether the project is set up for Bucketdesk."""
    with supabase_project(migrated=request.param) as project:
        furnish(project)
        keys = [f"{n:05d}.png" for n in range(COUNT)]
        project.seed("photos", [(key, 100 + n) for n, key in enumerate(keys)], age=OLD)
        name_in_rows(project, keys)
        yield project, request.param


async def scanned(project: SupabaseProject, folder: Path) -> tuple[ScanReport, set[tuple[str, str]]]:
    """What a scan at a new desk says, and the open findings it makes."""
    desk = await ProjectDesk.open(project.url, project.service_key, folder)
    try:
        report = await desk.scan()
        assert all(source.complete or source.why for source in report.sources)
        return report, await desk.open_findings()
    finally:
        project.faults.clear()
        await desk.close()


@pytest.mark.parametrize("what", [LISTING, ROWS], ids=["objects", "rows"])
@pytest.mark.parametrize("kind", ["empty_page", "duplicate_page"])
async def test_pages_that_contradict_a_listing_orphan_nothing(
    crowd: tuple[SupabaseProject, bool], tmp_path: Path, kind: str, what: dict[bool, str]
) -> None:
    project, migrated = crowd
    for after, times in ((1, 1), (1, None)):
        project.faults.add(what[migrated], kind, after=after, times=times)  # type: ignore[arg-type]
        report, found = await scanned(project, tmp_path / f"{after}-{times}")
        assert found == set()
        assert not report.complete or (report.objects, report.rows) == (COUNT, COUNT)


@pytest.mark.parametrize("most", [1000, 137])
async def test_a_server_that_caps_pages_below_what_was_asked_is_read_to_the_end(
    crowd: tuple[SupabaseProject, bool], tmp_path: Path, most: int
) -> None:
    project, migrated = crowd
    project.faults.add(LISTING[migrated], "page_cap", value=most)
    if not migrated:  # PostgREST cuts rows like this; our function never does
        project.faults.add(ROWS[migrated], "page_cap", value=most)
    report, found = await scanned(project, tmp_path / "desk")
    assert (report.complete, report.objects, report.rows, found) == (True, COUNT, COUNT, set())


async def test_objects_and_rows_that_come_before_the_cursor_are_no_false_findings(
    project: SupabaseProject, desk: ProjectDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [f"{n:05d}.png" for n in range(COUNT)]
    project.seed("photos", [(key, 100 + n) for n, key in enumerate(keys)], age=OLD)
    name_in_rows(project, keys)
    read = desk.store.list_objects
    pages: list[int] = []

    async def meanwhile(*args: object, **options: object) -> object:
        page = await read(*args, **options)  # type: ignore[arg-type]
        pages.append(len(page.items))
        if len(pages) == 1:
            project.put("photos", "00000-new.png", age=OLD)
            name_in_rows(project, ["00000-new.png"])
            project.put("photos", "00001-orphan.png")
            project.drop("photos", keys[-1])
            project.sql("delete from photos where path = %s", keys[-1])
        return page

    monkeypatch.setattr(desk.store, "list_objects", meanwhile)
    await desk.scan()
    assert len(pages) > 1
    assert {key for _, key in await desk.open_findings()} <= {"00000-new.png"}
    run = await desk.apply(await desk.plan())
    assert run.done == 0, "looked at again, nothing is the matter with it"
    assert (await desk.scan()).complete
    assert await desk.open_findings() == set()
    assert await desk.findings(Kind.FILE_WITHOUT_ROW) == {"00001-orphan.png": "young"}
