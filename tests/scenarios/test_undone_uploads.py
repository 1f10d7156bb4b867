"""Uploads are taken back: what a run stored and nobody touched since goes to the quarantine, and nothing else goes."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.apply.job import Seam
from core.errors import Refused, Usage
from core.models import Run, RunState
from core.profiles import Family
from core.runs import run_steps
from core.single_upload import upload_files
from tests.scenarios.collection import Collection
from tests.scenarios.desk import Desk
from tests.scenarios.killing import Killed, start_again
from tests.scenarios.mortal import Errand, mortals
from tests.scenarios.project_desk import ProjectDesk, put, waiting
from tests.servers.project import SupabaseProject

FAMILY = Family("photos", capacity_bytes=10_000_000)


async def uploaded(desk: Desk, *names: str) -> Run:
    """A run that uploaded these; the content of each is its name."""
    folder = desk.folder / "to go up"
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_bytes(name.encode())
    paths = [folder / name for name in names]
    return (await upload_files(await desk.workspace(), desk.store, desk.profile, FAMILY, paths)).run


async def reasons(desk: Desk, run: Run) -> dict[str, str]:
    return {e.step.key: e.reason for e in await run_steps(await desk.workspace(), run.run_id) if e.reason}


async def state_of(desk: Desk, run: Run) -> tuple[RunState, bool]:
    found = next(one for one in await desk.runs() if one.run_id == run.run_id)
    return found.state, found.undoable


async def test_what_a_run_stored_goes_and_what_is_other_by_now_stays(collection: Collection) -> None:
    collection.file("there before.png")
    run = await uploaded(collection, "ours.png", "there before.png", "changed.png", "gone.png")
    assert (run.done, run.skipped, run.undoable) == (3, 1, True)
    collection.file("changed.png", b"by somebody")
    (collection.storage / "photos/gone.png").unlink()

    undone = await collection.undo(run.run_id)

    assert (undone.kind, undone.state) == ("undo", RunState.PARTLY)
    assert (undone.done, undone.skipped, undone.drifted, undone.failed) == (1, 1, 1, 0)
    assert await reasons(collection, undone) == {
        "changed.png": "It is not what was uploaded any more, and was left alone.",
        "gone.png": "It is not there any more.",
    }
    assert sorted(p.name for p in (collection.storage / "photos").iterdir()) == ["changed.png", "there before.png"]
    assert collection.waiting() == [f"{undone.run_id}/photos/ours.png"]
    assert await state_of(collection, run) == (RunState.DONE, True)  # the changed one could be tried again


async def test_undone_once_it_is_over_and_can_be_uploaded_again(collection: Collection) -> None:
    run = await uploaded(collection, "a.png", "b.png")
    undone = await collection.undo(run.run_id)
    assert (undone.done, undone.state, undone.bytes) == (2, RunState.DONE, 10)
    assert await state_of(collection, run) == (RunState.UNDONE, False)
    for again in (run, undone):
        with pytest.raises(Usage):
            await collection.undo(again.run_id)
    assert (await uploaded(collection, "a.png")).done == 1

    plan, head = await collection.plan_purge(undone.run_id)
    assert head.steps == 2
    assert (await collection.apply(plan, confirm="test")).done == 2
    assert (collection.waiting(), collection.manifests()) == ([], 0)
    assert (collection.storage / "photos/a.png").read_bytes() == b"a.png"


async def test_a_run_that_stored_nothing_itself_has_nothing_to_undo(collection: Collection) -> None:
    before = await uploaded(collection, "a.png")
    after = await uploaded(collection, "a.png")
    assert (before.undoable, after.undoable) == (True, False)
    with pytest.raises(Usage, match="changed nothing"):
        await collection.undo(after.run_id)
    assert (collection.storage / "photos/a.png").exists()


async def test_an_undo_that_dies_at_every_point_takes_back_all_and_loses_nothing(collection: Collection) -> None:
    names = [f"{n}.png" for n in range(5)]
    run = await uploaded(collection, *names)
    stranger = collection.file("stranger.png")

    async def work(seam: Seam) -> Run:
        collection.store.limits = replace(collection.store.limits, batch_size=2)  # type: ignore[misc]
        return await collection.undo(run.run_id, seam=seam)

    undone, deaths = await start_again(collection, work)
    assert deaths > 3
    assert (undone.done, undone.drifted, undone.failed, undone.state) == (5, 0, 0, RunState.DONE)
    assert collection.waiting() == [f"{undone.run_id}/photos/{name}" for name in names]
    assert all((collection.profile.quarantine / where).read_bytes().decode() in where for where in collection.waiting())
    assert [p.name for p in (collection.storage / "photos").iterdir()] == [stranger.name]
    assert await state_of(collection, run) == (RunState.UNDONE, False)


async def test_an_upload_that_died_on_its_way_is_taken_back_as_far_as_it_got(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload, stored = collection.store.upload, asyncio.Event()

    async def dies(bucket: str, key: str, path: Path, *rest: object) -> object:
        if key == "never.png":
            await stored.wait()  # both are on their way at once, and the other one is to arrive
            raise Killed
        await upload(bucket, key, path, *rest)  # type: ignore[arg-type]
        stored.set()
        raise Killed

    monkeypatch.setattr(collection.store, "upload", dies)
    with pytest.raises(Killed):
        await uploaded(collection, "stored.png", "never.png")
    monkeypatch.undo()
    (cut,) = await collection.runs()
    assert (cut.state, cut.undoable) == (RunState.INTERRUPTED, True)

    undone = await collection.undo(cut.run_id)

    assert (undone.done, undone.state) == (1, RunState.DONE)
    assert collection.waiting() == [f"{undone.run_id}/photos/stored.png"]


async def test_another_desk_brings_back_what_was_taken_back(collection: Collection) -> None:
    undone = await collection.undo((await uploaded(collection, "a.png")).run_id)
    await collection.close()
    (collection.folder / "workspace").rename(collection.folder / "lost")

    back = await collection.undo(undone.run_id)

    assert (back.done, back.state) == (1, RunState.DONE)
    assert (collection.storage / "photos/a.png").read_bytes() == b"a.png"


async def test_where_nothing_may_be_changed_nothing_is_taken_back(collection: Collection) -> None:
    run = await uploaded(collection, "a.png")
    collection.profile = replace(collection.profile, read_only=True)
    with pytest.raises(Refused, match="read-only"):
        await collection.undo(run.run_id)
    assert (collection.storage / "photos/a.png").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and kill -9")
async def test_at_a_project_an_undo_killed_at_any_write_takes_back_its_own_and_no_more(
    project: SupabaseProject, desk: ProjectDesk
) -> None:
    run = await uploaded(desk, "a.png", "b.png", "changed.png")
    put(project, "changed.png", b"by somebody")
    await desk.leave()
    with mortals() as processes:
        for number in range(1, 30):
            errand = Errand(
                project.url,
                project.secret_key,
                str(desk.folder),
                "undo",
                run.run_id,
                1 + number // 2,
                after=number % 2 == 0,
            )
            if await asyncio.to_thread(processes.send, errand):
                break
        else:
            raise AssertionError("it never got to the end")
    assert number > 2, "it died now and then"
    undone = (await desk.runs())[0]
    assert (undone.kind, undone.done, undone.drifted, undone.failed) == ("undo", 2, 1, 0)
    assert project.keys("photos") == ["changed.png"]
    assert project.content("photos", "changed.png") == b"by somebody"
    assert sorted(waiting(project)) == [f"{undone.run_id}/photos/{name}" for name in ("a.png", "b.png")]
