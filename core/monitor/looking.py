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
    """Remembers how the buckets are set. That is asked again when one came or went, and every so many rounds.
    `is_news`: the last look saw something else than the one before, or it is long since it last did; drawing charts
    anew takes time that a window has other uses for."""

    def __init__(self, workspace: Workspace, profile: Profile, store: ObjectStore, outlook: Outlook) -> None:
        self._workspace = workspace
        self._profile = profile
        self._store = store
        self._outlook = outlook
        self._names: frozenset[str] = frozenset()
        self._buckets: tuple[Bucket, ...] = ()
        self._rounds_left = 0
        self._held: frozenset[tuple[str, int, int, int]] = frozenset()
        self.is_news = True

    async def look(self) -> Capacity:
        """Measures every bucket, and says where each stands. Raises `NotFound` where a service has nothing that counts,
        and `ServiceError`."""
        found = await measure(self._workspace, self._profile, self._store)
        names = frozenset(sample.bucket for sample in found if not sample.bucket.startswith(QUARANTINE))
        held = frozenset((s.bucket, s.objects, s.bytes, s.kept_versions_bytes) for s in found)
        self.is_news = held != self._held or self._rounds_left <= 0
        self._held = held
        if names != self._names or self._rounds_left <= 0:
            self._buckets = await self._store.buckets()
            self._names, self._rounds_left = names, _ASKED_EVERY
        self._rounds_left -= 1
        return await read_capacity(self._workspace, self._profile, self._buckets, self._outlook)
