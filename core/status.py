"""Where a project stands, in numbers, and what to do next, in order."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.inventory.report import SourceReport, source_reports
from core.models import Kind, State
from core.profiles import Profile
from core.radar import UNNAMED
from core.workspace import Workspace, from_micros, system_now

_STALE_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Links:
    """The links that rows keep to objects that are there."""

    total: int
    ok: int
    missing: int
    expired: int
    expiring: int


@dataclass(frozen=True, slots=True)
class Status:
    """The last scan in numbers. `findings` counts the open ones; `states` all of them by state; `next` are sentences,
    the most pressing first; `scanned_at` is None before any scan."""

    objects: int
    bytes: int
    rows: int
    links: Links
    findings: dict[Kind, int]
    states: dict[State, int]
    next: tuple[str, ...]
    scanned_at: datetime | None
    complete: bool
    sources: tuple[SourceReport, ...]
    quarantined: int


async def read_status(workspace: Workspace, profile: Profile) -> Status:
    """Reads the status; nothing is scanned."""
    quarantined = await workspace.journal.read(_quarantined)
    return await workspace.inventory.read(lambda c: _read(c, profile, quarantined))


def _read(connection: sqlite3.Connection, profile: Profile, quarantined: int) -> Status:
    found = connection.execute("SELECT finished FROM scans WHERE state = 'done' ORDER BY id DESC LIMIT 1").fetchone()
    sources = source_reports(connection)
    objects, size = connection.execute(
        "SELECT coalesce(sum(items), 0), coalesce(sum(bytes), 0) FROM listings WHERE current = 1 AND what = 'bucket'"
    ).fetchone()
    total, missing, expired, expiring = connection.execute(
        "SELECT coalesce(sum(total), 0), coalesce(sum(missing), 0), coalesce(sum(expired), 0),"
        " coalesce(sum(expiring), 0) FROM links"
    ).fetchone()
    tallies = connection.execute("SELECT kind, state, sum(items) FROM tallies GROUP BY 1, 2").fetchall()
    open_ones = {Kind(kind): number for kind, state, number in tallies if state == State.OPEN}
    states: dict[State, int] = {state: sum(n for _, s, n in tallies if s == state) for state in State}
    earlier = [name for (name,) in connection.execute(_EARLIER)]
    unread = connection.execute("SELECT tbl, problem FROM radar WHERE problem <> '' ORDER BY 1").fetchall()
    status = Status(
        objects=objects,
        bytes=size,
        rows=sum(s.items for s in sources if s.what == "source"),
        links=Links(total, total - missing - expired - expiring, missing, expired, expiring),
        findings={kind: open_ones[kind] for kind in Kind if kind in open_ones},
        states=states,
        next=(),
        scanned_at=from_micros(found[0]) if found and found[0] is not None else None,
        complete=bool(sources) and all(source.complete for source in sources) and not earlier,
        sources=sources,
        quarantined=quarantined,
    )
    mappings = dict(connection.execute("SELECT name, mapping FROM listings WHERE current = 1 AND what = 'source'"))
    is_mapped = all(mappings.get(source.name) == source.mapping for source in profile.sources)
    steps = _steps(status, profile, unread, is_mapped=is_mapped)
    if earlier:
        steps.insert(0, f"Scan everything: the latest scan left out {', '.join(earlier)}, of which nothing is proven.")
    return replace(status, next=tuple(steps))


_EARLIER = """SELECT name FROM listings WHERE current = 1 AND what = 'bucket'
    AND scan < (SELECT max(scan) FROM listings WHERE current = 1) ORDER BY name"""


def _steps(status: Status, profile: Profile, unread: list[tuple[str, str]], *, is_mapped: bool) -> list[str]:
    if status.scanned_at is None:
        return ["Scan: nothing has been compared yet."]
    steps: list[str] = []
    if not profile.sources:
        steps.append("Map the tables that name objects (sources of the profile): without them nothing can be compared.")
    if system_now() - status.scanned_at > _STALE_AFTER:
        steps.append(f"Scan again: the last complete picture is of {status.scanned_at:%d %B %Y}.")
    if not is_mapped:
        steps.append("Scan again: the profile's sources are mapped otherwise than they were.")
    steps += [f"Make the listing of {s.name} complete: {s.why}" for s in status.sources if not s.complete]
    steps += [
        f"Look at source {s.name}: {s.doubted} What rests on it is unproven until you accept it "
        f"(--accept-source {s.name})."
        for s in status.sources
        if s.doubted
    ]
    steps += [
        f"Close what holds the catalog, which did not name its tables: {problem}"
        if table == UNNAMED
        else f"Look at table {table}, which could not be read: {problem}"
        for table, problem in unread
    ]
    steps += [_counted(words, status.findings[kind]) for kind, words in _NEXT.items() if status.findings.get(kind)]
    if status.states[State.UNPROVEN]:
        steps.append(_counted("Look at {n} unproven [finding|findings]: never touched.", status.states[State.UNPROVEN]))
    if status.states[State.YOUNG]:
        hours = f"{profile.safety.grace.total_seconds() / 3600:g}"
        young = f"Wait for {{n}} [finding|findings] younger than the grace period of {hours} h, then scan again."
        steps.append(_counted(young, status.states[State.YOUNG]))
    if status.quarantined:
        waiting = "When you are sure, empty the quarantine: {n} [object waits|objects wait] there (plan purge)."
        steps.append(_counted(waiting, status.quarantined))
    return steps or ["Nothing: storage and tables agree."]


_NEXT = {
    Kind.WRONG_PREFIX: "Repair {n} wrong [prefix|prefixes] first: files and rows that only miss each other meet.",
    Kind.ROW_WITHOUT_FILE: "Settle {n} [reference to a file that is|references to files that are] not there.",
    Kind.FILE_WITHOUT_ROW: "Review {n} [file|files] that no row names.",
    Kind.DUPLICATE_CONTENT: "Review {n} [copy of another object|copies of other objects].",
    Kind.STALE_METADATA: "Have {n} [row|rows] with stale metadata processed again.",
    Kind.LINK_EXPIRED: "Renew {n} expired [link|links].",
    Kind.LINK_EXPIRING: "Renew {n} [link that expires|links that expire] soon.",
    Kind.LINK_MISSING: "Make {n} missing [link|links].",
    Kind.OVER_AGE: "Decide about {n} [object|objects] over the age limit of their family.",
}
"""What to do about each kind, in order of doing it; in brackets the words for one and for several."""


def _counted(words: str, number: int) -> str:
    form = r"\1" if number == 1 else r"\2"
    return re.sub(r"\[([^|\]]*)\|([^\]]*)\]", form, words).replace("{n}", f"{number:,}")


def _quarantined(connection: sqlite3.Connection) -> int:
    return int(
        connection.execute(
            "SELECT count(*) FROM steps s JOIN runs r USING (run_id)"
            " WHERE s.kind = 'delete_object' AND s.state = 'done' AND r.kind <> 'undo'"
        ).fetchone()[0]
    )
