"""The next bucket of a family is made once, like its first and covered at once, and goes again while it is empty."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from core.errors import NotAllowed, NotFound, WrongType
from core.family_members import family_members, members
from core.models import Attributes, Bucket, RunState
from core.overflow import next_bucket
from core.profiles import Family, Profile, Supabase
from core.runs import StepState, run_steps, runs
from core.undo import undo
from core.workspace import Workspace
from tests.core.supabase.stores import open_store, opened
from tests.servers.project import SupabaseProject, supabase_project

PATIENTS = Family("patient-images")
FIRST = Bucket("patient-images", size_limit_bytes=5_000, mime_types=("image/*",))


@pytest.fixture(scope="module")
def served() -> Iterator[SupabaseProject]:
    with supabase_project() as project:
        yield project


@pytest.fixture
def project(served: SupabaseProject) -> SupabaseProject:
    served.sql(
        "do $$ begin set local storage.allow_delete_query = 'true'; delete from storage.objects;"
        " delete from storage.buckets; delete from bucketdesk.buckets; end $$"
    )
    served.make_bucket(FIRST.name, size_limit=5_000, mime_types=["image/*"])
    served.put(FIRST.name, "one.png", b"x", "image/png")
    return served


@pytest.fixture
def profile(project: SupabaseProject) -> Profile:
    return Profile("p", "supabase", families=(PATIENTS,), supabase=Supabase(project.url))


@pytest_asyncio.fixture
async def workspace(tmp_path: Path, profile: Profile) -> AsyncIterator[Workspace]:
    workspace = await Workspace.open(tmp_path / "workspace", profile.project)
    yield workspace
    await workspace.close()


def picture(folder: Path) -> Path:
    path = folder / "new.png"
    path.write_bytes(b"png")
    return path


async def test_the_next_bucket_is_like_the_first_and_staff_upload_there_at_once(
    project: SupabaseProject, profile: Profile, workspace: Workspace, tmp_path: Path
) -> None:
    staff = project.token(project.make_user("staff@example.org", "secret", "staff"), "staff")
    async with opened(project) as store, opened(project, project.anon_key, staff, tmp_path) as theirs:
        with pytest.raises(NotFound):
            await theirs.upload("patient-images-1", "new.png", picture(tmp_path), Attributes("image/png"))
        made = await next_bucket(workspace, store, profile, PATIENTS)
        assert made.bucket == Bucket("patient-images-1", False, 5_000, ("image/*",))
        assert (made.made, made.trouble) == (True, "")
        stored = await theirs.upload("patient-images-1", "new.png", picture(tmp_path), Attributes("image/png"))
        assert stored.bucket == "patient-images-1"
        with pytest.raises(WrongType):
            await theirs.upload("patient-images-1", "b/c.png", picture(tmp_path), Attributes("text/plain"))


async def test_two_desks_at_once_make_one_bucket(
    project: SupabaseProject, profile: Profile, workspace: Workspace, tmp_path: Path
) -> None:
    other = await Workspace.open(tmp_path / "other", profile.project)
    try:
        async with opened(project) as one, opened(project) as two:
            desks = [(workspace, one), (other, two)] * 4
            made = await asyncio.gather(
                *(next_bucket(desk, store, profile, PATIENTS, {"patient-images"}) for desk, store in desks)
            )
            assert {one.bucket.name for one in made} == {"patient-images-1"}
            assert [one.made for one in made].count(True) == 1
            assert [b.name for b in await one.buckets()] == ["patient-images", "patient-images-1"]
            again = await next_bucket(other, two, profile, PATIENTS)
            assert (again.bucket.name, again.made) == ("patient-images-1", False)  # it is empty: there is room
            assert await one.registered_buckets() == {"patient-images", "patient-images-1"}
    finally:
        await other.close()


async def test_gaps_are_filled_and_buckets_of_others_are_left_alone(
    project: SupabaseProject, profile: Profile, workspace: Workspace
) -> None:
    project.make_bucket("patient-images-1", public=True)  # somebody else's: ours are private
    project.make_bucket("patient-images-3", size_limit=5_000, mime_types=["image/*"])
    project.put("patient-images-3", "a.png", b"x")
    project.sql("delete from bucketdesk.buckets where name = 'patient-images-3'")
    async with opened(project) as store:
        made = await next_bucket(workspace, store, profile, PATIENTS)
        assert (made.bucket.name, made.made) == ("patient-images-2", True)
        found = {one.bucket.name: one for one in await members(store, profile)}
    assert found["patient-images-1"].foreign == "It is public, and patient-images is private."
    assert found["patient-images-2"].foreign == ""
    assert (found["patient-images-2"].registered, found["patient-images-3"].registered) == (True, False)


async def test_who_may_not_make_a_bucket_is_told_the_right_and_the_sql(
    project: SupabaseProject, profile: Profile, workspace: Workspace
) -> None:
    person = project.make_user("nurse@example.org", "secret", "staff")
    async with opened(project, project.anon_key, project.token(person, "staff")) as store:
        project.sql("select public.setup_image_bucket_policies('patient-images')")
        with pytest.raises(NotAllowed, match=r"insert on storage\.buckets") as caught:
            await next_bucket(workspace, store, profile, PATIENTS)
    assert await runs(workspace) == ()
    hint = caught.value.hint
    assert "insert into storage.buckets" in hint
    assert person in hint
    make = hint.partition("make this one bucket there: ")[2]
    for statement in make.split("; "):
        project.sql(statement)
    grant = hint.partition("SQL editor: ")[2].partition(";")[0]
    project.sql(grant)
    (rights,) = project.sql("select raw_app_meta_data ->> 'role' from auth.users where id = %s::uuid", person)
    assert rights == ("admin",)
    async with opened(project, project.anon_key, project.token(person, "admin")) as store:
        assert await store.bucket("patient-images-1") == Bucket("patient-images-1", False, 5_000, ("image/*",))
        assert "patient-images-1" in (await store.registered_buckets() or ())
        assert (await next_bucket(workspace, store, profile, PATIENTS, {"patient-images", "patient-images-1"})).made


async def test_without_our_set_up_the_policy_that_is_missing_is_named_and_works(
    tmp_path: Path, workspace: Workspace
) -> None:
    with supabase_project(migrated=False) as bare:
        person = bare.make_user("a@example.org", "secret")
        profile = Profile("p", "supabase", families=(PATIENTS,), supabase=Supabase(bare.url))
        async with opened(bare, bare.anon_key, bare.token(person)) as store:
            with pytest.raises(NotAllowed) as caught:
                await next_bucket(workspace, store, profile, PATIENTS)
            bare.sql(caught.value.hint.partition("SQL editor: ")[2].partition(" Or make")[0])
            made = await next_bucket(workspace, store, profile, PATIENTS)
    assert (made.bucket.name, made.made) == ("patient-images", True)


async def test_a_new_bucket_goes_again_while_it_is_empty(
    project: SupabaseProject, profile: Profile, workspace: Workspace
) -> None:
    store = await open_store(project)
    try:
        made = await next_bucket(workspace, store, profile, PATIENTS)
        (run,) = await runs(workspace)
        assert (run.run_id, run.kind, run.state, run.undoable) == (made.run_id, "buckets", RunState.DONE, True)
        project.put("patient-images-1", "kept.png", b"x")
        undone = await undo(workspace, store, None, profile, made.run_id)  # type: ignore[arg-type]
        assert (undone.state, undone.drifted) == (RunState.PARTLY, 1)
        assert project.content("patient-images-1", "kept.png") == b"x"
        assert "not empty" in (await run_steps(workspace, undone.run_id))[0].reason
        project.drop("patient-images-1", "kept.png")
        assert (await undo(workspace, store, None, profile, made.run_id)).state is RunState.DONE  # type: ignore[arg-type]
        assert [b.name for b in await store.buckets()] == ["patient-images"]
        assert await store.registered_buckets() == {"patient-images"}
        entries = await run_steps(workspace, made.run_id)
        assert [entry.state for entry in entries] == [StepState.UNDONE]
    finally:
        await store.close()


def test_members_come_in_order_and_an_unregistered_one_beside_others_takes_nothing() -> None:
    buckets = [Bucket(name) for name in ("patient-images-10", "patient-images-2", "patient-images", "other")]
    found = family_members(PATIENTS, buckets, {"patient-images", "patient-images-2"})
    assert [one.bucket.name for one in found] == ["patient-images", "patient-images-2", "patient-images-10"]
    assert [bool(one.foreign) for one in found] == [False, False, True]
    assert not any(one.foreign for one in family_members(PATIENTS, buckets, set()))
    assert [one.registered for one in family_members(PATIENTS, buckets, None)] == [None] * 3
