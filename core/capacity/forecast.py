"""When a bucket will be full: growth without its steps, and how sure that is.

Growth is taken from what each day added. Days that stand out from all others, a clean-up or a mass upload, are steps:
they moved the level, say nothing about the trend, and are left out. Recent days weigh more. What n further days add is
then spread around n times the rate by two things: days differ, and the rate itself is only known from so many days. The
span in which a threshold is reached is where four of five such courses reach it (a drifting random walk's first
passage, with the uncertainty of its drift; quantiles of Student's t).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from statistics import median

from core.capacity.models import Forecast, Sample, Span

DAY = 86_400.0
ENOUGH_DAYS = 7.0
"""Less history than this is no ground for a forecast."""
MEMORY_DAYS = 45.0
"""A day that is so old weighs 1/e of today."""
HORIZON_DAYS = 3_650.0
_WEEK = 7
_WEEKLY = 0.7
"""Where days of the week explain so much of what differs that less than this is left, they are taken into account."""
_STEP_MADS = 8.0
_STEP_MEANS = 4.0
_MAD = 1.4826  # of a normal distribution: its deviation in units of its MAD


@dataclass(frozen=True, slots=True)
class _Gain:
    """What a bucket gained over some days, and how much that says by now."""

    last_day: int
    days: float
    bytes: float
    weight: float

    @property
    def weekdays(self) -> list[int]:
        """The days of the week that it is of."""
        return [(self.last_day - n) % 7 for n in range(max(1, round(self.days)))]

    @property
    def rate(self) -> float:
        return self.bytes / self.days


@dataclass(frozen=True, slots=True)
class _Growth:
    """Bytes a day, the variance of what one day adds, and of the rate; `freedom` of both, in days."""

    rate: float
    day_variance: float
    rate_variance: float
    freedom: float


def forecast(
    samples: Sequence[Sample], capacity_bytes: int, cleanup_at: float, overflow_at: float, now: datetime
) -> Forecast:
    """When one bucket reaches `cleanup_at` and `overflow_at` (shares of its capacity) and its capacity, as seen from
    its samples up to `now`, in any order. A threshold that is reached already is a span of nothing."""
    days = _daily(samples, now)
    if not days or (days[-1].at - days[0].at).total_seconds() < ENOUGH_DAYS * DAY:
        return Forecast(now, False, 0.0, 0.0, 0.0, None, None, None)
    growth = _growth(_gains(days))
    level = float(days[-1].bytes + days[-1].kept_versions_bytes)
    z = _quantile(growth.freedom)
    margin = z * math.sqrt(growth.rate_variance)
    ago = (now - days[-1].at).total_seconds() / DAY

    def reaches(share: float) -> Span | None:
        return _span(share * capacity_bytes - level, growth, z, ago)

    return Forecast(
        now,
        True,
        growth.rate,
        growth.rate - margin,
        growth.rate + margin,
        reaches(cleanup_at),
        reaches(overflow_at),
        reaches(1.0),
        z * math.sqrt(growth.day_variance),
    )


def expected(found: Forecast, level_bytes: int, days: float) -> tuple[float, float, float]:
    """The low, likeliest and high number of bytes so many days from the forecast on: the band of a chart."""
    middle = level_bytes + found.rate * days
    margin = math.hypot((found.rate_high - found.rate) * days, found.day_spread * math.sqrt(days))
    return max(0.0, middle - margin), max(0.0, middle), middle + margin


def _daily(samples: Sequence[Sample], now: datetime) -> list[Sample]:
    """The last sample of each day, oldest first. One from the future (a clock was set back) counts for nothing."""
    by_day: dict[int, Sample] = {}
    for sample in sorted(samples, key=lambda s: s.at):
        if sample.at <= now:
            by_day[int(sample.at.astimezone(UTC).timestamp() // DAY)] = sample
    return [by_day[day] for day in sorted(by_day)]


def _gains(days: Sequence[Sample]) -> list[_Gain]:
    last = days[-1].at
    found = []
    for before, after in itertools.pairwise(days):
        length = (after.at - before.at).total_seconds() / DAY
        added = after.bytes + after.kept_versions_bytes - before.bytes - before.kept_versions_bytes
        age = (last - after.at).total_seconds() / DAY
        day = int(after.at.timestamp() // DAY)
        found.append(_Gain(day, length, float(added), length * math.exp(-age / MEMORY_DAYS)))
    return found


def _without_steps(gains: Sequence[_Gain]) -> list[_Gain]:
    """The gains but those that stand out from all others. A quiet weekend is none: it is as far from a working day as
    that is from nothing, and a step is several times that."""
    middle = median(gain.rate for gain in gains)
    spread = _MAD * median(abs(gain.rate - middle) for gain in gains)
    sizes = sorted(abs(gain.rate) for gain in gains)
    usual = sizes[: max(1, math.ceil(len(sizes) * 0.9))]
    fence = max(_STEP_MADS * spread, _STEP_MEANS * sum(usual) / len(usual))
    # What one step added is told by its bytes: over a long gap the same step is a small rate.
    kept = [g for g in gains if abs(g.bytes - middle * g.days) <= fence * max(1.0, math.sqrt(g.days))]
    return kept if len(kept) >= max(2, len(gains) // 2) else list(gains)


def _growth(gains: Sequence[_Gain]) -> _Growth:
    kept = _without_steps(gains)
    weight = sum(g.weight for g in kept)
    rate = sum(g.weight * g.rate for g in kept) / weight
    squares = sum((g.weight / weight) ** 2 / g.days for g in kept)  # the rate's variance in units of a day's
    freedom = max(1.0, 1.0 / squares - 1.0)
    variance = _variance(kept, rate) * (freedom + 1.0) / freedom
    if freedom > 2 * _WEEK and (offsets := _week(kept, rate)):
        even = [replace(g, bytes=g.bytes - sum(offsets[day] for day in g.weekdays)) for g in kept]
        left = _variance(even, rate) * (freedom + 1.0) / (freedom + 1.0 - _WEEK)
        if left < _WEEKLY * variance:
            # Quiet weekends come every week: they are no uncertainty.
            return _Growth(rate, left, left * squares, freedom + 1.0 - _WEEK)
    return _Growth(rate, variance, variance * squares, freedom)


def _variance(gains: Sequence[_Gain], rate: float) -> float:
    """Of one day: a gain over d days varies by d days' variance around d times the rate."""
    per_day = [(g.weight / g.days, (g.bytes - rate * g.days) ** 2 / g.days) for g in gains]
    return sum(w * v for w, v in per_day) / sum(w for w, _ in per_day)


