"""What Bucketdesk asks of a storage and of a catalog, whoever provides them.

Every method may raise `ServiceError`. A bulk call raises only when nothing of it was done, or `Unavailable` when nobody
can tell (repeating it is harmless then); otherwise it returns one result per item, in order. Implementations live in
`core/clients/`; `tests/contracts/` holds what they must satisfy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from core.capacity.models import Sample
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
from core.progress import Report, silent

DIGEST = "bucketdesk_sha256"
"""The name in an object's metadata under which a store may keep the hash of its bytes, as they were uploaded."""


def promised_hash(attributes: Attributes) -> str:
    """The hash that the bytes of a new object are promised to have; '' where none is said. Of an object that is put
    back (its attributes carry its times) nothing is promised."""
    is_new = attributes.created is None and attributes.updated is None
    return attributes.metadata.get(DIGEST, "") if is_new else ""


@dataclass(frozen=True, slots=True)
class StoreLimits:
    """What one call may ask of a store. `key_bytes` bounds a key's UTF-8 length. `lists_etags`: listings carry an etag
    (else ask `content_hashes`). `sets_buckets`: buckets are public or private and can be told what they take."""

    page_size: int
    batch_size: int
    key_bytes: int
    lists_etags: bool
    sets_buckets: bool = True


@dataclass(frozen=True, slots=True)
class BucketLimits:
    """What a bucket takes: files of at most `size_bytes` (None: any size), of these types (empty: any)."""

    size_bytes: int | None = None
    mime_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedLink:
    """An address that opens an object to anybody until `expires`. Without a `url`, `reason` says why there is none."""

    key: str
    url: str = ""
    expires: datetime | None = None
    reason: str = ""


class ObjectStore(Protocol):
    """Buckets of objects. The bucket named `bucketdesk-quarantine` always exists for moves; it is private, holds any
    key, and is not among `buckets()`. Only from it can objects be removed for good."""

    @property
    def limits(self) -> StoreLimits:
        """What one call may ask."""
        ...

    async def now(self) -> datetime:
        """The service's own clock, UTC; the only clock that ages are counted by."""
        ...

    async def buckets(self) -> tuple[Bucket, ...]:
        """All buckets but the quarantine, by name."""
        ...

    async def bucket(self, name: str) -> Bucket:
        """One bucket. Raises `NotFound`: a listing of a missing bucket is empty, not an error."""
        ...

    async def create_bucket(self, bucket: Bucket) -> Bucket:
        """Makes an empty bucket with these settings. Raises `AlreadyExists`: of several who make one at once, one does;
        `NotAllowed` with the right that is missing, `InvalidName`, and `Refused` for settings that it cannot have."""
        ...

    async def update_bucket(
        self, name: str, *, public: bool | None = None, limits: BucketLimits | None = None
    ) -> Bucket:
        """Changes settings; None leaves them. The bucket as it is then. Raises as `create_bucket`, and `NotFound`."""
        ...

    async def drop_bucket(self, name: str) -> None:
        """Removes a bucket that holds nothing. Raises `Refused` for one that does, `NotFound`, `NotAllowed`."""
        ...

    async def register_bucket(self, name: str, family: str) -> bool:
        """Sees to it that the rights of the project's people hold in a bucket. False where the project has no register
        of buckets, so that its own policies decide. Raises `NotFound`, `NotAllowed`."""
        ...

    async def registered_buckets(self) -> frozenset[str] | None:
        """The buckets in which the rights of the project's people hold; None where there is no such register, or it may
        not be read."""
        ...

    async def list_objects(
        self, bucket: str, *, prefix: str = "", cursor: str | None = None, limit: int | None = None
    ) -> ObjectPage:
        """One page in bytewise order of key, everything under `prefix`, flat. At most `limits.page_size`."""
        ...

    async def stat(self, bucket: str, keys: Sequence[str]) -> tuple[Object | None, ...]:
        """Each key's object as it is now, None where there is none. At most `limits.batch_size` keys."""
        ...

    def proves_absence(self, bucket: str) -> bool:
        """Whether None of the last `stat` in a bucket means that there is no such object, and not that this reader may
        not see it."""
        ...

    async def content_hashes(self, bucket: str, keys: Sequence[str]) -> tuple[str | None, ...]:
        """The SHA-256 (hex) of each object's bytes, read now, None where it is absent or unreadable. At most
        `batch_size`."""
        ...

    async def attributes(self, bucket: str, keys: Sequence[str]) -> tuple[Attributes | None, ...]:
        """What the store keeps beside the bytes. At most `limits.batch_size` keys."""
        ...

    async def move(self, moves: Sequence[Move]) -> tuple[Outcome, ...]:
        """Moves each object with its attributes and times; never overwrites. DRIFTED where the version differs, the
        object is gone or the target exists; repeating a finished or half-done move is DONE. At most `batch_size`."""
        ...

    async def remove(self, bucket: str, keys: Sequence[str]) -> tuple[Outcome, ...]:
        """Deletes for good, only from the quarantine: raises `Refused` for any other bucket. SKIPPED where absent."""
        ...

    async def upload(
        self, bucket: str, key: str, path: Path, attributes: Attributes, report: Report = silent
    ) -> Object:
        """Stores a file under a new key; `report` counts bytes. Raises `AlreadyExists`: never overwrites."""
        ...

    async def download(self, bucket: str, key: str, path: Path) -> Object:
        """Writes an object's bytes to a new file: complete and synced, or not at all. Raises `NotFound`."""
        ...

    async def read(self, bucket: str, key: str, limit_bytes: int) -> bytes:
        """At most the first `limit_bytes` of an object."""
        ...

    async def sign(self, bucket: str, keys: Sequence[str], seconds: int) -> tuple[SignedLink, ...]:
        """A link for each key that works for so long, or why there is none. Raises `Refused` where a store has no such
        links. At most `limits.batch_size` keys."""
        ...

    async def usage(self) -> tuple[Sample, ...]:
        """What every bucket holds now, in one light round, and what waits in the quarantine: by the bucket it came
        from, under its `waiting_name`. A bucket that cannot be counted is left out, and one that is counted in part
        says so. Raises `NotFound` where a service has nothing that counts: then only a scan tells."""
        ...

    async def usage_history(self, since: datetime) -> tuple[Sample, ...]:
        """What was noted of buckets from then on, by whoever measured them; nothing where the service keeps none."""
        ...

    async def close(self) -> None:
        """Lets go of everything."""
        ...


