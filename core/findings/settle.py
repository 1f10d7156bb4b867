"""Computes all findings of a scan anew, kind by kind, in the order that people see them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.findings import absences, ages, duplicates, identity, links, lost, metadata, orphans, prefixes
from core.findings.states import KEPT, PLAIN, KeepMarks, lay_grounds, lay_kept, tally
from core.models import Kind
from core.profiles import Profile

_DAY = 24 * 3600 * 1_000_000
_FIELDS = "bucket, key, tbl, source, row_key, col, element, bytes, type, changed, aged, print, related, reason, facts"
Parameters = Sequence[object] | Mapping[str, object]


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
    lost.find_near(connection, scan)


def find_all(connection: sqlite3.Connection, profile: Profile, moment: Moment, marks: KeepMarks) -> None:
    """Replaces the findings by those of the listings in force. What was found before keeps its first sight, unless the
    mapping that it rests on changed since."""
    identity.register(connection)
    lay_grounds(connection)
    lay_kept(connection, marks)
    connection.execute("DROP TABLE IF EXISTS temp.seen")
    connection.execute("CREATE TEMP TABLE seen (id TEXT PRIMARY KEY, first_seen INTEGER) WITHOUT ROWID")
    connection.execute("INSERT INTO temp.seen SELECT id, first_seen FROM findings ORDER BY id")
    connection.execute("DELETE FROM findings")
    connection.execute("DELETE FROM finding_texts")
    connection.execute(
        "INSERT OR REPLACE INTO meta VALUES ('grace', ?)", (_micros(profile.safety.grace.total_seconds()),)
    )
    for kind in Kind:
        for sql, parameters in _selects(connection, profile, kind, moment):
            _insert(connection, profile, kind, moment, sql, parameters)
    connection.execute(
        "INSERT INTO finding_texts SELECT n, folded(key || char(10) || tbl || char(10) || row_key) FROM findings"
    )
    links.count_links(connection, moment.now, moment.now + _micros(profile.expiring.total_seconds()))
    tally(connection)
    for table in ("seen", "kept", "grounds", "lost", "wrong", "near", "prefixes", "listed"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{table}")


def _selects(
    connection: sqlite3.Connection, profile: Profile, kind: Kind, moment: Moment
) -> Iterator[tuple[str, Parameters]]:
    """The statements that find one kind: one for all, one for each bucket, or one for each source with the column."""
    listed = connection.execute("SELECT bucket, listing FROM temp.listed ORDER BY bucket").fetchall()
    match kind:
        case Kind.FILE_WITHOUT_ROW:
            yield from ((orphans.SQL, (moment.scan, *bucket)) for bucket in listed)
        case Kind.ROW_WITHOUT_FILE:
            yield absences.SQL, ()
        case Kind.WRONG_PREFIX:
            yield prefixes.SQL, ()
        case Kind.STALE_METADATA:
            yield from ((metadata.SQL, (s.name,)) for s in profile.sources if s.describes and s.size_column)
        case Kind.DUPLICATE_CONTENT:
            yield from ((duplicates.SQL, bucket) for bucket in listed)
        case Kind.LINK_MISSING | Kind.LINK_EXPIRED | Kind.LINK_EXPIRING:
            clock = {"now": moment.now, "soon": moment.now + _micros(profile.expiring.total_seconds())}
            yield from ((links.sql(kind), {**clock, "name": s.name}) for s in profile.sources if s.url_column)
        case Kind.OVER_AGE:
            for bucket, listing in listed:
                if (days := ages.retention_days(profile, bucket)) is not None:
                    yield ages.SQL, (bucket, listing, days, moment.now - days * _DAY)


def _insert(
    connection: sqlite3.Connection, profile: Profile, kind: Kind, moment: Moment, sql: str, parameters: Parameters
) -> None:
    # The kind's own parameters may be numbered or named, and SQLite does not mix: so it goes by way of a table.
    connection.execute("DROP TABLE IF EXISTS temp.found")
    connection.execute(f"CREATE TEMP TABLE found AS WITH f ({_FIELDS}) AS ({sql}) SELECT * FROM f", parameters)
    connection.execute(
        f"""INSERT OR IGNORE INTO findings (id, kind, state, plain, {_FIELDS}, first_seen, last_seen)
        SELECT id, :kind, iif(kept, 'kept', plain), plain, {_FIELDS},
            max(coalesce((SELECT first_seen FROM temp.seen s WHERE s.id = x.id), :now), since), :now
        FROM (SELECT identify(:kind, f.bucket, f.key, f.tbl, f.row_key, f.col, f.element) AS id, {PLAIN} AS plain,
                {KEPT} AS kept, coalesce(g.since, 0) AS since, {", ".join("f." + w for w in _FIELDS.split(", "))}
            FROM temp.found f LEFT JOIN temp.grounds g ON g.source = f.source AND g.bucket = f.bucket
            ORDER BY f.rowid) x""",
        {"kind": kind.value, "now": moment.now, "grace": _micros(profile.safety.grace.total_seconds())},
    )
    connection.execute("DROP TABLE temp.found")


def _micros(seconds: float) -> int:
    return int(seconds * 1_000_000)
