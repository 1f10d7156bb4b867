"""The trees that were handed over: where each is to go, and which of them wait."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.uploads.moments import moment
from core.uploads.scanning.ledger import below

OTHERS = ""
"""The path of the tree that stands for what another program noted: no tree of ours."""
SINCE = "CASE WHEN ended IS NULL THEN ? ELSE began END"
"""Since when a tree is wanted that is only to be uploaded: it is not read again where it was read to its end."""
_COLUMNS = "id, path, coalesce(destination, ''), asked, wanted, watched, began, ended, complete"
_TAKEN_AT_ONCE = 2_000
_STATUSES = "('pending', 'success', 'failed')"

Aim = tuple[str, tuple[tuple[str, str], ...]]
"""Where a tree goes: the destination's name, and what was asked for beside it."""


@dataclass(frozen=True, slots=True)
class Root:
    """One tree. `destination`: the name of where its folders go, '' where nobody has said so; `asked`: what was asked
    for beside that. `wanted`: since when it waits to be uploaded. `began` and `ended` are of its last scan."""

    number: int
    path: str
    destination: str
    asked: Mapping[str, str] = field(default_factory=dict)
    wanted: datetime | None = None
    watched: bool = False
    began: datetime | None = None
    ended: datetime | None = None
    complete: bool = False

    @property
    def goal(self) -> Aim:
        """What tells whether two trees can go up together."""
        return self.destination, tuple(sorted(self.asked.items()))

    @property
    def needs_scan(self) -> bool:
        """Whether it is to be read before all of it can have gone up."""
        if self.wanted is None or not self.path:
            return False
        return self.ended is None or self.began is None or self.began < self.wanted

    def holds(self, path: str) -> bool:
        """Whether a path is this tree, or in it."""
        return path == self.path or (bool(self.path) and path.startswith(self.path.rstrip(os.sep) + os.sep))


def read_roots(c: sqlite3.Connection) -> tuple[Root, ...]:
    """All trees: those that wait in the order in which they go, then the others. One without a destination of its own
    has that of the nearest tree around it."""
    return _read(c)


def add(c: sqlite3.Connection, path: str, destination: str, now: float, asked: Mapping[str, str] | None = None) -> int:
    """Wants a tree to be scanned and uploaded to this destination; its number. What lies in it belongs to it from then
    on, but for trees inside it that have a destination of their own. What had gone elsewhere, to a destination of
    another name, is queued again. What was asked for it earlier holds on, as long as it goes to the same."""
    before = c.execute("SELECT id, destination, asked FROM scanned_roots WHERE path = ?", (path,)).fetchone()
    kept = _asked(before[2]) if before is not None and before[1] == destination else {}
    asked = {**kept, **(asked or {})}
    around = [one for one in _read(c, [OTHERS, *upwards(path)]) if one.path != path]
    c.execute(
        "INSERT INTO scanned_roots (path, destination, asked, wanted) VALUES (?, ?, ?, ?) ON CONFLICT (path) DO UPDATE "
        "SET destination = excluded.destination, asked = excluded.asked, "
        # by a clock that was put back, the last scan may have been later
        "wanted = max(excluded.wanted, coalesce(began, 0) + 0.001)",
        (path, destination, json.dumps(asked) if asked else None, now),
    )
    number = int(c.execute("SELECT id FROM scanned_roots WHERE path = ?", (path,)).fetchone()[0])
    low, high = below(path)
    if before is not None and before[1] not in (None, destination):
        _queue_anew(c, path, (number,))
    others = [one for one in around if _holds_folders(c, one.number)]
    elsewhere = [one.number for one in others if one.destination not in ("", destination)]
    if elsewhere:
        _queue_anew(c, path, elsewhere)
    homes = [one.number for one in others]
    if homes:
        c.execute(
            "UPDATE folder_status SET root = ? WHERE (folder_path = ? OR folder_path >= ? AND folder_path < ?) "
            f"AND root IN ({_numbers(homes)})",
            (number, path, low, high),
        )
    if _holds_folders(c, 0):  # the first ones, so that there is something to send; the scan takes the others over
        c.execute(
            "UPDATE folder_status SET root = ? WHERE rowid IN (SELECT rowid FROM folder_status "
            "WHERE (folder_path = ? OR folder_path >= ? AND folder_path < ?) AND root IS NULL "
            "AND upload_status = 'pending' LIMIT ?)",
            (number, path, low, high, _TAKEN_AT_ONCE),
        )
    return number


