"""What may be taken of a bucket: its open over-age findings, the oldest first, a page at a time."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.cleanup.chosen import COLUMNS, FROM, Chosen
from core.models import Kind, Refusal, State
from core.workspace import from_micros

PAGE = 500


@dataclass(frozen=True, slots=True)
class Candidate:
    """An over-age finding with what its age depends on. `asked`: when somebody asked for the object's removal through
    the database; None where the profile's rules found it."""

    finding: Chosen
    content_type: str
    aged: datetime
    asked: datetime | None


def oldest_first(connection: sqlite3.Connection, buckets: Sequence[str]) -> dict[str, array[int]]:
    """The numbers of the open over-age findings of each bucket that has any, those of the oldest objects first."""
    rows = connection.execute(
        "SELECT bucket, n FROM findings WHERE kind = ? AND state = 'open' "
        "AND bucket IN (SELECT value FROM json_each(?)) ORDER BY bucket, aged, key",
        (Kind.OVER_AGE, json.dumps(list(buckets))),
    )
    found: dict[str, array[int]] = {}
    for bucket, n in rows:
        found.setdefault(bucket, array("q")).append(n)
    return found


def candidates(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[Candidate]:
    """The findings of these numbers that are still open, in this order."""
    rows = connection.execute(
        f"SELECT {COLUMNS}, f.type, f.aged, json_extract(nullif(f.facts, ''), '$.asked') FROM {FROM} "
        "WHERE f.state = 'open' AND f.n IN (SELECT value FROM json_each(?))",
        (json.dumps(list(numbers)),),
    )
    found = {row[0]: _candidate(row) for row in rows}
    return [found[n] for n in numbers if n in found]


def not_open(connection: sqlite3.Connection, buckets: Sequence[str]) -> Iterator[Refusal]:
    """What is over age in these buckets and stays, by the state of its finding."""
    rows = connection.execute(
        "SELECT bucket, state, count(*) FROM findings WHERE kind = ? AND state NOT IN ('open', 'settled') "
        "AND bucket IN (SELECT value FROM json_each(?)) GROUP BY 1, 2 ORDER BY 1, 2",
        (Kind.OVER_AGE, json.dumps(list(buckets))),
    )
    for bucket, state, count in rows:
        yield Refusal(bucket, _STATES[State(state)], count)


def _candidate(row: Sequence[object]) -> Candidate:
    *values, content_type, aged, asked = row
    return Candidate(
        Chosen(Kind.OVER_AGE, *values),  # type: ignore[arg-type]
        str(content_type),
        from_micros(int(str(aged))),
        None if asked is None else from_micros(int(str(asked))),
    )


_STATES = {
    State.KEPT: "it was marked to be kept",
    State.YOUNG: "it or its mapping is younger than the grace period",
    State.UNPROVEN: "whether it is still needed is not proven",
}
