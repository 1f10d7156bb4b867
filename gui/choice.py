"""Which rows are chosen, at the same cost for ten and for a million: everything but some, or nothing but some."""

from __future__ import annotations

from array import array
from collections.abc import Iterable


class Choice:
    """The chosen rows of a table by their numbers. `shown` is how many rows the table has in all."""

    def __init__(self) -> None:
        self.shown = 0
        self.everything = False
        self.exceptions: set[int] = set()

    @property
    def count(self) -> int:
        """How many rows are chosen."""
        return self.shown - len(self.exceptions) if self.everything else len(self.exceptions)

    @property
    def is_all(self) -> bool:
        """Whether every row is chosen."""
        return self.shown > 0 and self.count == self.shown

    def __contains__(self, number: int) -> bool:
        return (number in self.exceptions) is not self.everything

    def put(self, numbers: Iterable[int], chosen: bool) -> None:
        """Chooses these rows, or no longer."""
        if chosen is self.everything:
            self.exceptions.difference_update(numbers)
        else:
            self.exceptions.update(numbers)

    def choose_all(self) -> None:
        """Chooses every row, shown or not."""
        self.everything = True
        self.exceptions.clear()

    def choose_none(self) -> None:
        """Chooses nothing."""
        self.everything = False
        self.exceptions.clear()

    def retain(self, numbers: array[int]) -> None:
        """The table shows these rows now: what was singly chosen and is still there stays chosen, "all" does not."""
        before = set() if self.everything else self.exceptions
        self.everything = False
        self.exceptions = before.intersection(numbers) if before else set()
        self.shown = len(numbers)
