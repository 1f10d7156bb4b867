"""What the table shows, as questions to the engine: findings under a filter, or the inventory's objects and rows."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from core.browse import Browse, CatalogRow, ObjectFilter, ObjectRow, RowFilter
from core.models import Finding, FindingFilter


@dataclass(frozen=True, slots=True)
class FindingRows:
    """Findings that pass a filter, but for those that runs have settled since the scan."""

    browse: Browse
    filter: FindingFilter
    settled: frozenset[int] = frozenset()

    async def numbers(self, sort: str, descending: bool) -> array[int]:
        found = await self.browse.findings.numbers(self.filter, sort, descending)
        return await asyncio.to_thread(_without, found, self.settled) if self.settled else found

    async def page(self, numbers: Sequence[int]) -> Sequence[Finding]:
        return await self.browse.findings.page(numbers)


@dataclass(frozen=True, slots=True)
class ObjectRows:
    """Objects of the inventory."""

    browse: Browse
    filter: ObjectFilter

    async def numbers(self, sort: str, descending: bool) -> array[int]:
        return await self.browse.objects.numbers(self.filter, sort, descending)

    async def page(self, numbers: Sequence[int]) -> Sequence[ObjectRow]:
        return await self.browse.objects.page(numbers)


@dataclass(frozen=True, slots=True)
class CatalogRows:
    """Rows of the mapped tables."""

    browse: Browse
    filter: RowFilter

    async def numbers(self, sort: str, descending: bool) -> array[int]:
        return await self.browse.rows.numbers(self.filter, sort, descending)

    async def page(self, numbers: Sequence[int]) -> Sequence[CatalogRow]:
        return await self.browse.rows.page(numbers)


def _without(numbers: array[int], settled: frozenset[int]) -> array[int]:
    return array("q", (number for number in numbers if number not in settled))