class Catalog(Protocol):
    """Tables of rows. Key columns must be unique and not null; keyset order is the catalog's own."""

    @property
    def page_size(self) -> int:
        """Most rows that one read returns."""
        ...

    async def tables(self) -> tuple[Table, ...]:
        """Every table that holds data of the user, by name. One that cannot be described is left out of no list: it
        comes with no columns."""
        ...

    async def table(self, name: str) -> Table:
        """One table. Raises `NotFound`, naming the tables there are."""
        ...

    async def check_key(self, table: str, key: Sequence[str]) -> None:
        """Raises `Unreadable` unless these columns exist, are unique and hold no NULL: else paging loses rows."""
        ...

    async def read(
        self,
        table: str,
        key: Sequence[str],
        columns: Sequence[str],
        after: RowKey | None = None,
        limit: int | None = None,
    ) -> RowPage:
        """One keyset page in order of key, in a short read of its own."""
        ...

    async def count(self, table: str) -> int:
        """How many rows there are now."""
        ...

    async def rows(self, table: str, key: Sequence[str], keys: Sequence[RowKey]) -> tuple[Row | None, ...]:
        """Whole rows with every stored column (identity included, generated ones not), None where absent."""
        ...

    async def find(
        self, table: str, key: Sequence[str], column: str, values: Sequence[str]
    ) -> tuple[tuple[RowKey, str], ...]:
        """Rows whose `column` equals one of the values, as (key, value)."""
        ...

    async def dependents(self, table: str, row: Row) -> tuple[tuple[str, tuple[str, ...], Row, str], ...]:
        """Rows that point at this one: (table, key columns, whole row, on_delete action), one level deep. Raises
        `Unreadable` when they cannot be read or have no usable key."""
        ...

    async def change(self, changes: Sequence[RowChange]) -> tuple[Outcome, ...]:
        """Does each change whole or not at all: compares `before` exactly, touches one row, and refuses (FAILED) what
        would reach further rows by a cascade or a trigger. DRIFTED where the row is not as recorded."""
        ...

    async def add_rows(self, table: str, rows: Sequence[Mapping[str, Value]]) -> tuple[Outcome, ...]:
        """Inserts new rows, each whole or not at all, with the rights of whoever is signed in. What a row leaves out,
        its key too, the catalog fills; the outcome has the whole row. FAILED where the table does not take it. Nothing
        equal is looked for: repeated, it adds a second row. Raises `Unavailable` also where the answer got lost."""
        ...

    async def update_rows(self, changes: Sequence[RowChange]) -> tuple[Outcome, ...]:
        """Updates as `change` does where the rights for that are there; else with those of whoever is signed in, where
        nobody can rule out that somebody else changes the same row at the very same moment."""
        ...

    async def change_token(self) -> str | None:
        """Differs from an earlier one when anybody else committed in between; None when that cannot be told."""
        ...

    async def close(self) -> None:
        """Lets go of everything."""
        ...
