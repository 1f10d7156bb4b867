"""A local profile in the making: looks at a folder and a SQLite file, and tries mappings on them. Only reads."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import itertools
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core import pictures, profiles
from core.engine import connect
from core.errors import AlreadyExists, BadProfile
from core.models import Table
from core.pictures import Picture
from core.ports import Catalog, ObjectStore
from core.profile_files import create
from core.profiles import Profile, Source
from core.progress import Report, silent
from core.references import Resolver, resolver_of
from core.samples import Suggestion, resolve, usable_key
from core.suggest import suggest

CATALOG_ENDINGS = (".db", ".db3", ".sqlite", ".sqlite3", ".anki2")
_MOST_ENTRIES = 20_000  # of one folder: a huge one need not be read to its end for an offer
_COUNT_SECONDS = 1.0
_SIDE = re.compile(r"-(wal|shm|journal)$")
_NO_CATALOG = "no catalog chosen yet"


class Layout(enum.StrEnum):
    """What a storage folder's buckets are."""

    FOLDERS = "folders"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a folder that may become a storage looks like: how many files lie in it outside of any folder, which layout
    that suggests, and the SQLite files in and beside it."""

    loose_files: int
    layout: Layout
    catalogs: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many objects were counted; `is_all` unless counting took too long."""

    objects: int
    is_all: bool


async def look_around(folder: Path) -> Surroundings:
    """What lies in and beside a folder. One that is missing or may not be read looks empty: opening it says why."""
    return await asyncio.to_thread(_look_around, folder)


def _look_around(folder: Path) -> Surroundings:
    here = list(_entries(folder))
    has_folders = any(is_folder for _, is_folder in here)
    loose = sum(1 for path, is_folder in here if not is_folder and not _is_of_no_account(path))
    found = [path for path, is_folder in (*here, *_entries(folder.parent)) if not is_folder and _is_catalog(path)]
    layout = Layout.WHOLE if loose or not has_folders else Layout.FOLDERS
    return Surroundings(loose, layout, tuple(dict.fromkeys(sorted(found, key=_by_likeliness))))


def _entries(folder: Path) -> Iterator[tuple[Path, bool]]:
    with contextlib.suppress(OSError):
        for number, entry in enumerate(folder.iterdir()):
            if number == _MOST_ENTRIES:
                return
            yield entry, entry.is_dir()


def _is_catalog(path: Path) -> bool:
    return path.suffix.lower() in CATALOG_ENDINGS


def _is_of_no_account(path: Path) -> bool:
    """Catalogs, what SQLite puts beside them, and hidden files say nothing about where the buckets are."""
    return path.name.startswith(".") or _is_catalog(path) or _is_catalog(Path(_SIDE.sub("", path.name)))


def _by_likeliness(path: Path) -> tuple[int, str]:
    """The largest first: a program's settings and caches are small beside its collection."""
    try:
        return -path.stat().st_size, path.name
    except OSError:
        return 0, path.name


def check_new_name(name: str, taken: Iterable[str]) -> None:
    """Raises `BadProfile` or `AlreadyExists` when no new profile can be called so."""
    profiles.check_name(name)
    if name.lower() in {other.lower() for other in taken}:
        raise AlreadyExists(f"There is a profile named “{name}” already.", "Choose another name.")


def offer_name(folder: Path, taken: Iterable[str]) -> str:
    """A name for the profile of a storage folder: the folder's, as far as a profile may have it."""
    words = re.sub(r"[^A-Za-z0-9 ._-]+", "-", folder.name).strip(" .-_")[:48] or "collection"
    used = {other.lower() for other in taken} | {profiles.PRACTICE}
    numbered = (f"{words} {number}" if number > 1 else words for number in itertools.count(1))
    return next(name for name in numbered if name.lower() not in used)


async def write(profile: Profile) -> None:
    """Writes a new profile, if it can be opened. Raises `CoreError`, and then nothing was written."""
    store, catalog = await connect(profile)
    await catalog.close()
    await store.close()
    await asyncio.to_thread(create, profile)


class Setup:
    """Storage and catalog of a profile that is not written yet. Every method may raise `CoreError`."""

    def __init__(self, profile: Profile, store: ObjectStore, catalog: Catalog) -> None:
        self.profile = profile
        self._store = store
        self._catalog = catalog

    @classmethod
    async def open(cls, storage: Path, layout: Layout, catalog: Path | None = None) -> Setup:
        """Opens both; without a catalog only the buckets can be looked at."""
        profile = Profile(
            name="new",
            kind="local",
            storage=storage,
            catalog=storage / _NO_CATALOG if catalog is None else catalog,
            buckets=(".",) if layout is Layout.WHOLE else (),
        )
        return cls(profile, *await connect(profile))

    async def buckets(self) -> tuple[str, ...]:
        """The buckets there are."""
        return tuple(bucket.name for bucket in await self._store.buckets())

    async def count(self, bucket: str) -> Count:
        """How many objects a bucket holds, as far as that is known within a second."""
        until = time.monotonic() + _COUNT_SECONDS
        number, cursor = 0, None
        while True:
            page = await self._store.list_objects(bucket, cursor=cursor)
            number, cursor = number + len(page.items), page.cursor
            if cursor is None or time.monotonic() > until:
                return Count(number, cursor is None)

    async def tables(self) -> tuple[Table, ...]:
        """The tables of the catalog. Raises `BadProfile` when it has none."""
        tables = await self._catalog.tables()
        if not tables:
            catalog = self.profile.catalog
            named = catalog.name if catalog else "The database"
            raise BadProfile(f"{named} holds no tables.", "Choose the file that holds the data.")
        return tables

    async def suggest(self, buckets: Sequence[str], report: Report = silent) -> list[Suggestion]:
        """Mappings that fit, best first."""
        return await suggest(self._store, self._catalog, buckets, self._resolver(buckets), report)

    async def measure(self, source: Source, buckets: Sequence[str]) -> Suggestion:
        """How a mapping fares; the source in the answer has a key by which its rows can be told apart."""
        table = await self._catalog.table(source.table)
        keyed = replace(source, key=source.key or await usable_key(self._catalog, table))
        return await resolve(self._store, self._catalog, keyed, self._resolver(buckets))

    async def picture(self, bucket: str, key: str, side: int) -> Picture:
        """A preview of an object, at most `side` pixels on its longer side. Raises `NoPreview`, `NotFound`."""
        data = await self._store.read(bucket, key, pictures.LIMIT_BYTES + 1)
        return await asyncio.to_thread(pictures.decode, data, side)

    async def close(self) -> None:
        """Lets go of both."""
        await self._catalog.close()
        await self._store.close()

    def _resolver(self, buckets: Iterable[str]) -> Resolver:
        chosen = list(buckets)
        return resolver_of(self.profile, chosen)
