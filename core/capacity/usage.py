"""Where every bucket stands: what it holds against what its family allows, and when that will be too much."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from core.capacity.levels import level_of
from core.capacity.models import BucketUse, Capacity, Forecast, Sample, waiting_name
from core.capacity.outlook import Outlook
from core.capacity.samples import read_measured
from core.family_members import family_members
from core.models import QUARANTINE, Bucket
from core.profiles import Family, Profile
from core.workspace import Workspace

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


async def read_capacity(
    workspace: Workspace, profile: Profile, buckets: Sequence[Bucket], outlook: Outlook | None = None
) -> Capacity:
    """The use of those of these buckets that the profile looks after, as it was measured last, by scan or by a round of
    monitoring; nothing is asked of the storage. A bucket that was never measured holds nothing yet. One of no family
    has the capacity and thresholds that a family has by default. Its share counts archived versions too. `outlook`
    keeps forecasts from one asking to the next. Raises `WorkspaceError`."""
    known = outlook or Outlook()

    def ask(c: sqlite3.Connection) -> Capacity:
        measured = read_measured(c, profile.project)
        ours = [b for b in buckets if not b.name.startswith(QUARANTINE) and profile.looks_after(b.name)]
        held = [member for family in profile.families for member in family_members(family, ours, None)]
        closed = {member.bucket.name for member in held if member.foreign}
        uses = [_use(c, profile, bucket, measured, known, bucket.name not in closed) for bucket in ours]
        waiting = sum(sample.bytes for name, sample in measured.items() if name.startswith(QUARANTINE))
        at = max((sample.at for sample in measured.values()), default=None)
        return Capacity(at, tuple(sorted(uses, key=lambda use: (-use.share, use.name))), waiting)

    return await workspace.journal.read(ask)


def _use(
    c: sqlite3.Connection,
    profile: Profile,
    bucket: Bucket,
    measured: Mapping[str, Sample],
    outlook: Outlook,
    writable: bool,
) -> BucketUse:
    family = profile.family_of(bucket.name)
    rules = family or Family("")
    now = measured.get(bucket.name) or Sample(bucket.name, _NEVER, 0, 0)
    waiting = measured.get(waiting_name(bucket.name))
    share = (now.bytes + now.kept_versions_bytes) / max(1, rules.capacity_bytes)
    found = outlook.read(c, profile.project, rules, now)
    return BucketUse(
        name=bucket.name,
        family=rules.name,
        region=rules.region,
        public=bucket.public,
        objects=now.objects,
        bytes=now.bytes,
        kept_versions=now.kept_versions,
        kept_versions_bytes=now.kept_versions_bytes,
        reclaimable_bytes=waiting.bytes if waiting else 0,
        capacity_bytes=rules.capacity_bytes,
        cleanup_at=rules.cleanup_at,
        overflow_at=rules.overflow_at,
        share=share,
        level=level_of(share, rules.cleanup_at, rules.overflow_at),
        day_bytes=found.rate if found.enough else None,
        forecast=found,
        size_limit_bytes=bucket.size_limit_bytes,
        mime_types=bucket.mime_types,
        writable=writable,
    )


def days_until(found: Forecast) -> float | None:
    """The likeliest number of days until a bucket is full; None without enough history, or when it is not in sight."""
    full = found.full
    return None if full is None or full.middle is None else full.middle / timedelta(days=1)
