"""Takes a run of another desk, or of a lost journal, into this journal: from the manifests in the quarantine."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from core.apply.archived import lies_where
from core.errors import NotFound, Usage
from core.journal import add_run, add_steps, count_steps
from core.models import RunState
from core.ports import ObjectStore
from core.profiles import Profile
from core.quarantine import has_manifests, read_manifests
from core.runs import Entry
from core.traces import Trace
from core.workspace import Workspace


async def adopt(workspace: Workspace, store: ObjectStore, profile: Profile, run_id: str) -> None:
    """Puts a run into the journal as its manifests tell it. A manifest says what was about to be done, so every step
    is left at its intent: settling finds out what was. Raises `NotFound` when there is no such run, `Usage` when it is
    another project's."""
    found = False
    archived = await asyncio.to_thread(lies_where, profile.archive, run_id)
    async for head, entries in read_manifests(store, run_id):
        if head.get("project") != profile.project:
            raise Usage(
                f"Run {run_id} was made in another project (profile “{head.get('profile')}”).",
                "Open that profile to undo it.",
            )
        if not found:
            await workspace.journal.write(lambda c: _clear(c, run_id))
        found = True
        known = [_with_file(entry, archived, profile.archive / run_id) for entry in entries]
        await workspace.journal.write(lambda c, known=known: _add(c, run_id, known))  # type: ignore[misc]
    if not found:
        raise _nowhere(run_id)
    await workspace.journal.write(lambda c: _finish(c, run_id, profile.project))


async def check_told(store: ObjectStore, run_id: str) -> None:
    """Raises `NotFound` where no manifest tells of a run."""
    if not await has_manifests(store, run_id):
        raise _nowhere(run_id)


def lacks_files(c: sqlite3.Connection, run_id: str) -> bool:
    """Whether a run was adopted without the archive of the desk that made it: copied here meanwhile, it can be undone
    by adopting it once more."""
    return (
        c.execute(
            "SELECT 1 FROM steps WHERE run_id = ? AND state = 'done'"  # most steps leave no trace at all: an empty text
            " AND json_extract(nullif(trace, ''), '$.archived') <> '' AND json_extract(trace, '$.digest') IS NULL",
            (run_id,),
        ).fetchone()
        is not None
    )


def _nowhere(run_id: str) -> NotFound:
    return NotFound(
        f"There is no run “{run_id}” in the journal or in the quarantine.", "“runs” lists the runs there are."
    )


def _with_file(entry: Entry, archived: Mapping[int, Trace], folder: Path) -> Entry:
    """The entry with where its object is archived on this machine, or only with the folder where it would have to be:
    what another desk noted about files of its own says nothing here."""
    if entry.step.removal != "archive":
        return entry
    known = archived.get(entry.step.n, Trace(archived=str(folder)))
    return replace(entry, trace=replace(entry.trace, archived=known.archived, member=known.member, digest=known.digest))


def _add(c: sqlite3.Connection, run_id: str, entries: Sequence[Entry]) -> None:
    # A batch that was begun again stands in a later manifest once more.
    for entry in entries:
        _clear(c, run_id, entry.step.n)
    add_steps(c, run_id, entries)


def _finish(c: sqlite3.Connection, run_id: str, project: str) -> None:
    if c.execute("SELECT 1 FROM runs WHERE run_id = ?", (run_id,)).fetchone() is None:
        add_run(c, run_id, "cleanup", project)
    count_steps(c, run_id)
    c.execute("UPDATE runs SET state = ? WHERE run_id = ?", (RunState.INTERRUPTED, run_id))


def _clear(c: sqlite3.Connection, run_id: str, n: int | None = None) -> None:
    for table in ("steps", "needs"):
        c.execute(f"DELETE FROM {table} WHERE run_id = ? AND n = coalesce(?, n)", (run_id, n))
