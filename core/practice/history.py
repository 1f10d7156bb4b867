"""How the practice project's buckets came to hold what they hold: planted history, so that charts have a course.

Nothing of it happened: the pictures are all new. It is made from the seed, ends with what is really there, and grows as
such buckets do: on working days, with a clean-up or a mass upload now and then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from core.capacity.models import Sample
from core.practice.mapping import DEVICES, OVERFLOW, PARTS, PATIENTS, SITE
from core.practice.registers import Moment
from core.practice.world import World

DAYS = 120
FULLEST = 0.72
"""How full the fullest bucket of patients' images is: under its thresholds, and on its way to them."""
_FULL = {PATIENTS: FULLEST, SITE: 0.57, PARTS: 0.34}
"""How full the first bucket of each family is."""
_WEEKEND = 0.15
_ROUND_BYTES = 10_000


@dataclass(frozen=True, slots=True)
class _Course:
    """Shares of what is there now: what grew in over the days, and (days ago, share) of what came or went at once."""

    days: int
    grown: float
    steps: tuple[tuple[int, float], ...] = ()


_COURSES = {
    PARTS: _Course(DAYS, 0.25),
    SITE: _Course(DAYS, 0.3, ((72, 0.25),)),
    PATIENTS: _Course(DAYS, 0.8, ((41, -0.33),)),
    OVERFLOW: _Course(60, 0.97),
}


def imagine_history(world: World, sizes: Sequence[int], moment: Moment) -> list[Sample]:
    """A sample a day of every bucket; the last one is of this moment, and true. `sizes` are those of the world's items,
    in bytes."""
    samples = []
    for bucket, course in _COURSES.items():
        here = [size for item, size in zip(world.items, sizes, strict=True) if item.bucket == bucket]
        for ago, level in enumerate(_levels(course, moment, world.dice(f"{bucket} history"))):
            at = moment.now - timedelta(days=ago)
            samples.append(Sample(bucket, at, round(len(here) * level), round(sum(here) * level)))
    return samples


def write_families(world: World, sizes: Sequence[int]) -> str:
    """The file `families.toml`: a capacity that fits so small a project."""
    text = _FAMILIES
    for name, share in _FULL.items():
        held = sum(size for item, size in zip(world.items, sizes, strict=True) if item.bucket == name)
        text += _FAMILY.format(name=name, capacity=max(1, round(held / share / _ROUND_BYTES)) * _ROUND_BYTES)
        text += _RETENTION if name == PATIENTS else ""
    return text + _UPLOADS + _FAMILY.lstrip("\n").format(name=DEVICES, capacity=1 << 30)


_FAMILIES = """\
# The bucket families of the practice project. The capacity is made small, so that there is something to see: change it,
# or the thresholds, and open the project again. The use of buckets before this file was made is planted history.
"""
_FAMILY = """
[[families]]
name = "{name}"
capacity_bytes = {capacity}
cleanup_at = 0.85
overflow_at = 0.95
"""
_RETENTION = "retention_days = 30\n"
_UPLOADS = """
# Its bucket comes with the first folder that is uploaded to it; each gets a row in the table device_test.
"""


def _levels(course: _Course, moment: Moment, dice: Random) -> list[float]:
    """What was there 0, 1, 2 … days ago, as a share of what is there now."""
    gains = [_weight(moment, ago, dice) for ago in range(course.days)]
    unit = course.grown / sum(gains)
    level, levels = 1.0, [1.0]
    for ago, gain in enumerate(gains, 1):
        level -= gain * unit + sum(share for days, share in course.steps if days == ago)
        levels.append(max(0.0, level))
    return levels


def _weight(moment: Moment, ago: int, dice: Random) -> float:
    """How much came in on a day; few people work at weekends."""
    busy = _WEEKEND if (moment.now - timedelta(days=ago)).weekday() >= 5 else 1.0
    return busy * dice.lognormvariate(0.0, 0.35)
