"""What stands at the storage already: under which keys, and whether it is the very file that is to go there."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import NotFound
from core.models import Object
from core.ports import DIGEST, ObjectStore
from core.together import Together


class Standing:
    """Looks keys up in the buckets of a family, those of many files at a time. `buckets` may grow meanwhile."""

    def __init__(self, store: ObjectStore, buckets: Sequence[str]) -> None:
        self._store, self._buckets = store, buckets
        self._asking = Together(self._look, min(500, store.limits.batch_size))

    async def at(self, key: str) -> Object | None:
        """What stands under a key in any of them: a key lives in one bucket of its family. Raises `ServiceError`."""
        return await self._asking.ask(key)

    async def _look(self, keys: list[str]) -> list[Object | None]:
        found: dict[str, Object] = {}
        for bucket in tuple(self._buckets):
            missing = [key for key in dict.fromkeys(keys) if key not in found]
            if not missing:
                break
            try:
                there = await self._store.stat(bucket, missing)
            except NotFound:
                continue  # the bucket vanished meanwhile
            found |= {one.key: one for one in there if one is not None}
        return [found.get(key) for key in keys]


async def holds(
    store: ObjectStore, bucket: str, key: str, size_bytes: int, sha256: str, there: Object | None = None
) -> bool:
    """Whether this very content is there: by its size and the hash that was kept when it was stored, else by reading
    it. `there` is what `stat` says, which some services answer from a listing that may not know yet what is there. A
    file in a folder may have been written over behind the store's back, and is read. Raises `ServiceError`."""
    if there is not None and there.size_bytes != size_bytes:
        return False
    kept = (await store.attributes(bucket, [key]))[0] if store.limits.lists_etags else None
    if kept is not None and kept.metadata.get(DIGEST) == sha256:
        return True
    return (await store.content_hashes(bucket, [key]))[0] == sha256
