"""The history that is planted in the practice project, and the families that go with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.capacity.models import Level
from core.capacity.samples import history
from core.engine import find_profile, open_engine
from core.errors import BadProfile
from core.models import Kind
from core.practice import practice_profile, reset
from core.practice.history import DAYS
from core.practice.mapping import BUCKETS, FAMILIES_FILE, PATIENTS

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


async def test_the_practice_project_has_months_of_history_that_end_with_what_is_there() -> None:
    await reset(200)
    engine = await open_engine(find_profile("practice"))
    try:
        assert (await engine.capacity()).at is None, "nothing was measured yet"
        await engine.measure()
        found = {use.name: use for use in (await engine.capacity()).buckets}
        assert set(found) == set(BUCKETS)
        for bucket in BUCKETS:
            past = await engine.bucket_history(bucket, LONG_AGO)
            assert past[-1].at - past[0].at > timedelta(days=59)
            assert (past[-1].objects, past[-1].bytes) == (found[bucket].objects, found[bucket].bytes)
            assert past[-2].bytes == past[-1].bytes, "the planted end is what is really there"
            assert min(sample.bytes for sample in past) >= 0
        fullest = found[PATIENTS]
        assert 0.6 < fullest.share < 0.85
        assert fullest.level is Level.OK
        assert fullest.forecast.full is not None
        (report,) = [report for report in [await engine.scan()] if report.complete]
        assert report.objects == 200
    finally:
        await engine.close()


async def test_the_same_seed_plants_the_same_history() -> None:
    seen = []
    for seed in (1, 1, 2):
        await reset(60, seed=seed)
        engine = await open_engine(practice_profile())
        past = await history(engine.workspace, engine.profile.project, PATIENTS, LONG_AGO)
        await engine.close()
        assert len(past) == DAYS + 1
        seen.append([sample.objects for sample in past])
    assert seen[0] == seen[1]
    assert seen[1] != seen[2]


async def test_families_of_the_practice_project_can_be_changed_by_hand() -> None:
    report = await reset(60)
    path = report.folder / FAMILIES_FILE
    assert "planted history" in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace("0.85", "0.5"), "utf-8")
    assert {family.cleanup_at for family in practice_profile().families} == {0.5}
    path.unlink()
    (family,) = practice_profile().families
    assert (family.name, family.capacity_bytes) == (PATIENTS, 1 << 30)


@pytest.mark.parametrize("text", ["[[families]\n", '[[families]]\nname = "x"\ncapacity_bytes = 0\n', "\udcff"])
async def test_families_that_do_not_hold_are_named_and_do_not_keep_anybody_from_starting_anew(text: str) -> None:
    report = await reset(60)
    path = report.folder / FAMILIES_FILE
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(BadProfile) as refusal:
        practice_profile()
    assert FAMILIES_FILE in refusal.value.message
    again = await reset(60)
    assert again.planted[Kind.OVER_AGE] > 0
    assert practice_profile().families[0].name == PATIENTS
