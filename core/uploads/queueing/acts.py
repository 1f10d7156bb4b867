"""What people do to the queue: try again, leave out, take back, put first, move; some folders or all below a path."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import NotFound
from core.uploads.queueing.queue import WAITING
from core.uploads.queueing.roots import SINCE
from core.uploads.queueing.undone import UNDONE
from core.uploads.status.counts import within

LEFT_OUT = "It was left out by hand."
MAY_BE_LEFT_OUT = (
    "upload_status <> 'success' AND skipped IS NULL AND gone_at IS NULL "
    "AND rowid NOT IN (SELECT folder FROM folders_under_way)"
)
IS_LEFT_OUT = "skipped IS NOT NULL AND upload_status <> 'success'"
_ASKED = 500
IS_QUEUED = f"upload_status = 'pending' AND {WAITING} AND question IS NULL"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The folders an act is about: those with these numbers, and those at and below these paths; or all there are."""

    numbers: Sequence[int] = ()
    below: Sequence[str] = ()
    everything: bool = False


ALL = Chosen(everything=True)


def check_known(c: sqlite3.Connection, paths: Sequence[str]) -> None:
    """Raises `NotFound` for a path at or below which neither a folder nor a tree is known: a slip of the hand would do
    nothing."""
    for path in paths:
        where, values = within([path])
        folder = c.execute(f"SELECT 1 FROM folder_status WHERE 1 {where} LIMIT 1", values).fetchone()
        tree = c.execute(f"SELECT 1 FROM scanned_roots WHERE 1 {_trees(where)}", values).fetchone()
        if folder is None and tree is None:
            raise NotFound(
                f"No folder at or below {path} is known to the tracker; nothing was changed.",
                "“upload --status” says what is known; scan it first: upload FOLDER --scan-only",
            )


def retry(c: sqlite3.Connection, now: float, chosen: Chosen = ALL) -> int:
    """Queues folders anew that failed. How many that was. They are wanted again."""
    sets = "upload_status = 'pending', retry_count = 0, error_message = NULL, updated_at = ?"
    return _change(c, sets, f"upload_status = 'failed' AND {WAITING}", [now], chosen, wanted=now)


def again(c: sqlite3.Connection, now: float, chosen: Chosen) -> int:
    """Queues folders anew that are uploaded, or were until that was undone: what is stored of them still is recognised,
    and what is not goes up. How many that was."""
    sets = "upload_status = 'pending', skipped = NULL, retry_count = 0, error_message = NULL, updated_at = ?"
    were = f"(upload_status = 'success' OR skipped = '{UNDONE}')"
    return _change(c, sets, f"{were} AND gone_at IS NULL", [now], chosen, wanted=now)


def take_back(c: sqlite3.Connection, now: float, chosen: Chosen = ALL) -> int:
    """Folders that were left out are as they were before, waiting or failed. How many that was. They are wanted
    again, and so are trees that were left out as a whole."""
    for path in chosen.below:
        where, ends = within([path])
        sql = f"UPDATE scanned_roots SET wanted = {SINCE} WHERE wanted IS NULL AND destination IS NOT NULL"
        c.execute(f"{sql} {_trees(where)}", (now, *ends))
    return _change(c, "skipped = NULL", f"{IS_LEFT_OUT} AND gone_at IS NULL", [], chosen, wanted=now)


def leave_out(c: sqlite3.Connection, now: float, chosen: Chosen, reason: str = LEFT_OUT) -> int:
    """These folders are not uploaded, for this reason; what is stored stays so, and a folder that a batch holds just
    now goes up with it. How many that was. A tree that is left out as a whole is not read any more either."""
    for path in chosen.below:
        where, ends = within([path])
        c.execute(f"UPDATE scanned_roots SET wanted = NULL WHERE wanted IS NOT NULL {_trees(where)}", ends)
    return _change(c, "skipped = ?, question = NULL, updated_at = ?", MAY_BE_LEFT_OUT, [reason, now], chosen)


def put_first(c: sqlite3.Connection, chosen: Chosen) -> int:
    """These folders go before all others, in the order in which they were given, or stand. How many that was."""
    give_places(c)
    _turn_trees(c, chosen, "min(wanted) - 1")
    # below zero: a place of 0 is none
    edge = min([0, *(place for root in _roots(c) for place in _edge(c, root, ""))])
    return _shift(c, chosen, edge, before=True)


def put_last(c: sqlite3.Connection, chosen: Chosen) -> int:
    """These folders go after all others that wait now. How many that was."""
    give_places(c)
    _turn_trees(c, chosen, "max(wanted) + 1")
    newest = int(c.execute("SELECT coalesce(max(rowid), 0) FROM folder_status").fetchone()[0])
    edge = max([newest, *(place for root in _roots(c) for place in _edge(c, root, "DESC"))])
    return _shift(c, chosen, edge, before=False)


