"""The storage of a Supabase project as an `ObjectStore`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from core.capabilities import Capabilities
from core.capacity.models import Sample
from core.clients.supabase import downloads, links
from core.clients.supabase.arrivals import Arrivals
from core.clients.supabase.asking import Asking
from core.clients.supabase.bucket_changes import BucketChanges
from core.clients.supabase.buckets import Buckets
from core.clients.supabase.keys import KEY_BYTES
from core.clients.supabase.listing import Listing
from core.clients.supabase.moves import Moves
from core.clients.supabase.patience import read_date
from core.clients.supabase.registry import Registry
from core.clients.supabase.removals import Removals
from core.clients.supabase.session import Session
from core.clients.supabase.uploads import Uploads
from core.clients.supabase.use import Use
from core.errors import NotFound, PreconditionFailed, Refused, Unavailable, Unreadable, Usage
from core.models import QUARANTINE, Attributes, Bucket, Move, Object, ObjectPage, Outcome
from core.parallel import side_by_side
from core.ports import BucketLimits, SignedLink, StoreLimits
from core.progress import Report, silent

_BATCH = 1_000
_HASHES_AT_ONCE = 8


class SupabaseStore:
    """Asks by the project's own functions where `capabilities` has them, else by the plain API: the same answers, more
    slowly, and a listing says when it may not be shown everything. Closing it closes the session."""

    def __init__(self, session: Session, capabilities: Capabilities, *, read_only: bool = False) -> None:
        self._session = session
        self._listing = Listing(session, capabilities)
        self._asking = Asking(session, capabilities)
        self._arrivals = Arrivals(self._asking)
        self._buckets = Buckets(session, is_service=capabilities.is_service)
        self._changes = BucketChanges(session, self._buckets, is_set_up=bool(capabilities.version))
        self._registry = Registry(session, capabilities)
        self._moves = Moves(session, self._asking, self._buckets)
        self._removals = Removals(session, self._asking)
        self._uploads = Uploads(session, self._arrivals, self._buckets)
        self._use = Use(session, capabilities, notes=not read_only)
        self._closed = False

    @property
    def limits(self) -> StoreLimits:
        return StoreLimits(self._listing.size, _BATCH, KEY_BYTES, lists_etags=True)

    async def now(self) -> datetime:
        self._check_open()
        answer = await self._session.storage("GET", "/bucket", params={"limit": "1"})
        found = read_date(answer.headers.get("date", ""))
        if found is None:
            raise Unreadable("The service does not tell its time, and ages are counted by it.")
        return found

    async def buckets(self) -> tuple[Bucket, ...]:
        self._check_open()
        return await self._buckets.all()

    async def bucket(self, name: str) -> Bucket:
        self._check_open()
        return await self._buckets.one(name)

    async def create_bucket(self, bucket: Bucket) -> Bucket:
        self._check_open()
        return await self._changes.create(bucket)

    async def update_bucket(
        self, name: str, *, public: bool | None = None, limits: BucketLimits | None = None
    ) -> Bucket:
        self._check_open()
        return await self._changes.update(name, public, limits)

    async def drop_bucket(self, name: str) -> None:
        self._check_open()
        await self._changes.drop(name)
        await self._registry.forget(name)

    async def register_bucket(self, name: str, family: str) -> bool:
        self._check_open()
        await self._buckets.one(name)
        return await self._registry.add(name, family)

    async def registered_buckets(self) -> frozenset[str] | None:
        self._check_open()
        return await self._registry.names()

    async def list_objects(
        self, bucket: str, *, prefix: str = "", cursor: str | None = None, limit: int | None = None
    ) -> ObjectPage:
        self._check_open()
        most = self._listing.size
        if limit is not None and not 1 <= limit <= most:
            raise Usage(f"A page holds 1 to {most:,} objects, not {limit:,}.")
        return await self._listing.page(bucket, prefix, cursor or "", limit or most)

    async def stat(self, bucket: str, keys: Sequence[str]) -> tuple[Object | None, ...]:
        self._check_batch(keys)
        return await self._asking.objects(bucket, keys)

    def proves_absence(self, bucket: str) -> bool:
        return self._asking.proves_absence(bucket)

    async def content_hashes(self, bucket: str, keys: Sequence[str]) -> tuple[str | None, ...]:
        self._check_batch(keys)
        works = [lambda key=key: self._hash(bucket, key) for key in keys]
        return tuple(await side_by_side(works, _HASHES_AT_ONCE))

    async def attributes(self, bucket: str, keys: Sequence[str]) -> tuple[Attributes | None, ...]:
        self._check_batch(keys)
        return await self._asking.attributes(bucket, keys)

    async def move(self, moves: Sequence[Move]) -> tuple[Outcome, ...]:
        self._check_batch(moves)
        return await self._moves.run(moves)

    async def remove(self, bucket: str, keys: Sequence[str]) -> tuple[Outcome, ...]:
        if bucket != QUARANTINE:
            raise Refused(f"Objects of {bucket} are not deleted for good; only what is in the quarantine can be.")
        self._check_batch(keys)
        return await self._removals.run(keys)

    async def upload(
        self, bucket: str, key: str, path: Path, attributes: Attributes, report: Report = silent
    ) -> Object:
        self._check_open()
        if bucket == QUARANTINE:
            await self._buckets.make_quarantine()
        return await self._uploads.upload(bucket, key, path, attributes, report)

    async def download(self, bucket: str, key: str, path: Path) -> Object:
        self._check_open()
        size = await downloads.download(self._session, bucket, key, path)
        found = (await self._asking.objects(bucket, [key]))[0]
        if found is None:
            raise NotFound(f"{bucket}/{key} is not there any more.")
        if found.size_bytes != size:
            raise PreconditionFailed(f"{bucket}/{key} changed while it was being read.", "Try again.")
        return found

    async def read(self, bucket: str, key: str, limit_bytes: int) -> bytes:
        self._check_open()
        return await downloads.read_start(self._session, bucket, key, limit_bytes)

    async def sign(self, bucket: str, keys: Sequence[str], seconds: int) -> tuple[SignedLink, ...]:
        self._check_batch(keys)
        return await links.sign(self._session, bucket, keys, seconds, await self.now())

    async def usage(self) -> tuple[Sample, ...]:
        self._check_open()
        return await self._use.now()

    async def usage_history(self, since: datetime) -> tuple[Sample, ...]:
        self._check_open()
        return await self._use.history(since)

    async def close(self) -> None:
        self._closed = True
        await self._listing.close()
        await self._arrivals.close()
        await self._session.close()

    async def _hash(self, bucket: str, key: str) -> str | None:
        self._check_open()
        try:
            return await downloads.sha256(self._session, bucket, key)
        except PreconditionFailed:
            return None

    def _check_batch(self, items: Sequence[object]) -> None:
        self._check_open()
        if len(items) > _BATCH:
            raise Usage(f"One call takes at most {_BATCH:,} keys, not {len(items):,}.")

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("The storage has been closed.")