def adopt(c: sqlite3.Connection, destination: str, now: float) -> int:
    """Wants what another program noted, and is in no tree of ours, to go to this destination. How many folders wait
    there. What it left in a state that is none of the three known ones waits again."""
    c.execute(
        "INSERT INTO scanned_roots (path, destination, began, ended, wanted) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (path) DO UPDATE SET destination = excluded.destination, wanted = excluded.wanted",
        (OTHERS, destination, now, now, now),
    )
    number = int(c.execute("SELECT id FROM scanned_roots WHERE path = ?", (OTHERS,)).fetchone()[0])
    c.execute("UPDATE folder_status SET root = ? WHERE root IS NULL AND upload_status <> 'success'", (number,))
    c.execute("UPDATE folder_status SET root = ? WHERE root IS NULL AND upload_status IS NULL", (number,))
    c.execute(
        "UPDATE folder_status SET upload_status = 'pending' WHERE root = ? AND "
        f"coalesce(upload_status, '') NOT IN {_STATUSES}",
        (number,),
    )
    # what was written as words cannot be compared: it failed long ago
    c.execute("UPDATE folder_status SET updated_at = 0 WHERE root = ? AND typeof(updated_at) = 'text'", (number,))
    row = c.execute("SELECT folders FROM folder_counts WHERE root = ? AND state = 'queued'", (number,)).fetchone()
    return int(row[0]) if row else 0


def want(c: sqlite3.Connection, numbers: Iterable[int], now: float) -> None:
    """What waits in these trees is to be uploaded. Those that were read to their end are not read again."""
    c.execute(f"UPDATE scanned_roots SET wanted = {SINCE} WHERE wanted IS NULL AND id IN ({_numbers(numbers)})", (now,))


def give(c: sqlite3.Connection, numbers: Iterable[int], destination: str) -> None:
    """These trees go to this destination, if they have none yet."""
    c.execute(
        f"UPDATE scanned_roots SET destination = ? WHERE destination IS NULL AND id IN ({_numbers(numbers)})",
        (destination,),
    )


