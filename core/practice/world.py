"""The practice project's objects before they are drawn: where each lies, how old it is, and what it is there for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from core.practice import names
from core.practice.mapping import PARTS, RETENTION_DAYS, SITE
from core.practice.names import FileRules
from core.practice.quotas import Quotas, Role, share_out

_SHARED_KEY = "shared/logo.png"
"""A key that two buckets hold: a path that puts the other bucket's name before it can mean either."""


@dataclass(frozen=True, slots=True)
class Item:
    """One object to come. `number` counts through all buckets; `like` is the number of the one it is a copy of."""

    number: int
    bucket: str
    key: str
    role: Role
    age: timedelta
    like: int | None = None

    @property
    def subject(self) -> int:
        """Which picture it shows: copies show their original's."""
        return self.number if self.like is None else self.like


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is decided before a file is written; the same seed and rules decide the same."""

    seed: int
    quotas: Quotas
    items: tuple[Item, ...]

    def of(self, *roles: Role, bucket: str = "") -> Iterator[Item]:
        """The items with one of these roles, in one bucket or in all."""
        return (i for i in self.items if i.role in roles and bucket in ("", i.bucket))

    def dice(self, topic: str) -> Random:
        """Chance for one topic, so that a change in one does not change all the others."""
        return Random(f"{self.seed} {topic}")


def imagine(objects: int, seed: int, rules: FileRules) -> World:
    """Decides a whole practice project."""
    quotas = share_out(objects, Random(f"{seed} quotas"))
    items: list[Item] = []
    for bucket, amounts in quotas.roles.items():
        dice = Random(f"{seed} {bucket}")
        here: list[Item] = []
        for role, key in _places(bucket, amounts, rules, dice):
            here.append(Item(len(items) + len(here), bucket, key, role, _age(role, bucket, dice)))
        items += _with_copies(here, amounts[Role.COPY])
    return World(seed, quotas, tuple(items))


def _places(bucket: str, amounts: Mapping[Role, int], rules: FileRules, dice: Random) -> Iterator[tuple[Role, str]]:
    """Every role but the copies as often as asked for, each with a key of its own."""
    orderly = names.orderly(bucket)
    special: dict[Role, list[str]] = {
        Role.ORDINARY: [*([_SHARED_KEY] if bucket == PARTS else []), *names.hard(bucket, rules)],
        Role.LOST: list(names.hard_and_lost(bucket)),
        Role.DOUBLE: [_SHARED_KEY],
    }
    order = [role for role, count in amounts.items() if role is not Role.COPY for _ in range(count)]
    dice.shuffle(order)
    for role in order:
        waiting = special.get(role)
        yield role, waiting.pop(0) if waiting else next(orderly)


def _with_copies(items: list[Item], count: int) -> list[Item]:
    """The items and, after them, younger copies of ordinary ones; the first original has two."""
    originals = [i for i in reversed(items) if i.role is Role.ORDINARY]
    copies: list[Item] = []
    for number in range(count):
        original = originals[max(0, number - 1)]
        twin = replace(
            original,
            number=items[0].number + len(items) + number,
            key=names.copy_of(original.key, 2 if number == 1 else 1),
            role=Role.COPY,
            age=timedelta(seconds=original.age.total_seconds() // (3 if number == 1 else 2)),
            like=original.number,
        )
        copies.append(twin)
    return items + copies


def _age(role: Role, bucket: str, dice: Random) -> timedelta:
    if role is Role.YOUNG:
        return timedelta(minutes=dice.randrange(20, 12 * 60))
    if role is Role.OVER_AGE:
        return _days(dice, RETENTION_DAYS + 2, 400)
    if bucket in (PARTS, SITE):
        return _days(dice, 8, 900)
    return _days(dice, 7, 20)  # so that nothing else passes the limit in the next days


def _days(dice: Random, least: int, most: int) -> timedelta:
    return timedelta(seconds=dice.randrange(least * 86400, most * 86400))
