"""Makes the plan of a retention: chooses bucket by bucket, oldest first, gathers rows that go along, weighs, writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.capacity.levels import percent
from core.capacity.samples import read_measured
from core.cleanup.cleanup import settle_removed
from core.cleanup.draft import Draft
from core.cleanup.ground import stand_on
from core.cleanup.objects import NOT_LISTED, removal_of
from core.cleanup.planning import Planning
from core.errors import Busy, NotFound, Usage
from core.findings import proof
from core.guard import measure, weigh
from core.models import PlanHead, Refusal
from core.plans import write_plan
from core.ports import Catalog, ObjectStore
from core.profiles import Family, Profile
from core.progress import Progress, Report, silent
from core.retention.candidates import PAGE, Candidate, candidates, not_open, oldest_first
from core.retention.choice import Measure, down_to
from core.retention.company import Company, companies, row_step
from core.retention.rules import RETENTION, days_kept, is_over, limits
from core.things import object_thing
from core.threads import in_thread
from core.workspace import Workspace, system_now

ARCHIVE = "archive"
DESTINATIONS = (ARCHIVE, "quarantine")
"""Where retention moves objects; by itself into the archive, because a quarantine takes room in the same project."""

NOT_OVER = "it is not over age by the rules and the clock as they are now"
ASKED = "it is asked for through the database, which only a plan that somebody makes answers"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a plan. `buckets` empty: all of them. `until_share`: oldest first, until a bucket is down to
    this share of its capacity; None takes all that is over age. `destination` is one of `DESTINATIONS`. `rules_alone`:
    only what the profile's rules say, and not what somebody asked for through the database."""

    buckets: tuple[str, ...] = ()
    until_share: float | None = None
    destination: str = ARCHIVE
    rules_alone: bool = False


async def plan_retention(
    workspace: Workspace,
    catalog: Catalog,
    store: ObjectStore,
    profile: Profile,
    wish: Wish,
    path: Path,
    report: Report = silent,
    unseen: Sequence[Refusal] = (),
) -> PlanHead:
    """Writes a plan that removes what is over age by the profile's rules, and with each object the associations that
    name it; nothing else is changed by it. Never takes what is kept, young, unproven, or named by a row that needs it;
    what stays is counted in the head's `refused`, with `unseen`, which the database asks for in vain. Raises `Usage`
    for a wish that means nothing or before the first scan, `NotFound` for a bucket that was not scanned, `Busy` when a
    scan ends meanwhile."""
    _check(profile, wish)
    ground = await stand_on(workspace, catalog, profile)
    buckets = await _buckets(workspace, wish)
    draft = Draft()
    try:
        planning = Planning(ground, draft, wish.destination)
        await settle_removed(planning)
        now = await store.now()
        found = await workspace.inventory.read(lambda connection: oldest_first(connection, buckets))
        held = await _held(workspace, profile, found)
        short: list[Refusal] = []
        for bucket, numbers in found.items():
            family = profile.family_of(bucket) or Family("")
            left = Measure(held[bucket], down_to(family.capacity_bytes, wish.until_share))
            await _take(planning, bucket, numbers, left, now, report, rules_alone=wish.rules_alone)
            if left.down_to_bytes is not None and not left.is_met:
                short.append(_short(bucket, left.left_bytes, family))
        if not await ground.unchanged():
            raise Busy("A scan ended while the plan was made, so the plan would be out of date.", "Plan again.")
        taking = await in_thread(draft.taking)
        tolls = await weigh(workspace, catalog, taking, system_now())
        own = limits(profile, (place.name for place in taking if place.is_bucket))
        others = await workspace.inventory.read(lambda connection: tuple(not_open(connection, buckets)))
        refused = (*planning.refusals(), *others, *short, *(one for one in unseen if one.where in buckets))
        if not taking and not refused:
            _check_ruled(profile, buckets)
        return await write_plan(
            workspace,
            path,
            profile.project,
            ground.scan_id,
            draft.numbered(as_put=True),
            measure(tolls, profile.safety.guard_share, own),
            profile=profile.name,
            removal=planning.removal,
            refused=refused,
            kind=RETENTION,
        )
    finally:
        await in_thread(draft.close)


