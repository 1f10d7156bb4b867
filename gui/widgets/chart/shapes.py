"""What charts are told to draw: bars of parts, thresholds, and the course of a value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """A threshold: where it lies, what is written on it, and its tone (`warning`, `danger`)."""

    at: float
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `parts` from the bottom up, one for each colour; `label` stands above it, `told` when it is met."""

    name: str
    parts: tuple[float, ...]
    label: str
    told: str
    levels: tuple[Level, ...] = ()

    @property
    def height(self) -> float:
        """Of all its parts."""
        return sum(self.parts)


@dataclass(frozen=True, slots=True)
class Course:
    """`times` in seconds since the epoch, oldest first, with the `values` then; `ahead` goes on from there as (time,
    low, middle, high). `told` says the number-th value, those ahead following those before; it is asked when somebody
    looks. `sizes`: the values are bytes, else shares."""

    times: Sequence[float]
    values: Sequence[float]
    told: Callable[[int], str]
    ahead: Sequence[tuple[float, float, float, float]] = ()
    levels: tuple[Level, ...] = ()
    today: str = ""
    sizes: bool = False