def unwant(c: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """These trees do not wait any more."""
    c.execute(f"UPDATE scanned_roots SET wanted = NULL WHERE id IN ({_numbers(numbers)})")


def unwant_done(c: sqlite3.Connection, numbers: Sequence[int]) -> None:
    """Those of these trees that are read, and of which nothing waits, do not wait any more. Asked and done in one
    transaction: one that is handed over again meanwhile stays wanted."""
    waiting = with_waiting(c)
    done = [one for one in read_roots(c) if not one.needs_scan and not waiting.get(one.number)]
    unwant(c, {one.number for one in done} & set(numbers))


def watch(c: sqlite3.Connection, path: str, is_watched: bool) -> bool:
    """Sets or unsets that new folders in a tree are queued by themselves. False where no such tree is known."""
    return c.execute("UPDATE scanned_roots SET watched = ? WHERE path = ?", (is_watched, path)).rowcount > 0


def begin_watch(c: sqlite3.Connection, path: str, destination: str, now: float) -> int:
    """Watches a tree for this destination; its number. What is in it by now is found by looking, as what comes later:
    nothing of it goes up before it has stopped changing."""
    known = c.execute("SELECT wanted, ended FROM scanned_roots WHERE path = ?", (path,)).fetchone()
    number = add(c, path, destination, now)
    wanted = None if known is None else known[0]
    if wanted is None and number in with_waiting(c):
        wanted = now if known is None or known[1] is None else _began(c, number)
    c.execute("UPDATE scanned_roots SET watched = ?, wanted = ? WHERE id = ?", (int(now), wanted, number))
    if known is None or (known[1] is None and wanted is None):
        c.execute("UPDATE scanned_roots SET began = ?, ended = ? WHERE id = ?", (now, now, number))
    return number


def with_waiting(c: sqlite3.Connection, *, and_failed: bool = False) -> dict[int, int]:
    """How many folders wait in each tree that has such, with those that failed if wanted; 0 stands for what another
    program noted."""
    states = "('queued', 'failed')" if and_failed else "('queued')"
    sql = f"SELECT root, sum(folders) FROM folder_counts WHERE state IN {states} AND folders > 0 GROUP BY 1"
    return {int(root): int(folders) for root, folders in c.execute(sql)}


def _began(c: sqlite3.Connection, number: int) -> object:
    return c.execute("SELECT began FROM scanned_roots WHERE id = ?", (number,)).fetchone()[0]


def _read(c: sqlite3.Connection, paths: Sequence[str] | None = None) -> tuple[Root, ...]:
    where = "" if paths is None else "WHERE path IN (SELECT value FROM json_each(?))"
    sql = f"SELECT {_COLUMNS} FROM scanned_roots {where} ORDER BY wanted IS NULL, wanted, id"
    return _inherited([_root(row) for row in c.execute(sql, () if paths is None else (json.dumps(paths),))])


def upwards(path: str) -> Iterator[str]:
    """The path itself, and every folder that it lies in, the nearest first."""
    yield path
    while (above := os.path.dirname(path)) != path:  # noqa: PTH120
        yield (path := above)


def _queue_anew(c: sqlite3.Connection, path: str, roots: Sequence[int]) -> None:
    low, high = below(path)
    held = f"(folder_path = ? OR folder_path >= ? AND folder_path < ?) AND root IN ({_numbers(roots)})"
    c.execute(
        "UPDATE folder_status SET upload_status = 'pending', retry_count = 0, error_message = NULL, question = NULL "
        f"WHERE {held} AND gone_at IS NULL AND (upload_status IN ('success', 'failed') OR question IS NOT NULL)",
        (path, low, high),
    )
    # what is under way ends as that batch has it, which is not where it is to go now: see `batches.end_folders`
    c.execute(
        f"UPDATE folder_status SET batch_id = NULL WHERE rowid IN (SELECT folder FROM folders_under_way) AND {held}",
        (path, low, high),
    )


def _holds_folders(c: sqlite3.Connection, number: int) -> bool:
    return c.execute("SELECT 1 FROM folder_counts WHERE root = ? AND folders > 0", (number,)).fetchone() is not None


def _inherited(roots: Sequence[Root]) -> tuple[Root, ...]:
    """Gives those without a destination that of the nearest tree around them."""
    told = {one.path: one for one in roots if one.destination and one.path}
    found = []
    for one in roots:
        near = next((told[path] for path in upwards(one.path) if path in told), None) if not one.destination else None
        found.append(one if near is None else _like(one, near))
    return tuple(found)


def _like(one: Root, other: Root) -> Root:
    return Root(
        one.number,
        one.path,
        other.destination,
        other.asked,
        one.wanted,
        one.watched,
        one.began,
        one.ended,
        one.complete,
    )


def _root(row: tuple[object, ...]) -> Root:
    number, path, destination, asked, wanted, watched, began, ended, complete = row
    return Root(
        int(str(number)),
        str(path),
        str(destination),
        _asked(asked),
        moment(wanted),
        bool(watched),
        moment(began),
        moment(ended),
        bool(complete),
    )


def _asked(text: object) -> Mapping[str, str]:
    try:
        found = json.loads(str(text)) if text else {}
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _numbers(numbers: Iterable[int]) -> str:
    return ",".join(str(int(number)) for number in numbers)
