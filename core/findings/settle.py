"""Computes all findings of a scan anew, kind by kind, in the order that people see them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.findings import absences, ages, duplicates, identity, links, lost, metadata, orphans, prefixes
from core.findings.states import KEPT, PLAIN, KeepMarks, lay_grounds, lay_kept, tally
from core.models import Kind
from core.profiles import Profile


@dataclass(frozen=True, slots=True)
class Moment:
    """The scan that findings are computed for, and its clock, in microseconds."""

    scan: int
    now: int


def explain(connection: sqlite3.Connection, profile: Profile, scan: int) -> None:
    """Finds the references that name nothing, and which of them a wrong prefix or another spelling explains. Comes
    before the doubts, which count what resolves; findings come after them."""
    lost.register(connection)
    lost.find_lost(connection, scan)
    lost.count_resolved(connection)
    prefixes.find_wrong(connection, profile)
    lost.find_near(connection)


def find_all(connection: sqlite3.Connection, profile: Profile, moment: Moment, marks: KeepMarks) -> None:
    """Replaces the findings by those of the listings in force. What was found before keeps its first sight, unless the
    mapping that it rests on changed since."""
    identity.register(connection)
    lay_grounds(connection)
    lay_kept(connection, marks)
    grace = _micros(profile.safety.grace.total_seconds())
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('grace', ?)", (grace,))
    indexes = _set_aside(connection)
    for kind in Kind:
        order = "" if kind in _IN_ORDER else "ORDER BY bucket, key, row_key"
        for sql, parameters in _selects(connection, profile, kind, moment):
            connection.execute(
                f"{_INSERT.replace('{sql}', sql)} {order}",
                {**parameters, "kind": kind.value, "now": moment.now, "grace": grace},
            )
    _forget_earlier(connection, indexes)
    connection.execute("DELETE FROM finding_texts")
    connection.execute(
        "INSERT INTO finding_texts SELECT n, folded(key || char(10) || tbl || char(10) || row_key) FROM findings"
    )
    links.count_links(connection, moment.now, moment.now + _micros(profile.expiring.total_seconds()))
    tally(connection)
    for table in ("kept", "grounds", "lost", "wrong", "near", "prefixes", "listed"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{table}")


_FIELDS = (
    "bucket", "key", "tbl", "source", "row_key", "col", "element", "bytes", "type", "changed", "aged", "print",
    "related", "reason", "facts",
)  # fmt: skip
"""What the SELECT of every kind gives, in this order."""
_IN_ORDER = (Kind.FILE_WITHOUT_ROW, Kind.ROW_WITHOUT_FILE)
"""Kinds whose SELECT goes through sorted keys from its outermost loop in, so that a million need no sorting."""
_INSERT = f"""WITH f ({", ".join(_FIELDS)}) AS ({{sql}})
    INSERT INTO findings (id, kind, state, plain, {", ".join(_FIELDS)}, first_seen, last_seen)
    SELECT id, :kind, iif(kept, 'kept', plain), plain, {", ".join(_FIELDS)},
        max(coalesce((SELECT first_seen FROM findings_before b WHERE b.id = x.id), :now), since), :now
    FROM (SELECT identify(:kind, f.bucket, f.key, f.tbl, f.row_key, f.col, f.element) AS id, {PLAIN} AS plain,
            {KEPT} AS kept, coalesce(g.since, 0) AS since, f.*
        FROM f LEFT JOIN temp.grounds g ON g.source = f.source AND g.bucket = f.bucket) x"""


def _set_aside(connection: sqlite3.Connection) -> list[str]:
    """Makes room for new findings without losing the earlier ones' ids. Returns the statements that make the indexes:
    made at the end, they cost a fraction."""
    made = "SELECT sql FROM sqlite_master WHERE tbl_name = 'findings' AND type = ? AND sql IS NOT NULL"
    (table,) = connection.execute(made, ("table",)).fetchone()
    indexes = [sql for (sql,) in connection.execute(made, ("index",)).fetchall()]
    connection.execute("DROP INDEX findings_kind")
    connection.execute("ALTER TABLE findings RENAME TO findings_before")
    connection.execute(table)
    return indexes


def _forget_earlier(connection: sqlite3.Connection, indexes: Sequence[str]) -> None:
    connection.execute("DROP TABLE findings_before")
    # Two sources may map the same column of one table: then each trouble is found twice, and counts once.
    twice = connection.execute(
        "SELECT 1 FROM listings WHERE current = 1 AND what = 'source' GROUP BY tbl HAVING count(*) > 1 LIMIT 1"
    ).fetchone()
    if twice:
        connection.execute("DELETE FROM findings WHERE n NOT IN (SELECT min(n) FROM findings GROUP BY id)")
    for statement in indexes:
        connection.execute(statement)


def _selects(
    connection: sqlite3.Connection, profile: Profile, kind: Kind, moment: Moment
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The statements that find one kind: one for all, one for each bucket, or one for each source with the column."""
    found = connection.execute("SELECT bucket, listing FROM temp.listed ORDER BY bucket").fetchall()
    listed = [{"bucket": bucket, "listing": listing} for bucket, listing in found]
    match kind:
        case Kind.FILE_WITHOUT_ROW:
            yield from ((orphans.SQL, {**bucket, "scan": moment.scan}) for bucket in listed)
        case Kind.ROW_WITHOUT_FILE:
            yield absences.SQL, {}
        case Kind.WRONG_PREFIX:
            yield prefixes.SQL, {}
        case Kind.STALE_METADATA:
            yield from ((metadata.SQL, {"name": s.name}) for s in profile.sources if s.describes and s.size_column)
        case Kind.DUPLICATE_CONTENT:
            yield from ((duplicates.SQL, bucket) for bucket in listed)
        case Kind.LINK_MISSING | Kind.LINK_EXPIRED | Kind.LINK_EXPIRING:
            soon = moment.now + _micros(profile.expiring.total_seconds())
            yield from ((links.sql(kind), {"soon": soon, "name": s.name}) for s in profile.sources if s.url_column)
        case Kind.OVER_AGE:
            for bucket in listed:
                if (aging := ages.select(profile, bucket["bucket"])) is not None:
                    yield aging[0], {**bucket, "now": moment.now, **aging[1]}


def _micros(seconds: float) -> int:
    return int(seconds * 1_000_000)
