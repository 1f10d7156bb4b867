"""Puts a scan in force: listings, doubts, mentions and findings change in one transaction, or not at all."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
import threading
from collections.abc import Sequence

from core import doubts, radar
from core.errors import WorkspaceError
from core.findings.settle import Moment, explain, find_all
from core.inventory import references
from core.inventory.session import Session
from core.inventory.sources import reach
from core.keeps import marks
from core.profiles import Profile

_STEPS = 20_000
"""SQLite asks every so many of its own steps whether to go on."""


async def settle(session: Session, known: Sequence[str], ended: int, seconds: float) -> None:
    """Puts the scan in force. A cancellation takes all of it back before it goes on."""
    await session.write(lambda c: references.index(c, session.id))
    stop = threading.Event()
    writing = asyncio.ensure_future(
        session.workspace.inventory.write(lambda c: _stoppable(c, stop, session, known, ended, seconds))
    )
    try:
        await asyncio.shield(writing)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([writing])
        if not writing.cancelled() and (error := writing.exception()) and not isinstance(error, WorkspaceError):
            raise error from None
        raise


def _stoppable(
    connection: sqlite3.Connection,
    stop: threading.Event,
    session: Session,
    known: Sequence[str],
    ended: int,
    seconds: float,
) -> None:
    connection.set_progress_handler(stop.is_set, _STEPS)
    try:
        _settle(connection, session, known, ended, seconds)
    finally:
        connection.set_progress_handler(None, 0)


def _settle(connection: sqlite3.Connection, session: Session, known: Sequence[str], ended: int, seconds: float) -> None:
    workspace, profile = session.workspace, session.profile
    _note_mappings(connection, session)
    _flip(connection, session, known, ended)
    references.put_in_force(connection)
    radar.take_over(connection, add=False)
    radar.mind_links(connection)
    explain(connection, profile, session.id)
    workspace.journal.read_now(lambda journal: doubts.measure(connection, journal, ended))
    find_all(connection, profile, Moment(session.id, session.now), marks(workspace))
    connection.execute(
        "UPDATE scans SET state = 'done', finished = ?, seconds = ? WHERE id = ?", (ended, seconds, session.id)
    )


def _note_mappings(connection: sqlite3.Connection, session: Session) -> None:
    """Hashes of what the listings rest on; another one than before makes their findings new."""
    for bucket in session.chosen:
        connection.execute(
            "UPDATE listings SET mapping = ? WHERE scan = ? AND what = 'bucket' AND name = ?",
            (bucket_mapping(session.profile, bucket), session.id, bucket),
        )
    connection.execute(
        """UPDATE listings SET mapping_since = iif(o.mapping = listings.mapping, o.mapping_since, ?1)
        FROM listings o WHERE o.current = 1 AND o.what = listings.what AND o.name = listings.name
            AND listings.scan = ?2 AND o.scan <> ?2""",
        (session.now, session.id),
    )
    # A source that an earlier scan did not have: what maps its table is as new as a change would be.
    connection.execute(
        """UPDATE listings SET mapping_since = ?1 WHERE scan = ?2 AND what = 'source'
            AND EXISTS (SELECT 1 FROM scans WHERE state = 'done')
            AND NOT EXISTS (SELECT 1 FROM listings o WHERE o.current = 1 AND o.scan <> ?2
                AND o.what = 'source' AND o.name = listings.name)""",
        (session.now, session.id),
    )


def bucket_mapping(profile: Profile, bucket: str) -> str:
    """A hash of every mapping that can name the bucket's objects, and of what the radar passes over."""
    mappings = sorted([s.name, s.mapping] for s in profile.sources if {"*", bucket}.intersection(reach(s)))
    text = json.dumps([mappings, sorted(profile.safety.exclude_tables)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _flip(connection: sqlite3.Connection, session: Session, known: Sequence[str], ended: int) -> None:
    others = [bucket for bucket in known if bucket not in session.chosen]
    connection.execute(
        "UPDATE listings SET current = 0 WHERE current = 1 AND scan <> ?"
        " AND (what = 'source' OR name NOT IN (SELECT value FROM json_each(?)))",
        (session.id, json.dumps(others)),
    )
    connection.execute("UPDATE listings SET current = 1, finished = ? WHERE scan = ?", (ended, session.id))
