"""How many folders stand where: counted along by the tracker itself, so that a million of them are told at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.uploads.scanning.ledger import below

STATE = (
    "CASE WHEN upload_status = 'success' THEN 'done' WHEN skipped IS NOT NULL OR gone_at IS NOT NULL THEN 'skipped' "
    "WHEN upload_status = 'failed' THEN 'failed' WHEN question IS NOT NULL THEN 'asking' ELSE 'queued' END"
)
"""Where a folder stands, whether or not it is under way; as the triggers of the tracker say it."""
_SUMS = "count(*), total(CAST(coalesce(file_count, 0) AS INTEGER)), total(CAST(coalesce(bytes, 0) AS INTEGER))"


@dataclass(frozen=True, slots=True)
class Count:
    """Folders, and what the last scan saw in them."""

    folders: int = 0
    files: int = 0
    size_bytes: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.folders + other.folders, self.files + other.files, self.size_bytes + other.size_bytes)


@dataclass(frozen=True, slots=True)
class Counts:
    """Folders by state; each is in exactly one. `asking` wait for an answer; `under_way`: those that a batch holds,
    which are in none of the others."""

    queued: Count = Count()
    asking: Count = Count()
    done: Count = Count()
    skipped: Count = Count()
    failed: Count = Count()
    under_way: Count = Count()

    @property
    def found(self) -> Count:
        """All that are known."""
        return self.queued + self.asking + self.done + self.skipped + self.failed + self.under_way


def read_counts(c: sqlite3.Connection, *, is_running: bool, roots: Iterable[int] | None = None) -> Counts:
    """All folders of the tracker, or of these trees. `is_running`: batches that have not ended are under way; else
    they were broken off, and their folders stand as before."""
    where = "" if roots is None else f"WHERE root IN ({_numbers(roots)})"
    sql = f"SELECT state, total(folders), total(files), total(bytes) FROM folder_counts {where} GROUP BY 1"
    found = {state: Count(*(int(value) for value in values)) for state, *values in c.execute(sql)}
    return _apart(found, _under_way(c, where.replace("root", "coalesce(root, 0)")) if is_running else {})


def count_below(c: sqlite3.Connection, folders: Sequence[str], *, is_running: bool) -> Counts:
    """Folders at and below these paths. Takes a second for a million of them: they are counted one by one."""
    where, values = within(folders)
    sql = f"SELECT {STATE}, {_SUMS} FROM folder_status WHERE 1 {where} GROUP BY 1"
    found = {state: Count(*(int(value) for value in sums)) for state, *sums in c.execute(sql, values)}
    return _apart(found, _under_way(c, f"WHERE 1 {where}", values) if is_running else {})


def within(folders: Sequence[str]) -> tuple[str, list[str]]:
    """The condition that a folder is at or below one of these paths, and its values; nothing for no paths."""
    one = "folder_path = ? OR folder_path >= ? AND folder_path < ?"
    values = [value for path in folders for value in (path, *below(path))]
    return (f"AND ({' OR '.join([one] * len(folders))})" if folders else ""), values


def are_wrong(c: sqlite3.Connection) -> bool:
    """Whether the counts are not those of the folders that there are."""
    counted = int(c.execute("SELECT total(folders) FROM folder_counts").fetchone()[0])
    return bool(counted != c.execute("SELECT count(*) FROM folder_status").fetchone()[0])


def count_anew(c: sqlite3.Connection) -> None:
    """Counts all folders, where the counts are not theirs: before there were any, or when another program replaced rows
    in a way that triggers do not see."""
    if not are_wrong(c):
        return
    c.execute("DELETE FROM folder_counts")
    sums = _SUMS.replace("total(", "sum(")
    c.execute(f"INSERT INTO folder_counts SELECT coalesce(root, 0), {STATE}, {sums} FROM folder_status GROUP BY 1, 2")


def _under_way(c: sqlite3.Connection, where: str, values: Sequence[str] = ()) -> dict[str, Count]:
    held = "folders_under_way u CROSS JOIN folder_status f ON f.rowid = u.folder"  # from the few to the many
    sql = f"SELECT {STATE}, {_SUMS} FROM {held} {where} GROUP BY 1"
    return {state: Count(*(int(value) for value in sums)) for state, *sums in c.execute(sql, tuple(values))}


def _apart(found: dict[str, Count], held: dict[str, Count]) -> Counts:
    under_way = sum(held.values(), Count())
    for state, some in held.items():
        found[state] = found[state] + Count(-some.folders, -some.files, -some.size_bytes)
    return Counts(**found, under_way=under_way)


def _numbers(numbers: Iterable[int]) -> str:
    return ",".join(str(int(number)) for number in numbers)
