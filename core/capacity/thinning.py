"""Which samples of a bucket go as they age: the older they are, the fewer tell the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

SECOND = 1_000_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR
WEEK = 7 * DAY
TIERS = ((2 * DAY, HOUR), (16 * DAY, DAY), (16 * DAY + 730 * DAY, WEEK))
"""From which age on one sample is kept in how long a time: all of two days, then one an hour for 14 days, one a day for
two years, then one a week. In microseconds, as the workspace stores times."""


def superfluous(times: Iterable[int], now: int) -> list[int]:
    """Those of a bucket's sample times that go now. The last one of each hour, day or week of UTC stays, so that
    thinning often leaves the same as thinning once."""
    gone = []
    last: tuple[int, int] | None = None
    for at in sorted(times, reverse=True):
        length = _length(now - at)
        if length is None:
            continue
        slot = (length, at // length)
        if slot == last:
            gone.append(at)
        last = slot
    return gone


def aged_since(before: int, now: int) -> Iterator[tuple[int, int]]:
    """The spans [first, last] of time in which samples grew old enough to be thinned since `before`, each beginning
    with a whole hour, day or week. Between them nothing has changed."""
    for age, length in TIERS:
        yield (before - age) // length * length, now - age


def repeats(before: Sequence[tuple[int, ...]], new: tuple[int, ...]) -> bool:
    """Whether the last of two samples, (time, values …) each, says nothing that the ones around it do not: the same
    values thrice in one day."""
    if len(before) < 2:
        return False
    first, middle = before
    return first[1:] == middle[1:] == new[1:] and first[0] // DAY == new[0] // DAY and middle[0] < new[0]


def _length(age: int) -> int | None:
    lengths = [length for from_age, length in TIERS if age >= from_age]
    return lengths[-1] if lengths else None
