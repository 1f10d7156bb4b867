"""What a bucket is made of: by type, by folder, by age, and its largest objects, asked of the inventory."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from core.capacity.models import Breakdown, Part
from core.capacity.thinning import DAY
from core.errors import NotFound, Usage
from core.workspace import Workspace, from_micros

OTHERS = "*"
"""The part that sums up what is too small to be told apart; no folder is called so, nor is any type."""
MOST = 500
"""Most parts of one kind."""
LARGEST = 20
_FOLDERS_BY_INDEX = 5_000
AGES = (
    ("under a day", 1),
    ("a day to a week", 7),
    ("a week to a month", 30),
    ("one to three months", 91),
    ("three months to a year", 365),
    ("one to two years", 730),
)
"""Spans of ages and the days that each ends with; what is older is `OLDER`."""
OLDER = "over two years"


@dataclass(frozen=True, slots=True)
class _Spot:
    """A listing in force, and the span of keys that a folder is."""

    listing: int
    at: int
    folder: str
    behind: str

    @property
    def where(self) -> str:
        """The condition on objects, over these names."""
        return "o.listing = :listing" + (" AND o.key >= :folder AND o.key < :behind" if self.folder else "")

    @property
    def names(self) -> dict[str, object]:
        """What the names of the condition stand for."""
        return {"listing": self.listing, "folder": self.folder, "behind": self.behind, "length": len(self.folder)}


async def read_breakdown(workspace: Workspace, bucket: str, folder: str = "") -> Breakdown:
    """What a bucket, or a folder of it (of any depth, ending in `/`), is made of, as the last scan saw it. Folders are
    those right in it, by their whole names; what lies in it itself is the part of its own name. A million objects take
    about a second. Raises `NotFound` for a bucket that no scan has seen, `Usage` for a folder without its slash."""
    if folder and not folder.endswith("/"):
        raise Usage(f"“{folder}” is not a folder.", f"A folder ends in a slash: {folder}/")
    while True:
        halves = await asyncio.gather(
            workspace.inventory.read(lambda c: _types_and_largest(c, _spot(c, bucket, folder))),
            workspace.inventory.read(lambda c: _folders_and_ages(c, _spot(c, bucket, folder))),
        )
        (spot, types, largest), (same, folders, ages) = halves
        if spot == same:  # else a scan came in force between the two
            return Breakdown(bucket, from_micros(spot.at), types, folders, ages, largest)


def _spot(c: sqlite3.Connection, bucket: str, folder: str) -> _Spot:
    found = c.execute(
        "SELECT id, finished FROM listings WHERE current = 1 AND what = 'bucket' AND name = ?", (bucket,)
    ).fetchone()
    if found is None:
        raise NotFound(f"No scan has seen the bucket “{bucket}” yet.", "Check its name, or scan.")
    return _Spot(found[0], found[1] or 0, folder, folder[:-1] + chr(ord("/") + 1))


def _types_and_largest(
    c: sqlite3.Connection, spot: _Spot
) -> tuple[_Spot, tuple[Part, ...], tuple[tuple[str, int], ...]]:
    types = c.execute(
        f"SELECT o.type, count(*), sum(max(o.size, 0)) FROM objects o WHERE {spot.where} GROUP BY 1", spot.names
    )
    largest = c.execute(
        f"SELECT o.key, o.size FROM objects o WHERE {spot.where} AND o.size > 0 ORDER BY o.size DESC LIMIT {LARGEST}",
        spot.names,
    )
    return spot, _largest_first(Part(*row) for row in types), tuple((key, size) for key, size in largest)


def _folders_and_ages(c: sqlite3.Connection, spot: _Spot) -> tuple[_Spot, tuple[Part, ...], tuple[Part, ...]]:
    return spot, _largest_first(_folders(c, spot)), _ages(c, spot)


def _folders(c: sqlite3.Connection, spot: _Spot) -> list[Part]:
    """Few folders are looked up one by one in the index that holds the keys; many are sorted."""
    found: list[Part] = []
    own = Part(spot.folder, 0, 0)
    after = spot.folder
    # One lower bound only: of two, SQLite may choose the wrong one to begin at, and read what was read already.
    end = "AND o.key < :behind" if spot.folder else ""
    first = f"SELECT o.key FROM objects o WHERE o.listing = :listing AND o.key >= :after {end} ORDER BY o.key LIMIT 1"
    direct = "SELECT o.size FROM objects o WHERE o.listing = :listing AND o.key = :after"
    inside = (
        "SELECT count(*), sum(max(o.size, 0)) FROM objects o"
        " WHERE o.listing = :listing AND o.key >= :after AND o.key < :end"
    )
    for _ in range(_FOLDERS_BY_INDEX):
        row = c.execute(first, {**spot.names, "after": after}).fetchone()
        if row is None:
            return [*found, own] if own.objects else found
        slash = row[0].find("/", len(spot.folder))
        if slash < 0:
            (size,) = c.execute(direct, {**spot.names, "after": row[0]}).fetchone()
            own = Part(own.name, own.objects + 1, own.bytes + max(0, size))
            after = row[0] + "\0"
            continue
        name, after = row[0][: slash + 1], row[0][:slash] + chr(ord("/") + 1)
        found.append(Part(name, *c.execute(inside, {"listing": spot.listing, "after": name, "end": after}).fetchone()))
    rows = c.execute(
        "SELECT :folder || substr(rest, 1, instr(rest, '/')), count(*), sum(max(size, 0))"
        f" FROM (SELECT substr(o.key, :length + 1) AS rest, o.size FROM objects o WHERE {spot.where}) GROUP BY 1",
        spot.names,
    )
    return [Part(*row) for row in rows]


def _ages(c: sqlite3.Connection, spot: _Spot) -> tuple[Part, ...]:
    """Counted from the youngest on, then told apart: that takes no sorting. What is of the future is young."""
    younger = [f"coalesce(o.changed, o.first_seen, 0) > {spot.at - days * DAY}" for _, days in AGES]
    sums = ", ".join(
        f"count(*) FILTER (WHERE {c}), coalesce(sum(max(o.size, 0)) FILTER (WHERE {c}), 0)" for c in [*younger, "1"]
    )
    row = c.execute(f"SELECT {sums} FROM objects o WHERE {spot.where}", spot.names).fetchone()
    parts, before = [], (0, 0)
    for name, upto in zip([*(name for name, _ in AGES), OLDER], zip(row[::2], row[1::2], strict=True), strict=True):
        parts.append(Part(name, upto[0] - before[0], upto[1] - before[1]))
        before = upto
    return tuple(parts)


def _largest_first(parts: Iterable[Part]) -> tuple[Part, ...]:
    ordered = sorted(parts, key=lambda part: (-part.bytes, -part.objects, part.name))
    rest = ordered[MOST:]
    if rest:
        ordered[MOST:] = [Part(OTHERS, sum(p.objects for p in rest), sum(p.bytes for p in rest))]
    return tuple(ordered)
