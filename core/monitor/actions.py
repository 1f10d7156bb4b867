"""What a round does by itself, as far as each family allows it: by default the next bucket, and nothing is deleted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.capacity.models import BucketUse, Capacity
from core.monitor.acting import Acted
from core.monitor.deeds import APPLY, OVERFLOW, PLAN, read_deeds
from core.monitor.overflow import Overflow
from core.monitor.retention import Retention
from core.monitor.watched import Watched
from core.profiles import Profile


async def act(project: Watched, found: Capacity, now: datetime) -> Acted:
    """Does what is automatic in each family; nothing in a project that is only looked at. Raises `Unavailable`."""
    profile = project.profile
    if profile.read_only:
        return Acted()
    by_family: dict[str, list[BucketUse]] = {}
    for use in found.buckets:
        by_family.setdefault(use.family, []).append(use)
    known = frozenset(use.name for use in found.buckets)
    deeds = await read_deeds(project.workspace, profile.project)
    acted = Acted()
    for family in profile.families:
        uses = by_family.get(family.name)
        if uses and "overflow" in family.automatic:
            acted += await Overflow(project, family, uses, known, deeds.get((family.name, OVERFLOW)), now).act()
        if uses and "plan" in family.automatic:
            planned, applied = deeds.get((family.name, PLAN)), deeds.get((family.name, APPLY))
            acted += await Retention(project, family, uses, planned, applied, now).act()
    return acted


def told_of(profile: Profile, buckets: Iterable[BucketUse]) -> Iterable[BucketUse]:
    """The buckets that alerts are wanted of: those of no family too."""
    silent = {family.name for family in profile.families if "alert" not in family.automatic}
    return (use for use in buckets if not use.family or use.family not in silent)
