"""Where a share of a capacity stands against the thresholds of a family."""

from __future__ import annotations

from core.capacity.models import Level

ORDER = (Level.OK, Level.CLEAN_UP, Level.OVERFLOW, Level.FULL)
MARGIN = 0.02
"""A threshold counts as left only when the share is so far below it: a bucket on the line does not flicker."""


def level_of(share: float, cleanup_at: float, overflow_at: float, before: Level = Level.OK) -> Level:
    """Where a share of a capacity stands. A level that was reached `before` is left only `MARGIN` below its
    threshold."""
    reached = Level.OK
    for level, threshold in ((Level.CLEAN_UP, cleanup_at), (Level.OVERFLOW, overflow_at), (Level.FULL, 1.0)):
        held = ORDER.index(before) >= ORDER.index(level)
        if share >= threshold - (MARGIN if held else 0.0):
            reached = level
    return reached


def percent(share: float) -> str:
    """A share as people write it: 0.954 as "95 %", 0.004 as "0.4 %"; what is there is never "0 %"."""
    value = share * 100
    if 0 < value < 0.1:
        return "< 0.1 %"
    digits = 1 if value < 10 and abs(value - round(value)) > 0.04 else 0
    return f"{value:.{digits}f} %"
