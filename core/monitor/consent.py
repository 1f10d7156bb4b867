"""What the owner of the data allowed: that retention of a family is applied by itself, after seeing what it takes."""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import datetime

from core.profiles import Family
from core.workspace import Workspace, to_micros


async def is_allowed(workspace: Workspace, project: str, family: Family, since: datetime | None = None) -> bool:
    """Whether it was allowed at this desk, `since` then, by the rules that are in force now: other rules take something
    else, so they are to be seen and allowed anew."""
    sql = "SELECT rules, at FROM consents WHERE project = ? AND family = ?"
    row = await workspace.journal.read(lambda c: c.execute(sql, (project, family.name)).fetchone())
    return row is not None and row[0] == rules_of(family) and (since is None or row[1] > to_micros(since))


async def note_consent(workspace: Workspace, project: str, family: Family, now: datetime) -> None:
    """Records that the owner has seen what it takes, and allowed it."""

    def work(c: sqlite3.Connection) -> None:
        values = (project, family.name, rules_of(family), to_micros(now))
        c.execute("INSERT OR REPLACE INTO consents VALUES (?, ?, ?, ?)", values)

    await workspace.journal.write(work)


async def withdraw(workspace: Workspace, project: str, family: str) -> None:
    """From now on nothing is applied by itself."""

    def work(c: sqlite3.Connection) -> None:
        c.execute("DELETE FROM consents WHERE project = ? AND family = ?", (project, family))

    await workspace.journal.write(work)


def rules_of(family: Family) -> str:
    """A hash of all that decides what retention takes."""
    rules = [(rule.days, rule.prefix, rule.types) for rule in family.rules]
    words = repr((family.buckets, family.retention_days, rules, family.retention_share))
    return hashlib.sha256(words.encode()).hexdigest()[:16]
