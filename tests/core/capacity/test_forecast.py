"""Forecasts against histories whose end is known."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.capacity.forecast import expected, forecast
from core.capacity.models import Forecast, Sample

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
GIB = 1 << 30
Day = Callable[[random.Random, int], float]


def sample(days_ago: float, size: float) -> Sample:
    return Sample("b", NOW - timedelta(days=days_ago), 1, int(size))


def ask(samples: list[Sample], capacity: int = GIB) -> Forecast:
    return forecast(samples, capacity, 0.85, 0.95, NOW)


def noisy(chance: random.Random, day: int) -> float:
    return chance.gauss(1.0, 0.6)


def office(chance: random.Random, day: int) -> float:
    return 0.0 if day % 7 >= 5 else chance.gauss(1.4, 0.5)


def bursts(chance: random.Random, day: int) -> float:
    return chance.expovariate(1.0)


def history(seed: int, day: Day, steps: int) -> tuple[list[Sample], int, float]:
    """A past with steps in it, a capacity, and how many days after now the trend without further steps fills it."""
    chance = random.Random(seed)
    unit = chance.uniform(0.5, 20) * 1024 * 1024
    past = chance.randint(14, 120)
    level = unit * chance.uniform(100, 300)
    at_step = set(chance.sample(range(2, past - 1), min(steps, past // 10)))
    samples = []
    for n in range(past + 1):
        level = max(0.0, level + unit * day(chance, n))
        if n in at_step:
            level = max(0.0, level + level * chance.choice([-0.4, -0.25, 0.3, 0.5]))
        if chance.random() > 0.1 or n in (0, past):  # the desk was off on some days
            samples.append(sample(past - n, level))
    end = chance.randint(10, 150)
    capacity = int(level + unit * end)
    reached = 0
    while level < capacity:
        reached += 1
        level += unit * day(chance, past + reached)
    return samples, capacity, reached


@pytest.mark.parametrize("day", [noisy, office, bursts])
@pytest.mark.parametrize("steps", [0, 3])
def test_four_of_five_known_ends_lie_in_the_span(day: Day, steps: int) -> None:
    held = 0
    for seed in range(200):
        samples, capacity, reached = history(seed, day, steps)
        full = ask(samples, capacity).full
        assert full is not None
        latest = float("inf") if full.latest is None else full.latest.days + 1
        held += full.earliest.days <= reached <= latest
    assert 0.70 * 200 <= held <= 0.90 * 200, held


def test_a_clean_up_and_a_mass_upload_do_not_bend_the_trend() -> None:
    smooth = [sample(30 - n, 1e8 + n * 1e6 + n % 3 * 1e5) for n in range(31)]
    stepped = [sample(30 - n, 1e8 + n * 1e6 + n % 3 * 1e5 - (5e7 if 10 <= n < 20 else 0)) for n in range(31)]
    assert ask(stepped).rate == pytest.approx(ask(smooth).rate, rel=0.1)


def test_a_rate_that_changed_weeks_ago_counts_more_than_the_one_before() -> None:
    sizes, level = [], 1e8
    for n in range(121):
        level += 1e6 if n < 60 else 3e6
        sizes.append(sample(120 - n, level))
    assert 2.2e6 < ask(sizes).rate <= 3e6


def test_under_seven_days_there_is_no_forecast() -> None:
    found = ask([sample(n, 1e8 - n * 1e6) for n in range(7)])
    assert (found.enough, found.full, found.rate) == (False, None, 0.0)
    assert ask([]).enough is False
    assert ask([sample(n, 1e8 - n * 1e6) for n in range(8)]).enough


def test_a_bucket_that_does_not_grow_is_not_said_to_fill() -> None:
    found = ask([sample(n, 5e8) for n in range(30)])
    assert found.enough and found.full is None and found.rate == 0


def test_a_shrinking_bucket_has_no_likeliest_day() -> None:
    chance = random.Random(1)
    found = ask([sample(n, 5e8 + n * 1e5 + chance.gauss(0, 1e5)) for n in range(30)])
    assert found.rate < 0
    assert found.full is None or found.full.middle is None


def test_what_is_over_a_threshold_already_has_reached_it() -> None:
    found = ask([sample(n, 0.9 * GIB - n * 1e6) for n in range(10)])
    assert found.clean_up is not None and found.clean_up.latest == timedelta(0)
    assert found.full is not None and found.full.earliest > timedelta(0)


def test_samples_from_the_future_and_out_of_order_count_for_nothing_more() -> None:
    past = [sample(n, 1e8 - n * 1e6 + n % 2 * 1e5) for n in range(20)]
    assert ask([*reversed(past), sample(-3, 9e9)]) == ask(past)


def test_the_band_of_a_chart_reaches_a_threshold_when_the_span_says_so() -> None:
    samples, capacity, _ = history(4, noisy, 0)
    found = ask(samples, capacity)
    assert found.full is not None and found.full.middle is not None and found.full.latest is not None
    level = max(samples, key=lambda s: s.at).bytes
    low, middle, high = (
        expected(found, level, when / timedelta(days=1))
        for when in (found.full.latest, found.full.middle, found.full.earliest)
    )
    assert (low[0], middle[1], high[2]) == pytest.approx((capacity,) * 3, rel=1e-6)


def sizes() -> st.SearchStrategy[list[tuple[float, float]]]:
    return st.lists(st.tuples(st.floats(0, 400), st.floats(0, 1e13)), max_size=60)


@given(sizes(), st.integers(1, 1 << 45))
def test_spans_are_in_order_and_thresholds_come_in_order(points: list[tuple[float, float]], capacity: int) -> None:
    found = ask([sample(ago, size) for ago, size in points], capacity)
    assert found.rate_low <= found.rate <= found.rate_high
    for span in spans(found):
        times = [span.earliest, span.middle, span.latest]
        known = [t for t in times if t is not None]
        assert known == sorted(known) and known[0] >= timedelta(0)
        assert span.middle is not None or span.latest is None
    firsts = [span.earliest for span in (found.clean_up, found.overflow, found.full) if span is not None]
    assert firsts == sorted(firsts)


def spans(found: Forecast) -> Iterator[object]:
    return (span for span in (found.clean_up, found.overflow, found.full) if span is not None)
