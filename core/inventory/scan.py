"""Scanning: lists the chosen buckets, reads every source, and puts both in force at once, or changes nothing."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence

from core import doubts, radar
from core.errors import NotFound
from core.inventory.asking import ask_for_named
from core.inventory.buckets import list_bucket
from core.inventory.report import ScanReport, report_of
from core.inventory.session import Session, begin, prune
from core.inventory.settle import settle
from core.inventory.sources import read_source
from core.models import QUARANTINE
from core.ports import Catalog, ObjectStore
from core.profiles import Profile
from core.progress import Progress, Report, silent
from core.references import Resolver, folders
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
    async with workspace.lock():
        known = await _buckets(store, profile)
        chosen = _chosen(known, buckets)
        session = await begin(
            store, catalog, workspace, profile, chosen, partial=len(chosen) < len(known), report=report
        )
        for name in chosen:
            await list_bucket(session, name)
        resolver, listings = await workspace.inventory.read(lambda c: _resolver(c, session, known))
        for source in profile.sources:
            await read_source(session, source, resolver, listings)
        await ask_for_named(session)
        await radar.look_through(catalog, profile, resolver, session.write, in_full=False, report=report)
        report(Progress(0, None, "Comparing storage and tables"))
        ended = to_micros(await store.now())
        await settle(session, known, ended, time.monotonic() - started)
        await doubts.remember(workspace, ended)
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


def _resolver(
    connection: sqlite3.Connection, session: Session, known: Sequence[str]
) -> tuple[Resolver, dict[str, int]]:
    """What reads the sources of this scan, and the bucket listings that will be in force after it."""
    found = connection.execute(
        "SELECT name, id, complete, why, closed AND NOT items FROM listings WHERE what = 'bucket'"
        " AND (scan = ?1 OR (current = 1 AND scan <> ?1)) ORDER BY scan = ?1",
        (session.id,),
    ).fetchall()
    listings = {name: rest for name, *rest in found if name in known}
    unlisted: dict[str, list[str]] = {}
    for name, (number, *_) in listings.items():
        prefixes = connection.execute("SELECT prefix FROM unlisted WHERE listing = ?", (number,)).fetchall()
        unlisted[name] = [prefix for (prefix,) in prefixes]
    unread = {name: "It has not been listed yet." for name in known if name not in listings}
    there = {name for name, (_, complete, _, missing) in listings.items() if complete or not missing} | set(unread)
    resolver = Resolver(
        there,
        folders(session.profile, there),
        incomplete={**unread, **{name: why for name, (_, complete, why, _) in listings.items() if not complete}},
        unlisted=unlisted,
    )
    return resolver, {name: number for name, (number, *_) in listings.items()}
