"""A real project, when one is named: the contract suite joins it by `pytest -m live`, and a profile of it works."""

from __future__ import annotations

import pytest

from core.engine import open_engine
from core.profile_check import check
from core.profiles import Profile, Supabase
from core.secrets import SUPABASE_KEY, of_this_process
from tests.live.project import HOW, IS_LIVE, KEY, URL, LiveProject

pytestmark = [pytest.mark.live, pytest.mark.skipif(not IS_LIVE, reason=HOW)]


async def test_a_profile_of_a_real_project_is_checked_and_one_bucket_of_it_scanned() -> None:
    project = LiveProject()
    try:
        project.put("photos", "a.png", b"picture", "image/png")
        await of_this_process().put("live", SUPABASE_KEY, KEY)
        profile = Profile("live", "supabase", buckets=(project.own,), supabase=Supabase(URL))
        checked = await check(profile)
        assert checked.ok, checked.lines
        engine = await open_engine(profile)
        try:
            report = await engine.scan()
        finally:
            await engine.close()
        assert report.objects == 1
    finally:
        project.close()
