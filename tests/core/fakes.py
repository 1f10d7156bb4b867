"""Storage and catalog in memory, with control of pages, clock and failures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.errors import NotFound, ServiceError, Unavailable, Unreadable
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
    Unlisted,
    Value,
)
from core.ports import StoreLimits

NOW = datetime(2026, 3, 10, 14, 2, tzinfo=UTC)
OLD = NOW - timedelta(days=30)
PageFault = Callable[[int, ObjectPage], ObjectPage]


class FakeStore:
    """Buckets of objects in memory. `page_fault` may change each page (its number, the page) or raise; `now_is` is the
    service's clock; `vanished` buckets list as empty and cannot be asked for; of what is in `shows_a_part`,
    row level security may hide objects."""

    def __init__(self, objects: Mapping[str, Iterable[str]] | None = None, *, lists_etags: bool = False) -> None:
        self.objects: dict[str, dict[str, Object]] = {}
        self.contents: dict[tuple[str, str], bytes] = {}
        self.now_is = NOW
        self.page_fault: PageFault = lambda number, page: page
        self.vanished: set[str] = set()
        self.shows_a_part: set[str] = set()
        self.unlisted: dict[str, tuple[Unlisted, ...]] = {}
        self.pages_served = 0
        self.hashed: list[str] = []
        self._limits = StoreLimits(page_size=3, batch_size=4, key_bytes=1024, lists_etags=lists_etags)
        for bucket, keys in (objects or {}).items():
            self.objects[bucket] = {}
            for key in keys:
                self.put(bucket, key)

    def put(
        self,
        bucket: str,
        key: str,
        content: bytes | None = None,
        changed: datetime | None = OLD,
        type_: str = "image/png",
    ) -> None:
        """Stores an object; its content is its own key, so that no two are equal by chance."""
        content = f"{bucket}/{key}".encode(errors="surrogateescape") if content is None else content
        digest = hashlib.sha256(content).hexdigest()
        version = hashlib.sha256(f"{digest}{changed}".encode()).hexdigest()[:12]
        etag = digest if self._limits.lists_etags else None
        self.contents[bucket, key] = content
        self.objects.setdefault(bucket, {})[key] = Object(bucket, key, len(content), type_, etag, version, changed)

    def drop(self, bucket: str, key: str) -> None:
        """Removes an object."""
        del self.objects[bucket][key]

    @property
    def limits(self) -> StoreLimits:
        return self._limits

    def with_limits(self, page_size: int, batch_size: int) -> FakeStore:
        """The same store with other limits."""
        self._limits = replace(self._limits, page_size=page_size, batch_size=batch_size)
        return self

    async def now(self) -> datetime:
        return self.now_is

    async def buckets(self) -> tuple[Bucket, ...]:
        return tuple(Bucket(name) for name in sorted(self.objects) if name not in self.vanished)

    async def bucket(self, name: str) -> Bucket:
        if name not in self.objects or name in self.vanished:
            raise NotFound(f"There is no bucket “{name}”.")
        return Bucket(name)

    async def list_objects(
        self, bucket: str, *, prefix: str = "", cursor: str | None = None, limit: int | None = None
    ) -> ObjectPage:
        keys = sorted(k for k in self.objects.get(bucket, {}) if k.startswith(prefix) and k > (cursor or ""))
        size = min(limit or self._limits.page_size, self._limits.page_size)
        some = keys[:size]
        items = tuple(self.objects[bucket][k] for k in some)
        unlisted = self.unlisted.get(bucket, ()) if cursor is None else ()
        page = ObjectPage(items, some[-1] if len(keys) > size else None, unlisted)
        self.pages_served += 1
        return self.page_fault(self.pages_served, page)

    async def stat(self, bucket: str, keys: Sequence[str]) -> tuple[Object | None, ...]:
        return tuple(self.objects.get(bucket, {}).get(key) for key in keys)

    def proves_absence(self, bucket: str) -> bool:
        return bucket not in self.shows_a_part

    async def content_hashes(self, bucket: str, keys: Sequence[str]) -> tuple[str | None, ...]:
        assert len(keys) <= self._limits.batch_size
        self.hashed += keys
        return tuple(hashlib.sha256(self.contents[bucket, key]).hexdigest() for key in keys)

    async def attributes(self, bucket: str, keys: Sequence[str]) -> tuple[Attributes | None, ...]:
        return tuple(Attributes() if key in self.objects.get(bucket, {}) else None for key in keys)

    async def move(self, moves: Sequence[Move]) -> tuple[Outcome, ...]:
        raise NotImplementedError

    async def remove(self, bucket: str, keys: Sequence[str]) -> tuple[Outcome, ...]:
        raise NotImplementedError

    async def upload(self, bucket: str, key: str, path: Path, attributes: Attributes) -> Object:
        raise NotImplementedError

    async def download(self, bucket: str, key: str, path: Path) -> Object:
        raise NotImplementedError

    async def read(self, bucket: str, key: str, limit_bytes: int) -> bytes:
        return self.contents[bucket, key][:limit_bytes]

    async def close(self) -> None:
        pass


@dataclass(slots=True)
class FakeTable:
    """Rows by key, as dicts; the first column is the key."""

    columns: tuple[str, ...]
    rows: list[dict[str, Value]] = field(default_factory=list)
    readable: bool = True

    @property
    def described(self) -> tuple[Column, ...]:
        return tuple(Column(name, "TEXT", True, False, True) for name in self.columns) if self.readable else ()


class FakeCatalog:
    """Tables in memory. `on_read` is called before each page and may raise or change rows, `page_fault` may change the
    page; `token` may be moved, or be None: then nothing tells of changes."""

    def __init__(self, tables: Mapping[str, FakeTable] | None = None, page_size: int = 4) -> None:
        self.content = dict(tables or {})
        self.token: int | None = 0
        self.page_fault: Callable[[RowPage], RowPage] = lambda page: page
        self.on_read: Callable[[str, int], None] = lambda table, page: None
        self.pages_served = 0
        self._page_size = page_size

    def add(self, table: str, *rows: Mapping[str, Value]) -> None:
        """Adds a table with these rows; all have the columns of the first."""
        self.content[table] = FakeTable(tuple(rows[0]), [dict(row) for row in rows])

    @property
    def page_size(self) -> int:
        return self._page_size

    def _table(self, name: str) -> FakeTable:
        if name not in self.content:
            raise NotFound(f"There is no table “{name}”.")
        return self.content[name]

    async def tables(self) -> tuple[Table, ...]:
        return tuple([await self.table(name) for name in sorted(self.content)])

    async def table(self, name: str) -> Table:
        table = self._table(name)
        return Table(name, table.described, table.columns[:1], (), False)

    async def check_key(self, table: str, key: Sequence[str]) -> None:
        content = self._table(table)
        for name in key:
            if name not in content.columns:
                raise NotFound(f"The table {table} has no column “{name}”.")
        keys = [tuple(row[name] for name in key) for row in content.rows]
        if len(set(keys)) < len(keys) or any(None in k for k in keys):
            raise Unreadable(f"The key of {table} is not unique.")

    async def read(
        self,
        table: str,
        key: Sequence[str],
        columns: Sequence[str],
        after: RowKey | None = None,
        limit: int | None = None,
    ) -> RowPage:
        self.pages_served += 1
        self.on_read(table, self.pages_served)
        content = self._table(table)
        for name in columns:
            if name not in content.columns:
                raise NotFound(f"The table {table} has no column “{name}”.")
        rows = sorted(
            (Row(tuple(row[n] for n in key), {n: row[n] for n in columns}) for row in content.rows),
            key=lambda row: [(str(type(v)), v) for v in row.key],
        )
        order = [(str(type(v)), v) for v in after] if after is not None else None
        rest = [r for r in rows if order is None or [(str(type(v)), v) for v in r.key] > order]
        size = min(limit or self._page_size, self._page_size)
        return self.page_fault(RowPage(tuple(rest[:size]), rest[size - 1].key if len(rest) > size else None))

    async def count(self, table: str) -> int:
        return len(self._table(table).rows)

    async def rows(self, table: str, key: Sequence[str], keys: Sequence[RowKey]) -> tuple[Row | None, ...]:
        found = {tuple(row[n] for n in key): row for row in self._table(table).rows}
        return tuple(Row(k, found[k]) if k in found else None for k in keys)

    async def find(
        self, table: str, key: Sequence[str], column: str, values: Sequence[str]
    ) -> tuple[tuple[RowKey, str], ...]:
        return tuple(
            (tuple(row[n] for n in key), str(row[column])) for row in self._table(table).rows if row[column] in values
        )

    async def dependents(self, table: str, row: Row) -> tuple[tuple[str, tuple[str, ...], Row, str], ...]:
        return ()

    async def change(self, changes: Sequence[RowChange]) -> tuple[Outcome, ...]:
        raise NotImplementedError

    async def add_rows(self, table: str, rows: Sequence[Mapping[str, Value]]) -> tuple[Outcome, ...]:
        raise NotImplementedError

    async def update_rows(self, changes: Sequence[RowChange]) -> tuple[Outcome, ...]:
        raise NotImplementedError

    async def change_token(self) -> str | None:
        return str(self.token) if self.token is not None else None

    async def close(self) -> None:
        pass


def failing(error: ServiceError, at: int) -> PageFault:
    """A page fault that raises at one page."""

    def fail(number: int, page: ObjectPage) -> ObjectPage:
        if number == at:
            raise error
        return page

    return fail


async def out_of_reach(bucket: str, keys: Sequence[str]) -> tuple[Object | None, ...]:
    """Stands for `stat` of a storage that cannot be asked."""
    raise Unavailable("The storage took too long.")
