"""What monitoring needs of an open project."""

from __future__ import annotations

from typing import Protocol

from core.capacity.models import Capacity
from core.changes import Changes
from core.families import Families
from core.profiles import Profile
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
