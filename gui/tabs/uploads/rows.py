"""What the tables of the Uploads tab show, as questions to the tracker."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from core.uploads.status.listing import BatchRow, FolderFilter, FolderRow, Listing, TroubleRow


@dataclass(frozen=True, slots=True)
class FolderRows:
    """Folders that pass a filter."""

    listing: Listing
    filter: FolderFilter

    async def numbers(self, sort: str, descending: bool) -> array[int]:
        return await self.listing.numbers(self.filter, sort, descending)

    async def page(self, numbers: Sequence[int]) -> Sequence[FolderRow]:
        return await self.listing.folders(numbers)


@dataclass(frozen=True, slots=True)
class BatchRows:
    """All batches."""

    listing: Listing

    async def numbers(self, sort: str, descending: bool) -> array[int]:
        return await self.listing.batch_numbers(sort, descending)

    async def page(self, numbers: Sequence[int]) -> Sequence[BatchRow]:
        return await self.listing.batches(numbers)


@dataclass(frozen=True, slots=True)
class TroubleRows:
    """What the last scans could not read or name."""

    listing: Listing

    async def numbers(self, sort: str, descending: bool) -> array[int]:
        del sort, descending  # they have one order
        return await self.listing.trouble_numbers()

    async def page(self, numbers: Sequence[int]) -> Sequence[TroubleRow]:
        return await self.listing.troubles(numbers)
