"""Times as trackers note them: seconds since 1970 UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(seconds: object) -> datetime | None:
    """A tracker's time. What another program wrote there, and is none, is not shown."""
    if not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
