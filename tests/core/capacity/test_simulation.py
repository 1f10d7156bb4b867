"""What if so much more came."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.capacity.models import BucketUse, Forecast, Level
from core.capacity.simulation import simulate
from core.errors import Usage

GB = 10**9
NEVER = Forecast(datetime(2026, 11, 21, tzinfo=UTC), False, 0, 0, 0, None, None, None)


def use(name: str, held: int, capacity: int = 10 * GB, a_day: float | None = None, family: str = "f") -> BucketUse:
    return BucketUse(
        name, family, "", False, 1, held, 0, 0, 0, capacity, 0.85, 0.95, held / capacity, Level.OK, a_day, NEVER
    )


def test_twenty_gigabytes_more_fill_the_bucket_and_take_two_new_ones() -> None:
    found = simulate([use("f", 8 * GB)], {"f": 20 * GB}, 30)
    assert found.new_buckets == {"f": ("f-1", "f-2")}
    assert [(one.bucket, one.made) for one in found.filled] == [("f", False), ("f-1", True)]
    assert found.filled[0].day == 3
    assert sum(found.bytes_after.values()) == pytest.approx(28 * GB, abs=10)


def test_the_trend_alone_fills_too_and_a_shrinking_one_does_not() -> None:
    assert simulate([use("f", 9 * GB, a_day=GB / 10)], {}, 30).filled[0].day == 5
    assert simulate([use("f", 9 * GB, a_day=-GB)], {}, 30).filled == ()


def test_names_that_are_taken_are_passed_over() -> None:
    assert simulate([use("f", 9 * GB)], {"f": 10 * GB}, 10, taken=["f-1"]).new_buckets == {"f": ("f-2",)}


def test_an_amount_that_takes_thousands_of_buckets_is_questioned() -> None:
    with pytest.raises(Usage, match="new buckets"):
        simulate([use("f", 0, capacity=10)], {"f": 10**12}, 30)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=4), st.integers(0, 200), st.integers(1, 60), st.floats(0, 3))
def test_no_byte_is_lost_and_no_open_bucket_ends_beyond_its_mark(
    held: list[int], extra: int, days: int, a_day: float
) -> None:
    names = ["f", *(f"f-{n}" for n in range(1, len(held)))]
    uses = [use(name, size * GB, a_day=a_day * GB) for name, size in zip(names, held, strict=True)]
    found = simulate(uses, {"f": extra * GB}, days)
    before = sum(held) * GB
    assert sum(found.bytes_after.values()) == pytest.approx(
        before + extra * GB + a_day * len(held) * days * GB, rel=1e-6, abs=10
    )
    for name, size in found.bytes_after.items():
        start = dict(zip(names, (h * GB for h in held), strict=True)).get(name, 0)
        assert size <= max(9.5 * GB, start) + 1
    assert [one.day for one in found.filled] == sorted(one.day for one in found.filled)
