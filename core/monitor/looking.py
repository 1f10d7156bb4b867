"""How a round looks at the buckets: with one call of the service, as long as there are the same ones."""

from __future__ import annotations

from core.capacity.measuring import measure
from core.capacity.models import Capacity
from core.capacity.outlook import Outlook
from core.capacity.usage import read_capacity
from core.models import QUARANTINE, Bucket
from core.ports import ObjectStore
from core.profiles import Profile
from core.workspace import Workspace

_ASKED_EVERY = 12


class Looking:
    """Remembers how the buckets are set. That is asked again when one came or went, and every so many rounds."""

    def __init__(self, workspace: Workspace, profile: Profile, store: ObjectStore, outlook: Outlook) -> None:
        self._workspace = workspace
        self._profile = profile
        self._store = store
        self._outlook = outlook
        self._names: frozenset[str] = frozenset()
        self._buckets: tuple[Bucket, ...] = ()
        self._rounds_left = 0

    async def look(self) -> Capacity:
        """Measures every bucket, and says where each stands. Raises `NotFound` where a service has nothing that counts,
        and `ServiceError`."""
        found = await measure(self._workspace, self._profile, self._store)
        names = frozenset(sample.bucket for sample in found if not sample.bucket.startswith(QUARANTINE))
        if names != self._names or self._rounds_left <= 0:
            self._buckets = await self._store.buckets()
            self._names, self._rounds_left = names, _ASKED_EVERY
        self._rounds_left -= 1
        return await read_capacity(self._workspace, self._profile, self._buckets, self._outlook)
