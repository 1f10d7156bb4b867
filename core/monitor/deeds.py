"""What monitoring did by itself, the last of each kind in a family: what it tells of, and does not do twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from core.capacity.models import Alert, Level, Severity
from core.models import RunState
from core.workspace import Workspace, from_micros, to_micros

OVERFLOW, PLAN, APPLY = "overflow", "plan", "apply"
"""The kinds of deed, by the words that allow them in a profile."""
_LEVELS: Mapping[str, Level] = {OVERFLOW: Level.OK, PLAN: Level.CLEAN_UP, APPLY: Level.OK}


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that was done, or tried. `about` is the bucket or the plan's id; `what` and `next_step` are sentences;
    `run_id` undoes it, '' where nothing can; `file` is the plan, of so many `steps`."""

    family: str
    kind: str
    at: datetime
    about: str
    severity: Severity
    what: str
    next_step: str
    run_id: str = ""
    file: str = ""
    steps: int = 0

    def alert(self, bucket: str) -> Alert:
        """How people are told, while it is worth telling; `bucket` is the fullest of the family."""
        name = f"{self.kind}:{self.family}"
        if self.kind != PLAN:  # a plan that is made anew the next day is no news
            name = f"{name}:{self.about}"
        return Alert(name, self.severity, bucket, self.what, self.next_step, self.at, _LEVELS[self.kind])


_COLUMNS = ", ".join(field.name for field in fields(Deed))


async def read_deeds(workspace: Workspace, project: str) -> Mapping[tuple[str, str], Deed]:
    """The last deeds of a project, by family and kind."""
    sql = f"SELECT {_COLUMNS} FROM deeds WHERE project = ?"
    rows = await workspace.journal.read(lambda c: c.execute(sql, (project,)).fetchall())
    return {(row[0], row[1]): _deed(row) for row in rows}


async def note_deed(workspace: Workspace, project: str, deed: Deed) -> None:
    """Records it in place of the last one of its kind in the family."""
    values = (
        project,
        deed.family,
        deed.kind,
        to_micros(deed.at),
        deed.about,
        deed.severity,
        deed.what,
        deed.next_step,
        deed.run_id,
        deed.file,
        deed.steps,
    )
    marks = ", ".join("?" * len(values))
    sql = f"INSERT OR REPLACE INTO deeds (project, {_COLUMNS}) VALUES ({marks})"
    await workspace.journal.write(lambda c: c.execute(sql, values).rowcount)


async def forget_deed(workspace: Workspace, project: str, family: str, kind: str) -> None:
    """What led to it is over: next time it is done anew."""

    def work(c: sqlite3.Connection) -> None:
        c.execute("DELETE FROM deeds WHERE project = ? AND family = ? AND kind = ?", (project, family, kind))

    await workspace.journal.write(work)


async def was_undone(workspace: Workspace, run_id: str) -> bool:
    """Whether somebody took the run of a deed back, if only in part: what drifted since could not come. Whoever did
    that did not want it; to do it again would be a quarrel."""
    sql = "SELECT 1 FROM runs WHERE run_id = ? AND state = ?"
    partly = "SELECT 1 FROM runs JOIN steps USING (run_id) WHERE undo_of = ? AND steps.state = 'done'"

    def ask(c: sqlite3.Connection) -> bool:
        whole = c.execute(sql, (run_id, RunState.UNDONE)).fetchone()
        return whole is not None or c.execute(f"{partly} LIMIT 1", (run_id,)).fetchone() is not None

    return await workspace.journal.read(ask)


def _deed(row: tuple[str, str, int, str, str, str, str, str, str, int]) -> Deed:
    family, kind, at, about, severity, what, next_step, run_id, file, steps = row
    return Deed(family, kind, from_micros(at), about, Severity(severity), what, next_step, run_id, file, steps)
