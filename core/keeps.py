"""Keep marks: things that a person wants left alone, until the thing itself changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from core.errors import Usage
from core.findings.identity import THING
from core.findings.states import KeepMarks, restate_kept
from core.models import Selection
from core.selections import chosen_sql, unknown_ids
from core.workspace import Workspace, system_now, to_micros

_BATCH = 5_000


async def keep(workspace: Workspace, selection: Selection, reason: str) -> int:
    """Marks the objects and rows that the selected findings are about. Returns how many findings are kept by it."""
    if not reason.strip():
        raise Usage("A keep mark needs a reason.", "Say in a few words why this should stay.")
    await _check_known(workspace, selection)
    sql, parameters = chosen_sql(selection)
    now = to_micros(system_now())

    def note(journal: sqlite3.Connection) -> int:
        return sum(
            journal.executemany(
                "INSERT OR REPLACE INTO keeps VALUES (?, ?, ?, ?, ?)",
                ((thing, finding, mark, reason.strip(), now) for thing, finding, mark in batch),
            ).rowcount
            for batch in _chosen(workspace, sql, parameters)
        )

    count = await workspace.journal.write(note)
    await workspace.inventory.write(lambda c: restate_kept(c, marks(workspace)))
    return count


async def unkeep(workspace: Workspace, selection: Selection) -> int:
    """Takes the keep marks off the objects and rows that the selected findings are about. Returns how many marks."""
    await _check_known(workspace, selection)
    sql, parameters = chosen_sql(selection)

    def forget(journal: sqlite3.Connection) -> int:
        return sum(
            journal.executemany("DELETE FROM keeps WHERE thing = ?", ((thing,) for thing, _, _ in batch)).rowcount
            for batch in _chosen(workspace, sql, parameters)
        )

    count = await workspace.journal.write(forget)
    await workspace.inventory.write(lambda c: restate_kept(c, marks(workspace)))
    return count


def marks(workspace: Workspace) -> KeepMarks:
    """Every keep mark as (thing, fingerprint), a batch in memory at a time. For callers in a thread that may read the
    journal."""
    after = ""
    while True:
        batch: list[tuple[str, str]] = workspace.journal.read_now(
            lambda c, after=after: c.execute(  # type: ignore[misc]
                f"SELECT thing, fingerprint FROM keeps WHERE thing > ? ORDER BY thing LIMIT {_BATCH}", (after,)
            ).fetchall()
        )
        if not batch:
            return
        yield from batch
        after = batch[-1][0]


def reasons(journal: sqlite3.Connection, things: list[str]) -> dict[str, str]:
    """The reason of each keep mark among these things."""
    slots = ", ".join("?" * len(things))
    return dict(journal.execute(f"SELECT thing, reason FROM keeps WHERE thing IN ({slots})", things).fetchall())


async def _check_known(workspace: Workspace, selection: Selection) -> None:
    only = selection.only
    unknown = await workspace.inventory.read(lambda c: unknown_ids(c, only)) if only else ()
    if unknown:
        raise Usage(f"There is no finding “{unknown[0]}”.", "List them with “findings”; a scan may have settled it.")


def _chosen(workspace: Workspace, sql: str, parameters: dict[str, object]) -> Iterator[list[tuple[str, str, str]]]:
    """(thing, finding, fingerprint) of the selected findings, in batches, each in a short read of its own."""
    after = 0
    while True:
        batch = workspace.inventory.read_now(
            lambda c, after=after: c.execute(  # type: ignore[misc]
                f"SELECT f.n, {THING.format(f='f.')}, f.id, f.print FROM findings f"
                f" WHERE f.n > :after AND ({sql}) ORDER BY f.n LIMIT {_BATCH}",
                {**parameters, "after": after},
            ).fetchall()
        )
        if not batch:
            return
        yield [row[1:] for row in batch]
        after = batch[-1][0]
