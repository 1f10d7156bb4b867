"""How a mapping fares over a sample of a table's rows: what the values name, and whether that is there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.errors import NotFound, ServiceError, Unreadable
from core.models import Row, RowKey, Table, Value
from core.ports import Catalog, ObjectStore
from core.profiles import Source
from core.references import Reference, Resolver
from core.references.resolver import PRIMARY, TENTATIVE

SAMPLE_ROWS = 600
FEW = 5
"""How many samples a person is shown."""
_MISSES = 2  # of these few, so many are values that name nothing, if there are such
_LONGEST = 200_000  # a longer value says no more about the mapping, and takes long to read
_FIRST_LOOK = 3


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
    """A mapping over `rows` sampled rows: of `looked` references in them, `resolved` name an object. `empty` rows hold
    no value. `is_one_to_one`: every row that holds a value names one object, and no two the same."""

    source: Source
    looked: int
    resolved: int
    samples: tuple[Sample, ...]
    rows: int = 0
    empty: int = 0
    is_one_to_one: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """One place in one cell, in all the forms it can be read in."""

    row_key: RowKey
    value: str
    forms: tuple[Reference, ...]


class Presence:
    """Remembers which keys are there, so that several mappings of one column ask the store once."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._known: dict[tuple[str, str], bool] = {}

    async def learn(self, references: Iterable[Reference]) -> None:
        """Asks the store about what is not known yet."""
        wanted: dict[str, dict[str, None]] = {}
        for reference in references:
            bucket, key = reference.bucket, reference.key
            if bucket is not None and not reference.problem and (bucket, key) not in self._known:
                wanted.setdefault(bucket, {})[key] = None
        size = self._store.limits.batch_size
        for bucket, keys in wanted.items():
            names = list(keys)
            for start in range(0, len(names), size):
                part = names[start : start + size]
                answers = await self._are_there(bucket, part)
                self._known.update(((bucket, key), there) for key, there in zip(part, answers, strict=True))

    def holds(self, reference: Reference) -> bool:
        """Whether what a reference names was there when it was asked for."""
        return not reference.problem and self._known.get((reference.bucket or "", reference.key), False)

    async def _are_there(self, bucket: str, keys: Sequence[str]) -> list[bool]:
        try:
            return [found is not None for found in await self._store.stat(bucket, keys)]
        except ServiceError:
            if len(keys) == 1:
                return [False]  # no store could hold such a key, so nothing is there by that name
            half = len(keys) // 2
            return [*await self._are_there(bucket, keys[:half]), *await self._are_there(bucket, keys[half:])]


async def resolve(
    store: ObjectStore, catalog: Catalog, source: Source, resolver: Resolver, limit: int = FEW
) -> Suggestion:
    """How a mapping fares over a sample of its table's rows. Raises `ServiceError` for a wrong table, column or key."""
    await catalog.check_key(source.table, source.key)
    rows = await read_sample(catalog, source.table, source.key, source.read_columns)
    return await measure(Presence(store), source, rows, resolver, limit)


async def read_sample(
    catalog: Catalog, table: str, key: Sequence[str], columns: Sequence[str], limit: int = SAMPLE_ROWS
) -> tuple[Row, ...]:
    """The first rows of a table, in order of key. Columns that turn out to hold large binary values are left out."""
    first = await catalog.read(table, key, columns, None, min(_FIRST_LOOK, catalog.page_size))
    light = [name for name in columns if not any(_is_heavy(row.values.get(name)) for row in first.rows)]
    rows: list[Row] = []
    after: RowKey | None = None
    while len(rows) < limit:
        page = await catalog.read(table, key, light, after, min(limit - len(rows), catalog.page_size))
        rows += page.rows
        after = page.cursor
        if after is None:
            break
    return tuple(rows)


async def usable_key(catalog: Catalog, table: Table) -> tuple[str, ...]:
    """Columns that tell a table's rows apart: its primary key, else the row number. Raises `ServiceError`."""
    why: ServiceError | None = None
    for key in (table.primary_key, ("rowid",)):
        if key:
            try:
                await catalog.check_key(table.name, key)
            except (NotFound, Unreadable) as error:
                why = why or error  # SQLite lets a primary key hold NULL; the row number may still do
            else:
                return key
    raise Unreadable(
        f"The rows of {table.name} cannot be told apart: it has no key that is unique and never empty.",
        "Choose the column that tells them apart, or another table, or give this one such a key.",
    ) from why


async def measure(
    presence: Presence, source: Source, rows: Sequence[Row], resolver: Resolver, limit: int = FEW
) -> Suggestion:
    """How a mapping fares over rows that were read already. The reading of cells happens in a thread."""
    places, empty = await asyncio.to_thread(_places, source, rows, resolver)
    await presence.learn(form for place in places for form in place.forms)
    judged = [place for place in places if any(f.judged or presence.holds(f) for f in place.forms)]
    samples = [_sample(place, presence) for place in judged]
    resolved = sum(sample.found for sample in samples)
    named = {(sample.bucket, sample.key) for sample in samples if sample.found}
    return Suggestion(
        source=source,
        looked=len(samples),
        resolved=resolved,
        samples=_telling(samples, limit),
        rows=len(rows),
        empty=empty,
        is_one_to_one=len(named) == resolved and len({place.row_key for place in judged}) == len(judged),
    )


def _places(source: Source, rows: Sequence[Row], resolver: Resolver) -> tuple[list[_Place], int]:
    found: list[_Place] = []
    empty = 0
    for row in rows:
        bucket = row.values.get(source.bucket_column) if source.bucket_column else source.bucket
        before = len(found)
        for column in source.columns:
            value = row.values.get(column.name)
            if value is None or value in ("", b"") or _is_heavy(value):
                continue
            references = resolver.read(source, column, value, bucket if isinstance(bucket, str) else None)
            shown = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            if column.holds != "json":
                # Words of a writing that happen to be keys protect those, but do not tell what the column holds.
                references = tuple(r for r in references if r.form != TENTATIVE)
            found += [_Place(row.key, shown, forms) for forms in _forms(references)]
        empty += len(found) == before
    return found, empty


def _forms(references: Sequence[Reference]) -> Iterable[tuple[Reference, ...]]:
    """References in groups of one place each."""
    places: dict[tuple[int | None, int], list[Reference]] = {}
    for number, reference in enumerate(references):
        # A string in JSON that may or may not be a key is a place of its own, and has no number.
        own = number + 1 if reference.form == TENTATIVE else 0
        places.setdefault((reference.element, own), []).append(reference)
    return (tuple(forms) for forms in places.values())


def _sample(place: _Place, presence: Presence) -> Sample:
    there = next((form for form in place.forms if presence.holds(form)), None)
    shown = there or next((form for form in place.forms if form.form == PRIMARY), place.forms[0])
    return Sample(place.row_key, place.value, shown.bucket or "", shown.key, there is not None, shown.problem)


def _telling(samples: Sequence[Sample], limit: int) -> tuple[Sample, ...]:
    """The first few, with some that name nothing among them when there are such."""
    missed = [number for number, sample in enumerate(samples) if not sample.found][: min(_MISSES, limit)]
    there = [number for number, sample in enumerate(samples) if sample.found][: limit - len(missed)]
    rest = [number for number in range(len(samples)) if number not in {*missed, *there}]
    chosen = [*missed, *there, *rest][:limit]
    return tuple(samples[number] for number in sorted(chosen))


def _is_heavy(value: Value) -> bool:
    return isinstance(value, str | bytes) and len(value) > _LONGEST
