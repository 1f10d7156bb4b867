"""The rows that uploads write: one for each image where that is wanted, then one for the folder, in batches."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from core.errors import NotFound, Unreadable, Usage
from core.models import Table
from core.ports import Catalog, ObjectStore
from core.profiles import SUPABASE, Profile
from core.profiles.destination import Destination, RowMapping
from core.uploads.tables.addresses import names_in
from core.uploads.tables.cells import DoesNotFit
from core.uploads.tables.mapping import Mapped, of_folders, of_images
from core.uploads.tables.row_records import RowRecords
from core.uploads.tables.row_values import Folder, folder_values, image_values
from core.uploads.tables.table_rows import TableRows, Wanted, Written
from core.uploads.tracker import Tracker

_NONE = Written("")


@dataclass(frozen=True, slots=True)
class _Made:
    """The rows that a folder wants, or why they cannot be made."""

    images: tuple[Wanted, ...] = ()
    own: Wanted | None = None
    error: str = ""


class Rows:
    """The rows of one destination. Without tables, there is nothing to write."""

    def __init__(
        self, profile: Profile, store: ObjectStore, folders: TableRows | None = None, images: TableRows | None = None
    ) -> None:
        self._profile, self._store = profile, store
        self._folders, self._images = folders, images
        self._public: dict[str, bool] = {}

    @classmethod
    async def open(
        cls, catalog: Catalog, store: ObjectStore, tracker: Tracker, profile: Profile, destination: Destination
    ) -> Rows:
        """Looks at the tables. Raises `Usage` for one that is not there or cannot hold what it is to hold, so that
        nothing goes up in vain; `ServiceError`."""
        service = profile.kind == SUPABASE
        folders = images = None
        if (wanted := destination.folder_rows) is not None:
            mapped = of_folders(wanted, await _table(catalog, wanted, destination), service=service)
            folders = TableRows(catalog, tracker, mapped)
        if (wanted := destination.image_rows) is not None:
            mapped = of_images(wanted, await _table(catalog, wanted, destination), service=service)
            images = TableRows(catalog, tracker, mapped)
        return cls(profile, store, folders, images)

    @property
    def wanted(self) -> bool:
        """Whether any rows are written."""
        return self._folders is not None or self._images is not None

    async def write(self, records: RowRecords, folders: Sequence[Folder]) -> list[Written]:
        """Writes the rows of folders whose files are stored. What became of each folder's own row; an error of one of
        its images is its error too. Raises `WorkspaceError`."""
        if not self.wanted:
            return [_NONE] * len(folders)
        await self._learn(folders)
        made = await asyncio.to_thread(lambda: [self._make(one) for one in folders])
        name = self._folders.name if self._folders else ""
        ended = [Written(name, error=one.error) for one in made]
        if self._images is not None:
            images = [(place, row) for place, one in enumerate(made) for row in one.images]
            found = await self._images.put(records, [row for _, row in images]) if images else []
            for (place, _), written in zip(images, found, strict=True):
                if written.error and not ended[place].error:
                    ended[place] = written
        own = [(place, one.own) for place, one in enumerate(made) if one.own is not None and not ended[place].error]
        if self._folders is not None and own:
            found = await self._folders.put(records, [row for _, row in own])
            for (place, _), written in zip(own, found, strict=True):
                ended[place] = written
        return ended

    def _make(self, folder: Folder) -> _Made:
        images: tuple[Wanted, ...] = ()
        mapped: Mapped | None = None
        try:
            if self._images is not None:
                mapped = self._images.mapped
                found = image_values(folder, mapped.fields(), self._url, names_in(self._profile, mapped))
                images = tuple(Wanted(folder.path, mapped.row(values), False) for values in found.values())
            if self._folders is None:
                return _Made(images)
            mapped = self._folders.mapped
            values = folder_values(folder, names_in(self._profile, mapped))
            return _Made(images, Wanted(folder.path, mapped.row(values), True))
        except DoesNotFit as exc:
            return _Made(error=f"Its row cannot be written: {exc}.")

    async def _learn(self, folders: Sequence[Folder]) -> None:
        """Which of their buckets are public, where addresses are wanted."""
        if self._images is None or "url" not in self._images.mapped.fields():
            return
        for bucket in {file.bucket for one in folders for file in one.files} - self._public.keys():
            try:
                self._public[bucket] = (await self._store.bucket(bucket)).public
            except NotFound:
                self._public[bucket] = False

    def _url(self, bucket: str, key: str) -> str | None:
        if self._profile.supabase is None or not self._public.get(bucket):
            return None
        return f"{self._profile.supabase.url}/storage/v1/object/public/{quote(bucket)}/{quote(key)}"


async def _table(catalog: Catalog, wanted: RowMapping, destination: Destination) -> Table:
    try:
        table = await catalog.table(wanted.table)
    except NotFound as exc:
        raise Usage(
            f"The destination {destination.name} writes rows into {wanted.table}, and there is no such table.",
            f"{exc.hint} Make the table, or name another in the profile.",
        ) from exc
    if wanted.key and not (table.primary_key and set(table.primary_key) <= set(wanted.key)):
        try:  # else a change of one row would change others too
            await catalog.check_key(wanted.table, wanted.key)
        except Unreadable as exc:
            hint = "Name columns in the mapping's key that tell every row apart."
            raise Usage(f"The destination {destination.name} cannot write its rows: {exc.message}", hint) from exc
    return table
