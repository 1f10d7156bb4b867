"""The guard: how much of a bucket or table a run takes, with what other runs took in the last day."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from core.models import GuardHit, Step, StepKind
from core.ports import Catalog
from core.workspace import Workspace, to_micros

FREE_ITEMS = 20
"""So many may go whatever their share, unless they are all there is."""
_WINDOW = timedelta(hours=24)
_TAKING = (StepKind.DELETE_OBJECT, StepKind.DELETE_ROW, StepKind.UPDATE_ROW)


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket, or a table."""

    name: str
    is_bucket: bool


@dataclass(frozen=True, slots=True)
class Toll:
    """What a run takes of one place. `steps`: all of the run's there, done or not; `others`: what other runs of the
    last 24 hours took and nobody undid; `there`: what is there now; `gone`: what those and this run removed."""

    where: str
    steps: int
    others: int
    there: int
    gone: int
    is_bucket: bool = False

    @property
    def taken(self) -> int:
        """All that counts as taken."""
        return self.steps + self.others

    @property
    def share(self) -> float:
        """What is taken of all that there was, 0 to 1."""
        whole = self.there + self.gone
        return min(1.0, self.taken / whole) if whole else 1.0

    def over(self, limit: float) -> bool:
        """Whether this stops at the guard: too large a share of more than a few, or all there is."""
        return self.taken > 0 and ((self.share > limit and self.taken > FREE_ITEMS) or self.share >= 1)


def allowance(share: float) -> str:
    """What `--allow-share` has to say to let such a share be taken: rounded up to a hundredth, 0.331 as "0.34"."""
    return f"{min(1.0, math.ceil(share * 100) / 100):g}"


def place_of(step: Step) -> Place | None:
    """Where a step takes something; None when it only adds."""
    if step.kind is StepKind.DELETE_OBJECT:
        return Place(step.bucket, is_bucket=True)
    if step.kind in (StepKind.DELETE_ROW, StepKind.UPDATE_ROW):
        return Place(step.table, is_bucket=False)
    return None


def measure(tolls: Iterable[Toll], limit: float, own: Mapping[str, float] | None = None) -> GuardHit | None:
    """The place with the largest share among those over the limit, None when all pass. `own`: as in `limit_of`."""
    over = [toll for toll in tolls if toll.over(limit_of(toll, limit, own))]
    if not over:
        return None
    worst = worst_of(over, buckets_first=own is not None)
    return GuardHit(share=round(worst.share, 6), limit=limit_of(worst, limit, own), where=worst.where)


def worst_of(over: Sequence[Toll], *, buckets_first: bool) -> Toll:
    """The place that a person is told of, among those over their limit. `buckets_first`: where rows only go along with
    objects, their table is told of when no bucket is."""
    return max(over, key=lambda toll: (buckets_first and toll.is_bucket, toll.share, toll.taken))


def limit_of(toll: Toll, limit: float, own: Mapping[str, float] | None = None) -> float:
    """The share that may be taken of a place. `own` holds limits of single buckets; a table, whose rows go along with
    objects, then bears the largest of them."""
    if not own:
        return limit
    return own.get(toll.where, limit) if toll.is_bucket else max(limit, *own.values())


async def weigh(
    workspace: Workspace, catalog: Catalog, taking: Mapping[Place, int], now: datetime, run_id: str = ""
) -> tuple[Toll, ...]:
    """The toll of each place that a run takes steps in (`taking`: all its steps there). `run_id` names the run when it
    has begun, so that its own removals count once. Runs that a clock set back puts into the future count too. Raises
    `ServiceError` when a table cannot be counted."""
    since = to_micros(now - _WINDOW)
    removed_since_scan = await _removed_since_scan(workspace)
    own = await workspace.journal.read(lambda connection: _removed_by(connection, run_id))
    others = await workspace.journal.read(lambda connection: _taken_by_others(connection, run_id, since))
    tolls = []
    for place, steps in taking.items():
        taken, gone = others.get(place, (0, 0))
        if place.is_bucket:
            there = await workspace.inventory.read(partial(_listed, bucket=place.name))
            there = max(0, there - removed_since_scan.get(place.name, 0))
        else:
            there = await catalog.count(place.name)
        tolls.append(Toll(place.name, steps, taken, there, gone + own.get(place, 0), place.is_bucket))
    return tuple(tolls)


