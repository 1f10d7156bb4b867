"""The repair of duplicates: rows that name a copy are pointed at the one kept, then the copy is removed."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.cleanup.chosen import Chosen
from core.cleanup.ground import Ground, Listed, is_text
from core.cleanup.objects import NOT_LISTED, removal_of
from core.cleanup.planning import Planning
from core.cleanup.relations import identity
from core.cleanup.rows import NotOffered, check_writable, edit, names_by_id
from core.models import Row, Table, Value
from core.profiles import Source
from core.references import spellings
from core.things import object_thing, row_thing
from core.threads import in_thread
from core.values import decode_key

_KEYS = 400


@dataclass(frozen=True, slots=True)
class Naming:
    """A row that named an object when it was scanned, as it is now. `first_seen` (microseconds): by a scan, where the
    row carries no time of its own."""

    source: Source
    table: Table
    row: Row
    first_seen: int | None = None


async def merge_copies(planning: Planning, findings: Sequence[Chosen]) -> None:
    """For each copy, updates of all rows that name it and a `delete_object` step that needs them; or none of this,
    when one of the rows cannot be pointed elsewhere."""
    ground = planning.ground
    kept = await ground.listed({(f.bucket, f.related) for f in findings})
    naming = await rows_naming(planning, findings)
    places = [(f.bucket, f.key) for f in findings]
    unclear = await ground.workspace.inventory.read(lambda connection: meant_otherwise(connection, places))
    marked = await ground.kept(
        {row_thing(n.table.name, n.row.key) for rows in naming.values() for n in rows}
        | {object_thing(f.bucket, f.key) for f in findings}
    )

    def think() -> None:
        for finding in findings:
            try:
                if (finding.bucket, finding.key) in unclear:
                    raise NotOffered("a row may mean it by a wrong prefix or another spelling; repair that first")
                _merge(planning, finding, naming[finding.bucket, finding.key], kept, marked)
            except NotOffered as exc:
                planning.refuse(finding.bucket, str(exc))

    await in_thread(think)


def _merge(
    planning: Planning,
    finding: Chosen,
    rows: Iterable[Naming],
    kept: Mapping[tuple[str, str], Listed],
    marked: frozenset[str],
) -> None:
    thing = object_thing(finding.bucket, finding.key)
    if finding.version is None or planning.draft.is_settled(thing, finding.version):
        raise NotOffered(NOT_LISTED)
    if planning.draft.step(thing) is not None:
        return
    one = kept.get((finding.bucket, finding.related))
    same_content = one is not None and (one.etag, one.size_bytes) == (finding.etag, finding.size_bytes)
    if not same_content or planning.draft.step(object_thing(finding.bucket, finding.related)) is not None:
        raise NotOffered("the object that it is a copy of is not there any more, or is not equal to it")
    changes = [(n, change) for n in rows if (change := _pointed_elsewhere(planning, n, finding, marked)) is not None]
    needs = set()
    for naming, change in changes:
        planning.change_row(naming.table, naming.source.key, naming.row, change, finding.id)
        needs.add(identity(naming.table, naming.source.key, naming.row))
    planning.draft.put(thing, removal_of(finding, planning.removal, finding.related), needs=needs)


def _pointed_elsewhere(
    planning: Planning, naming: Naming, finding: Chosen, marked: frozenset[str]
) -> Mapping[str, Value] | None:
    """The change to a row after which it names the kept object only; None when it names the copy no more, or goes.
    Raises `NotOffered`."""
    source, table, ground = naming.source, naming.table, planning.ground
    row = planning.as_planned(table, source.key, naming.row)
    if row is None:
        return None
    target = (finding.bucket, finding.key)
    columns = {column for column, r in ground.read(source, row) if (r.bucket, r.key) == target}
    if by_id := names_by_id(table, source):
        raise NotOffered(f"column “{by_id}” names it by its id, which is not rewritten")
    if not columns:
        return None
    if row_thing(table.name, naming.row.key) in marked:
        raise NotOffered("a row that names it was marked to be kept")
    changes: dict[str, Value] = {}
    for column in sorted(columns):
        changes |= edit(ground, source, table, row, column, target, finding.related)
    changes |= _without_link(source, table, row)
    check_writable(table, row, changes)
    return changes


def _without_link(source: Source, table: Table, row: Row) -> dict[str, Value]:
    """A stored URL of the copy would soon lead nowhere; without one the row counts as a link to be made."""
    changes: dict[str, Value] = {}
    for column in (source.url_column, source.expires_column):
        if column is None or column in {c.name for c in source.columns} or row.values.get(column) in (None, ""):
            continue
        nullable = any(c.nullable for c in table.columns if c.name == column)
        if not nullable and column == source.url_column:
            raise NotOffered(f"column “{column}” holds a URL of the copy and may not be empty")
        if nullable:
            changes[column] = None
    return changes


async def rows_naming(planning: Planning, findings: Sequence[Chosen]) -> Mapping[tuple[str, str], list[Naming]]:
    """The rows that named each copy at the scan and are still there."""
    ground = planning.ground
    places = [(f.bucket, f.key) for f in findings]
    found = await ground.workspace.inventory.read(lambda connection: _rows_naming(connection, places))
    by_source: dict[str, set[str]] = defaultdict(set)
    for _, _, source, key, _ in found:
        by_source[source].add(key)
    rows: dict[tuple[str, str], Naming] = {}
    for name, keys in by_source.items():
        rows.update({(name, key): naming for key, naming in (await _read(ground, name, keys)).items()})
    naming: dict[tuple[str, str], list[Naming]] = defaultdict(list)
    for bucket, key, source, row_key, first_seen in found:
        if (source, row_key) in rows:
            naming[bucket, key].append(replace(rows[source, row_key], first_seen=first_seen))
    return naming


async def _read(ground: Ground, name: str, keys: Iterable[str]) -> dict[str, Naming]:
    source = ground.sources.get(name)
    if source is None:
        return {}
    table = await ground.table(source.table)
    found = await ground.rows(source.table, source.key, [decode_key(key) for key in sorted(keys)])
    return {key: Naming(source, table, row) for key, row in found.items()}


def meant_otherwise(connection: sqlite3.Connection, places: Sequence[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Those of the (bucket, key) that a row may mean although it does not name them exactly: behind a wrong prefix, or
    in another spelling."""
    found = connection.execute(
        "SELECT f.bucket, f.related FROM findings f WHERE f.kind = 'wrong_prefix' AND (f.bucket, f.related) IN "
        "(SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))",
        (json.dumps(places),),
    ).fetchall()
    forms = [(b, k, form) for b, k in places for form in spellings(b, k, "path") if form != k and is_text(form)]
    for scan in _scans(connection):
        found += connection.execute(
            "WITH asked AS MATERIALIZED (SELECT json_extract(value, '$[0]') AS bucket, json_extract(value, '$[1]') "
            "AS key, json_extract(value, '$[2]') AS form FROM json_each(?)) "
            "SELECT DISTINCT a.bucket, a.key FROM asked AS a "
            "CROSS JOIN refs AS r ON r.scan = ? AND r.bucket = a.bucket AND r.key = a.form "
            "WHERE NOT EXISTS (SELECT 1 FROM refs AS s WHERE s.row = r.row AND s.col = r.col "
            "AND s.element IS r.element AND s.bucket = a.bucket AND s.key = a.key)",
            (json.dumps(forms), scan),
        ).fetchall()
    return frozenset(found)


def _scans(connection: sqlite3.Connection) -> list[int]:
    found = connection.execute("SELECT DISTINCT scan FROM listings WHERE what = 'source' AND current = 1").fetchall()
    return [scan for (scan,) in found]


def _rows_naming(
    connection: sqlite3.Connection, places: Sequence[tuple[str, str]]
) -> list[tuple[str, str, str, str, int | None]]:
    found: list[tuple[str, str, str, str, int | None]] = []
    scans = _scans(connection)
    for start in range(0, len(places), _KEYS):
        batch = places[start : start + _KEYS]
        marks = ",".join(["(?, ?)"] * len(batch))
        for scan in scans:
            found += connection.execute(
                f"WITH asked (bucket, key) AS (VALUES {marks}) "
                "SELECT DISTINCT a.bucket, a.key, l.name, rows.key, rows.first_seen "
                # in this order: the planner would begin with all of a listing's references
                "FROM asked AS a CROSS JOIN refs AS r ON r.scan = ? AND r.bucket = a.bucket AND r.key = a.key "
                "CROSS JOIN listings AS l ON l.id = r.listing AND l.current = 1 CROSS JOIN rows ON rows.n = r.row",
                [*(value for place in batch for value in place), scan],
            )
    return found
