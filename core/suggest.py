"""Guessing from a catalog's contents which columns name objects, and how."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.errors import ServiceError
from core.models import Column, Row, Table, Value
from core.ports import Catalog, ObjectStore
from core.profiles import ReferenceColumn, Source
from core.progress import Progress, Report, silent
from core.references import Resolver
from core.references.locations import has_scheme, storage_path
from core.references.writings import names_in_text, texts_in_json
from core.samples import Presence, Sample, Suggestion, measure, read_sample, resolve, usable_key

_FIRST_ROWS = 40
"""So many rows with a value decide whether a mapping is tried on the whole sample."""
_ENOUGH = 0.5
"""A column of paths that resolves worse than this is not suggested."""
_ENOUGH_IN_WRITINGS = 0.1
"""Writings name much else beside objects: pages, other sites."""
_NEARLY_ALL = 0.9
_FEWEST_DESCRIBED = 3
_WHOLE = ("path", "bucket_path", "url", "array")
_WRITINGS = ("html", "json", "text")
_DESCRIBING = ("path", "bucket_path", "url")


async def suggest(
    store: ObjectStore, catalog: Catalog, buckets: Sequence[str], resolver: Resolver, report: Report = silent
) -> list[Suggestion]:
    """For every table and text-like column the mapping under which most of a sample of rows name objects, best first.
    Only reads. Tables that cannot be read are left out. A source `describes` only where every sign of it is there:
    one path column, in nearly every row a value, and each names another object."""
    found: list[Suggestion] = []
    presence = Presence(store)
    tables = await catalog.tables()
    for number, table in enumerate(tables):
        report(Progress(number, len(tables), table.name))
        try:
            of_table = await _look_through(catalog, table, presence, buckets, resolver)
        except ServiceError:
            continue  # whoever asks knows the tables anyway; a guess about one that cannot be read helps nobody
        found += _judged(of_table)
    report(Progress(len(tables), len(tables)))
    names = named([one.source for one in found])
    found = [replace(one, source=source) for one, source in zip(found, names, strict=True)]
    return sorted(found, key=lambda s: (-s.resolved, s.source.name))


async def _look_through(
    catalog: Catalog, table: Table, presence: Presence, buckets: Sequence[str], resolver: Resolver
) -> list[Suggestion]:
    columns = [c for c in table.columns if c.text_like and not c.generated]
    if not columns:
        return []
    key = await usable_key(catalog, table)
    rows = await read_sample(catalog, table.name, key, [c.name for c in columns])
    homes = _homes(columns, rows, buckets)
    found: list[Suggestion] = []
    for column in columns:
        best = await _best(presence, table, key, column.name, rows, homes, resolver)
        if best is not None:
            found.append(best)
    return found


def _homes(columns: Sequence[Column], rows: Sequence[Row], buckets: Sequence[str]) -> list[tuple[str, str]]:
    """Where the bucket may come from, as (field of a source, value): a column that holds nothing but buckets' names,
    else each bucket."""
    known = set(buckets)
    named: list[tuple[str, str]] = []
    for column in columns:
        values = {row.values.get(column.name) for row in rows} - {None, ""}
        if values and values <= known:
            named.append(("bucket_column", column.name))
    return [*named, *(("bucket", bucket) for bucket in buckets)]


async def _best(
    presence: Presence,
    table: Table,
    key: tuple[str, ...],
    column: str,
    rows: Sequence[Row],
    homes: Sequence[tuple[str, str]],
    resolver: Resolver,
) -> Suggestion | None:
    filled = [row for row in rows if row.values.get(column) not in (None, "", b"")]
    best: Suggestion | None = None
    kinds = _kinds([_text(row.values[column]) for row in filled])
    for source in _candidates(table, key, column, kinds, homes):
        if source.bucket_column == column:
            continue
        if not (await measure(presence, source, filled[:_FIRST_ROWS], resolver)).resolved:
            continue
        one = await measure(presence, source, rows, resolver)
        enough = _ENOUGH_IN_WRITINGS if source.columns[0].holds in _WRITINGS else _ENOUGH
        if one.resolved >= one.looked * enough and (best is None or one.resolved > best.resolved):
            best = one
        if best is not None and best.resolved == best.looked and source.columns[0].holds in _WHOLE:
            break  # every value names an object already: nothing that is tried later can be better
    return best


def _candidates(
    table: Table, key: tuple[str, ...], column: str, kinds: Sequence[str], homes: Sequence[tuple[str, str]]
) -> Iterator[Source]:
    for holds in kinds:
        plain = Source(table.name, table.name, key, (ReferenceColumn(column, holds),))
        if holds in ("bucket_path", "url"):
            yield plain
            continue
        for where, value in homes:
            yield replace(plain, bucket_column=value) if where == "bucket_column" else replace(plain, bucket=value)


def _kinds(values: Sequence[str]) -> tuple[str, ...]:
    """What a column of these values may hold, the plainest first. A URL could be read as a path too, and JSON or HTML
    as text: what they are is told from how they are written."""
    first = values[:_FIRST_ROWS]
    urls = sum(has_scheme(value) or storage_path(value) is not None for value in first)
    if urls * 2 > len(first):
        return ("url",)
    parsed = {value.lstrip()[:1] for value in first if texts_in_json(value) is not None}
    kinds = ["path", "bucket_path"]
    if "{" not in parsed and any(value.lstrip()[:1] in ("[", "{", '"') for value in first):
        kinds.append("array")
    if any("<" in value for value in values):
        kinds.append("html")
    if parsed & {"{", "["}:
        kinds.append("json")
    if any(True for value in values for _ in names_in_text(value)):
        kinds.append("text")
    return tuple(kinds)


def _text(value: Value) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _judged(found: Sequence[Suggestion]) -> list[Suggestion]:
    """The same with `describes` where all signs say so."""
    whole = [one for one in found if one.source.columns[0].holds in _WHOLE]
    return [
        replace(one, source=replace(one.source, describes=True)) if len(whole) == 1 and _describes(one) else one
        for one in found
    ]


def _describes(one: Suggestion) -> bool:
    return (
        one.source.columns[0].holds in _DESCRIBING
        and one.is_one_to_one
        and one.resolved >= max(_FEWEST_DESCRIBED, one.rows * _NEARLY_ALL)
    )


def named(sources: Sequence[Source]) -> tuple[Source, ...]:
    """The same, each with a name of its own: its table's, or with its column where a table has several sources."""
    tables = Counter(source.table for source in sources)
    taken: set[str] = set()
    found: list[Source] = []
    for source in sources:
        name = source.table if tables[source.table] == 1 else f"{source.table}.{source.columns[0].name}"
        forms = (name if number == 1 else f"{name}#{number}" for number in itertools.count(1))
        found.append(replace(source, name=next(form for form in forms if form not in taken)))
        taken.add(found[-1].name)
    return tuple(found)


__all__ = ["Sample", "Suggestion", "named", "resolve", "suggest"]
