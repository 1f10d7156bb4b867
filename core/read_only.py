"""A storage and a catalog that are only looked at: every write is refused, whoever asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from core.capacity.models import Sample
from core.errors import Refused
from core.models import (
    Attributes,
    Bucket,
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
from core.ports import BucketLimits, Catalog, ObjectStore, SignedLink, StoreLimits
from core.profiles import Profile
from core.progress import Report, silent


def check_writable(profile: Profile) -> None:
    """Raises `Refused` when nothing may be changed in the project of this profile."""
    if profile.read_only:
        raise refusal(profile.name)


def refusal(name: str) -> Refused:
    """What whoever wants to write into a read-only project is told."""
    return Refused(
        f"“{name}” is read-only, so nothing there is changed.",
        "Switch “read only” off in its profile, if you mean to change it.",
    )


class ReadOnlyStore:
    """An `ObjectStore` over another; only looking passes."""

    def __init__(self, store: ObjectStore, name: str) -> None:
        self._store = store
        self._name = name

    @property
    def limits(self) -> StoreLimits:
        """What one call may ask."""
        return self._store.limits

    async def now(self) -> datetime:
        """The service's own clock."""
        return await self._store.now()

    async def buckets(self) -> tuple[Bucket, ...]:
        """All buckets but the quarantine."""
        return await self._store.buckets()

    async def bucket(self, name: str) -> Bucket:
        """One bucket."""
        return await self._store.bucket(name)

    async def create_bucket(self, bucket: Bucket) -> Bucket:
        """Raises `Refused`."""
        raise refusal(self._name)

    async def update_bucket(
        self, name: str, *, public: bool | None = None, limits: BucketLimits | None = None
    ) -> Bucket:
        """Raises `Refused`."""
        raise refusal(self._name)

    async def drop_bucket(self, name: str) -> None:
        """Raises `Refused`."""
        raise refusal(self._name)

    async def register_bucket(self, name: str, family: str) -> bool:
        """Raises `Refused`."""
        raise refusal(self._name)

    async def registered_buckets(self) -> frozenset[str] | None:
        """The buckets in which the rights of the project's people hold."""
        return await self._store.registered_buckets()

    async def list_objects(
        self, bucket: str, *, prefix: str = "", cursor: str | None = None, limit: int | None = None
    ) -> ObjectPage:
        """One page of objects."""
        return await self._store.list_objects(bucket, prefix=prefix, cursor=cursor, limit=limit)

    async def stat(self, bucket: str, keys: Sequence[str]) -> tuple[Object | None, ...]:
        """Each key's object."""
        return await self._store.stat(bucket, keys)

    def proves_absence(self, bucket: str) -> bool:
        """Whether what is not found is not there."""
        return self._store.proves_absence(bucket)

    async def content_hashes(self, bucket: str, keys: Sequence[str]) -> tuple[str | None, ...]:
        """The hash of each object's bytes."""
        return await self._store.content_hashes(bucket, keys)

    async def attributes(self, bucket: str, keys: Sequence[str]) -> tuple[Attributes | None, ...]:
        """What the store keeps beside the bytes."""
        return await self._store.attributes(bucket, keys)

    async def move(self, moves: Sequence[Move]) -> tuple[Outcome, ...]:
        """Raises `Refused`."""
        raise refusal(self._name)

    async def remove(self, bucket: str, keys: Sequence[str]) -> tuple[Outcome, ...]:
        """Raises `Refused`."""
        raise refusal(self._name)

    async def upload(
        self, bucket: str, key: str, path: Path, attributes: Attributes, report: Report = silent
    ) -> Object:
        """Raises `Refused`."""
        raise refusal(self._name)

    async def download(self, bucket: str, key: str, path: Path) -> Object:
        """Writes an object's bytes to a new file here."""
        return await self._store.download(bucket, key, path)

    async def read(self, bucket: str, key: str, limit_bytes: int) -> bytes:
        """The first bytes of an object."""
        return await self._store.read(bucket, key, limit_bytes)

    async def sign(self, bucket: str, keys: Sequence[str], seconds: int) -> tuple[SignedLink, ...]:
        """Links to objects; making one changes nothing in the project."""
        return await self._store.sign(bucket, keys, seconds)

    async def usage(self) -> tuple[Sample, ...]:
        """What every bucket holds now."""
        return await self._store.usage()

    async def usage_history(self, since: datetime) -> tuple[Sample, ...]:
        """What every bucket held."""
        return await self._store.usage_history(since)

    async def close(self) -> None:
        """Lets go of everything."""
        await self._store.close()


class ReadOnlyCatalog:
    """A `Catalog` over another; only looking passes."""

    def __init__(self, catalog: Catalog, name: str) -> None:
        self._catalog = catalog
        self._name = name

    @property
    def page_size(self) -> int:
        """Most rows that one read returns."""
        return self._catalog.page_size

    async def tables(self) -> tuple[Table, ...]:
        """Every table."""
        return await self._catalog.tables()

    async def table(self, name: str) -> Table:
        """One table."""
        return await self._catalog.table(name)

    async def check_key(self, table: str, key: Sequence[str]) -> None:
        """Raises `Unreadable` unless this is a key."""
        await self._catalog.check_key(table, key)

    async def read(
        self,
        table: str,
        key: Sequence[str],
        columns: Sequence[str],
        after: RowKey | None = None,
        limit: int | None = None,
    ) -> RowPage:
        """One page of rows."""
        return await self._catalog.read(table, key, columns, after, limit)

    async def count(self, table: str) -> int:
        """How many rows there are."""
        return await self._catalog.count(table)

    async def rows(self, table: str, key: Sequence[str], keys: Sequence[RowKey]) -> tuple[Row | None, ...]:
        """Whole rows."""
        return await self._catalog.rows(table, key, keys)

    async def find(
        self, table: str, key: Sequence[str], column: str, values: Sequence[str]
    ) -> tuple[tuple[RowKey, str], ...]:
        """Rows whose column equals one of the values."""
        return await self._catalog.find(table, key, column, values)

    async def dependents(self, table: str, row: Row) -> tuple[tuple[str, tuple[str, ...], Row, str], ...]:
        """Rows that point at this one."""
        return await self._catalog.dependents(table, row)

    async def change(self, changes: Sequence[RowChange]) -> tuple[Outcome, ...]:
        """Raises `Refused`."""
        raise refusal(self._name)

    async def add_rows(self, table: str, rows: Sequence[Mapping[str, Value]]) -> tuple[Outcome, ...]:
        """Raises `Refused`."""
        raise refusal(self._name)

    async def update_rows(self, changes: Sequence[RowChange]) -> tuple[Outcome, ...]:
        """Raises `Refused`."""
        raise refusal(self._name)

    async def change_token(self) -> str | None:
        """Differs when anybody else committed in between."""
        return await self._catalog.change_token()

    async def close(self) -> None:
        """Lets go of everything."""
        await self._catalog.close()
