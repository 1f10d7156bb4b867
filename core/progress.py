"""How a long operation says how far it is: plain values through a plain callable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` items (None while unknown); `note` names what is under way."""

    done: int
    total: int | None = None
    note: str = ""
    failed: int = 0
    skipped: int = 0


Report = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """The report of nobody watching."""
