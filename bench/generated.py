"""Storage and catalog that make up a million objects and rows while they are read, and hold none of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.errors import NotFound
from core.models import (
    Attributes,
    Bucket,
    Column,
    Move,
    Object,
    ObjectPage,
    Outcome,
    Row,
    RowChange,
    RowKey,
    RowPage,
    Table,
    Value,
)
from core.ports import StoreLimits
from core.profiles import Profile, ReferenceColumn, Source

BUCKET = "images"
TABLE = "parts"
NOW = datetime(2026, 3, 10, tzinfo=UTC)
OLD = datetime(2026, 1, 1, tzinfo=UTC)


def key_of(number: int) -> str:
    """The key of object `number`; numbers and keys have the same order."""
    return f"2026/{number // 1000:04d}/IMG-{number:07d}.jpg"


@dataclass(slots=True)
class World:
    """`count` objects and `count` rows: every `step`-th object has no row, every `step`-th row no object. With `step`
    1 nothing fits anything."""

    count: int
    step: int = 100

    def object_key(self, number: int) -> str:
        """The key of an object."""
        return key_of(2 * number + (number % self.step == 0))

    def row_path(self, number: int) -> str:
        """What a row names; rows are in another order than the keys, as they are in life."""
        number = number * 7919 % self.count if self.count % 7919 else number
        return "gone/" * (number % self.step == 0) + key_of(2 * number)


class GeneratedStore:
    """One bucket of made-up objects."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def limits(self) -> StoreLimits:
        return StoreLimits(page_size=1000, batch_size=1000, key_bytes=1024, lists_etags=True)

    async def now(self) -> datetime:
        return NOW

    async def buckets(self) -> tuple[Bucket, ...]:
        return (Bucket(BUCKET),)

    async def bucket(self, name: str) -> Bucket:
        if name != BUCKET:
            raise NotFound(f"There is no bucket “{name}”.")
        return Bucket(name)

    async def list_objects(
        self, bucket: str, *, prefix: str = "", cursor: str | None = None, limit: int | None = None
    ) -> ObjectPage:
        first = int(cursor or 0)
        last = min(first + 1000, self._world.count)
        items = (self._object(number) for number in range(first, last))
        return ObjectPage(tuple(items), str(last) if last < self._world.count else None)

    def _object(self, number: int) -> Object:
        etag = f"{number:032x}"
        key = self._world.object_key(number)
        return Object(BUCKET, key, 20_000 + number % 5000, "image/jpeg", etag, etag[:12], OLD)

    async def stat(self, bucket: str, keys: Sequence[str]) -> tuple[Object | None, ...]:
        raise AssertionError("no scan asks for this")

    def proves_absence(self, bucket: str) -> bool:
        return True

    async def content_hashes(self, bucket: str, keys: Sequence[str]) -> tuple[str | None, ...]:
        raise AssertionError("no scan asks for this")

    async def attributes(self, bucket: str, keys: Sequence[str]) -> tuple[Attributes | None, ...]:
        raise AssertionError("no scan asks for this")

    async def move(self, moves: Sequence[Move]) -> tuple[Outcome, ...]:
        raise AssertionError("no scan asks for this")

    async def remove(self, bucket: str, keys: Sequence[str]) -> tuple[Outcome, ...]:
        raise AssertionError("no scan asks for this")

    async def upload(self, bucket: str, key: str, path: Path, attributes: Attributes) -> Object:
        raise AssertionError("no scan asks for this")

    async def download(self, bucket: str, key: str, path: Path) -> Object:
        raise AssertionError("no scan asks for this")

    async def read(self, bucket: str, key: str, limit_bytes: int) -> bytes:
        raise AssertionError("no scan asks for this")

    async def close(self) -> None:
        pass


class GeneratedCatalog:
    """One table of made-up rows."""

    page_size = 1000

    def __init__(self, world: World) -> None:
        self._world = world

    async def tables(self) -> tuple[Table, ...]:
        return (await self.table(TABLE),)

    async def table(self, name: str) -> Table:
        columns = (Column("id", "INTEGER", False, False, False), Column("path", "TEXT", True, False, True))
        return Table(TABLE, columns, ("id",), (), False)

    async def check_key(self, table: str, key: Sequence[str]) -> None:
        pass

    async def read(
        self,
        table: str,
        key: Sequence[str],
        columns: Sequence[str],
        after: RowKey | None = None,
        limit: int | None = None,
    ) -> RowPage:
        first = int(str(after[0])) + 1 if after else 0
        last = min(first + 1000, self._world.count)
        rows = tuple(Row((n,), self._row(n)) for n in range(first, last))
        return RowPage(rows, (last - 1,) if last < self._world.count else None)

    def _row(self, number: int) -> dict[str, Value]:
        return {"path": self._world.row_path(number), "made": "2026-01-01T00:00:00Z"}

    async def count(self, table: str) -> int:
        return self._world.count

    async def rows(self, table: str, key: Sequence[str], keys: Sequence[RowKey]) -> tuple[Row | None, ...]:
        raise AssertionError("no scan asks for this")

    async def find(
        self, table: str, key: Sequence[str], column: str, values: Sequence[str]
    ) -> tuple[tuple[RowKey, str], ...]:
        raise AssertionError("no scan asks for this")

    async def dependents(self, table: str, row: Row) -> tuple[tuple[str, tuple[str, ...], Row, str], ...]:
        raise AssertionError("no scan asks for this")

    async def change(self, changes: Sequence[RowChange]) -> tuple[Outcome, ...]:
        raise AssertionError("no scan asks for this")

    async def add_rows(self, table: str, rows: Sequence[Mapping[str, Value]]) -> tuple[Outcome, ...]:
        raise AssertionError("no scan asks for this")

    async def update_rows(self, changes: Sequence[RowChange]) -> tuple[Outcome, ...]:
        raise AssertionError("no scan asks for this")

    async def change_token(self) -> str | None:
        return "same"

    async def close(self) -> None:
        pass


def profile(folder: Path) -> Profile:
    """The profile that maps the table to the bucket."""
    source = Source(
        name=TABLE,
        table=TABLE,
        key=("id",),
        columns=(ReferenceColumn("path", "path"),),
        describes=True,
        bucket=BUCKET,
        time_column="made",
    )
    return Profile("generated", "local", folder / "storage", folder / "catalog.db", sources=(source,))
