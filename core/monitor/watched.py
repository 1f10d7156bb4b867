"""What monitoring needs of an open project."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from core.capacity.models import Capacity
from core.changes import Changes
from core.families import Families
from core.inventory import ScanReport
from core.models import PlanHead, Run
from core.profiles import Profile
from core.retention import BucketTaking
from core.status import Status
from core.workspace import Workspace


class Watched(Protocol):
    """An open project, as far as rounds look at it and change it."""

    @property
    def profile(self) -> Profile:
        """What it says about families, and how often to look."""
        ...

    @property
    def workspace(self) -> Workspace:
        """Where alerts are kept."""
        ...

    @property
    def families(self) -> Families:
        """Its buckets."""
        ...

    @property
    def changes(self) -> Changes:
        """Who wants to know."""
        ...

    async def look(self) -> Capacity:
        """Measures lightly. Raises `NotFound` where nothing counts, `ServiceError`."""
        ...

    async def capacity(self) -> Capacity:
        """As measured last."""
        ...

    async def status(self) -> Status:
        """Where the last scan stands."""
        ...

    async def scan(self) -> ScanReport:
        """Scans everything. Raises `Busy`, `ServiceError`."""
        ...

    async def plan_retention(self, buckets: Sequence[str], *, rules_alone: bool) -> tuple[PlanHead, Path]:
        """A plan that takes what is over age in these buckets; `rules_alone`: by the family's rules, which somebody
        allowed, and without what the database asks for, which nobody did."""
        ...

    async def takings(self, path: Path) -> tuple[BucketTaking, ...]:
        """What such a plan takes of each."""
        ...

    async def apply(self, path: Path, *, confirm: str | None = None) -> Run:
        """Applies a plan, or goes on with it. Raises `Refused` at the guard."""
        ...