def taking_of(connection: sqlite3.Connection, run_id: str) -> dict[Place, int]:
    """How many steps a run that is in the journal takes in each place."""
    rows = connection.execute(
        f"SELECT kind, bucket, tbl, count(*) FROM steps WHERE run_id = ? AND kind IN {_KINDS} GROUP BY 1, 2, 3",
        (run_id,),
    )
    taking: dict[Place, int] = {}
    for kind, bucket, table, count in rows:
        place = _place(kind, bucket, table)
        taking[place] = taking.get(place, 0) + count
    return taking


# A step left at its intent by a dead process may have been done: it counts until that is settled.
_KINDS = str(tuple(str(kind) for kind in _TAKING))
_TAKEN = f"steps.kind IN {_KINDS} AND steps.state IN ('done', 'purged', 'intent')"
_STANDING = "runs.kind <> 'undo' AND runs.state <> 'undone'"
_WHEN = "coalesce(steps.at, runs.started)"


def _taken_by_others(connection: sqlite3.Connection, run_id: str, since: int) -> dict[Place, tuple[int, int]]:
    rows = connection.execute(
        f"SELECT steps.kind, bucket, tbl, count(*) FROM runs JOIN steps USING (run_id) "
        f"WHERE run_id <> ? AND {_STANDING} AND {_TAKEN} AND {_WHEN} >= ? GROUP BY 1, 2, 3",
        (run_id, since),
    )
    taken: dict[Place, tuple[int, int]] = {}
    for kind, bucket, table, count in rows:
        place = _place(kind, bucket, table)
        steps, gone = taken.get(place, (0, 0))
        taken[place] = (steps + count, gone + (count if kind != StepKind.UPDATE_ROW else 0))
    return taken


def _removed_by(connection: sqlite3.Connection, run_id: str) -> dict[Place, int]:
    rows = connection.execute(
        "SELECT kind, bucket, tbl, count(*) FROM steps WHERE run_id = ? AND state IN ('done', 'purged') "
        "AND kind IN ('delete_object', 'delete_row') GROUP BY 1, 2, 3",
        (run_id,),
    )
    return {_place(kind, bucket, table): count for kind, bucket, table, count in rows}


async def _removed_since_scan(workspace: Workspace) -> dict[str, int]:
    """Objects by bucket that the inventory still counts although a run took them since."""
    moment = await workspace.inventory.read(scan_in_force)
    rows = await workspace.journal.read(
        lambda connection: connection.execute(
            f"SELECT bucket, count(*) FROM {REMOVED_SINCE} GROUP BY 1", moment
        ).fetchall()
    )
    return dict(rows)


def scan_in_force(connection: sqlite3.Connection) -> dict[str, int]:
    """The scan that the inventory shows: its number as `scan`, and when it `started`; zeros before the first."""
    found = connection.execute("SELECT id, started FROM scans WHERE state = 'done' ORDER BY id DESC LIMIT 1").fetchone()
    return {"scan": found[0] if found else 0, "started": found[1] if found else 0}


REMOVED_SINCE = (
    f"runs JOIN steps USING (run_id) WHERE {_STANDING} AND steps.kind = 'delete_object' "
    f"AND steps.state IN ('done', 'purged') AND ({_WHEN} >= :started OR runs.plan_id IN "
    "(SELECT plan_id FROM plans WHERE json_extract(head, '$.scan_id') >= :scan))"
)
"""FROM and WHERE of the journal's steps that removed objects after a scan: later by the clock or, since the service's
clock and ours need not agree, by a plan that was made from it."""


def _listed(connection: sqlite3.Connection, bucket: str) -> int:
    count = connection.execute(
        "SELECT count(*) FROM objects WHERE listing IN "
        "(SELECT id FROM listings WHERE what = 'bucket' AND current = 1 AND name = ?)",
        (bucket,),
    ).fetchone()
    return int(count[0])


def _place(kind: str, bucket: str, table: str) -> Place:
    return Place(bucket, True) if kind == StepKind.DELETE_OBJECT else Place(table, False)