def _change(
    c: sqlite3.Connection, sets: str, where: str, values: Sequence[object], chosen: Chosen, wanted: float | None = None
) -> int:
    amount = 0
    if chosen.everything:
        _want(c, "SELECT root FROM folder_counts WHERE folders > 0 AND state IN ('failed', 'skipped')", (), wanted)
        amount += c.execute(f"UPDATE folder_status SET {sets} WHERE {where}", tuple(values)).rowcount
    if chosen.numbers:
        rows = [(*values, number) for number in chosen.numbers]
        amount += c.executemany(f"UPDATE folder_status SET {sets} WHERE {where} AND rowid = ?", rows).rowcount
        for start in range(0, len(chosen.numbers), _ASKED):
            part = tuple(chosen.numbers[start : start + _ASKED])
            places = ",".join("?" * len(part))
            _want(c, f"SELECT root FROM folder_status WHERE rowid IN ({places})", part, wanted)
    for path in chosen.below:
        where_below, ends = within([path])
        _want(c, f"SELECT DISTINCT root FROM folder_status WHERE {where} {where_below}", ends, wanted)
        amount += c.execute(f"UPDATE folder_status SET {sets} WHERE {where} {where_below}", (*values, *ends)).rowcount
    return amount


def _want(c: sqlite3.Connection, roots: str, values: Sequence[object], wanted: float | None) -> None:
    """What is queued again is to be uploaded. A tree that was read to its end is not read again for that."""
    if wanted is not None:
        sql = f"UPDATE scanned_roots SET wanted = {SINCE} WHERE wanted IS NULL AND id IN ({roots})"
        c.execute(sql, (wanted, *values))


def _turn_trees(c: sqlite3.Connection, chosen: Chosen, when: str) -> None:
    """Trees that wait to be read are read in the order in which they wait."""
    for path in reversed(chosen.below) if when.startswith("min") else chosen.below:
        where, ends = within([path])
        c.execute(
            f"UPDATE scanned_roots SET wanted = (SELECT {when} FROM scanned_roots) "
            f"WHERE wanted IS NOT NULL AND ended IS NULL {_trees(where)}",
            ends,
        )


def _trees(where: str) -> str:
    """A condition on folders as one on trees."""
    return where.replace("folder_path", "path")


def _shift(c: sqlite3.Connection, chosen: Chosen, edge: int, *, before: bool) -> int:
    """Gives places beyond the edge. What stands below a path keeps its order, in one statement however much it is."""
    held = dict(_rows(c, chosen.numbers))
    numbers = [number for number in chosen.numbers if number in held]
    first = edge - len(numbers) if before else edge + 1
    c.executemany("UPDATE folder_status SET place = ? WHERE rowid = ?", enumerate(numbers, first))
    edge, amount = (first if before else first + len(numbers) - 1), len(numbers)
    for path in reversed(chosen.below) if before else chosen.below:
        where, values = within([path])
        low, high = c.execute(
            f"SELECT min(place), max(place) FROM folder_status WHERE {IS_QUEUED} {where}", values
        ).fetchone()
        if low is None:
            continue
        by = edge - 1 - high if before else edge + 1 - low
        amount += c.execute(
            f"UPDATE folder_status SET place = place + ? WHERE {IS_QUEUED} {where}", (by, *values)
        ).rowcount
        edge = low + by if before else high + by
    return amount


def _edge(c: sqlite3.Connection, root: int, way: str) -> list[int]:
    sql = f"SELECT place FROM folder_status WHERE {IS_QUEUED} AND root IS ? ORDER BY place {way} LIMIT 1"
    return [place for (place,) in c.execute(sql, (root or None,))]


def _rows(c: sqlite3.Connection, numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Those of them that wait, as (number, place)."""
    found: list[tuple[int, int]] = []
    for start in range(0, len(numbers), _ASKED):
        part = tuple(numbers[start : start + _ASKED])
        sql = f"SELECT rowid, place FROM folder_status WHERE {IS_QUEUED} AND rowid IN ({','.join('?' * len(part))})"
        found += c.execute(sql, part).fetchall()
    return found


def give_places(c: sqlite3.Connection) -> None:
    """What another program noted has no place of its own yet."""
    for root in _roots(c):
        c.execute(
            f"UPDATE folder_status SET place = rowid WHERE {IS_QUEUED} AND root IS ? AND place = 0", (root or None,)
        )


def _roots(c: sqlite3.Connection) -> list[int]:
    sql = "SELECT DISTINCT root FROM folder_counts WHERE folders > 0 AND state = 'queued'"
    return [root for (root,) in c.execute(sql)]
