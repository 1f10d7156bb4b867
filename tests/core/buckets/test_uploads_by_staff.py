"""Staff of a project upload into families: past buckets that are closed to them, and with a sentence where they end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from core.clients.supabase.store import SupabaseStore
from core.overflow import next_bucket
from core.profiles import Family, Profile, Supabase
from core.single_upload import upload_files
from core.workspace import Workspace
from tests.core.supabase.stores import opened
from tests.servers.project import SupabaseProject, supabase_project

FAMILY = Family("patient-images", capacity_bytes=1_000)


@pytest.fixture(scope="module")
def project() -> Iterator[SupabaseProject]:
    with supabase_project() as served:
        served.make_bucket("patient-images", mime_types=["image/*"])
        yield served


@pytest.fixture
def profile(project: SupabaseProject) -> Profile:
    return Profile("p", "supabase", families=(FAMILY,), supabase=Supabase(project.url))


@pytest_asyncio.fixture
async def workspace(tmp_path: Path, profile: Profile) -> AsyncIterator[Workspace]:
    workspace = await Workspace.open(tmp_path / "workspace", profile.project)
    yield workspace
    await workspace.close()


@pytest_asyncio.fixture
async def staff(project: SupabaseProject, tmp_path: Path) -> AsyncIterator[SupabaseStore]:
    person = project.make_user(f"{tmp_path.name}@example.org", "secret", "staff")
    async with opened(project, project.anon_key, project.token(person, "staff"), tmp_path) as store:
        yield store


def file(folder: Path, name: str, size: int) -> Path:
    path = folder / name
    path.write_bytes(name.encode().ljust(size, b"."))
    return path


async def test_staff_fill_a_bucket_and_go_on_in_the_one_that_an_admin_made(
    project: SupabaseProject, profile: Profile, workspace: Workspace, staff: SupabaseStore, tmp_path: Path
) -> None:
    (first,) = (await upload_files(workspace, staff, profile, FAMILY, [file(tmp_path, "a.png", 900)])).files
    assert (first.bucket, first.overflow) == ("patient-images", False)
    (second,) = (await upload_files(workspace, staff, profile, FAMILY, [file(tmp_path, "b.png", 500)])).files
    assert not second.stored
    assert "insert on storage.buckets" in second.sentence
    assert "insert into storage.buckets" in second.sentence
    async with opened(project) as store:
        made = await next_bucket(workspace, store, profile, FAMILY, {"patient-images"})
    (third,) = (await upload_files(workspace, staff, profile, FAMILY, [file(tmp_path, "b.png", 500)])).files
    assert (third.bucket, third.overflow) == (made.bucket.name, True)
    assert project.content("patient-images-1", "b.png") == b"b.png".ljust(500, b".")


async def test_a_profile_that_names_its_buckets_is_told_of_the_new_one(
    project: SupabaseProject, profile: Profile, workspace: Workspace
) -> None:
    async with opened(project) as store:
        known = {one.name for one in await store.buckets()}
        named = replace(profile, buckets=("patient-images",))
        made = await next_bucket(workspace, store, named, FAMILY, known)
        assert made.made
        assert f"add {made.bucket.name} to them" in made.sentence
        again = await next_bucket(workspace, store, named, FAMILY, known)  # as every round of monitoring asks
        assert (again.made, again.bucket) == (False, made.bucket)
        assert f"add {made.bucket.name} to them" in again.trouble
