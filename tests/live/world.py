"""A real project as one more provider of the contract suite."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from core.clients.local_files import content_type_of
from core.clients.supabase.probe import about
from core.clients.supabase.session import Session
from core.clients.supabase.sign_in import KeyTokens
from core.clients.supabase.store import SupabaseStore
from core.ports import ObjectStore
from tests.live.confined import ConfinedStore
from tests.live.project import LiveProject


class LiveWorld:
    """One real project; the contract sees its own two buckets and nothing else of it."""

    kind = "live"
    keeps_times = False
    takes_any_name = False

    def __init__(self, project: LiveProject, store: ObjectStore) -> None:
        self._project = project
        self.store = store

    async def another(self) -> ObjectStore:
        """A second client, which knows nothing of the first one's."""
        return await open_confined(self._project)

    def put(self, bucket: str, key: str, data: bytes = b"x") -> None:
        """An object appears, or changes."""
        self._project.put(bucket, key, data, content_type_of(key))

    def drop(self, bucket: str, key: str) -> None:
        """An object vanishes."""
        self._project.drop(bucket, key)

    def content(self, bucket: str, key: str) -> bytes | None:
        """An object's bytes, None where there is none."""
        return self._project.content(bucket, key)

    def contents(self) -> Mapping[str, bytes]:
        """Everything in the two buckets."""
        return self._project.contents()

    def clear(self) -> None:
        """Everything vanishes, so that a test can begin anew."""
        self._project.clear()


async def open_confined(project: LiveProject) -> ObjectStore:
    """The project's storage, as far as its own buckets go."""
    session = await Session.open(project.url, KeyTokens(project.key), folder=Path(tempfile.mkdtemp(prefix="live-")))
    try:
        return ConfinedStore(SupabaseStore(session, await about(session)), project.own)
    except BaseException:
        await session.close()
        raise
