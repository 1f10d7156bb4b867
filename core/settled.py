"""Findings that runs have settled since the scan: they are still in the inventory, but no longer the matter."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass, field

from core.findings.identity import identify
from core.guard import scan_in_force
from core.models import Kind, State, StepKind
from core.workspace import Workspace

_ABOUT_OBJECTS = (Kind.FILE_WITHOUT_ROW, Kind.DUPLICATE_CONTENT, Kind.OVER_AGE)
_SETTLING = str(tuple(str(k) for k in (StepKind.DELETE_OBJECT, StepKind.INSERT_ROW, StepKind.UPDATE_ROW,
                                       StepKind.DELETE_ROW)))  # fmt: skip
# Later than the scan by the clock or, since the service's clock and ours need not agree, by a plan made from it.
_DONE_SINCE = (
    "FROM runs JOIN steps USING (run_id) WHERE runs.kind <> 'undo' AND runs.state <> 'undone'"
    f" AND steps.kind IN {_SETTLING} AND steps.state IN ('done', 'purged')"
    " AND (coalesce(steps.at, runs.started) >= :started OR runs.plan_id IN"
    " (SELECT plan_id FROM plans WHERE json_extract(head, '$.scan_id') >= :scan))"
)


@dataclass(frozen=True, slots=True)
class Settled:
    """The settled findings by number and by id, and how many there are of each kind in each state."""

    numbers: frozenset[int] = frozenset()
    ids: frozenset[str] = frozenset()
    by_kind: dict[tuple[Kind, State], int] = field(default_factory=dict)

    @property
    def open_ones(self) -> int:
        """How many open findings were settled."""
        return sum(count for (_, state), count in self.by_kind.items() if state is State.OPEN)


async def read_settled(workspace: Workspace) -> Settled:
    """What runs that still stand have settled since the scan in force. An object that was moved away settles
    everything that was found about it; a row step settles the finding behind it. Undo brings them back."""
    moment = await workspace.inventory.read(scan_in_force)
    ids = await workspace.journal.read(lambda c: _settled_ids(c, moment))
    if not ids:
        return Settled()
    return await workspace.inventory.read(lambda c: _look_up(c, ids))


def _settled_ids(connection: sqlite3.Connection, moment: dict[str, int]) -> set[str]:
    steps = connection.execute(f"SELECT steps.kind, bucket, key, json_extract(step, '$.finding') {_DONE_SINCE}", moment)
    ids: set[str] = set()
    for kind, bucket, key, finding in steps:
        if finding:
            ids.add(finding)
        if kind == StepKind.DELETE_OBJECT:
            ids.update(identify(about, bucket, key, "", "[]", "", None) for about in _ABOUT_OBJECTS)
    return ids


def _look_up(connection: sqlite3.Connection, ids: set[str]) -> Settled:
    found = connection.execute(
        "SELECT n, id, kind, state FROM findings WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(ids)),),
    ).fetchall()
    return Settled(
        numbers=frozenset(row[0] for row in found),
        ids=frozenset(row[1] for row in found),
        by_kind=dict(Counter((Kind(kind), State(state)) for _, _, kind, state in found)),
    )
