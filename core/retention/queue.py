"""The queue of the database function `cleanup_old_images`: what it asks to go is over age too, and is told done."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from core.errors import ServiceError
from core.findings import identity
from core.findings.states import KEPT, PLAIN, clock, lay_grounds, lay_kept, tally
from core.keeps import marks
from core.models import Kind, Refusal, Run
from core.plan_files import read_head
from core.retention.rules import RETENTION
from core.threads import in_thread
from core.workspace import Workspace, to_micros

_TOLD_AT_ONCE = 1000
UNSEEN = "its removal was asked for, and the last scan did not see it there; scan first"


@dataclass(frozen=True, slots=True)
class Queued:
    """One line of the queue: an object that somebody asked to go, and when."""

    id: int
    bucket: str
    key: str
    asked: datetime


class Queue(Protocol):
    """The queue of a project."""

    async def removals(self) -> tuple[Queued, ...]:
        """What waits in it, the oldest first; nothing where there is no queue, or this person may not read it."""
        ...

    async def removals_done(self, ids: Sequence[int]) -> None:
        """Tells that these lines have been dealt with. Raises `ServiceError`."""
        ...


async def note_queue(workspace: Workspace, queue: Queue | None) -> tuple[Refusal, ...]:
    """Makes over-age findings of what is queued, in place of those of an earlier asking; how many queued objects the
    last scan did not see, by bucket. They have a state like any other finding. Raises `ServiceError`."""
    if queue is None:
        return ()
    queued = await queue.removals()
    return await workspace.inventory.write(lambda connection: _note(connection, workspace, queued))


async def prepare(workspace: Workspace, queue: Queue | None, path: Path) -> None:
    """Asks again what is queued before a retention plan is applied: what nobody asks for any more stays. Raises
    `BadPlan`, `ServiceError`."""
    if queue is not None and (await in_thread(read_head, path)).kind == RETENTION:
        await note_queue(workspace, queue)


async def conclude(workspace: Workspace, queue: Queue | None, run: Run) -> None:
    """Tells the queue what a retention run has removed. Raises `ServiceError`; applying the plan again tells it."""
    if queue is None or run.kind != RETENTION:
        return
    try:
        queued = await queue.removals()
        places = [(one.bucket, one.key) for one in queued]
        gone = await workspace.journal.read(lambda connection: _removed(connection, run.run_id, places))
        ids = [one.id for one in queued if (one.bucket, one.key) in gone]
        for start in range(0, len(ids), _TOLD_AT_ONCE):
            await queue.removals_done(ids[start : start + _TOLD_AT_ONCE])
    except ServiceError as exc:
        raise ServiceError(
            f"Run {run.run_id} is recorded, but the queue of removals was not told what is done. {exc.message}",
            "Apply the plan again: that changes nothing more, and tells it.",
        ) from exc


def _note(connection: sqlite3.Connection, workspace: Workspace, queued: Sequence[Queued]) -> tuple[Refusal, ...]:
    identity.register(connection)
    lay_grounds(connection)
    lay_kept(connection, marks(workspace))
    connection.execute("DROP TABLE IF EXISTS temp.asked")
    connection.execute("CREATE TEMP TABLE asked (bucket TEXT, key TEXT, at INTEGER, PRIMARY KEY (bucket, key))")
    connection.executemany(
        "INSERT OR IGNORE INTO temp.asked VALUES (?, ?, ?)",
        ((one.bucket, one.key, to_micros(one.asked)) for one in queued),
    )
    gone = connection.execute(_WITHDRAWN, (Kind.OVER_AGE,)).rowcount
    made = connection.execute(_INSERT, {**clock(connection), "kind": Kind.OVER_AGE}).rowcount
    if gone or made:
        connection.execute("DELETE FROM finding_texts WHERE n NOT IN (SELECT n FROM findings)")
        connection.execute(
            "INSERT INTO finding_texts SELECT n, folded(key || char(10) || tbl || char(10) || row_key) FROM findings "
            "WHERE n NOT IN (SELECT n FROM finding_texts)"
        )
        tally(connection)
    unseen = Counter(bucket for (bucket,) in connection.execute(_UNSEEN))
    for table in ("asked", "grounds", "kept"):
        connection.execute(f"DROP TABLE temp.{table}")
    return tuple(Refusal(bucket, UNSEEN, count) for bucket, count in sorted(unseen.items()))


def _removed(
    connection: sqlite3.Connection, run_id: str, places: Sequence[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """Those of the objects that a run has removed."""
    return frozenset(
        connection.execute(
            "SELECT bucket, key FROM steps WHERE run_id = ? AND kind = 'delete_object' AND state = 'done' "
            "AND (bucket, key) IN (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))",
            (run_id, json.dumps(places)),
        ).fetchall()
    )


_LISTED = """temp.asked a JOIN listings l ON l.what = 'bucket' AND l.name = a.bucket AND l.current = 1
    JOIN objects o ON o.listing = l.id AND o.key = a.key"""
_WITHDRAWN = """DELETE FROM findings WHERE kind = ? AND facts <> '' AND json_extract(facts, '$.asked') IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM temp.asked a WHERE a.bucket = findings.bucket AND a.key = findings.key)"""
_REASON = """coalesce((SELECT reason FROM findings other WHERE other.kind = 'file_without_row'
    AND other.bucket = a.bucket AND other.key = a.key AND other.reason <> ''), '')"""
"""What makes the object unproven for another finding makes it so for this one."""
_INSERT = f"""WITH f AS (SELECT a.bucket AS bucket, a.key AS key, '' AS tbl, '' AS source, '[]' AS row_key,
        o.size AS bytes, o.type AS type, o.changed AS changed, coalesce(o.changed, o.first_seen, :now) AS aged,
        o.version AS print, {_REASON} AS reason, json_object('asked', a.at) AS facts,
        identify(:kind, a.bucket, a.key, '', '[]', '', NULL) AS id
    FROM {_LISTED})
    INSERT OR IGNORE INTO findings (id, kind, state, plain, bucket, key, bytes, type, changed, aged, print, reason,
        facts, first_seen, last_seen)
    SELECT id, :kind, iif(kept, 'kept', plain), plain, bucket, key, bytes, type, changed, aged, print, reason, facts,
        :now, :now
    FROM (SELECT {PLAIN} AS plain, {KEPT} AS kept, f.* FROM f
        LEFT JOIN temp.grounds g ON g.source = '' AND g.bucket = f.bucket)"""
_UNSEEN = f"""SELECT bucket FROM temp.asked WHERE (bucket, key) NOT IN (SELECT a.bucket, a.key FROM {_LISTED})"""
