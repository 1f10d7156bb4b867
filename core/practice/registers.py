"""The rows of the practice project: parts and patients with their images, each with a known number of faults."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.models import Kind, Value
from core.practice.links import signed_url
from core.practice.mapping import OVERFLOW, PARTS, PATIENTS
from core.practice.names import FAMILIES
from core.practice.quotas import Role
from core.practice.world import Item, World

Cells = tuple[Value, ...]
NOT_UNDERSTOOD: tuple[str | None, ...] = (None, "", "/var/www/uploads/old-scan.png", "../outside.png")
"""References that name no object of a bucket: counted, and nothing else."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """The time the project is made at; everything in it is so much older."""

    now: datetime

    def ago(self, age: timedelta) -> str:
        """That time, as the tables hold it."""
        return (self.now - age).isoformat(timespec="seconds")

    def file_time_ns(self, age: timedelta) -> int:
        """The same time, as a file has it."""
        return int((self.now - age).timestamp()) * 1_000_000_000


def parts(world: World) -> Iterator[Cells]:
    """`parts`: enough of them for every image to belong to one."""
    for number in range(1, _parts_count(world) + 1):
        yield number, f"P-{number:05d}", FAMILIES[number % len(FAMILIES)]


def _parts_count(world: World) -> int:
    return max(8, len(world.items) // 6)


def part_images(world: World, moment: Moment) -> Iterator[Cells]:
    """`part_images`: one row for each image of a part, a second one where two parts share it, and rows with faults."""
    dice = world.dice("part_images")
    number = 0
    count = _parts_count(world)
    links = _Links(world, moment)
    for item in world.of(Role.ORDINARY, Role.COPY, bucket=PARTS):
        shares = 2 if item.role is Role.ORDINARY and dice.random() < 0.6 else 1
        for _ in range(shares):
            number += 1
            url, expires = links.take(item)
            yield number, dice.randint(1, count), item.key, f"View {number}", url, expires, moment.ago(item.age)
    for item in world.of(Role.MISSPELLED, bucket=PARTS):
        number += 1
        yield number, dice.randint(1, count), item.key.upper(), "Typed by hand", None, None, moment.ago(item.age)
    for missing in range(world.quotas.missing["part_images"]):
        number += 1
        key, age = f"parts/scrapped/{missing + 1:04d}-front.png", _DAY * dice.uniform(3, 300)
        url = signed_url(PARTS, key, moment.now - age + _DAY)
        yield number, dice.randint(1, count), key, "Scrapped", url, None, moment.ago(age)
    for young in range(world.quotas.young_rows):
        number += 1
        key, age = f"parts/announced/{young + 1:04d}-front.png", timedelta(minutes=dice.randrange(20, 600))
        yield number, dice.randint(1, count), key, "Upload announced", None, None, moment.ago(age)
    for path in NOT_UNDERSTOOD:
        number += 1
        yield number, dice.randint(1, count), path, "No usable path", None, None, moment.ago(_DAY * 90)


class _Links:
    """Gives out links for rows in turn: so many missing, expired, expiring, and all the others good."""

    def __init__(self, world: World, moment: Moment) -> None:
        planted = world.quotas.planted
        self._dice = world.dice("links")
        self._moment = moment
        troubles = (Kind.LINK_MISSING, Kind.LINK_EXPIRED, Kind.LINK_EXPIRING)
        waiting = [kind for kind in troubles for _ in range(planted[kind])]
        rows = sum(1 for _ in world.of(Role.ORDINARY, Role.COPY, bucket=PARTS))  # there are at least so many rows
        chosen = self._dice.sample(range(rows), len(waiting))
        self._troubles = dict(zip(chosen, waiting, strict=True))
        self._row = -1

    def take(self, item: Item) -> tuple[str | None, str | None]:
        """A signed URL and what the row says about its end."""
        self._row += 1
        trouble = self._troubles.get(self._row)
        if trouble is Kind.LINK_MISSING:
            return self._dice.choice((None, "")), None
        if trouble is Kind.LINK_EXPIRED:
            left = -_DAY * self._dice.uniform(0.5, 200)
        elif trouble is Kind.LINK_EXPIRING:
            left = timedelta(hours=self._dice.uniform(8, 44))
        else:
            left = _DAY * self._dice.uniform(4, 7)
        expires = (self._moment.now + left).replace(microsecond=0)
        told = expires.isoformat() if self._dice.random() < 0.8 else None  # else only the token says so
        return signed_url(item.bucket, item.key, expires), told


def patients(world: World) -> Iterator[Cells]:
    """`patients`: codes and wards, nobody's name."""
    for number in range(1, _patients_count(world) + 1):
        yield number, f"PT-{number:05d}", number % 6 + 1


def _patients_count(world: World) -> int:
    return max(6, len(world.items) // 10)


def image_patient_associations(world: World, moment: Moment) -> Iterator[Cells]:
    """`image_patient_associations`: each image with one patient or more, and a few images that are gone."""
    dice = world.dice("associations")
    number = 0
    count = _patients_count(world)
    for bucket in (PATIENTS, OVERFLOW):
        for item in world.of(Role.ORDINARY, Role.COPY, Role.OVER_AGE, bucket=bucket):
            for visit in range(dice.randint(1, 3)):
                number += 1
                note = f"Visit {visit + 1}"
                yield number, dice.randint(1, count), bucket, item.key, note, moment.ago(item.age)
    gone: Sequence[str] = (PATIENTS, OVERFLOW)
    for missing in range(world.quotas.missing["image_patient_associations"]):
        number += 1
        key, age = f"ward-{missing % 6 + 1}/discharged/{missing + 1:04d}.jpg", _DAY * dice.uniform(3, 60)
        yield number, dice.randint(1, count), gone[missing % 2], key, "Discharged", moment.ago(age)