def _check(profile: Profile, wish: Wish) -> None:
    if wish.destination not in DESTINATIONS:
        raise Usage(f"Retention cannot move objects to “{wish.destination}”.", f"One of: {', '.join(DESTINATIONS)}.")
    share = wish.until_share
    if share is not None and not 0 <= share <= 1:
        raise Usage(f"A bucket cannot be brought down to {share:g} of its capacity.", "Say a share from 0 to 1: 0.7.")
    for family in profile.families:
        if share is not None and family.capacity_bytes <= 0:
            raise Usage(
                f"The family “{family.name}” has no capacity, so there is no share to bring its buckets down to.",
                "Write its capacity_bytes into the profile, or plan without a share.",
            )


async def _buckets(workspace: Workspace, wish: Wish) -> tuple[str, ...]:
    listed = (await workspace.inventory.read(proof)).buckets
    for name in wish.buckets:
        if name not in listed:
            raise NotFound(f"Bucket “{name}” is not in the last scan.", "Check its name, or scan.")
    return tuple(sorted(set(wish.buckets) or listed))


def _short(bucket: str, left_bytes: int, family: Family) -> Refusal:
    """That a bucket does not come down to the share: it counts no finding."""
    share = left_bytes / max(1, family.capacity_bytes)
    return Refusal(bucket, f"nothing more of it may go, so it stays at {percent(share)} of its capacity", 0)


async def _held(workspace: Workspace, profile: Profile, buckets: Iterable[str]) -> Mapping[str, int]:
    """The bytes that each bucket holds, as they were measured last; archived versions take room too."""
    known = await workspace.journal.read(lambda connection: read_measured(connection, profile.project))
    listed = await workspace.inventory.read(_listed_bytes)
    return {
        name: known[name].bytes + known[name].kept_versions_bytes if name in known else listed.get(name, 0)
        for name in buckets
    }


def _listed_bytes(connection: sqlite3.Connection) -> dict[str, int]:
    return dict(
        connection.execute(
            "SELECT l.name, coalesce(sum(max(0, o.size)), 0) FROM listings l LEFT JOIN objects o ON o.listing = l.id "
            "WHERE l.what = 'bucket' AND l.current = 1 GROUP BY 1"
        )
    )


async def _take(
    planning: Planning,
    bucket: str,
    numbers: Sequence[int],
    left: Measure,
    now: datetime,
    report: Report,
    *,
    rules_alone: bool,
) -> None:
    inventory = planning.ground.workspace.inventory
    for start in range(0, len(numbers), PAGE):
        if left.is_met:
            return
        some = numbers[start : start + PAGE]
        page = await inventory.read(lambda connection, some=some: candidates(connection, some))  # type: ignore[misc]
        due = [candidate for candidate in page if _is_due(planning, candidate, now, rules_alone=rules_alone)]
        found = await companies(planning, due, now)
        going = []
        for candidate, company in zip(due, found, strict=True):
            if company.why:
                planning.refuse(bucket, company.why)
            else:
                going.append((candidate, company))
        count = left.take([candidate.finding.size_bytes for candidate, _ in going])
        await in_thread(_put, planning, going[:count])
        report(Progress(min(start + PAGE, len(numbers)), len(numbers), bucket))


def _is_due(planning: Planning, candidate: Candidate, now: datetime, *, rules_alone: bool) -> bool:
    """Whether the object may go as far as it itself says; what does not is counted."""
    finding = candidate.finding
    thing = object_thing(finding.bucket, finding.key)
    if finding.version is None or planning.draft.is_settled(thing, finding.version):
        planning.refuse(finding.bucket, NOT_LISTED)
        return False
    days = days_kept(planning.ground.profile, finding.bucket, finding.key, candidate.content_type)
    if is_over(days, candidate.aged, now) or (candidate.asked is not None and not rules_alone):
        return True
    planning.refuse(finding.bucket, NOT_OVER if candidate.asked is None else ASKED)
    return False


def _put(planning: Planning, going: Sequence[tuple[Candidate, Company]]) -> None:
    for candidate, company in going:
        finding = candidate.finding
        thing = object_thing(finding.bucket, finding.key)
        for row, naming in company.rows.items():
            planning.draft.put(row, row_step(naming), because=thing)
        planning.draft.put(thing, removal_of(finding, planning.removal), needs=company.rows)


def _check_ruled(profile: Profile, buckets: Sequence[str]) -> None:
    """Raises `Usage` where nothing is over age because nobody said when it would be."""
    families = [family for family in profile.families if any(family.holds(bucket) for bucket in buckets)]
    if not any(family.retention_days is not None or family.rules for family in families):
        names = ", ".join(buckets) if len(buckets) < 4 else "any bucket"
        raise Usage(
            f"No family of the profile says when objects of {names} are over age.",
            "Give a family retention_days, or rules with days, in the profile.",
        )
