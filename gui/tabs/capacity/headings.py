"""The heading of the Capacity tab: what is used of what there is, and the one thing to know about it."""

from __future__ import annotations

from core.capacity.models import BucketUse, Capacity
from core.profiles import Profile
from gui import words
from gui.tabs.capacity import wording
from gui.tabs.capacity.cards import stored_bytes
from gui.translation import translate


def heading_of(found: Capacity | None, profile: Profile | None) -> tuple[str, str]:
    """Title and subtitle; without anything measured only the tab's name."""
    if profile is None or found is None or found.at is None or not found.buckets:
        return translate("CapacityHeading", "Capacity"), ""
    room = sum(use.capacity_bytes for use in found.buckets)
    title = translate("CapacityHeading", "%1 of %2 used").replace("%1", words.size(stored_bytes(found)))
    urgent = min(found.buckets, key=urgency)
    measured = translate("CapacityHeading", "measured %1").replace("%1", words.clock(found.at))
    return title.replace("%2", words.size(room)), f"{wording.outlook(urgent, profile)} · {measured}"


def urgency(use: BucketUse) -> tuple[float, float]:
    """What is past a threshold first, the fullest of it; then what reaches one soonest."""
    if use.share >= use.overflow_at:
        return -use.share, 0.0
    span = use.forecast.overflow
    soon = float("inf") if span is None else (span.middle or span.earliest).total_seconds()
    return (0.0, soon) if use.forecast.enough else (1.0, -use.share)
