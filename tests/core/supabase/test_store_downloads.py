"""Downloads through a bad line: whole, from one version, or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.clients.supabase.downloads import chunks
from core.errors import AlreadyExists, NotFound, PreconditionFailed, Unavailable
from tests.core.supabase.scripted import Token, connected
from tests.core.supabase.stores import cleared, opened
from tests.servers.project import SupabaseProject, supabase_project

DATA = os.urandom(3_000_000)
GET = "GET /storage/v1/object/authenticated/photos"


@pytest.fixture(scope="module")
def shared() -> Iterator[SupabaseProject]:
    with supabase_project() as made:
        yield made


@pytest.fixture
def project(shared: SupabaseProject) -> SupabaseProject:
    cleared(shared).put("photos", "a.jpg", DATA)
    return shared


@pytest.mark.parametrize("kind", ["reset", "truncate", "status"])
async def test_a_cut_download_goes_on_and_is_whole(project: SupabaseProject, tmp_path: Path, kind: str) -> None:
    for after in range(3):
        project.faults.add(GET, kind, times=1, after=after, side="response", value=900_000, status=503)  # type: ignore[arg-type]
    async with opened(project) as store:
        found = await store.download("photos", "a.jpg", tmp_path / "a.jpg")
        assert (tmp_path / "a.jpg").read_bytes() == DATA and found.size_bytes == len(DATA)
        digest = hashlib.sha256(DATA).hexdigest()
        assert await store.content_hashes("photos", ["a.jpg", "none"]) == (digest, None)
    assert list(tmp_path.iterdir()) == [tmp_path / "a.jpg"]


async def test_two_versions_are_never_mixed(project: SupabaseProject) -> None:
    project.faults.add(GET, "reset", times=1, side="response", value=900_000)
    async with connected(project.url, Token(project.service_key, key=project.service_key)) as session:
        got = 0
        with pytest.raises(PreconditionFailed, match="changed"):
            async for chunk in chunks(session, "photos", "a.jpg"):
                if not got:
                    project.put("photos", "a.jpg", os.urandom(len(DATA)))
                got += len(chunk)
        assert 0 < got <= 900_000


async def test_a_line_that_stays_bad_leaves_nothing_behind(project: SupabaseProject, tmp_path: Path) -> None:
    project.faults.add(GET, "reset", side="response", value=0)
    async with opened(project) as store:
        with pytest.raises(Unavailable) as caught:
            await store.download("photos", "a.jpg", tmp_path / "a.jpg")
    assert caught.value.hint and list(tmp_path.iterdir()) == []


async def test_the_start_of_an_object_is_read_without_the_rest(project: SupabaseProject) -> None:
    project.put("photos", "empty", b"")
    async with opened(project) as store:
        assert await store.read("photos", "a.jpg", 10) == DATA[:10]
        assert await store.read("photos", "a.jpg", 0) == b""
        assert await store.read("photos", "empty", 10) == b""
        assert await store.content_hashes("photos", ["empty"]) == (hashlib.sha256().hexdigest(),)


async def test_a_missing_bucket_is_told_from_a_missing_object(project: SupabaseProject, tmp_path: Path) -> None:
    async with opened(project) as store:
        with pytest.raises(NotFound, match="no bucket “nowhere”"):
            await store.download("nowhere", "a.jpg", tmp_path / "x")
        with pytest.raises(NotFound, match=r"photos/b\.jpg is not there"):
            await store.download("photos", "b.jpg", tmp_path / "x")
        (tmp_path / "x").write_bytes(b"mine")
        with pytest.raises(AlreadyExists):
            await store.download("photos", "a.jpg", tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == b"mine"
