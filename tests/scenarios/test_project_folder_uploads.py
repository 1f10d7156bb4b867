"""Scenarios 9, 11 and 12 for folders at a project: killed, throttled, cut off or shown an old listing, each file
arrives once, and no folder pays for what was not its fault."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import httpx
import pytest

from core.capabilities import Capabilities
from core.clients.supabase.files import Source
from core.clients.supabase.patience import Patience
from core.clients.supabase.store import SupabaseStore
from core.errors import NotAllowed
from core.models import RunState
from core.progress import Progress
from tests.core.uploads.trees import device, put
from tests.scenarios.mortal import Errand, Mortals, mortals
from tests.scenarios.project_desk import ProjectDesk
from tests.servers.project import SupabaseProject

OBJECT = "/storage/v1/object/photos"
LARGE = 40 * 1024 * 1024 + 17
CHUNKS = 7


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Twelve folders of two pictures each, no two of them alike."""
    root = tmp_path / "tree"
    for number in range(12):
        device(root, f"DEV-{number:02}")
        for name in ("front.jpg", "back.jpg"):
            put(root / f"DEV-{number:02}" / name, f"{number} {name}".encode())
    return root


def keys_of(tree: Path) -> list[str]:
    """What has to be there in the end."""
    return sorted(path.relative_to(tree).as_posix() for path in tree.rglob("*.jpg"))


def check(project: SupabaseProject, desk: ProjectDesk, tree: Path) -> None:
    """Everything is there, once, and no folder has failed."""
    assert project.keys("photos") == keys_of(tree)
    for key in (keys_of(tree)[0], keys_of(tree)[-1]):
        assert project.content("photos", key) == (tree / key).read_bytes()
    assert desk.tracked("SELECT DISTINCT upload_status, retry_count FROM folder_status") == [("success", 0)]


def clear_receipts(tree: Path) -> None:
    for path in tree.glob("*/success.json"):
        path.unlink()


@pytest.mark.parametrize(
    ("form", "clock"),
    [
        pytest.param("seconds", 600.0, id="seconds, ten minutes ahead"),
        pytest.param("date", -600.0, id="date, ten minutes behind"),
        pytest.param("date", 600.0, id="date, ten minutes ahead", marks=pytest.mark.thorough),
    ],
)
async def test_throttled_folders_wait_as_long_as_asked_and_pay_nothing(
    project: SupabaseProject, desk: ProjectDesk, tree: Path, form: str, clock: float
) -> None:
    project.settings.clock_seconds = clock
    await desk.close()
    await desk.connect(Patience(first_seconds=0.01, longest_seconds=0.5))  # more than that is the run's to wait
    wait = 2 if form == "seconds" else formatdate(time.time() + clock + 2, usegmt=True)
    refused = project.faults.add(f"POST {OBJECT}", "status", status=429, retry_after=wait, after=6, times=4)
    told: list[Progress] = []

    did = await desk.upload_folders(tree, told.append)

    assert (did.done, did.failed, did.files) == (12, 0, 24)
    check(project, desk, tree)
    waits = [one for one in told if one.waiting_until is not None]
    assert waits and "asks to wait" in waits[0].note and "the next try is at" in waits[0].note
    assert told[-1].waiting_until is None and refused.hits == 4
    asked = [one for one in project.requests if one.path.startswith(OBJECT) and one.method == "POST"]
    assert len(asked) == 24 + 4, "what was refused is asked again once, and nothing else"
    (run,) = await desk.runs()
    assert (run.state, run.done, run.failed) == (RunState.DONE, 24, 0)


async def test_a_network_that_goes_and_comes_back_costs_no_attempt(
    project: SupabaseProject, desk: ProjectDesk, tree: Path
) -> None:
    await desk.close()
    await desk.connect(Patience(attempts=2, first_seconds=0.01, most_seconds=0.01))
    carrier = desk.session._courier._carrier
    real, sent = carrier.handle_async_request, 0
    told: list[Progress] = []

    async def cut(request: httpx.Request) -> httpx.Response:
        nonlocal sent
        sent += request.method == "POST" and request.url.path.startswith(OBJECT)
        if sent > 5 and not any(one.waiting_until for one in told):
            raise httpx.ConnectError("No route to host", request=request)
        return await real(request)

    carrier.handle_async_request = cut  # type: ignore[method-assign]
    did = await desk.upload_folders(tree, told.append)
    assert (did.done, did.failed) == (12, 0)
    check(project, desk, tree)
    assert any("cannot be reached" in one.note for one in told if one.waiting_until)
    assert told[-1].waiting_until is None


