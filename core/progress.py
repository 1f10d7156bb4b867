"""How a long operation says how far it is: plain values through a plain callable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from core.errors import Trouble


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` items (None while unknown); `note` names what is under way. `waiting_until`: when it goes on,
    where it waits for something; the note then says so, and `trouble` what it is."""

    done: int
    total: int | None = None
    note: str = ""
    failed: int = 0
    skipped: int = 0
    waiting_until: datetime | None = None
    trouble: Trouble | None = None


Report = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """The report of nobody watching."""
