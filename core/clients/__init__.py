"""Adapters behind the ports: a folder and a SQLite file, for a local profile and for the practice project."""

from __future__ import annotations

from core.clients.local_catalog import LocalCatalog
from core.clients.local_store import LocalStore
from core.clients.practice_records import TABLE
from core.clients.practice_store import PracticeStore
from core.errors import BadProfile
from core.ports import Catalog, ObjectStore
from core.profiles import PRACTICE, Profile

_PRACTICE_ROWS = 1_000


def open_local(profile: Profile) -> tuple[ObjectStore, Catalog]:
    """The storage and catalog of a `local` profile or of the practice project. Touches neither before it is asked
    something. Raises `BadProfile` when the quarantine lies under the storage."""
    if profile.storage is None or profile.catalog is None:
        raise BadProfile(f"The profile “{profile.name}” names no storage folder and catalog file.")
    if profile.kind == PRACTICE:
        catalog = LocalCatalog(profile.catalog, page_size=_PRACTICE_ROWS, left_out=frozenset({TABLE}))
        return PracticeStore(profile.storage, profile.quarantine, profile.catalog), catalog
    store = LocalStore(profile.storage, profile.quarantine, profile.buckets, profile.catalog)
    return store, LocalCatalog(profile.catalog)
