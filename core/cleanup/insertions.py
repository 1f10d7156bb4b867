"""The repair of files without a row that inserts a row, from what is known about the file."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from core.cleanup.chosen import Chosen
from core.cleanup.objects import NOT_LISTED
from core.cleanup.planning import Planning
from core.cleanup.rows import names_by_id
from core.cleanup.wording import Wording, usual_wording
from core.models import Column, Step, StepKind, Table, Value
from core.ports import Catalog
from core.profiles import ReferenceColumn, Source
from core.references import spellings
from core.things import object_thing
from core.threads import in_thread


class Unknown(Exception):
    """A row cannot be made up; the text is the sentence that says what is missing."""


async def insert_rows(planning: Planning, findings: Sequence[Chosen], now: datetime) -> None:
    """One `insert_row` step for each file, into the first source that describes objects of its bucket."""
    by_source: dict[str, list[Chosen]] = {}
    for finding in findings:
        source = next((s for s in planning.ground.profile.sources if _describes(s, finding.bucket)), None)
        if source is None:
            planning.refuse(finding.bucket, "no mapped source describes objects of this bucket")
        elif finding.version is None:
            planning.refuse(finding.bucket, NOT_LISTED)
        else:
            by_source.setdefault(source.name, []).append(finding)
    for name, group in by_source.items():
        await _insert(planning, planning.ground.sources[name], group, now)


async def _insert(planning: Planning, source: Source, findings: Sequence[Chosen], now: datetime) -> None:
    catalog = planning.ground.catalog
    table = await planning.ground.table(source.table)
    time = await _time(catalog, source, table, now)
    named = await _named_now(catalog, source, findings)
    wordings = {
        b: await usual_wording(planning.ground, source, source.columns[0], b) for b in {f.bucket for f in findings}
    }
    steps = []
    for finding in findings:
        if finding.key in named:
            planning.refuse(table.name, "a row that names the file has appeared since the scan")
            continue
        try:
            values = _row(source, table, finding, time, wordings[finding.bucket])
        except Unknown as exc:
            planning.refuse(table.name, str(exc))
            continue
        step = Step(
            n=0,
            kind=StepKind.INSERT_ROW,
            finding=finding.id,
            bucket=finding.bucket,
            key=finding.key,
            size_bytes=finding.size_bytes,
            etag=finding.etag,
            version=finding.version,
            table=table.name,
            key_columns=source.key,
            row_key=tuple(values[c] for c in source.key) if all(c in values for c in source.key) else (),
            after=values,
        )
        steps.append((object_thing(finding.bucket, finding.key), step))
    await in_thread(planning.draft.put_all, steps)


def _describes(source: Source, bucket: str) -> bool:
    if not source.describes or source.columns[0].holds not in ("path", "bucket_path"):
        return False
    return source.bucket_column is not None or source.bucket == bucket or source.columns[0].holds == "bucket_path"


def _row(source: Source, table: Table, finding: Chosen, time: Value, wording: Wording | None) -> dict[str, Value]:
    if by_id := names_by_id(table, source):
        raise Unknown(f"column “{by_id}” names objects by their id, which is not written")
    path = wording.write(finding.key) if wording else _path(source.columns[0], finding)
    values: dict[str, Value] = {source.columns[0].name: path}
    known: Mapping[str | None, Value] = {
        source.bucket_column: finding.bucket,
        source.size_column: finding.size_bytes,
        source.time_column: time,
        source.status_column: source.pending_status,
    }
    values.update((column, value) for column, value in known.items() if column is not None)
    columns = {column.name: column for column in table.columns}
    for name in source.key:
        column = columns.get(name)
        if name in values or column is None or column.has_default or column.generated:
            continue
        values[name] = _key(column, finding)
    missing = [
        column.name
        for column in table.columns
        if column.name not in values and not column.nullable and not column.generated and not column.has_default
    ]
    if missing:
        raise Unknown(f"column “{missing[0]}” may not be empty, and what belongs there is not known")
    return values


def _path(column: ReferenceColumn, finding: Chosen) -> str:
    return f"{finding.bucket}/{finding.key}" if column.holds == "bucket_path" else finding.key


def _key(column: Column, finding: Chosen) -> Value:
    """A key for a table that does not make its keys itself: the same for the same object, however often it is planned,
    so that it cannot be inserted twice. Raises `Unknown`."""
    kind = column.type.lower()
    if "char" in kind or "text" in kind or "uuid" in kind or kind == "":
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"bucketdesk:{finding.bucket}/{finding.key}"))
    raise Unknown(f"the key column “{column.name}” must be given, and what belongs there is not known")


async def _named_now(catalog: Catalog, source: Source, findings: Sequence[Chosen]) -> frozenset[str]:
    column = source.columns[0]
    forms = {form: f.key for f in findings for form in spellings(f.bucket, f.key, column.holds)}
    values = list(forms)
    named: set[str] = set()
    for start in range(0, len(values), catalog.page_size):
        rows = await catalog.find(source.table, source.key, column.name, values[start : start + catalog.page_size])
        named.update(forms[value] for _, value in rows if value in forms)
    return frozenset(named)


async def _time(catalog: Catalog, source: Source, table: Table, now: datetime) -> Value:
    """Now, written as the column's other values are: seconds or milliseconds since 1970, or ISO text."""
    if source.time_column is None:
        return None
    page = await catalog.read(source.table, source.key, [source.time_column], limit=50)
    samples = [row.values[source.time_column] for row in page.rows if row.values[source.time_column] is not None]
    sample = samples[0] if samples else None
    declared = next((c.type.lower() for c in table.columns if c.name == source.time_column), "")
    if isinstance(sample, int | float) or (sample is None and "int" in declared):
        seconds = now.timestamp()
        if isinstance(sample, float):
            return seconds
        return int(seconds * 1000) if isinstance(sample, int) and sample > 10**11 else int(seconds)
    zoned = isinstance(sample, str) and sample.endswith("+00")
    if zoned or (sample is None and declared.startswith("timestamp")):
        # As PostgreSQL prints it: what it would print otherwise would look like a change of somebody's.
        zone = "+00" if zoned or declared.endswith("with time zone") else ""
        return now.strftime("%Y-%m-%d %H:%M:%S") + zone
    if isinstance(sample, str) and "T" not in sample and " " in sample:
        return now.strftime("%Y-%m-%d %H:%M:%S")
    return now.isoformat()
