"""Rows that are held in memory, for a table: sorted by what each column names."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class HeldRows(Generic[T]):
    """The rows in their natural order, and by a column's name the key that sorts by it."""

    def __init__(self, rows: Sequence[T], keys: Mapping[str, Callable[[T], str | float]]) -> None:
        self.rows = rows
        self._keys = keys

    async def numbers(self, sort: str, descending: bool) -> array[int]:
        """The numbers of all rows, in the order asked for."""
        numbers = range(len(self.rows))
        if not sort:
            return array("q", numbers)
        key, rows = self._keys[sort], self.rows
        return array("q", sorted(numbers, key=lambda n: key(rows[n]), reverse=descending))

    async def page(self, numbers: Sequence[int]) -> Sequence[T]:
        """The rows with these numbers, in their order."""
        return [self.rows[number] for number in numbers]