async def test_a_key_that_is_taken_back_ends_the_run_and_leaves_everything_queued(
    project: SupabaseProject, desk: ProjectDesk, tree: Path
) -> None:
    body = b'{"statusCode": "403", "error": "Unauthorized", "message": "Invalid Compact JWS"}'
    project.faults.add(f"POST {OBJECT}", "answer", status=400, body=body, after=4)
    with pytest.raises(NotAllowed, match="does not accept the key"):
        await desk.upload_folders(tree)
    assert desk.tracked("SELECT count(*) FROM folder_status WHERE upload_status = 'failed' OR retry_count > 0") == [
        (0,)
    ]
    project.faults.clear()
    assert (await desk.upload_folders(tree)).failed == 0
    check(project, desk, tree)


@pytest.mark.parametrize("by_function", [True, False], ids=["function", "plain"])
async def test_a_listing_that_lags_a_minute_makes_nothing_go_up_twice(
    project: SupabaseProject, desk: ProjectDesk, tree: Path, by_function: bool
) -> None:
    if not by_function:
        desk.store = SupabaseStore(desk.session, Capabilities(user_role="service_role", sees_all_objects=True))
    for listing in ("POST /rest/v1/rpc/bucketdesk_list_objects", "POST /storage/v1/object/list"):
        project.faults.add(listing, "lag", seconds=60.0)
    assert (await desk.upload_folders(tree)).done == 12
    check(project, desk, tree)
    clear_receipts(tree)
    (desk.folder / "tracker.db").unlink()  # and nobody knows what was uploaded
    assert (await desk.upload_folders(tree)).done == 12
    check(project, desk, tree)
    assert [bucket.name for bucket in await desk.store.buckets()] == ["photos"]
    project.faults.clear()
    undone = await desk.undo((await desk.runs())[-1].run_id)
    assert (undone.done, undone.drifted, undone.failed) == (24, 0, 0), "it was known as what it is"


@pytest.fixture(scope="module")
def processes() -> Iterator[Mortals]:
    with mortals() as ready:
        yield ready


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and kill -9")
async def test_killed_again_and_again_each_file_is_there_once_in_the_end(
    project: SupabaseProject, desk: ProjectDesk, tree: Path, processes: Mortals
) -> None:
    await desk.leave()
    for number in range(1, 30):
        errand = Errand(
            project.url, project.secret_key, str(desk.folder), "folders", str(tree), 3, after=number % 2 == 0
        )
        if await asyncio.to_thread(processes.send, errand):
            break
    else:
        raise AssertionError("it never got to the end")
    assert number > 4, "it died now and then"
    check(project, desk, tree)
    assert not [run for run in await desk.runs() if run.state in (RunState.RUNNING, RunState.INTERRUPTED)]


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and kill -9")
async def test_a_large_file_goes_on_inside_after_a_kill(
    project: SupabaseProject,
    desk: ProjectDesk,
    tmp_path: Path,
    processes: Mortals,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = tmp_path / "large"
    put(root / "DEV/photo.jpg", bytes(range(256)) * (LARGE // 256) + b"x" * (LARGE % 256))
    os.utime(root / "DEV/photo.jpg", (1e9, 1e9))
    await desk.leave()
    errand = Errand(project.url, project.secret_key, str(desk.folder), "folders", str(root), 6, after=False)
    assert not await asyncio.to_thread(processes.send, errand)  # its fifth chunk was never sent
    begun = len(project.requests)

    hashed: list[str] = []
    real = Source.digest

    async def digest(self: Source, name: str) -> str:
        hashed.append(name)
        return await real(self, name)

    monkeypatch.setattr(Source, "digest", digest)
    assert (await desk.upload_folders(root)).done == 1
    assert hashed == [], "what was hashed before it was routed is not read for that again"

    sent = [request.method for request in project.requests[begun:] if "/upload/resumable" in request.path]
    assert (sent.count("POST"), sent.count("PATCH")) == (0, CHUNKS - 4)
    assert project.content("photos", "DEV/photo.jpg") == (root / "DEV/photo.jpg").read_bytes()
    kept = project.sql("select user_metadata->>'bucketdesk_sha256' is not null from storage.objects")
    assert kept == [(True,)]
