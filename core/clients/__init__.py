"""Adapters behind the ports: a folder and a SQLite file for a local profile and the practice project, and services."""

from __future__ import annotations

import importlib

from core.clients.local_catalog import LocalCatalog
from core.clients.local_store import LocalStore
from core.clients.practice_buckets import BUCKETS
from core.clients.practice_records import TABLE
from core.clients.practice_store import PracticeStore
from core.connection import Connection
from core.errors import BadProfile
from core.ports import Catalog, ObjectStore
from core.profiles import PRACTICE, SUPABASE, Profile
from core.secrets import Secrets
from core.threads import in_thread

_PRACTICE_ROWS = 1_000


async def open_profile(profile: Profile, secrets: Secrets) -> Connection:
    """Opens whatever a profile is about, as far as it allows: a read-only one cannot be written through. A service is
    asked at once, a folder and a file not before somebody wants something of them. Raises `CoreError`."""
    if profile.kind == SUPABASE:
        # late: the SDK takes 0.7 s, which neither --help nor a local profile should wait for
        opening = await in_thread(importlib.import_module, "core.clients.supabase.opening")
        opened: Connection = await opening.open_supabase(profile, secrets)
        return opened.guarded(profile)
    return Connection(*await in_thread(open_local, profile)).guarded(profile)


def open_local(profile: Profile) -> tuple[ObjectStore, Catalog]:
    """The storage and catalog of a `local` profile or of the practice project. Touches neither before it is asked
    something. Raises `BadProfile` when the quarantine lies under the storage."""
    if profile.storage is None or profile.catalog is None:
        raise BadProfile(f"The profile “{profile.name}” names no storage folder and catalog file.")
    if profile.kind == PRACTICE:
        catalog = LocalCatalog(profile.catalog, page_size=_PRACTICE_ROWS, left_out=frozenset({TABLE, BUCKETS}))
        return PracticeStore(profile.storage, profile.quarantine, profile.catalog), catalog
    store = LocalStore(profile.storage, profile.quarantine, profile.buckets, profile.catalog)
    return store, LocalCatalog(profile.catalog)
