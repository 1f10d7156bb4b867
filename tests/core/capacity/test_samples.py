"""Use over time: what stays as it ages, and what a clock may do to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.capacity.models import Sample, waiting_name
from core.capacity.samples import history, note, note_history, read_extent, read_levels, read_measured
from core.capacity.thinning import DAY, HOUR, TIERS, superfluous
from core.workspace import Workspace, to_micros

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(to_micros(NOW) - 900 * DAY, to_micros(NOW))


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    made = await Workspace.open(tmp_path / "desk", "p")
    yield made
    await made.close()


def left(times: set[int], now: int) -> set[int]:
    return times - set(superfluous(times, now))


@given(st.sets(MOMENTS, max_size=60), st.lists(st.integers(0, 800 * DAY), max_size=4))
def test_thinning_often_leaves_what_thinning_once_leaves(times: set[int], waits: list[int]) -> None:
    end = to_micros(NOW) + sum(waits)
    slowly = times
    for wait in [0, *waits]:
        end_of_wait = to_micros(NOW) + wait
        slowly = left(slowly, min(end_of_wait, end))
    assert left(slowly, end) == left(times, end)


@given(st.sets(MOMENTS, min_size=1, max_size=200))
def test_every_hour_day_and_week_that_was_measured_keeps_its_last_sample(times: set[int]) -> None:
    now = to_micros(NOW)
    stay = left(times, now)
    assert max(times) in stay
    assert {at for at in times if now - at < TIERS[0][0]} <= stay
    for (age, length), older in zip(TIERS, [*(age for age, _ in TIERS[1:]), None], strict=True):
        aged = {at for at in times if now - at >= age and (older is None or now - at < older)}
        slots = [at // length for at in stay & aged]
        assert len(slots) == len(set(slots)), "one sample of a slot"
        assert {at // length for at in aged} == set(slots), "and one of every slot"
        assert all(at == max(other for other in aged if other // length == at // length) for at in stay & aged)


async def test_five_minutes_a_round_for_three_years_stay_few(workspace: Workspace) -> None:
    start = NOW - timedelta(days=1095)
    samples = [Sample("b", start + timedelta(hours=2 * n), n, n * 1000) for n in range(1095 * 12)]
    await note_history(workspace, "p", samples)
    kept = await history(workspace, "p", "b", LONG_AGO)
    assert 730 < len(kept) < 730 + 14 * 12 + 2 * 12 + 60
    assert kept[-1] == samples[-1]


async def test_rounds_thin_as_they_go(workspace: Workspace) -> None:
    noted = [Sample("b", NOW + timedelta(minutes=20 * n), n, n) for n in range(3 * 24 * 4)]
    for sample in noted:
        await note(workspace, "p", [sample])
    kept = [to_micros(sample.at) for sample in await history(workspace, "p", "b", LONG_AGO)]
    times = {to_micros(sample.at) for sample in noted}
    # Thinning waits for the next whole hour.
    assert left(times, max(times)) <= set(kept)
    assert len(kept) <= len(left(times, max(times))) + HOUR // (20 * 60 * 1_000_000)


async def test_a_bucket_in_which_nothing_happens_costs_two_samples_a_day(workspace: Workspace) -> None:
    for n in range(12 * 24):
        await note(workspace, "p", [Sample("b", NOW + timedelta(minutes=5 * n), 4, 400)])
    kept = await history(workspace, "p", "b", LONG_AGO)
    assert len(kept) == 4
    assert (kept[0].at, kept[-1].at) == (NOW, NOW + timedelta(minutes=5 * (12 * 24 - 1)))


async def test_a_change_keeps_the_moment_before_it(workspace: Workspace) -> None:
    for minute, size in ((0, 1), (5, 1), (10, 1), (15, 9), (20, 9)):
        await note(workspace, "p", [Sample("b", NOW + timedelta(minutes=minute), 1, size)])
    kept = await history(workspace, "p", "b", LONG_AGO)
    assert [(sample.at.minute - 30, sample.bytes) for sample in kept] == [(0, 1), (10, 1), (15, 9), (20, 9)]


async def test_sizes_below_nothing_count_as_nothing(workspace: Workspace) -> None:
    await note(workspace, "p", [Sample("b", NOW, -3, -1_000, -1, -5)])
    assert await history(workspace, "p", "b", LONG_AGO) == (Sample("b", NOW, 0, 0, 0, 0),)


async def test_after_a_clock_was_set_back_the_newest_word_counts_and_nothing_is_lost(workspace: Workspace) -> None:
    await note(workspace, "p", [Sample("b", NOW, 1, 10)])
    await note(workspace, "p", [Sample("b", NOW - timedelta(days=900), 2, 20)])
    assert [sample.bytes for sample in await history(workspace, "p", "b", LONG_AGO)] == [20, 10]
    told = await workspace.journal.read(lambda c: read_measured(c, "p"))
    assert told["b"].bytes == 20


async def test_projects_do_not_share_their_history(workspace: Workspace) -> None:
    await note(workspace, "p", [Sample("b", NOW, 1, 10)])
    assert await history(workspace, "other", "b", LONG_AGO) == ()


async def test_what_left_the_quarantine_waits_there_no_longer(workspace: Workspace) -> None:
    await note(workspace, "p", [Sample("b", NOW, 1, 10), Sample(waiting_name("b"), NOW, 2, 20)], whole=True)
    await note(workspace, "p", [Sample("b", NOW, 1, 10)], whole=True)
    assert set(await workspace.journal.read(lambda c: read_measured(c, "p"))) == {"b"}


async def test_a_bucket_that_could_not_be_counted_keeps_what_was_known_of_it(workspace: Workspace) -> None:
    await note(workspace, "p", [Sample("a", NOW, 1, 10), Sample("c", NOW, 2, 20)], whole=True)
    await note(workspace, "p", [Sample("a", NOW, 1, 11)], whole=True)
    told = await workspace.journal.read(lambda c: read_measured(c, "p"))
    assert {name: sample.bytes for name, sample in told.items()} == {"a": 11, "c": 20}


async def test_what_another_desk_saw_does_not_replace_what_was_seen_here(workspace: Workspace) -> None:
    await note(workspace, "p", [Sample("b", NOW, 1, 10)])
    earlier = Sample("b", NOW - timedelta(hours=1), 1, 5)
    await note_history(workspace, "p", [earlier, Sample("b", NOW, 7, 70)])
    assert await history(workspace, "p", "b", LONG_AGO) == (earlier, Sample("b", NOW, 1, 10))


async def test_days_for_a_forecast_are_the_last_of_each_day(workspace: Workspace) -> None:
    samples = [Sample("b", NOW - timedelta(hours=6 * n), 1, 100 - n) for n in range(8)]
    await note_history(workspace, "p", samples)
    span = (to_micros(NOW - timedelta(days=9)), to_micros(NOW))
    extent = await workspace.journal.read(lambda c: read_extent(c, "p", "b", *span))
    days = await workspace.journal.read(lambda c: read_levels(c, "p", "b", extent))
    assert [held for _, held in days] == [*range(93, 101)]  # of so few all
    many = extent._replace(items=1_000)
    days = await workspace.journal.read(lambda c: read_levels(c, "p", "b", many))
    assert [held for _, held in days] == [93, 97, 100]
    assert days[-1][0] == NOW.timestamp() and extent.items == 8


async def test_of_a_bucket_that_never_changed_a_forecast_reads_the_ends(workspace: Workspace) -> None:
    at = [NOW - timedelta(days=n) for n in (9, 5, 1)]
    await note_history(workspace, "p", [Sample("b", moment, 1, 7) for moment in at])
    span = (to_micros(NOW - timedelta(days=20)), to_micros(NOW))
    extent = await workspace.journal.read(lambda c: read_extent(c, "p", "b", *span))
    days = await workspace.journal.read(lambda c: read_levels(c, "p", "b", extent))
    assert [moment for moment, _ in days] == [at[0].timestamp(), at[2].timestamp()]
    nothing = await workspace.journal.read(lambda c: read_extent(c, "p", "none", *span))
    assert nothing.items == 0 and not nothing.spans(7.0)
