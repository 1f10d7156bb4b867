"""Use of a project's buckets: one history for all its desks, and answers that are none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.capacity.measuring import measure
from core.capacity.samples import history
from core.errors import NotFound, Unreadable
from core.profiles import Profile, Supabase
from core.workspace import Workspace
from tests.core.supabase.stores import opened
from tests.servers.project import SupabaseProject, supabase_project

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def project() -> Iterator[SupabaseProject]:
    with supabase_project() as made:
        made.make_bucket("patient-images")
        yield made


def profile(project: SupabaseProject) -> Profile:
    return Profile("test", "supabase", supabase=Supabase(project.url))


async def test_a_desk_that_comes_late_knows_what_others_saw(project: SupabaseProject, tmp_path: Path) -> None:
    past = datetime.now(UTC) - timedelta(days=9)
    for day in range(9):
        project.sql(
            "insert into bucketdesk.use_samples values ('patient-images', %s, %s, %s, 0, 0)",
            *(past + timedelta(days=day), day, day * 100),
        )
    desk = await Workspace.open(tmp_path / "desk", "p")
    try:
        async with opened(project) as store:
            project.put("patient-images", "a", b"123")
            await measure(desk, profile(project), store)
            found = await history(desk, profile(project).project, "patient-images", LONG_AGO)
            assert [sample.objects for sample in found] == [*range(9), 1]
            assert found[-1].bytes == 3
            assert found[0].at == past
            calls = len(project.requests)
            await measure(desk, profile(project), store)
            assert len(project.requests) - calls == 1, "one call a round"
    finally:
        await desk.close()


async def test_staff_are_told_of_the_buckets_that_they_may_read(project: SupabaseProject) -> None:
    project.make_bucket("secret")
    project.sql("select setup_image_bucket_policies('patient-images')")
    person = project.make_user("a@example.com", "word", "staff")
    async with opened(project, project.anon_key, project.token(person, "staff")) as store:
        assert [sample.bucket for sample in await store.usage()] == ["patient-images"]


async def test_a_read_only_profile_notes_nothing_and_is_told_when_the_functions_cannot_do_without(
    project: SupabaseProject,
) -> None:
    project.put("patient-images", "a", b"123")
    project.requests.clear()
    async with opened(project, read_only=True) as store:
        assert [sample.objects for sample in await store.usage()] == [1]
        assert project.sql("select count(*) from bucketdesk.use_samples") == [(0,)]
        project.sql(
            "drop function bucketdesk_usage(boolean); create function bucketdesk_usage() returns json language sql as"
            " $f$ select json_build_object('buckets', '[]'::json) $f$; select pg_notify('pgrst', 'reload schema')"
        )
        with pytest.raises(NotFound, match="earlier release"):
            await store.usage()


async def test_somebody_without_a_role_is_told_to_scan(project: SupabaseProject) -> None:
    person = project.make_user("a@example.com", "word")
    async with opened(project, project.anon_key, project.token(person)) as store:
        with pytest.raises(NotFound, match="counts its objects"):
            await store.usage()
        assert await store.usage_history(LONG_AGO) == ()


@pytest.mark.parametrize("answer", ["'[]'", "'{\"buckets\": [[1]]}'", "'{\"buckets\": 7}'", "'null'"])
async def test_an_answer_of_another_kind_is_named(project: SupabaseProject, answer: str) -> None:
    project.sql(
        "create or replace function public.bucketdesk_usage(note boolean default true) returns json language sql as "
        f"$f$ select {answer}::json $f$"
    )
    async with opened(project) as store:
        with pytest.raises(Unreadable, match="bucketdesk_usage answered with something else"):
            await store.usage()
