"""What the table shows, as questions to the engine: findings under a filter, or the inventory's objects and rows."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from core.browse import Browse, CatalogRow, ObjectFilter, ObjectRow, RowFilter
from core.models import Finding, FindingFilter


@dataclass(frozen=True, slots=True)
class FindingRows:
    """Findings that pass a filter."""

    browse: Browse
    filter: FindingFilter

    async def numbers(self, sort: str, descending: bool) -> array[int]:
        return await self.browse.findings.numbers(self.filter, sort, descending)

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
