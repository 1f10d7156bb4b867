"""One light round of measuring, and what other desks measured meanwhile."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from core.capacity.samples import note, note_history
from core.ports import ObjectStore
from core.profiles import Profile
from core.workspace import Workspace, from_micros, system_now, to_micros

_ASKED_EVERY = timedelta(hours=1)
_LOOKED_BACK = timedelta(days=730)
_OVERLAP = timedelta(days=1)


async def measure(workspace: Workspace, profile: Profile, store: ObjectStore) -> None:
    """Notes what every bucket holds now; once an hour, also what the service knows of the time before. Raises
    `NotFound` where a service has nothing that counts, and `ServiceError`."""
    project = profile.project
    await note(workspace, project, await store.usage(), whole=True)
    asked = await workspace.journal.read(lambda c: _asked(c, project))
    now = system_now()
    if asked is not None and timedelta(0) <= now - asked < _ASKED_EVERY:
        return
    since = now - _LOOKED_BACK if asked is None else min(asked, now) - _OVERLAP
    await note_history(workspace, project, await store.usage_history(since))
    await workspace.journal.write(
        lambda c: c.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_key(project), str(to_micros(now)))).rowcount
    )


def _asked(c: sqlite3.Connection, project: str) -> datetime | None:
    row = c.execute("SELECT value FROM meta WHERE name = ?", (_key(project),)).fetchone()
    return None if row is None else from_micros(int(row[0]))


def _key(project: str) -> str:
    return f"history asked {project}"
