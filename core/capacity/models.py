"""The values that capacity is told in: use now, use over time, what it is made of, and when it will be too much."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.models import QUARANTINE


def waiting_name(bucket: str) -> str:
    """The name under which samples tell what waits in the quarantine and came from a bucket; from '' where nothing
    says where it came from."""
    return f"{QUARANTINE}/{bucket}"


class Level(enum.StrEnum):
    """Where a bucket stands against the thresholds of its family."""

    OK = "ok"
    CLEAN_UP = "clean_up"
    OVERFLOW = "overflow"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Sample:
    """What a bucket held at a moment. `kept_versions_bytes`: archived versions, which take room and are no objects.
    `unread`: why not all of it could be looked at, as a sentence; it holds at least this much then."""

    bucket: str
    at: datetime
    objects: int
    bytes: int
    kept_versions: int = 0
    kept_versions_bytes: int = 0
    unread: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One share of a bucket: a content type, a folder (ending in `/`, '' for the root) or a span of ages."""

    name: str
    objects: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """What a bucket is made of, as the last scan saw it: each tuple adds up to the whole, the largest part first (ages:
    the youngest first). `largest` are its largest objects as (key, bytes)."""

    bucket: str
    at: datetime
    types: tuple[Part, ...]
    folders: tuple[Part, ...]
    ages: tuple[Part, ...]
    largest: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when something is to be expected, four times in five; `middle` is the likeliest. None of `latest`
    means that it may never come; None of `middle`, that it is not to be expected."""

    earliest: timedelta
    middle: timedelta | None
    latest: timedelta | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a bucket reaches its thresholds, counted from `at`. Spans are None with under seven days of history
    (`enough` is False), or where the threshold is not in sight within ten years. Rates are bytes a day; one day
    differs from the rate by up to `day_spread` bytes, four times in five."""

    at: datetime
    enough: bool
    rate: float
    rate_low: float
    rate_high: float
    clean_up: Span | None
    overflow: Span | None
    full: Span | None
    day_spread: float = 0.0


@dataclass(frozen=True, slots=True)
class BucketUse:
    """One bucket now. `share` is of its family's capacity, above 1 when it holds more; `reclaimable_bytes` are its
    objects in the quarantine; `day_bytes` is the growth of a day, None without enough history. `writable`: takes new
    uploads of its family."""

    name: str
    family: str
    region: str
    public: bool
    objects: int
    bytes: int
    kept_versions: int
    kept_versions_bytes: int
    reclaimable_bytes: int
    capacity_bytes: int
    cleanup_at: float
    overflow_at: float
    share: float
    level: Level
    day_bytes: float | None
    forecast: Forecast
    size_limit_bytes: int | None = None
    mime_types: tuple[str, ...] = ()
    writable: bool = True


@dataclass(frozen=True, slots=True)
class Capacity:
    """All buckets of a project, the fullest first. `at` is None before anything was ever measured."""

    at: datetime | None
    buckets: tuple[BucketUse, ...]
    reclaimable_bytes: int

    @property
    def objects(self) -> int:
        """Objects in all buckets."""
        return sum(bucket.objects for bucket in self.buckets)

    @property
    def bytes(self) -> int:
        """Bytes in all buckets."""
        return sum(bucket.bytes for bucket in self.buckets)


class Severity(enum.StrEnum):
    """How much an alert matters."""

    INFO = "info"
    WARNING = "warning"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that a person should know: `what` in a sentence, `next_step` in another. The same `id` is the same
    trouble from round to round; an acknowledged one stays quiet until it ends or gets worse. `level` is the threshold
    that it is about, OK for one that is only foreseen."""

    id: str
    severity: Severity
    bucket: str
    what: str
    next_step: str
    since: datetime
    level: Level = Level.OK
    acknowledged: bool = False
    ended: datetime | None = None
