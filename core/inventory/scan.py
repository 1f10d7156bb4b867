"""Scanning: lists the chosen buckets, reads every source, and puts both in force at once, or changes nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence

from core import doubts, radar
from core.capacity.samples import note_scan
from core.errors import NotFound
from core.inventory.asking import ask_for_named
from core.inventory.buckets import list_bucket
from core.inventory.listed import read_listed
from core.inventory.report import ScanReport, report_of
from core.inventory.session import begin, prune
from core.inventory.settle import settle
from core.inventory.sources import read_source
from core.models import QUARANTINE
from core.ports import Catalog, ObjectStore
from core.profiles import Profile
from core.progress import Progress, Report, silent
from core.workspace import Workspace, to_micros


async def scan(
    store: ObjectStore,
    catalog: Catalog,
    workspace: Workspace,
    profile: Profile,
    buckets: Sequence[str] = (),
    report: Report = silent,
) -> ScanReport:
    """Reads all sources and all buckets of the profile, or only `buckets` (the others' earlier listings stay in
    force), and computes the findings. What cannot be read completely is said in the report. When it is cancelled,
    raises or is killed, the earlier scan stays in force, and the next one goes on with the buckets' cursors.
    Raises `NotFound` for a bucket that the profile does not have, `Busy`, `WorkspaceError`, and `ServiceError` when
    storage or catalog cannot be reached at all."""
    started = time.monotonic()
    async with workspace.scanning():
        known = await _buckets(store, profile)
        chosen = _chosen(known, buckets)
        session = await begin(
            store, catalog, workspace, profile, chosen, partial=len(chosen) < len(known), report=report
        )
        for name in chosen:
            await list_bucket(session, name)
        listed = await workspace.inventory.read(lambda c: read_listed(c, session.id))
        resolver, listings = listed.resolver(profile, known), listed.ids(known)
        for source in profile.sources:
            await read_source(session, source, resolver, listings)
        await ask_for_named(session)
        await radar.look_through(catalog, profile, resolver, session.write, in_full=False, report=report)
        report(Progress(0, None, "Comparing storage and tables"))
        ended = to_micros(await store.now())
        await settle(session, known, ended, time.monotonic() - started)
        await doubts.remember(workspace, ended)
        await note_scan(workspace, profile.project)
        found = await workspace.inventory.read(lambda c: report_of(c, session.id))
        await prune(workspace)
    return found


async def _buckets(store: ObjectStore, profile: Profile) -> tuple[str, ...]:
    """The buckets of the profile, there or not, by name."""
    there = [b.name for b in await store.buckets()]
    wanted = there if profile.buckets in ((), (".",)) else profile.buckets
    return tuple(sorted({name for name in wanted if not name.startswith(QUARANTINE)}))


def _chosen(known: Sequence[str], wanted: Sequence[str]) -> tuple[str, ...]:
    for name in wanted:
        if name not in known:
            there = ", ".join(known) or "none"
            raise NotFound(f"There is no bucket “{name}” in this project.", f"Buckets: {there}.")
    return tuple(name for name in known if name in wanted) if wanted else tuple(known)
