"""Folders that hold nothing but a `stats.json`: left out where no table takes them, and taken back once one does."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from core.profiles import Profile

_BEFORE, _AFTER = "There is only a ", " in it, and no table is mapped for that."


def left_out(stats: str) -> str:
    """Why such a folder is left out; `stats`: the name of its file."""
    return f"{_BEFORE}{stats}{_AFTER}"


def take_back(c: sqlite3.Connection, now: float, profile: Profile) -> int:
    """Queues those again whose tree goes to a destination that writes rows of folders by now. How many that was."""
    names = [one.name for one in profile.all_destinations if one.folder_rows is not None]
    return _take_back(c, now, names) if names else 0


def _take_back(c: sqlite3.Connection, now: float, names: Sequence[str]) -> int:
    places = ",".join("?" * len(names))
    return c.execute(
        "UPDATE folder_status SET skipped = NULL, upload_status = 'pending', updated_at = ? "
        "WHERE skipped IS NOT NULL AND substr(skipped, 1, ?) = ? AND substr(skipped, -?) = ? AND gone_at IS NULL "
        f"AND root IN (SELECT id FROM scanned_roots WHERE destination IN ({places}))",
        (now, len(_BEFORE), _BEFORE, len(_AFTER), _AFTER, *names),
    ).rowcount
