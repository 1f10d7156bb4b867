"""How much trouble of each kind a practice project of a given size gets, and in which bucket."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from core.models import Kind
from core.practice.mapping import OVERFLOW, PARTS, PATIENTS, SITE

_FLOOR_AT = 200
"""From this many objects on, every kind is there several times and no place comes near the guard's share."""
_AMOUNTS: Mapping[Kind, tuple[int, float]] = {
    Kind.FILE_WITHOUT_ROW: (11, 0.020),
    Kind.ROW_WITHOUT_FILE: (10, 0.015),
    Kind.WRONG_PREFIX: (6, 0.012),
    Kind.STALE_METADATA: (5, 0.010),
    Kind.DUPLICATE_CONTENT: (6, 0.008),
    Kind.LINK_MISSING: (4, 0.012),
    Kind.LINK_EXPIRED: (4, 0.016),
    Kind.LINK_EXPIRING: (4, 0.010),
    Kind.OVER_AGE: (9, 0.013),
}
"""For each kind the number at `_FLOOR_AT` objects, and the share of all objects once that is more."""
_SIZES: Mapping[str, int] = {PARTS: 40, SITE: 31, PATIENTS: 18, OVERFLOW: 11}


class Role(enum.Enum):
    """What an object is there for."""

    ORDINARY = "ordinary"
    LOST = "no row names it"
    YOUNG = "no row names it yet"
    MENTIONED = "only a table that is not mapped names it"
    MISSPELLED = "a row names it, but in other letter case"
    PREFIXED = "its row puts a bucket's name before its key"
    DOUBLE = "as PREFIXED, but the bucket so named holds such a key too"
    COPY = "same bytes as another"
    OVER_AGE = "older than its family keeps anything"


@dataclass(frozen=True, slots=True)
class Quotas:
    """`planted` open findings of each kind; `roles` objects of each role in each bucket, which add up to all objects;
    `missing` references without an object for each table; `young_rows` of them that are too young to count."""

    planted: Mapping[Kind, int]
    roles: Mapping[str, Mapping[Role, int]]
    missing: Mapping[str, int]
    young_rows: int


def share_out(objects: int, rng: Random) -> Quotas:
    """Amounts for a project of so many objects."""
    planted = {kind: _amount(objects, floor, share, rng) for kind, (floor, share) in _AMOUNTS.items()}
    extra = max(1, min(4, objects // 50), objects // 500)
    wanted: dict[Role, dict[str, int]] = {
        Role.LOST: deal(planted[Kind.FILE_WITHOUT_ROW], {PARTS: 5, SITE: 4, PATIENTS: 2, OVERFLOW: 1}),
        Role.COPY: deal(planted[Kind.DUPLICATE_CONTENT], {PARTS: 3, SITE: 3, PATIENTS: 2}),
        Role.OVER_AGE: deal(planted[Kind.OVER_AGE], {PATIENTS: 2, OVERFLOW: 1}),
        Role.PREFIXED: {SITE: planted[Kind.WRONG_PREFIX]},
        Role.YOUNG: deal(extra, {PARTS: 1, SITE: 1, PATIENTS: 1, OVERFLOW: 1}),
        Role.MENTIONED: {SITE: extra},
        Role.MISSPELLED: {PARTS: (extra + 1) // 2},
        Role.DOUBLE: {SITE: 1},
    }
    roles = {}
    for bucket, size in deal(objects, _SIZES).items():
        special = {role: amounts.get(bucket, 0) for role, amounts in wanted.items()}
        roles[bucket] = {**special, Role.ORDINARY: size - sum(special.values())}
    tables = {"part_images": 5, "images": 3, "image_patient_associations": 2, "media_collections": 1, "articles": 1}
    return Quotas(planted, roles, deal(planted[Kind.ROW_WITHOUT_FILE], tables), (extra + 1) // 2)


def deal(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Splits a total by weight, to the last one: what rounding leaves goes to the first names."""
    whole = sum(weights.values())
    dealt = {name: total * weight // whole for name, weight in weights.items()}
    for name in list(weights)[: total - sum(dealt.values())]:
        dealt[name] += 1
    return dealt


def _amount(objects: int, floor: int, share: float, rng: Random) -> int:
    base = max(floor * min(objects, _FLOOR_AT) // _FLOOR_AT, round(objects * share), 1)
    return base + rng.randrange(1 + base // 10)
