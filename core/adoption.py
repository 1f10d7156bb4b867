"""Takes a run of another desk, or of a lost journal, into this journal: from the manifests in the quarantine."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.apply.archived import lies_where
from core.errors import NotFound, Usage
from core.journal import add_run, add_steps, count_steps
from core.models import RunState
from core.ports import ObjectStore
from core.profiles import Profile
from core.quarantine import read_manifests
from core.runs import Entry
from core.traces import Trace
from core.workspace import Workspace


async def adopt(workspace: Workspace, store: ObjectStore, profile: Profile, run_id: str) -> None:
    """Puts a run into the journal as its manifests tell it. A manifest says what was about to be done, so every step
    is left at its intent: settling finds out what was. Raises `NotFound` when there is no such run, `Usage` when it is
    another project's."""
    await workspace.journal.write(lambda c: _clear(c, run_id))
    found = False
    archived = await asyncio.to_thread(lies_where, profile.archive, run_id)
    async for head, entries in read_manifests(store, run_id):
        if head.get("project") != profile.project:
            raise Usage(
                f"Run {run_id} was made in another project (profile “{head.get('profile')}”).",
                "Open that profile to undo it.",
            )
        found = True
        known = [_with_file(entry, archived) for entry in entries]
        await workspace.journal.write(lambda c, known=known: _add(c, run_id, known))  # type: ignore[misc]
    if not found:
        raise NotFound(
            f"There is no run “{run_id}” in the journal or in the quarantine.", "“runs” lists the runs there are."
        )
    await workspace.journal.write(lambda c: _finish(c, run_id, profile.project))


def _with_file(entry: Entry, archived: Mapping[int, Trace]) -> Entry:
    """The entry with where its object is archived, where this machine has it."""
    known = archived.get(entry.step.n)
    if known is None or entry.step.removal != "archive":
        return entry
    return replace(entry, trace=replace(entry.trace, archived=known.archived, member=known.member, digest=known.digest))


def _add(c: sqlite3.Connection, run_id: str, entries: Sequence[Entry]) -> None:
    # A batch that was begun again stands in a later manifest once more.
    for entry in entries:
        _clear(c, run_id, entry.step.n)
    add_steps(c, run_id, entries)


def _finish(c: sqlite3.Connection, run_id: str, project: str) -> None:
    add_run(c, run_id, "cleanup", project)
    count_steps(c, run_id)
    c.execute("UPDATE runs SET state = ? WHERE run_id = ?", (RunState.INTERRUPTED, run_id))


def _clear(c: sqlite3.Connection, run_id: str, n: int | None = None) -> None:
    for table in ("steps", "needs"):
        c.execute(f"DELETE FROM {table} WHERE run_id = ? AND n = coalesce(?, n)", (run_id, n))
