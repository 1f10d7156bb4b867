"""What people are told about buckets that fill up: said once, kept until it is over, and never flickering."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.capacity.levels import ORDER, level_of, percent
from core.capacity.models import Alert, BucketUse, Level, Severity

SOON = timedelta(days=14)
NOT_SOON = timedelta(days=21)
"""A threshold is announced within `SOON`, and the announcement is taken back beyond `NOT_SOON`."""
_SEVERITY: Mapping[Level, Severity] = {
    Level.OK: Severity.INFO,
    Level.CLEAN_UP: Severity.WARNING,
    Level.OVERFLOW: Severity.URGENT,
    Level.FULL: Severity.URGENT,
}


def update(
    previous: Sequence[Alert], buckets: Iterable[BucketUse], now: datetime, more: Iterable[Alert] = ()
) -> tuple[Alert, ...]:
    """The alerts after a round: those that go on, worse or not, new ones, and those that have just ended (with `ended`
    set; they are not in the next answer). A bucket that is not there any more ends its alerts. `more` are alerts of
    another kind that hold now."""
    before = {alert.id: alert for alert in previous if alert.ended is None}
    found = {alert.id: alert for bucket in buckets for alert in _of(bucket, before, now)}
    found.update((alert.id, _going_on(before.get(alert.id), alert)) for alert in more)
    ended = tuple(replace(alert, ended=now) for alert in before.values() if alert.id not in found)
    return (*sorted(found.values(), key=_urgency), *ended)


def is_news(alert: Alert, previous: Sequence[Alert]) -> bool:
    """Whether to tell somebody now: it was not there before, or it is worse than it was."""
    before = next((one for one in previous if one.id == alert.id and one.ended is None), None)
    return alert.ended is None and (before is None or ORDER.index(alert.level) > ORDER.index(before.level))


def _of(bucket: BucketUse, before: Mapping[str, Alert], now: datetime) -> Iterable[Alert]:
    told = before.get(f"filling:{bucket.name}")
    level = level_of(bucket.share, bucket.cleanup_at, bucket.overflow_at, told.level if told else Level.OK)
    if level is not Level.OK:
        yield _going_on(told, _filling(bucket, level, now) if bucket.family else _unbounded(bucket, level, now))
        return
    if not bucket.family:
        return
    foreseen = before.get(f"soon:{bucket.name}")
    days = bucket.forecast.overflow.middle if bucket.forecast.overflow else None
    if days is not None and days <= (NOT_SOON if foreseen else SOON):
        yield _going_on(foreseen, _soon(bucket, days, now))


def _going_on(before: Alert | None, now: Alert) -> Alert:
    """Keeps since when, and that somebody has seen it, unless it got worse."""
    if before is None:
        return now
    worse = ORDER.index(now.level) > ORDER.index(before.level)
    return replace(now, since=before.since, acknowledged=before.acknowledged and not worse)


def _filling(bucket: BucketUse, level: Level, now: datetime) -> Alert:
    share = percent(bucket.share)
    what, step = {
        Level.CLEAN_UP: (
            f"“{bucket.name}” is {share} full: time to clean up.",
            "Review what is over its age, or plan a retention run.",
        ),
        Level.OVERFLOW: (
            f"“{bucket.name}” is {share} full: uploads go to an overflow bucket.",
            "Clean up, or see that an overflow bucket is there.",
        ),
        Level.FULL: (
            f"“{bucket.name}” is full: it holds {share} of its capacity.",
            "Clean up, make an overflow bucket, or raise the family's capacity.",
        ),
    }[level]
    return Alert(f"filling:{bucket.name}", _SEVERITY[level], bucket.name, what, step, now, level)


def _unbounded(bucket: BucketUse, level: Level, now: datetime) -> Alert:
    """Of a bucket whose capacity nobody has set: what it is measured against is no more than a guess."""
    return Alert(
        f"filling:{bucket.name}",
        Severity.INFO,
        bucket.name,
        f"“{bucket.name}” holds {percent(bucket.share)} of what a bucket is taken to hold where no family says it.",
        "Make it part of a family and set its capacity, or acknowledge this.",
        now,
        level,
    )


def _soon(bucket: BucketUse, days: timedelta, now: datetime) -> Alert:
    when = "within a day" if days.days < 1 else f"in about {days.days} days"
    return Alert(
        f"soon:{bucket.name}",
        Severity.INFO,
        bucket.name,
        f"“{bucket.name}” reaches {percent(bucket.overflow_at)} of its capacity {when}.",
        "Plan a clean-up, or see that an overflow bucket can be made.",
        now,
    )


def _urgency(alert: Alert) -> tuple[int, str]:
    return -ORDER.index(alert.level), alert.bucket
