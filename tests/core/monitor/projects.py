"""A project for tests of monitoring: what it holds is said by the test, and its clock goes only when told to."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from core.capacity.levels import level_of
from core.capacity.models import BucketUse, Capacity, Forecast
from core.changes import Changes
from core.errors import CoreError
from core.models import Bucket
from core.overflow import NextBucket
from core.profiles import Family, Profile
from core.workspace import Workspace

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
_UNKNOWN = Forecast(START, False, 0, 0, 0, None, None, None)


def use(name: str, share: float, family: str = "f", *, writable: bool = True) -> BucketUse:
    """A bucket of a family with a capacity of 1,000 bytes."""
    level = level_of(share, 0.85, 0.95)
    return BucketUse(
        name=name,
        family=family,
        region="",
        public=False,
        objects=1,
        bytes=round(share * 1000),
        kept_versions=0,
        kept_versions_bytes=0,
        reclaimable_bytes=0,
        capacity_bytes=1000,
        cleanup_at=0.85,
        overflow_at=0.95,
        share=share,
        level=level,
        day_bytes=None,
        forecast=_UNKNOWN,
        writable=writable,
    )


class TestClock:
    """Sleeping takes no time. `slept` is how long each sleep was; `then` happens in each, and may end the test."""

    __test__ = False

    def __init__(self) -> None:
        self.at = START
        self.seconds = 0.0
        self.slept: list[float] = []
        self.then: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return self.at

    def elapsed(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)
        self.seconds += seconds
        self.then()


@dataclass
class Makes:
    """Makes the next bucket, or raises `error`. `asked` are the names that were known each time."""

    error: CoreError | None = None
    asked: list[Collection[str]] = field(default_factory=list)
    made: bool = True
    trouble: str = ""
    run_id: str = "r1"

    async def make_next(self, family: str, known: Collection[str] | None = None) -> NextBucket:
        self.asked.append(known or ())
        if self.error is not None:
            raise self.error
        return NextBucket(Bucket(f"{family}-9"), family, self.made, self.run_id if self.made else "", self.trouble)


class FakeProject:
    """`holds` is what the buckets hold; `error` is raised instead of measuring."""

    def __init__(self, workspace: Workspace, *families: Family, **more: Any) -> None:
        self.profile = Profile("p", "local", families=families or (Family("f"),), **more)
        self.workspace = workspace
        self.changes = Changes()
        self.makes = Makes()
        self.families: Any = self.makes
        self.holds: list[BucketUse] = []
        self.error: CoreError | None = None
        self.looks = 0

    async def look(self) -> Capacity:
        self.looks += 1
        if self.error is not None:
            raise self.error
        return await self.capacity()

    async def capacity(self) -> Capacity:
        return Capacity(START, tuple(sorted(self.holds, key=lambda one: -one.share)), 0)
