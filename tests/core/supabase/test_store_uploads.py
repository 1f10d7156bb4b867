"""Uploads that meet trouble: one object afterwards, nobody else's overwritten, and a sentence for every refusal."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.clients.supabase.uploads import DIGEST
from core.errors import AlreadyExists, InvalidName, NotAllowed, NotFound, PreconditionFailed, ServiceError, Unavailable
from core.models import QUARANTINE, Attributes
from core.progress import Progress
from tests.core.supabase.stores import cleared, opened
from tests.servers.project import SupabaseProject, supabase_project

SMALL = os.urandom(300_000)
LARGE = os.urandom(14_000_000)
WHOLE, TUS = "POST /storage/v1/object/photos", "/storage/v1/upload/resumable"
JPEG = Attributes("image/jpeg", "max-age=60", {"by": "me"})


@pytest.fixture(scope="module")
def shared() -> Iterator[SupabaseProject]:
    with supabase_project() as made:
        yield made


@pytest.fixture
def project(shared: SupabaseProject) -> SupabaseProject:
    return cleared(shared)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.jpg"
    path.write_bytes(SMALL)
    return path


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.jpg"
    path.write_bytes(LARGE)
    return path


def posts(project: SupabaseProject, path: str) -> int:
    return sum(asked.method == "POST" and asked.path.startswith(path) for asked in project.requests)


@pytest.mark.parametrize("data", [b"", b"x", SMALL, LARGE], ids=["empty", "one byte", "small", "large"])
async def test_everything_said_of_a_file_arrives_with_it(project: SupabaseProject, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(data)
    heard: list[Progress] = []
    async with opened(project, folder=tmp_path / "state") as store:
        found = await store.upload("photos", "a b/ü".replace("ü", "u"), file, JPEG, heard.append)
        kept = (await store.attributes("photos", ["a b/u"]))[0]
    assert project.content("photos", "a b/u") == data
    assert (found.size_bytes, found.content_type, found.etag) == (
        len(data),
        "image/jpeg",
        hashlib.md5(data).hexdigest(),
    )
    assert kept is not None and (kept.content_type, kept.cache_control) == ("image/jpeg", "max-age=60")
    assert kept.metadata == {"by": "me", DIGEST: hashlib.sha256(data).hexdigest()}
    assert heard[-1].done == heard[-1].total == len(data)
    assert [one.done for one in heard] == sorted(one.done for one in heard)
    assert not list((tmp_path / "state").rglob("*.json"))


async def test_what_is_put_back_gets_exactly_the_metadata_it_had(project: SupabaseProject, small: Path) -> None:
    odd = {"by": "me", "count": 5, "tags": ["a", {"b": None}], "price": 1.5}
    project.put("photos", "old.jpg", SMALL, "image/jpeg", cache_control="private, max-age=5", user_metadata=odd)
    async with opened(project) as store:
        kept = (await store.attributes("photos", ["old.jpg"]))[0]
        assert kept is not None
        project.drop("photos", "old.jpg")
        await store.upload("photos", "old.jpg", small, kept)
    ((metadata, cache),) = project.sql("select user_metadata, metadata ->> 'cacheControl' from storage.objects")
    assert (metadata, cache) == (odd, "private, max-age=5")


@pytest.mark.parametrize("side", ["request", "response"])
@pytest.mark.parametrize("value", [0, 100_000])
async def test_a_cut_connection_leaves_one_object(project: SupabaseProject, small: Path, side: str, value: int) -> None:
    project.faults.add(WHOLE, "reset", times=1, side=side, value=value)
    async with opened(project) as store:
        found = await store.upload("photos", "a.jpg", small, JPEG)
    assert project.keys("photos") == ["a.jpg"] and project.content("photos", "a.jpg") == SMALL
    assert found.size_bytes == len(SMALL)
    assert posts(project, "/storage/v1/object/photos") == (1 if side == "response" else 2)


async def test_a_service_that_hangs_up_on_a_file_too_large_is_understood(project: SupabaseProject, small: Path) -> None:
    project.make_bucket("tiny", size_limit=1_000)
    project.make_bucket("png", mime_types=["image/png", "text/*"])
    for bucket in ("tiny", "png"):
        project.faults.add(f"POST /storage/v1/object/{bucket}", "reset", side="request", value=100_000)
    async with opened(project) as store:
        with pytest.raises(ServiceError, match="too large"):
            await store.upload("tiny", "a.jpg", small, JPEG)
        with pytest.raises(ServiceError, match="does not allow"):
            await store.upload("png", "a.jpg", small, JPEG)


async def test_after_a_lost_answer_somebody_elses_object_is_left_alone(project: SupabaseProject, small: Path) -> None:
    project.put("photos", "a.jpg", b"theirs")
    project.faults.add(WHOLE, "reset", times=1, side="request")
    async with opened(project) as store:
        with pytest.raises(AlreadyExists):
            await store.upload("photos", "a.jpg", small, JPEG)
    assert project.content("photos", "a.jpg") == b"theirs"


async def test_a_file_is_sent_again_after_being_turned_away_for_haste(project: SupabaseProject, small: Path) -> None:
    project.faults.add(WHOLE, "status", status=429, retry_after=0, times=2)
    async with opened(project) as store:
        await store.upload("photos", "a.jpg", small, JPEG)
    assert project.content("photos", "a.jpg") == SMALL


async def test_many_uploads_of_one_key_make_one_object(project: SupabaseProject, small: Path) -> None:
    async with opened(project) as store:
        ended = await asyncio.gather(
            *(store.upload("photos", "a.jpg", small, JPEG) for _ in range(8)), return_exceptions=True
        )
    assert sum(isinstance(end, AlreadyExists) for end in ended) == 7


@pytest.mark.parametrize("fixture", ["small", "large"])
async def test_every_refusal_is_a_sentence(
    project: SupabaseProject, fixture: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    file: Path = request.getfixturevalue(fixture)
    project.make_bucket("tiny", size_limit=1_000)
    project.make_bucket("png", mime_types=["image/png"])
    project.put("photos", "there.jpg", b"theirs")
    async with opened(project, folder=tmp_path / "state") as store:
        with pytest.raises(ServiceError, match="too large") as caught:
            await store.upload("tiny", "a.jpg", file, JPEG)
        assert caught.value.hint
        with pytest.raises(ServiceError, match="type"):
            await store.upload("png", "a.jpg", file, JPEG)
        with pytest.raises(NotFound, match="nowhere"):
            await store.upload("nowhere", "a.jpg", file, JPEG)
        with pytest.raises(AlreadyExists):
            await store.upload("photos", "there.jpg", file, JPEG)
        with pytest.raises(NotFound):
            await store.upload("photos", "a.jpg", tmp_path / "none", JPEG)
        with pytest.raises(InvalidName):
            await store.upload("photos", "a.jpg", tmp_path, JPEG)
    async with opened(project, project.anon_key, folder=tmp_path / "state") as store:
        with pytest.raises(NotAllowed):
            await store.upload("photos", "a.jpg", file, JPEG)
    assert project.keys("photos") == ["there.jpg"] and not list((tmp_path / "state").rglob("*.json"))


@pytest.mark.parametrize("value", [0, 3_000_000])
@pytest.mark.parametrize("side", ["request", "response"])
async def test_a_large_file_goes_on_after_cuts(
    project: SupabaseProject, large: Path, tmp_path: Path, side: str, value: int
) -> None:
    for after in range(3):
        project.faults.add(f"PATCH {TUS}", "reset", times=1, after=after, side=side, value=value)
    async with opened(project, folder=tmp_path / "state") as store:
        await store.upload("photos", "a.jpg", large, JPEG)
    assert project.content("photos", "a.jpg") == LARGE
    # Where the answer to the last chunk got lost, asking for a new upload shows that the file has arrived.
    assert posts(project, TUS) <= (2 if side == "response" else 1)
    assert not list((tmp_path / "state").rglob("*.json"))


async def test_another_process_goes_on_where_one_stopped(project: SupabaseProject, large: Path, tmp_path: Path) -> None:
    sent = asyncio.Event()

    def report(progress: Progress) -> None:
        if progress.done > 8_000_000:
            sent.set()

    async with opened(project, folder=tmp_path / "state") as store:
        task = asyncio.create_task(store.upload("photos", "a.jpg", large, JPEG, report))
        await sent.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert project.keys("photos") == [] and len(list((tmp_path / "state").rglob("*.json"))) == 1
    heard: list[int] = []
    async with opened(project, folder=tmp_path / "state") as store:
        await store.upload("photos", "a.jpg", large, JPEG, lambda progress: heard.append(progress.done))
    assert project.content("photos", "a.jpg") == LARGE
    assert heard[0] >= 6 << 20 and posts(project, TUS) == 1


async def test_an_upload_that_the_service_forgot_begins_anew(
    project: SupabaseProject, large: Path, tmp_path: Path
) -> None:
    project.faults.add(f"PATCH {TUS}", "answer", status=404, body=b"Not Found", content_type="text/plain", times=1)
    project.faults.add(f"HEAD {TUS}", "answer", status=404, body=b"", content_type="text/plain", times=1)
    async with opened(project, folder=tmp_path / "state") as store:
        await store.upload("photos", "a.jpg", large, JPEG)
    assert project.content("photos", "a.jpg") == LARGE and posts(project, TUS) == 2


@pytest.mark.parametrize("status", [409, 423, 500, 503])
async def test_a_chunk_that_is_not_taken_is_asked_about_and_sent_again(
    project: SupabaseProject, large: Path, tmp_path: Path, status: int
) -> None:
    body = b"Upload-Offset conflict"
    project.faults.add(f"PATCH {TUS}", "answer", status=status, body=body, content_type="text/plain", times=2)
    async with opened(project, folder=tmp_path / "state") as store:
        await store.upload("photos", "a.jpg", large, JPEG)
    assert project.content("photos", "a.jpg") == LARGE and posts(project, TUS) == 1


async def test_a_place_that_was_taken_meanwhile_is_left_alone(
    project: SupabaseProject, large: Path, tmp_path: Path
) -> None:
    def report(progress: Progress) -> None:
        if 0 < progress.done < 1_000_000 and project.content("photos", "a.jpg") is None:
            project.put("photos", "a.jpg", b"theirs")

    async with opened(project, folder=tmp_path / "state") as store:
        with pytest.raises(AlreadyExists):
            await store.upload("photos", "a.jpg", large, JPEG, report)
    assert project.content("photos", "a.jpg") == b"theirs"


async def test_a_file_that_changes_on_its_way_is_not_mixed(
    project: SupabaseProject, large: Path, tmp_path: Path
) -> None:
    def report(progress: Progress) -> None:
        if progress.done > 7_000_000:
            large.write_bytes(LARGE + b"more")

    async with opened(project, folder=tmp_path / "state") as store:
        with pytest.raises(PreconditionFailed, match="changed"):
            await store.upload("photos", "a.jpg", large, JPEG, report)
    assert project.keys("photos") == []


async def test_a_service_out_of_reach_is_told_at_last(project: SupabaseProject, small: Path) -> None:
    project.faults.add("* /storage/v1/object/photos", "reset")
    async with opened(project) as store:
        with pytest.raises(Unavailable) as caught:
            await store.upload("photos", "a.jpg", small, JPEG)
    assert caught.value.hint


async def test_the_quarantine_is_made_when_it_is_first_needed(project: SupabaseProject, small: Path) -> None:
    async with opened(project) as store:
        await store.upload(QUARANTINE, "run/_manifest/1.jsonl", small, Attributes())
    assert project.sql("select public, file_size_limit from storage.buckets where id = %s", QUARANTINE) == [
        (False, None)
    ]
