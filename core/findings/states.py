"""The state of every finding: kept, unproven, young or open, strongest first."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from core.findings.identity import THING
from core.findings.proof import proof
from core.models import State

MENTIONED = "EXISTS (SELECT 1 FROM mentions m WHERE m.bucket = f.bucket AND m.key = f.key)"
PLAIN = f"""CASE
    WHEN f.reason <> '' OR coalesce(g.unproven, 1) OR (f.source = '' AND {MENTIONED}) THEN 'unproven'
    WHEN :now - max(f.aged, coalesce(g.since, f.aged)) < :grace THEN 'young'
    ELSE 'open' END"""
"""The state without keep marks, of a finding `f` on its ground `g`."""
KEPT = f"EXISTS (SELECT 1 FROM temp.kept k WHERE k.thing = {THING.format(f='f.')} AND k.print = f.print)"
"""Whether a keep mark binds the thing of a finding `f`, as it is now."""

SETTLED = "settled"
"""Not a state that people see: a run has ended the trouble since the scan (see settled.py)."""
KeepMarks = Iterable[tuple[str, str]]
"""(thing, fingerprint) of every keep mark in the journal."""


def lay_grounds(connection: sqlite3.Connection) -> None:
    """Fills `temp.grounds`: for objects (source '') and each source, in each bucket, whether anything is proven, and
    since when the mapping is as it is."""
    known = proof(connection)
    connection.execute("DROP TABLE IF EXISTS temp.grounds")
    connection.execute(
        "CREATE TEMP TABLE grounds (source TEXT, bucket TEXT, unproven INTEGER, since INTEGER,"
        " PRIMARY KEY (source, bucket)) WITHOUT ROWID"
    )
    for bucket in known.buckets:
        ground = ("", bucket, bool(known.object_gap(bucket)), known.object_since(bucket))
        connection.execute("INSERT INTO temp.grounds VALUES (?, ?, ?, ?)", ground)
        for source in known.sources:
            ground = (source, bucket, bool(known.row_gap(source, bucket)), known.row_since(source))
            connection.execute("INSERT INTO temp.grounds VALUES (?, ?, ?, ?)", ground)


def lay_kept(connection: sqlite3.Connection, marks: KeepMarks) -> None:
    """Fills `temp.kept` with the keep marks of the journal."""
    connection.execute("DROP TABLE IF EXISTS temp.kept")
    connection.execute("CREATE TEMP TABLE kept (thing TEXT PRIMARY KEY, print TEXT) WITHOUT ROWID")
    connection.executemany("INSERT OR REPLACE INTO temp.kept VALUES (?, ?)", marks)


def restate(connection: sqlite3.Connection, marks: KeepMarks) -> None:
    """Computes every state anew from proofs, mentions, ages and keep marks, as of the scan in force."""
    connection.execute("DROP TABLE IF EXISTS temp.restated")
    lay_grounds(connection)
    lay_kept(connection, marks)
    connection.execute(
        f"CREATE TEMP TABLE restated AS SELECT f.n, {PLAIN} AS plain, {KEPT} AS kept"
        " FROM findings f LEFT JOIN temp.grounds g ON g.source = f.source AND g.bucket = f.bucket",
        clock(connection),
    )
    connection.execute(
        "UPDATE findings SET plain = r.plain, state = iif(r.kept, 'kept', r.plain) FROM temp.restated r"
        " WHERE r.n = findings.n AND findings.state <> 'settled'"
        " AND (findings.plain <> r.plain OR findings.state <> iif(r.kept, 'kept', r.plain))"
    )
    connection.execute("DROP TABLE temp.restated")
    tally(connection)


def restate_kept(connection: sqlite3.Connection, marks: KeepMarks) -> None:
    """Puts keep marks into force, or takes them out; all else about the findings stays."""
    lay_kept(connection, marks)
    connection.execute(f"UPDATE findings AS f SET state = 'kept' WHERE state NOT IN ('kept', 'settled') AND {KEPT}")
    connection.execute(f"UPDATE findings AS f SET state = plain WHERE state = 'kept' AND NOT {KEPT}")
    tally(connection)


def tally(connection: sqlite3.Connection) -> None:
    """Counts the findings once, for everybody who asks how many there are."""
    connection.execute("DELETE FROM tallies")
    connection.execute(
        "INSERT INTO tallies SELECT kind, state, bucket, count(*), coalesce(sum(bytes), 0)"
        " FROM findings WHERE state <> 'settled' GROUP BY 1, 2, 3"
    )


def clock(connection: sqlite3.Connection) -> dict[str, int]:
    """`now` of the scan in force and the `grace` it was made with, in microseconds."""
    scan = connection.execute("SELECT service_now FROM scans WHERE state = 'done' ORDER BY id DESC LIMIT 1").fetchone()
    grace = connection.execute("SELECT value FROM meta WHERE name = 'grace'").fetchone()
    return {"now": scan[0] if scan else 0, "grace": int(grace[0]) if grace else 0}


def states(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, State]:
    """The state of each finding that is there, by its id."""
    found = connection.execute(
        "SELECT id, state FROM findings WHERE state <> 'settled' AND id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return {row[0]: State(row[1]) for row in found}
