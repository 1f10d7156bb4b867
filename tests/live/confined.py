"""A store that shows only two buckets of its own and a corner of the quarantine, whatever else the project holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from core.errors import Refused
from core.models import QUARANTINE, Attributes, Bucket, Move, Object, ObjectPage, Outcome
from core.ports import BucketLimits, ObjectStore, SignedLink, StoreLimits
from core.progress import Report, silent


class ConfinedStore:
    """An `ObjectStore` in which the bucket `photos` goes by another name, and keys of the quarantine begin with it."""

    def __init__(self, store: ObjectStore, own: str) -> None:
        self._store = store
        self._own = own
        self._names = {"photos": own, "photos-1": f"{own}-1"}
        self._corner = f"{own}/"

    @property
    def limits(self) -> StoreLimits:
        return replace(self._store.limits, key_bytes=self._store.limits.key_bytes - len(self._corner))

    async def now(self) -> datetime:
        return await self._store.now()

    async def buckets(self) -> tuple[Bucket, ...]:
        found = {bucket.name: bucket for bucket in await self._store.buckets()}
        return tuple(replace(found[name], name=ours) for ours, name in self._names.items() if name in found)

    async def bucket(self, name: str) -> Bucket:
        return replace(await self._store.bucket(self._there(name)), name=name)

    async def create_bucket(self, bucket: Bucket) -> Bucket:
        raise Refused("Nothing new is made in a project that was lent.")

    async def update_bucket(
        self, name: str, *, public: bool | None = None, limits: BucketLimits | None = None
    ) -> Bucket:
        return replace(await self._store.update_bucket(self._there(name), public=public, limits=limits), name=name)

    async def drop_bucket(self, name: str) -> None:
        raise Refused("No bucket of a project that was lent is removed.")

    async def register_bucket(self, name: str, family: str) -> bool:
        return False

    async def registered_buckets(self) -> frozenset[str] | None:
        return None

    async def list_objects(
        self, bucket: str, *, prefix: str = "", cursor: str | None = None, limit: int | None = None
    ) -> ObjectPage:
        page = await self._store.list_objects(
            self._there(bucket), prefix=self._key(bucket, prefix), cursor=cursor, limit=limit
        )
        return replace(page, items=tuple(self._here(one) for one in page.items))

    async def stat(self, bucket: str, keys: Sequence[str]) -> tuple[Object | None, ...]:
        found = await self._store.stat(self._there(bucket), self._keys(bucket, keys))
        return tuple(None if one is None else self._here(one) for one in found)

    def proves_absence(self, bucket: str) -> bool:
        return self._store.proves_absence(self._there(bucket))

    async def content_hashes(self, bucket: str, keys: Sequence[str]) -> tuple[str | None, ...]:
        return await self._store.content_hashes(self._there(bucket), self._keys(bucket, keys))

    async def attributes(self, bucket: str, keys: Sequence[str]) -> tuple[Attributes | None, ...]:
        return await self._store.attributes(self._there(bucket), self._keys(bucket, keys))

    async def move(self, moves: Sequence[Move]) -> tuple[Outcome, ...]:
        found = await self._store.move(
            [
                Move(
                    self._there(one.bucket),
                    self._key(one.bucket, one.key),
                    self._there(one.to_bucket),
                    self._key(one.to_bucket, one.to_key),
                    one.version,
                )
                for one in moves
            ]
        )
        return tuple(one if one.object is None else replace(one, object=self._here(one.object)) for one in found)

    async def remove(self, bucket: str, keys: Sequence[str]) -> tuple[Outcome, ...]:
        return await self._store.remove(self._there(bucket), self._keys(bucket, keys))

    async def upload(
        self, bucket: str, key: str, path: Path, attributes: Attributes, report: Report = silent
    ) -> Object:
        return self._here(
            await self._store.upload(self._there(bucket), self._key(bucket, key), path, attributes, report)
        )

    async def download(self, bucket: str, key: str, path: Path) -> Object:
        return self._here(await self._store.download(self._there(bucket), self._key(bucket, key), path))

    async def read(self, bucket: str, key: str, limit_bytes: int) -> bytes:
        return await self._store.read(self._there(bucket), self._key(bucket, key), limit_bytes)

    async def sign(self, bucket: str, keys: Sequence[str], seconds: int) -> tuple[SignedLink, ...]:
        return await self._store.sign(self._there(bucket), self._keys(bucket, keys), seconds)

    async def close(self) -> None:
        await self._store.close()

    def _there(self, bucket: str) -> str:
        return self._names.get(bucket, bucket)

    def _key(self, bucket: str, key: str) -> str:
        return self._corner + key if bucket == QUARANTINE else key

    def _keys(self, bucket: str, keys: Sequence[str]) -> list[str]:
        return [self._key(bucket, key) for key in keys]

    def _here(self, one: Object) -> Object:
        if one.bucket == QUARANTINE:
            return replace(one, key=one.key.removeprefix(self._corner))
        names = {there: here for here, there in self._names.items()}
        return replace(one, bucket=names.get(one.bucket, one.bucket))
