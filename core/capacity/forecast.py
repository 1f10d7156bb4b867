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
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

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
_SLACK = 1e-9
Level = tuple[float, int]
"""A moment in seconds since the epoch, and the bytes that were held then."""
_MAD = 1.4826  # of a normal distribution: its deviation in units of its MAD


_Gain = tuple[int, int, float, float, float, float]
"""What a bucket gained over some days: the last day of the week among them (0 to 6), how many days of the week there
are, the days, the bytes, how much that says by now, and the bytes a day. A plain tuple: ten thousand buckets have
half a million of them."""


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
    known = sorted((s.at.timestamp(), s.bytes + s.kept_versions_bytes) for s in samples if s.at <= now)
    return forecast_of(known, capacity_bytes, cleanup_at, overflow_at, now)


def forecast_of(
    levels: Sequence[Level], capacity_bytes: int, cleanup_at: float, overflow_at: float, now: datetime
) -> Forecast:
    """The same from what was held at which moment (seconds since the epoch), oldest first, none after `now`."""
    days = _daily(levels)
    if not days or days[-1][0] - days[0][0] < ENOUGH_DAYS * DAY:
        return Forecast(now, False, 0.0, 0.0, 0.0, None, None, None)
    growth = _growth(_gains(days))
    last, level = days[-1]
    z = _quantile(growth.freedom)
    margin = z * math.sqrt(growth.rate_variance)
    ago = (now.timestamp() - last) / DAY

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


