"""One light round of measuring, and what other desks measured meanwhile."""

from __future__ import annotations

import logging
import sqlite3
from datetime import datetime, timedelta

from core.capacity.models import Sample
from core.capacity.samples import note, note_history, read_measured
from core.errors import NotFound, ServiceError
from core.ports import ObjectStore
from core.profiles import Profile
from core.workspace import Workspace, from_micros, system_now, to_micros

_ASKED_EVERY = timedelta(hours=1)
_LOOKED_BACK = timedelta(days=730)
_OVERLAP = timedelta(days=1)
_COUNTED_AT_ONCE = 100_000
_log = logging.getLogger(__name__)


async def measure(workspace: Workspace, profile: Profile, store: ObjectStore) -> tuple[Sample, ...]:
    """Notes what every bucket holds now and gives it; once an hour, also what the service knows of the time before.
    Raises `NotFound` where a service has nothing that counts, or where part of a bucket cannot be read: what was known
    of that one stands then, and the others are noted. Raises `ServiceError`."""
    project = profile.project
    found = await store.usage()
    in_part = [sample for sample in found if sample.unread]
    if in_part:
        known = await workspace.journal.read(lambda c: read_measured(c, project))
        noted = [
            one for one in found if not one.unread or one.bucket not in known or one.bytes > known[one.bucket].bytes
        ]
        await note(workspace, project, noted, whole=True)
        hint = "Get the right to read it, or take it out of the bucket."
        raise NotFound(f"Not all of {in_part[0].bucket} could be counted. {in_part[0].unread}", hint)
    await note(workspace, project, found, whole=True)
    asked = await workspace.journal.read(lambda c: _asked(c, project))
    now = system_now()
    if asked is not None and timedelta(0) <= now - asked < _ASKED_EVERY:
        return found
    since = now - _LOOKED_BACK if asked is None else min(asked, now) - _OVERLAP
    await note_history(workspace, project, await store.usage_history(since))
    await workspace.journal.write(
        lambda c: c.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_key(project), str(to_micros(now)))).rowcount
    )
    return found


async def measure_after(workspace: Workspace, profile: Profile, store: ObjectStore) -> None:
    """Measures what a run or an undo left behind. That is no part of their work, which is done: a service that cannot
    count now is noted in the log. A large folder takes too long for it; the next round of monitoring tells."""
    measured = await workspace.journal.read(lambda c: read_measured(c, profile.project))
    if profile.supabase is None and sum(sample.objects for sample in measured.values()) > _COUNTED_AT_ONCE:
        return
    try:
        await measure(workspace, profile, store)
    except ServiceError as exc:
        _log.info("Not measured after the run: %s", exc.message)


def _asked(c: sqlite3.Connection, project: str) -> datetime | None:
    row = c.execute("SELECT value FROM meta WHERE name = ?", (_key(project),)).fetchone()
    return None if row is None else from_micros(int(row[0]))


def _key(project: str) -> str:
    return f"history asked {project}"
