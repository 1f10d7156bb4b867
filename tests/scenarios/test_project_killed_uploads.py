"""Scenarios 9 and 10 on a project: an upload killed (-9) at any point leaves one object in the end and nobody else's is
overwritten; the same name with other bytes is another object, with the same bytes it is no second one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import AlreadyExists
from core.models import Attributes, Repair, RunState
from tests.scenarios.mortal import Errand, Mortals, mortals
from tests.scenarios.project_desk import OLD, ProjectDesk, fill, picture, put, waiting
from tests.servers.project import SupabaseProject

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and kill -9")
OURS = Attributes("image/png", "max-age=77", {"by": "Ada"})
LARGE = 13 * 1024 * 1024 + 17
"""Three chunks of a resumable upload."""


@pytest.fixture(scope="module")
def processes() -> Iterator[Mortals]:
    with mortals() as ready:
        yield ready


def bytes_of(size: int) -> bytes:
    return bytes(range(251)) * (size // 251) + b"x" * (size % 251)


@pytest.mark.parametrize("after", [False, True], ids=["before the answer", "after it"])
@pytest.mark.parametrize(("size", "points"), [(1000, 1), (LARGE, 4)], ids=["standard", "resumable"])
async def test_an_upload_killed_at_any_request_leaves_one_whole_object(
    project: SupabaseProject, desk: ProjectDesk, processes: Mortals, tmp_path: Path, size: int, points: int, after: bool
) -> None:
    for point in range(1, points + 1):
        path = tmp_path / f"photo-{point}.png"
        path.write_bytes(bytes_of(size))
        errand = Errand(project.url, project.secret_key, str(desk.folder), "upload", str(path), point, after)
        assert not await asyncio.to_thread(processes.send, errand)

        there = project.content("photos", path.name)
        assert there in (None, path.read_bytes()), "half an object is none"
        try:
            await desk.store.upload("photos", path.name, path, OURS)
        except AlreadyExists:
            assert there is not None

        assert project.content("photos", path.name) == path.read_bytes()
        about = project.sql(
            "select metadata->>'mimetype', metadata->>'cacheControl', user_metadata->>'by' from storage.objects"
            " where name = %s",
            path.name,
        )
        assert about == [("image/png", "max-age=77", "Ada")]
    assert project.keys("photos") == [f"photo-{point}.png" for point in range(1, points + 1)]


async def test_an_upload_goes_on_where_a_killed_one_ended(
    project: SupabaseProject, desk: ProjectDesk, processes: Mortals, tmp_path: Path
) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(bytes_of(LARGE))
    errand = Errand(project.url, project.secret_key, str(desk.folder), "upload", str(path), 4, after=False)
    assert not await asyncio.to_thread(processes.send, errand)  # the third chunk was never sent
    begun = len(project.requests)

    await desk.store.upload("photos", path.name, path, OURS)

    sent = [request.method for request in project.requests[begun:] if "/upload/resumable" in request.path]
    assert sent.count("POST") == 0 and sent.count("PATCH") == 1, sent
    assert project.content("photos", path.name) == path.read_bytes()


@pytest.mark.parametrize("size", [1000, LARGE], ids=["standard", "resumable"])
async def test_whoever_was_there_first_keeps_the_name(
    project: SupabaseProject, desk: ProjectDesk, processes: Mortals, tmp_path: Path, size: int
) -> None:
    path = tmp_path / "test.jpg"
    path.write_bytes(bytes_of(size))
    put(project, "test.jpg", b"somebody else's")
    for _ in range(2):
        with pytest.raises(AlreadyExists):
            await desk.store.upload("photos", "test.jpg", path, Attributes("image/jpeg"))
    assert project.content("photos", "test.jpg") == b"somebody else's"
    assert project.keys("photos") == ["test.jpg"]


async def test_who_takes_the_name_while_a_killed_upload_rests_keeps_it(
    project: SupabaseProject, desk: ProjectDesk, processes: Mortals, tmp_path: Path
) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(bytes_of(LARGE))
    errand = Errand(project.url, project.secret_key, str(desk.folder), "upload", str(path), 3, after=True)
    assert not await asyncio.to_thread(processes.send, errand)
    put(project, "photo.png", b"somebody else's")

    with pytest.raises(AlreadyExists):
        await desk.store.upload("photos", path.name, path, OURS)

    assert project.content("photos", "photo.png") == b"somebody else's"


async def is_undone(desk: ProjectDesk) -> bool:
    """Whether a process died when all was undone and only its manifests were left to forget."""
    states = [run.state for run in await desk.runs()]
    await desk.leave()
    return RunState.UNDONE in states


async def test_archived_things_come_back_through_deaths(
    project: SupabaseProject, desk: ProjectDesk, processes: Mortals
) -> None:
    fill(project, named=60, orphans=10)
    before = picture(project)
    assert (await desk.scan()).complete
    plan = await desk.plan(repair=Repair.ARCHIVE)

    async def through_deaths(do: str, what: str) -> None:
        await desk.leave()
        for number in range(1, 60):
            errand = Errand(
                project.url, project.secret_key, str(desk.folder), do, what, 1 + number // 2, after=number % 2 == 0
            )
            if await asyncio.to_thread(processes.send, errand) or await is_undone(desk):
                return
        raise AssertionError("it never got to the end")

    await through_deaths("apply", str(plan))
    (run,) = await desk.runs()
    assert (run.done, run.failed, run.drifted, run.state) == (10, 0, 0, RunState.DONE)
    assert waiting(project) == []
    assert len([key for key in project.keys("photos") if key.startswith("orphan/")]) == 0

    await through_deaths("undo", run.run_id)
    (back, run) = await desk.runs()
    assert (back.done, back.failed, back.drifted, run.state) == (10, 0, 0, RunState.UNDONE)
    assert picture(project) == before


async def test_a_stranger_in_the_place_of_an_archived_file_stays(project: SupabaseProject, desk: ProjectDesk) -> None:
    fill(project, named=60, orphans=4)
    assert (await desk.scan()).complete
    run = await desk.apply(await desk.plan(repair=Repair.ARCHIVE))
    put(project, "orphan/00002.png", b"a newcomer", age=OLD)
    back = await desk.undo(run.run_id)
    assert (back.done, back.drifted) == (3, 1)
    assert project.content("photos", "orphan/00002.png") == b"a newcomer"
