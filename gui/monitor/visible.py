"""What monitoring does by itself in the window, as jobs: seen in Activities, and stopped by whoever wants to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from core.errors import Refused
from core.progress import Report
from gui import runs
from gui.desk import Desk
from gui.jobs import Ending, Job, JobState
from gui.scan import ending as scan_ending
from gui.scan import scan_title
from gui.translation import translate

if TYPE_CHECKING:
    from core.capacity.models import Capacity
    from core.changes import Changes
    from core.engine import Engine
    from core.families import Families
    from core.inventory import ScanReport
    from core.models import PlanHead, Run
    from core.profiles import Profile
    from core.retention import BucketTaking
    from core.status import Status
    from core.workspace import Workspace

T = TypeVar("T")


class Visible:
    """The open project as monitoring sees it: what takes long is shown while it runs."""

    def __init__(self, desk: Desk, engine: Engine) -> None:
        self._desk, self._engine = desk, engine

    @property
    def profile(self) -> Profile:
        """As in `Watched`."""
        return self._engine.profile

    @property
    def workspace(self) -> Workspace:
        """As in `Watched`."""
        return self._engine.workspace

    @property
    def families(self) -> Families:
        """As in `Watched`."""
        return self._engine.families

    @property
    def changes(self) -> Changes:
        """As in `Watched`."""
        return self._engine.changes

    async def look(self) -> Capacity:
        """As in `Watched`."""
        return await self._engine.look()

    async def capacity(self) -> Capacity:
        """As in `Watched`."""
        return await self._engine.capacity()

    async def status(self) -> Status:
        """As in `Watched`."""
        return await self._engine.status()

    async def plan_retention(self, buckets: Sequence[str], *, rules_alone: bool) -> tuple[PlanHead, Path]:
        """As in `Watched`."""
        return await self._engine.plan_retention(buckets, rules_alone=rules_alone)

    async def takings(self, path: Path) -> tuple[BucketTaking, ...]:
        """As in `Watched`."""
        return await self._engine.takings(path)

    async def scan(self) -> ScanReport:
        """As in `Watched`, as a job. Raises `Refused` when a person stops it."""
        return await self._as_job(scan_title(), lambda report: self._engine.scan(report=report), scan_ending)

    async def apply(self, path: Path, *, confirm: str | None = None) -> Run:
        """As in `Watched`, as a job. Raises `Refused` when a person stops it."""
        return await self._as_job(
            translate("Visible", "Retention by itself"),
            lambda report: self._engine.apply(path, confirm=confirm, report=report),
            lambda run: runs.ending(self._desk, run),
            lambda job: runs.stopped(self._desk, job),
        )

    async def _as_job(
        self,
        title: str,
        work: Callable[[Report], Coroutine[object, object, T]],
        ending: Callable[[T], Ending | None],
        stopped: Callable[[Job], Ending | None] | None = None,
    ) -> T:
        found: list[T] = []
        ended = asyncio.Event()

        def then(result: T) -> Ending | None:
            found.append(result)
            return ending(result)

        job = self._desk.jobs.start(title, work, then=then, stopped=stopped, group=title)
        job.ended.connect(ended.set)
        try:
            await ended.wait()
        except asyncio.CancelledError:
            await job.stop()
            raise
        if job.error is not None:
            raise job.error
        if job.state is JobState.STOPPED or not found:
            raise Refused(f"“{title}” was stopped by somebody at this desk.", "Start it by hand when it suits.")
        return found[0]
