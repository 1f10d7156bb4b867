"""Rounds on a Supabase project: one request while nothing changes, and one bucket however many desks look."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.capacity.models import Capacity
from core.capacity.outlook import Outlook
from core.changes import Changes
from core.families import Families
from core.monitor.looking import Looking
from core.monitor.rounds import make_round
from core.ports import ObjectStore
from core.profiles import Family, Profile, Supabase
from core.workspace import Workspace, system_now
from tests.core.supabase.stores import opened
from tests.servers.project import SupabaseProject, supabase_project


class Desk:
    """One desk on the project, as far as rounds need it."""

    def __init__(self, workspace: Workspace, store: ObjectStore, profile: Profile) -> None:
        self.workspace, self.profile, self.changes = workspace, profile, Changes()
        self.families = Families(workspace, store, None, profile, self.changes)  # type: ignore[arg-type]
        self.looking = Looking(workspace, profile, store, Outlook())

    async def look(self) -> Capacity:
        return await self.looking.look()


@pytest.fixture(scope="module")
def project() -> Iterator[SupabaseProject]:
    with supabase_project() as made:
        yield made


async def test_a_quiet_round_is_one_request_and_two_desks_make_one_bucket(
    project: SupabaseProject, tmp_path: Path
) -> None:
    project.make_bucket("patient-images", size_limit=5_000, mime_types=["image/*"])
    project.put("patient-images", "one.png", b"x" * 500, "image/png")
    profile = Profile(
        "p", "supabase", families=(Family("patient-images", capacity_bytes=1000),), supabase=Supabase(project.url)
    )
    workspaces = [await Workspace.open(tmp_path / name, profile.project) for name in ("one", "other")]
    try:
        async with opened(project) as first, opened(project) as second:
            desks: list[Any] = [
                Desk(space, store, profile) for space, store in zip(workspaces, (first, second), strict=True)
            ]
            for desk in desks:
                assert (await make_round(desk, system_now())).alerts == ()
            project.requests.clear()
            await make_round(desks[0], system_now())
            assert [(request.method, request.path) for request in project.requests] == [
                ("POST", "/rest/v1/rpc/bucketdesk_usage")
            ]
            project.put("patient-images", "two.png", b"x" * 460, "image/png")
            made = await asyncio.gather(*(make_round(desk, system_now()) for desk in desks))
            # who looks once the other has made it finds room and has nothing to do
            assert {deed.about for one in made for deed in one.deeds} == {"patient-images-1"}
            assert [bool(deed.run_id) for one in made for deed in one.deeds].count(True) == 1
            assert [bucket.name for bucket in await first.buckets()] == ["patient-images", "patient-images-1"]
            assert await first.registered_buckets() >= {"patient-images-1"}
            again = await make_round(desks[0], system_now())
            assert (again.deeds, again.told.news) == ((), ())
    finally:
        for workspace in workspaces:
            await workspace.close()
