"""over_age: an object that is older than its bucket's family keeps such."""

from __future__ import annotations

from core.findings.lost import MEANT
from core.profiles import Profile

SQL = f"""SELECT :bucket, key, '', '', '[]', '', NULL, size, type, changed, coalesce(changed, first_seen), version,
        '', {MEANT.format(key="objects.key")}, json_object('days', :days)
    FROM objects WHERE listing = :listing AND coalesce(changed, first_seen) < :before"""


def retention_days(profile: Profile, bucket: str) -> int | None:
    """For how many days a bucket keeps its objects; None for ever. The shortest of its families."""
    days = [f.retention_days for f in profile.families if f.holds(bucket) and f.retention_days is not None]
    return min(days, default=None)
