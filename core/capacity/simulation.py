"""What if so much more came: which buckets fill when, and how many overflow buckets that takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.capacity.models import BucketUse
from core.errors import Usage
from core.routing import free_names, place_in_family

_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Filled:
    """A bucket that reaches its overflow threshold, so many days from now. `made` says that it does not exist yet."""

    bucket: str
    family: str
    day: int
    made: bool


@dataclass(frozen=True, slots=True)
class Simulation:
    """`filled` in order of days; `new_buckets` for each family, in order of their making; `bytes_after` for every
    bucket, the new ones among them."""

    days: int
    filled: tuple[Filled, ...]
    new_buckets: Mapping[str, tuple[str, ...]]
    bytes_after: Mapping[str, int]


@dataclass(slots=True)
class _Level:
    name: str
    bytes: float
    limit: float
    made: bool = False

    @property
    def room(self) -> float:
        return max(0.0, self.limit - self.bytes)


def simulate(
    buckets: Sequence[BucketUse], extra_bytes: Mapping[str, int], days: int, taken: Sequence[str] = ()
) -> Simulation:
    """Runs `days` days ahead, each adding what the families gain by their trends and an even share of `extra_bytes`
    (by family). A day's bytes go to the least full writable bucket of the family; where none has room, the next
    overflow bucket is made. A trend that shrinks is taken for none. `taken` are names that no new bucket may get.
    Raises `Usage` for an amount that would take thousands of buckets."""
    families: dict[str, list[BucketUse]] = {}
    for bucket in buckets:
        families.setdefault(bucket.family or bucket.name, []).append(bucket)
    names = {*taken, *(bucket.name for bucket in buckets)}
    filled: list[Filled] = []
    new: dict[str, tuple[str, ...]] = {}
    after: dict[str, int] = {}
    for family, members in families.items():
        levels = [
            _Level(m.name, float(m.bytes + m.kept_versions_bytes), m.overflow_at * m.capacity_bytes)
            for m in sorted(members, key=lambda m: place_in_family(m.name))
        ]
        writable = {m.name for m in members if m.writable}
        open_ones = [level for level in levels if level.name in writable and level.room > 0]
        a_day = sum(max(0.0, m.day_bytes or 0.0) for m in members) + extra_bytes.get(family, 0) / max(1, days)
        _check_amount(family, open_ones, levels[0].limit, a_day * days)
        free, made = free_names(family, names), []
        for day in range(1, days + 1):
            left = a_day
            while left > 0:
                if not open_ones:
                    made.append(_Level(next(free), 0.0, levels[0].limit, made=True))
                    open_ones.append(made[-1])
                target = min(open_ones, key=lambda level: level.bytes / level.limit)
                if left < target.room:
                    target.bytes, left = target.bytes + left, 0.0
                else:
                    left -= target.room
                    target.bytes = target.limit
                    open_ones.remove(target)
                    filled.append(Filled(target.name, family, day, target.made))
        if made:
            new[family] = tuple(level.name for level in made)
            names.update(new[family])
        after.update((level.name, int(level.bytes)) for level in (*levels, *made))
    filled.sort(key=lambda one: (one.day, place_in_family(one.bucket)))
    return Simulation(days, tuple(filled), new, after)


def _check_amount(family: str, open_ones: Sequence[_Level], limit: float, coming: float) -> None:
    """Raises `Usage` when the number of new buckets would be absurd: a wrong unit, most likely."""
    if coming > sum(level.room for level in open_ones) + _MOST * limit:
        raise Usage(
            f"That would take more than {_MOST:,} new buckets of {family}.",
            "Check the amount and the capacity of the family.",
        )
