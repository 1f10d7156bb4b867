"""The open findings that a selection chooses, a page at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.models import Kind, Selection
from core.selections import chosen_sql
from core.workspace import from_micros

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Chosen:
    """An open finding, as far as a repair needs it; `row_key` is JSON. `size_bytes`, `etag`, `version` are those of the
    object it is about (version None when no object of that key was listed)."""

    kind: Kind
    n: int
    id: str
    bucket: str
    key: str
    source: str
    table: str
    row_key: str
    column: str
    element: int | None
    related: str
    size_bytes: int
    etag: str | None
    version: str | None
    changed_micros: int | None

    @property
    def changed(self) -> datetime | None:
        """When the object last changed, UTC."""
        return None if self.changed_micros is None else from_micros(self.changed_micros)


COLUMNS = (
    "f.n, f.id, f.bucket, f.key, f.source, f.tbl, f.row_key, f.col, f.element, f.related, "
    "coalesce(o.size, 0), o.etag, o.version, o.changed"
)
FROM = (
    "findings f LEFT JOIN listings l ON l.what = 'bucket' AND l.name = f.bucket AND l.current = 1 "
    "LEFT JOIN objects o ON o.listing = l.id AND o.key = f.key"
)
"""What `Chosen` is read from: a finding `f` and its object `o`."""


def open_page(connection: sqlite3.Connection, selection: Selection, kind: Kind, after: int) -> tuple[Chosen, ...]:
    """The chosen open findings of a kind with numbers over `after`, in their order; empty at the end."""
    condition, parameters = chosen_sql(selection)
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM {FROM} WHERE f.kind = :this AND f.state = 'open' AND f.n > :after AND ({condition}) "
        f"ORDER BY f.n LIMIT {PAGE}",
        {**parameters, "this": str(kind), "after": after},
    )
    return tuple(Chosen(kind, *row) for row in rows)


def count_open(connection: sqlite3.Connection, selection: Selection, kinds: Sequence[Kind]) -> int:
    """How many open findings of these kinds are chosen."""
    condition, parameters = chosen_sql(selection)
    asked = ", ".join(f"'{kind}'" for kind in kinds)
    found = connection.execute(
        f"SELECT count(*) FROM findings f WHERE f.kind IN ({asked}) AND f.state = 'open' AND ({condition})", parameters
    )
    return int(found.fetchone()[0])


def kinds_of(connection: sqlite3.Connection, ids: frozenset[str]) -> frozenset[Kind]:
    """The kinds that findings named one by one are of."""
    found = connection.execute(
        "SELECT DISTINCT kind FROM findings WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(sorted(ids)),)
    )
    return frozenset(Kind(kind) for (kind,) in found)