def _week(gains: Sequence[_Gain], rate: float) -> list[float]:
    """By how much each day of the week differs from the rate; nothing where some day was seen less than thrice."""
    by_day: list[list[_Gain]] = [[] for _ in range(_WEEK)]
    for gain in gains:
        if len(gain.weekdays) == 1:
            by_day[gain.weekdays[0]].append(gain)
    if min(len(found) for found in by_day) < 3:
        return []
    return [sum(g.weight * (g.rate - rate) for g in found) / sum(g.weight for g in found) for found in by_day]


def _span(missing: float, growth: _Growth, z: float, ago: float) -> Span | None:
    """From when to when so many bytes are added; `ago` days of that have passed already."""
    if missing <= 0:
        return Span(timedelta(0), timedelta(0), timedelta(0))

    def course(sign: float) -> Callable[[float], float]:
        return lambda n: growth.rate * n + sign * z * math.sqrt(growth.day_variance * n + growth.rate_variance * n * n)

    earliest = _first(course(1.0), missing)
    if earliest is None:
        return None
    middle, latest = _first(course(0.0), missing), _first(course(-1.0), missing)
    return Span(
        _left(earliest, ago),
        None if middle is None else _left(middle, ago),
        None if latest is None else _left(latest, ago),
    )


def _left(days: float, ago: float) -> timedelta:
    return timedelta(days=max(0.0, days - ago))


def _first(course: Callable[[float], float], missing: float) -> float | None:
    """The first day within the horizon on which a course reaches so many bytes. The low course may fall before it
    rises; it never falls again."""
    high = 1.0
    while course(high) < missing:
        high *= 2.0
        if high > 2 * HORIZON_DAYS:
            return None
    low = 0.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if course(middle) >= missing else (middle, high)
    return high if high <= HORIZON_DAYS else None


def _quantile(freedom: float) -> float:
    """The 90 % quantile of Student's t (Cornish and Fisher's expansion; within 1 % from three degrees on)."""
    z = 1.2815515655446004
    g1 = (z**3 + z) / 4
    g2 = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    g3 = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    n = max(freedom, 1.5)
    return z + g1 / n + g2 / n**2 + g3 / n**3
