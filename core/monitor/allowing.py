"""Letting retention of a family run by itself, after a look at what it would have taken today; and stopping that."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from core.errors import Usage
from core.family_files import save_families
from core.models import PlanHead
from core.monitor.consent import note_consent, withdraw
from core.monitor.retention import scan_if_old
from core.monitor.watched import Watched
from core.practice import practice_profile
from core.profiles import PRACTICE, Family, load
from core.read_only import check_writable
from core.retention import BucketTaking

_BY_ITSELF = frozenset({"plan", "apply"})


@dataclass(frozen=True, slots=True)
class Preview:
    """What retention of a family would take today. `path` is the plan, which can be looked at and applied by hand."""

    family: Family
    head: PlanHead
    path: Path
    takings: tuple[BucketTaking, ...]


async def preview(project: Watched, name: str, now: datetime) -> Preview:
    """Plans the retention of a whole family and applies nothing; scans first where the last scan is old. Raises
    `NotFound`, `Usage`, `Refused` in a project that is only looked at, `Busy`, `ServiceError`."""
    check_writable(project.profile)
    family = project.families.family(name)
    await scan_if_old(project, now)
    buckets = [use.name for use in (await project.capacity()).buckets if use.family == family.name]
    if not buckets:
        raise Usage(f"The family {family.name} has no bucket yet.", "There is nothing that retention could take.")
    head, path = await project.plan_retention(buckets, rules_alone=True)
    return Preview(family, head, path, await project.takings(path))


async def allow(project: Watched, seen: Preview, now: datetime) -> Path:
    """From now on monitoring applies such plans by itself when a bucket of the family passes its clean-up threshold:
    written into the profile, whose file this gives, and recorded at this desk. Raises `Refused`, `WorkspaceError`."""
    check_writable(project.profile)
    path = await _write(project, replace(seen.family, automatic=seen.family.automatic | _BY_ITSELF))
    await note_consent(project.workspace, project.profile.project, seen.family, now)
    return path


async def forbid(project: Watched, name: str) -> Path:
    """Takes that back; plans go on being made. Raises `NotFound`, `WorkspaceError`."""
    family = project.families.family(name)
    await withdraw(project.workspace, project.profile.project, family.name)
    return await _write(project, replace(family, automatic=family.automatic - {"apply"}))


async def _write(project: Watched, family: Family) -> Path:
    """What somebody wrote into the profile since it was opened stays."""

    def write() -> Path:
        now = practice_profile() if project.profile.kind == PRACTICE else load(project.profile.name)
        families = [family if one.name == family.name else one for one in now.families]
        return save_families(project.profile, families)

    return await asyncio.to_thread(write)
