"""Where buckets stand against what their families allow."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.capacity.models import Capacity, Level, Sample, waiting_name
from core.capacity.outlook import Outlook
from core.capacity.samples import note, note_history, note_scan
from core.capacity.usage import days_until, read_capacity
from core.models import Bucket
from core.profiles import Family, Profile, Supabase
from core.workspace import Workspace, system_now
from tests.core.desk import Desk
from tests.core.fakes import FakeCatalog, FakeStore

FAMILY = Family("photos", capacity_bytes=1000)


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    made = await Workspace.open(tmp_path / "desk", "p")
    yield made
    await made.close()


def profile(*families: Family) -> Profile:
    return Profile("test", "local", Path("/s"), Path("/c.db"), families=families)


async def capacity(workspace: Workspace, *samples: Sample, families: tuple[Family, ...] = (FAMILY,)) -> Capacity:
    await note(workspace, profile().project, samples)
    names = dict.fromkeys(sample.bucket for sample in samples)
    return await read_capacity(workspace, profile(*families), [Bucket(name) for name in names])


def now() -> datetime:
    return system_now() - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("size", "level"),
    [(0, Level.OK), (849, Level.OK), (850, Level.CLEAN_UP), (950, Level.OVERFLOW), (1000, Level.FULL)],
)
async def test_a_bucket_stands_at_the_threshold_it_reached(workspace: Workspace, size: int, level: Level) -> None:
    found = await capacity(workspace, Sample("photos", now(), 1, size))
    assert (found.buckets[0].level, found.buckets[0].share) == (level, size / 1000)


async def test_archived_versions_take_room_and_are_no_objects(workspace: Workspace) -> None:
    found = await capacity(workspace, Sample("photos", now(), 1, 500, 3, 400))
    assert (found.buckets[0].objects, found.buckets[0].share) == (1, 0.9)


async def test_the_fullest_bucket_comes_first_and_all_of_a_family_are_of_it(workspace: Workspace) -> None:
    found = await capacity(workspace, Sample("photos", now(), 1, 10), Sample("photos-1", now(), 1, 20))
    assert [(use.name, use.family) for use in found.buckets] == [("photos-1", "photos"), ("photos", "photos")]


async def test_a_bucket_of_no_family_has_a_gibibyte(workspace: Workspace) -> None:
    found = await capacity(workspace, Sample("other", now(), 1, 1 << 29))
    assert (found.buckets[0].family, found.buckets[0].share) == ("", 0.5)


async def test_of_a_service_only_what_the_profile_looks_after_is_shown(workspace: Workspace) -> None:
    chosen = replace(profile(Family("wards")), supabase=Supabase("http://here"), buckets=("photos",))
    names = ("photos", "wards-1", "of another team")
    found = await read_capacity(workspace, chosen, [Bucket(name) for name in names])
    assert {use.name for use in found.buckets} == {"photos", "wards-1"}


async def test_what_waits_in_the_quarantine_is_shown_as_reclaimable(workspace: Workspace) -> None:
    waiting = [Sample(waiting_name("photos"), now(), 2, 60), Sample(waiting_name("gone"), now(), 1, 7)]
    await note(workspace, profile().project, waiting, whole=True)
    found = await capacity(workspace, Sample("photos", now(), 1, 10))
    assert (found.buckets[0].reclaimable_bytes, found.reclaimable_bytes) == (60, 67)


async def test_a_week_of_growth_tells_the_days_until_full(workspace: Workspace) -> None:
    start = now() - timedelta(days=20)
    days = [Sample("photos", start + timedelta(days=n), n, 300 + 20 * n) for n in range(21)]
    await note_history(workspace, profile().project, days)
    (use,) = (await capacity(workspace, days[-1])).buckets
    assert use.day_bytes == pytest.approx(20)
    assert days_until(use.forecast) == pytest.approx(15, abs=0.5)


async def test_a_forecast_that_is_kept_is_the_one_that_would_be_made(workspace: Workspace) -> None:
    start = now() - timedelta(days=20)
    days = [Sample("photos", start + timedelta(days=n), n, 300 + 20 * n) for n in range(21)]
    await note_history(workspace, profile().project, days)
    outlook = Outlook()
    for growth in (0, 0, 5):
        await note(workspace, profile().project, [Sample("photos", now(), 1, days[-1].bytes + growth)])
        kept = (await read_capacity(workspace, profile(FAMILY), [Bucket("photos")], outlook)).buckets[0].forecast
        made = (await read_capacity(workspace, profile(FAMILY), [Bucket("photos")])).buckets[0].forecast
        assert kept.rate == pytest.approx(made.rate, rel=1e-3)
        for one, other in ((kept.clean_up, made.clean_up), (kept.full, made.full)):
            assert one is not None and other is not None
            assert abs(one.earliest - other.earliest) < timedelta(minutes=1)


async def test_without_history_no_day_is_named(workspace: Workspace) -> None:
    (use,) = (await capacity(workspace, Sample("photos", now(), 1, 10))).buckets
    assert (use.day_bytes, days_until(use.forecast), use.forecast.enough) == (None, None, False)


async def test_before_anything_was_measured_there_is_no_time_of_it(workspace: Workspace) -> None:
    found = await read_capacity(workspace, profile(FAMILY), [Bucket("photos")])
    assert found.at is None
    assert [(use.objects, use.bytes, use.level) for use in found.buckets] == [(0, 0, Level.OK)]


async def test_a_bucket_that_vanished_is_not_shown(workspace: Workspace) -> None:
    await note(workspace, profile().project, [Sample("photos", now(), 1, 10), Sample("photos-1", now(), 1, 10)])
    found = await read_capacity(workspace, profile(FAMILY), [Bucket("photos")])
    assert [use.name for use in found.buckets] == ["photos"]


async def test_after_a_clock_was_set_back_the_last_word_is_shown(workspace: Workspace) -> None:
    await note(workspace, profile().project, [Sample("photos", now() + timedelta(days=400), 1, 999)])
    (use,) = (await capacity(workspace, Sample("photos", now(), 1, 10))).buckets
    assert use.bytes == 10


async def test_ten_thousand_buckets_are_told_of(workspace: Workspace) -> None:
    samples = [Sample(f"photos-{n}", now(), 1, n % 1000) for n in range(10_000)]
    found = await capacity(workspace, *samples)
    assert len(found.buckets) == 10_000
    assert found.bytes == sum(sample.bytes for sample in samples)


async def test_every_scan_notes_what_it_listed_completely(tmp_path: Path) -> None:
    desk = Desk(tmp_path, FakeStore({"photos": ["a", "b"], "scans": ["c"]}), FakeCatalog({}))
    try:
        workspace = await desk.workspace()
        await desk.scan()
        desk.store.put("photos", "d")
        desk.store.put("scans", "e")
        desk.store.now_is += timedelta(hours=1)
        await desk.scan("photos")
        found = await read_capacity(workspace, desk.profile, await desk.store.buckets())
        assert {use.name: use.objects for use in found.buckets} == {"photos": 3, "scans": 1}
        await note(workspace, desk.profile.project, [Sample("photos", desk.store.now_is, 3, 10, 5, 50)])
        await note_scan(workspace, desk.profile.project)
        found = await read_capacity(workspace, desk.profile, await desk.store.buckets())
        assert {use.name: use.kept_versions_bytes for use in found.buckets} == {"photos": 50, "scans": 0}
    finally:
        await desk.close()
