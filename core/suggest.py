"""Guessing from a catalog's contents which columns name objects, and showing how a mapping resolves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.errors import ServiceError
from core.models import Row, RowKey, Table
from core.ports import Catalog, ObjectStore
from core.profiles import ReferenceColumn, Source
from core.references import Reference, Resolver

SAMPLE_ROWS = 300
_FEW = 5
_ENOUGH = 0.5  # a column that resolves worse than this is not suggested
_TRIES = ("path", "bucket_path", "url", "array", "html", "json", "text")


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a column and what it names; `found` says whether that object is there."""

    row_key: RowKey
    value: str
    bucket: str
    key: str
    found: bool
    problem: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A mapping that fits: of `looked` references in the sample, `resolved` name an object."""

    source: Source
    looked: int
    resolved: int
    samples: tuple[Sample, ...]


async def suggest(store: ObjectStore, catalog: Catalog, buckets: Sequence[str], resolver: Resolver) -> list[Suggestion]:
    """For every table and text-like column the mapping under which most of a sample of rows name objects, best first.
    Only reads. Tables that cannot be read are left out."""
    found: list[Suggestion] = []
    for table in await catalog.tables():
        try:
            rows = await _sample(catalog, table)
        except ServiceError:
            continue  # the dialog lists the tables anyway; a guess about one that cannot be read helps nobody
        for column in table.columns:
            if column.text_like and not column.generated:
                best = await _best(store, table, column.name, rows, buckets, resolver)
                if best is not None:
                    found.append(best)
    return sorted(found, key=lambda s: (-s.resolved, s.source.table))


async def resolve(
    store: ObjectStore, catalog: Catalog, source: Source, resolver: Resolver, limit: int = _FEW
) -> Suggestion:
    """How a mapping fares over a sample of its table's rows. Raises `ServiceError` for a wrong table, column or key."""
    await catalog.check_key(source.table, source.key)
    page = await catalog.read(source.table, source.key, source.read_columns, None, SAMPLE_ROWS)
    return await _measure(store, source, page.rows, resolver, limit)


async def _sample(catalog: Catalog, table: Table) -> tuple[Row, ...]:
    key = table.primary_key or ("rowid",)
    columns = [c.name for c in table.columns if not c.generated]
    return (await catalog.read(table.name, key, columns, None, SAMPLE_ROWS)).rows


async def _best(
    store: ObjectStore, table: Table, column: str, rows: Sequence[Row], buckets: Sequence[str], resolver: Resolver
) -> Suggestion | None:
    best: Suggestion | None = None
    for source in _candidates(table, column, buckets):
        one = await _measure(store, source, rows, resolver, _FEW)
        if one.resolved and one.resolved >= one.looked * _ENOUGH and (best is None or one.resolved > best.resolved):
            best = one
    return best


def _candidates(table: Table, column: str, buckets: Sequence[str]) -> Iterable[Source]:
    key = table.primary_key or ("rowid",)
    for holds in _TRIES:
        fixed: Sequence[str | None] = (None,) if holds in ("bucket_path", "url") else buckets
        for bucket in fixed:
            yield Source(table.name, table.name, key, (ReferenceColumn(column, holds),), bucket=bucket)


async def _measure(
    store: ObjectStore, source: Source, rows: Sequence[Row], resolver: Resolver, limit: int
) -> Suggestion:
    named: list[tuple[Row, str, Reference]] = []
    for row in rows:
        bucket = row.values.get(source.bucket_column) if source.bucket_column else source.bucket
        for column in source.columns:
            value = row.values.get(column.name)
            references = resolver.read(source, column, value, bucket if isinstance(bucket, str) else None)
            named += [(row, str(value), r) for r in references if value not in (None, "")]
    there = await _existing(store, [r for _, _, r in named])
    samples = [
        Sample(row.key, value, r.bucket or "", r.key, (r.bucket, r.key) in there, r.problem or "")
        for row, value, r in named
    ]
    return Suggestion(source, len(samples), sum(s.found for s in samples), tuple(samples[:limit]))


async def _existing(store: ObjectStore, references: Sequence[Reference]) -> set[tuple[str | None, str]]:
    by_bucket: dict[str, list[str]] = {}
    for reference in references:
        if reference.bucket is not None and reference.problem is None:
            by_bucket.setdefault(reference.bucket, []).append(reference.key)
    there: set[tuple[str | None, str]] = set()
    size = store.limits.batch_size
    for bucket, keys in by_bucket.items():
        for start in range(0, len(keys), size):
            part = keys[start : start + size]
            answers = await store.stat(bucket, part)
            there.update((bucket, key) for key, answer in zip(part, answers, strict=True) if answer is not None)
    return there
