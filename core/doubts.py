"""Doubts about sources: a mapping that hardly names anything, a table that lost much; and the person's acceptance."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import NotFound
from core.findings.states import restate
from core.keeps import marks
from core.workspace import Workspace, system_now, to_micros

HALF = 0.5
LOSS = 0.2
_WEEK = 7 * 24 * 3600 * 1_000_000
_REMEMBERED = 60 * 24 * 3600 * 1_000_000


@dataclass(frozen=True, slots=True)
class Size:
    """How large a source was, or how much of it is accounted for."""

    rows: int
    refs: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A source as a scan read it: references that can be read are its size's `refs`, even where what they name was not
    listed completely; `judged` are those that should resolve."""

    name: str
    table: str
    mapping: str
    size: Size
    judged: int
    resolved: int


@dataclass(frozen=True, slots=True)
class Memory:
    """What the journal knows about a source: its largest size of late, what our own runs took since, and the size at
    which the person accepted it."""

    largest: Size | None = None
    taken: Size = Size(0, 0)
    accepted: Size | None = None


def doubt(source: Measured, memory: Memory) -> tuple[str, str]:
    """What is doubtful about a source: ("mapping" or "loss", a sentence), or two empty texts."""
    if source.size.rows and not source.size.refs:
        return "mapping", f"Not one of its {source.size.rows:,} rows holds a reference that can be understood."
    if source.judged and source.resolved < source.judged * HALF:
        return "mapping", f"Only {source.resolved:,} of its {source.judged:,} references name an object that is there."
    if memory.largest is not None:
        for what, now, before in _losses(source.size, memory.taken, memory.largest):
            if before and before - now > before * LOSS:
                return "loss", f"It has {now:,} {what}; within the last seven days it had {before:,}."
    return "", ""


def is_accepted(source: Measured, memory: Memory) -> bool:
    """Whether the person's acceptance still covers the source: it has not shrunk by much since."""
    if memory.accepted is None:
        return False
    losses = _losses(source.size, memory.taken, memory.accepted)
    return all(before - now <= before * LOSS for _, now, before in losses)


def _losses(now: Size, taken: Size, before: Size) -> tuple[tuple[str, int, int], tuple[str, int, int]]:
    return ("rows", now.rows + taken.rows, before.rows), ("references", now.refs + taken.refs, before.refs)


def measure(connection: sqlite3.Connection, journal: sqlite3.Connection, now: int) -> None:
    """Writes into the listings in force which sources are doubted, and whether that is accepted."""
    for source in _measured(connection, closed="closed = 1"):
        memory = recall(journal, source, now)
        about, sentence = doubt(source, memory)
        connection.execute(
            "UPDATE listings SET doubts = ?, doubted = ?, accepted = ?"
            " WHERE current = 1 AND what = 'source' AND name = ?",
            (about, sentence, bool(about) and is_accepted(source, memory), source.name),
        )


def recall(journal: sqlite3.Connection, source: Measured, now: int) -> Memory:
    """What the journal knows about a source under its present mapping. Sizes in the future count: the clock was set
    back."""
    largest = journal.execute(
        "SELECT max(rows), max(refs), min(at) FROM sizes WHERE source = ? AND mapping = ? AND at >= ?",
        (source.name, source.mapping, now - _WEEK),
    ).fetchone()
    accepted = journal.execute(
        "SELECT rows, refs, at FROM accepted WHERE source = ? AND mapping = ?", (source.name, source.mapping)
    ).fetchone()
    since = min((row[2] for row in (largest, accepted) if row and row[2] is not None), default=None)
    return Memory(
        Size(largest[0], largest[1]) if largest[0] is not None else None,
        _taken(journal, source, since, largest) if since is not None else Size(0, 0),
        Size(accepted[0], accepted[1]) if accepted else None,
    )


def _taken(journal: sqlite3.Connection, source: Measured, since: int, largest: tuple[int, int, int]) -> Size:
    """What our own runs took out of the table and nobody undid; each deleted row with its usual share of references."""
    found: Mapping[str, int] = dict(
        journal.execute(
            "SELECT kind, count(*) FROM steps WHERE tbl = ? AND state = 'done' AND at >= ?"
            " AND kind IN ('delete_row', 'update_row') GROUP BY kind",
            (source.table, since),
        ).fetchall()
    )
    deleted = found.get("delete_row", 0)
    for_each = -(-(largest[1] or 0) // largest[0]) if largest[0] else 1
    return Size(deleted, deleted * for_each + found.get("update_row", 0))


async def remember(workspace: Workspace, now: int) -> None:
    """Notes in the journal how large each completely read source is, for later scans to compare with."""
    sizes = await workspace.inventory.read(lambda c: _measured(c, closed="complete = 1"))

    def note(connection: sqlite3.Connection) -> None:
        connection.executemany(
            "INSERT OR REPLACE INTO sizes VALUES (?, ?, ?, ?, ?)",
            ((s.name, now, s.mapping, s.size.rows, s.size.refs) for s in sizes),
        )
        connection.execute("DELETE FROM sizes WHERE at < ?", (now - _REMEMBERED,))

    await workspace.journal.write(note)


async def accept(workspace: Workspace, name: str) -> None:
    """Takes a doubted source as it is, until it shrinks further or its mapping changes. Findings that rest on it are
    stated anew. Raises `NotFound` for a source that the latest scan did not read."""
    sources = {s.name: s for s in await workspace.inventory.read(lambda c: _measured(c, closed="1"))}
    if name not in sources:
        known = ", ".join(sources) or "none; scan first"
        raise NotFound(f"The latest scan read no source named “{name}”.", f"Sources: {known}.")
    source = sources[name]
    now = to_micros(system_now())
    await workspace.journal.write(
        lambda c: (
            c.execute(
                "INSERT OR REPLACE INTO accepted VALUES (?, ?, ?, ?, ?)",
                (name, source.mapping, source.size.rows, source.size.refs, now),
            ).rowcount
        )
    )

    def take(connection: sqlite3.Connection) -> None:
        connection.execute(
            "UPDATE listings SET accepted = 1 WHERE current = 1 AND what = 'source' AND name = ? AND doubts <> ''",
            (name,),
        )
        restate(connection, marks(workspace))

    await workspace.inventory.write(take)


def _measured(connection: sqlite3.Connection, closed: str) -> list[Measured]:
    found = connection.execute(
        "SELECT name, tbl, mapping, items, refs - not_understood + unlisted, judged, resolved FROM listings"
        f" WHERE current = 1 AND what = 'source' AND {closed} ORDER BY name"
    )
    return [
        Measured(name, table, mapping, Size(rows, refs), judged, resolved)
        for name, table, mapping, rows, refs, judged, resolved in found
    ]