def _daily(levels: Sequence[Level]) -> list[Level]:
    """The last of each day, oldest first."""
    return list({int(at // DAY): (at, held) for at, held in levels}.values())


def _gains(days: Sequence[Level]) -> list[_Gain]:
    last = days[-1][0]
    found: list[_Gain] = []
    for (before, held), (after, holds) in itertools.pairwise(days):
        length = (after - before) / DAY
        weight = length * math.exp((after - last) / DAY / MEMORY_DAYS)
        added = float(holds - held)
        whole = 1 if length < 1.5 else round(length)  # days of the week that it is of, the last one being `weekday`
        found.append((int(after // DAY) % _WEEK, whole, length, added, weight, added / length))
    return found


def _without_steps(gains: Sequence[_Gain]) -> list[_Gain]:
    """The gains but those that stand out from all others. A quiet weekend is none: it is as far from a working day as
    that is from nothing, and a step is several times that."""
    rates = sorted([gain[5] for gain in gains])
    middle = _middle(rates)
    spread = _MAD * _middle(sorted([abs(rate - middle) for rate in rates]))
    sizes = sorted([abs(rate) for rate in rates])
    usual = sizes[: max(1, math.ceil(len(sizes) * 0.9))]
    fence = max(_STEP_MADS * spread, _STEP_MEANS * sum(usual) / len(usual))
    # What one step added is told by its bytes: over a long gap the same step is a small rate.
    kept = [g for g in gains if abs(g[3] - middle * g[2]) <= (fence * math.sqrt(g[2]) if g[2] > 1.0 else fence)]
    return kept if len(kept) >= max(2, len(gains) // 2) else list(gains)


def _middle(ordered: Sequence[float]) -> float:
    """The median of numbers in their order."""
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _growth(gains: Sequence[_Gain]) -> _Growth:
    kept = _without_steps(gains)
    weight = sum([g[4] for g in kept])
    rate = sum([g[4] * g[5] for g in kept]) / weight
    squares = sum([g[4] * g[4] / g[2] for g in kept]) / weight**2  # the rate's variance in units of a day's
    freedom = max(1.0, 1.0 / squares - 1.0)
    variance = _variance(kept, rate) * (freedom + 1.0) / freedom
    if freedom > 2 * _WEEK and (offsets := _week(kept, rate)):
        left = _variance(kept, rate, offsets) * (freedom + 1.0) / (freedom + 1.0 - _WEEK)
        if left < _WEEKLY * variance:
            # Quiet weekends come every week: they are no uncertainty.
            return _Growth(rate, left, left * squares, freedom + 1.0 - _WEEK)
    return _Growth(rate, variance, variance * squares, freedom)


def _variance(gains: Sequence[_Gain], rate: float, offsets: Sequence[float] = ()) -> float:
    """Of one day: a gain over d days varies by d days' variance around d times the rate, and around what those days of
    the week differ from it where that is known."""
    weights = varied = 0.0
    for weekday, whole, days, added, weight, _ in gains:
        surplus = added - rate * days
        if offsets:
            one = whole == 1
            surplus -= offsets[weekday] if one else sum([offsets[(weekday - n) % _WEEK] for n in range(whole)])
        share = weight / days
        weights += share
        varied += share * surplus * surplus / days
    return varied / weights


def _week(gains: Sequence[_Gain], rate: float) -> list[float]:
    """By how much each day of the week differs from the rate; nothing where some day was seen less than thrice."""
    seen, weights, surplus = [0] * _WEEK, [0.0] * _WEEK, [0.0] * _WEEK
    for weekday, whole, _, _, weight, gained in gains:
        if whole == 1:
            seen[weekday] += 1
            weights[weekday] += weight
            surplus[weekday] += weight * (gained - rate)
    return [] if min(seen) < 3 else [found / weight for found, weight in zip(surplus, weights, strict=True)]


def _span(missing: float, growth: _Growth, z: float, ago: float) -> Span | None:
    """From when to when so many bytes are added; `ago` days of that have passed already."""
    if missing <= 0:
        return Span(timedelta(0), timedelta(0), timedelta(0))

    spread = (z * z * growth.day_variance, z * z * growth.rate_variance)
    earliest = _first(missing, growth.rate, spread, 1)
    if earliest is None:
        return None
    middle, latest = _first(missing, growth.rate, (0.0, 0.0), 1), _first(missing, growth.rate, spread, -1)
    return Span(
        _left(earliest, ago),
        None if middle is None else _left(middle, ago),
        None if latest is None else _left(latest, ago),
    )


def _left(days: float, ago: float) -> timedelta:
    return timedelta(days=max(0.0, days - ago))


def _first(missing: float, rate: float, spread: tuple[float, float], sign: int) -> float | None:
    """The first day within the horizon on which a course reaches so many bytes: the high one (`sign` 1) or the low one
    (-1). With the spread s of n days, s² = u·n + v·n², it is where rate·n ± s is what is missing; squared, that is a
    quadratic equation, of which the high course has the root before the likeliest day and the low one that after it."""
    a = spread[1] - rate * rate
    b = spread[0] + 2.0 * missing * rate
    c = -missing * missing
    within = [n for n in _roots(a, b, c) if n > 0.0 and sign * rate * n <= sign * missing + _SLACK * missing]
    first = min(within, default=math.inf)
    return first if first <= HORIZON_DAYS else None


def _roots(a: float, b: float, c: float) -> tuple[float, ...]:
    """Where a·n² + b·n + c is nothing, without the loss of digits that the formula of the schoolbook has."""
    if abs(a) * abs(c) <= 1e-14 * b * b:
        near = -c / b if b else math.nan
        return (near,) if not a or not b else (near, -b / a)
    inner = b * b - 4.0 * a * c
    if inner < -_SLACK * b * b:
        return ()
    q = -0.5 * (b + math.copysign(math.sqrt(max(0.0, inner)), b))
    return (q / a, c / q) if q else (0.0,)


def _quantile(freedom: float) -> float:
    """The 90 % quantile of Student's t (Cornish and Fisher's expansion; within 1 % from three degrees on)."""
    z = 1.2815515655446004
    g1 = (z**3 + z) / 4
    g2 = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    g3 = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    n = max(freedom, 1.5)
    return z + g1 / n + g2 / n**2 + g3 / n**3
