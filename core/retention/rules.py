"""What the profile says about retention: for how long an object is kept, and how much of a bucket may be taken."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from core.profiles import Profile

RETENTION = "retention"
"""The kind of such a plan, and of its run."""


def days_kept(profile: Profile, bucket: str, key: str, content_type: str) -> int | None:
    """For how many days an object is kept; None for ever. The shortest time of the bucket's families counts."""
    days = [family.days_for(key, content_type) for family in profile.families if family.holds(bucket)]
    return min((found for found in days if found is not None), default=None)


def is_over(days: int | None, since: datetime, now: datetime) -> bool:
    """Whether something that is kept for so many days has had them. What comes from the future has not."""
    return days is not None and now - since > timedelta(days=min(days, timedelta.max.days))


def limits(profile: Profile, buckets: Iterable[str]) -> dict[str, float]:
    """The share of each bucket that its rule's author lets retention take; buckets without such a rule are left out:
    for them the guard's usual limit holds."""
    found: dict[str, float] = {}
    for bucket in buckets:
        shares = [f.retention_share for f in profile.families if f.holds(bucket) and f.retention_share is not None]
        if shares:
            found[bucket] = min(shares)
    return found
