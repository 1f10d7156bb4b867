"""What people do with folders of the queue: leave them out, take them back, move them, answer what they ask; and how to
take that back again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.uploads.queueing import acts
from core.uploads.queueing.acts import Chosen
from core.uploads.queueing.questions import Answer, Kind, answer
from core.uploads.queueing.queue import WAITING
from core.uploads.tracker import now_seconds

_ASKED = 10_000
_IN = "rowid IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a folder asked, and what had been answered for it before."""

    number: int
    question: str
    answers: str | None


def leave_out_waiting(c: sqlite3.Connection, numbers: Sequence[int], reason: str = acts.LEFT_OUT) -> tuple[int, ...]:
    """Leaves those of these folders out that wait or failed: which ones that are now. Folders under way stay."""
    chosen = _those(c, numbers, acts.MAY_BE_LEFT_OUT)
    acts.leave_out(c, now_seconds(), Chosen(chosen), reason)
    return chosen


def take_back(c: sqlite3.Connection, numbers: Sequence[int]) -> tuple[int, ...]:
    """Folders that were left out are as they were before, waiting or failed: which ones those were."""
    chosen = _those(c, numbers, acts.IS_LEFT_OUT)
    acts.take_back(c, now_seconds(), Chosen(chosen))
    return chosen


def go_first(c: sqlite3.Connection, numbers: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Those of these folders that wait go before all others, in their order: which ones, as (number, place before)."""
    acts.give_places(c)
    chosen = _those(c, numbers, acts.IS_QUEUED)
    before = places(c, chosen)
    acts.put_first(c, Chosen(chosen))
    return before


def go_last(c: sqlite3.Connection, numbers: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Those of these folders that wait go after all others, in their order: which ones, as (number, place before)."""
    acts.give_places(c)
    chosen = _those(c, numbers, acts.IS_QUEUED)
    before = places(c, chosen)
    acts.put_last(c, Chosen(chosen))
    return before


def places(c: sqlite3.Connection, numbers: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Where folders stand in the queue, as (number, place)."""
    found: list[tuple[int, int]] = []
    for some in _pieces(numbers):
        found += c.execute(f"SELECT rowid, place FROM folder_status WHERE {_IN}", (some,)).fetchall()
    return tuple(found)


def put_back(c: sqlite3.Connection, before: Sequence[tuple[int, int]]) -> None:
    """Folders stand again where they stood."""
    c.executemany("UPDATE folder_status SET place = ? WHERE rowid = ?", [(place, number) for number, place in before])


def weigh(c: sqlite3.Connection, numbers: Sequence[int]) -> tuple[int, int]:
    """How many files these folders have together, and how many bytes."""
    files = size = 0
    for some in _pieces(numbers):
        sql = f"SELECT total(file_count), total(bytes) FROM folder_status WHERE {_IN}"
        more_files, more_bytes = c.execute(sql, (some,)).fetchone()
        files, size = files + int(more_files), size + int(more_bytes)
    return files, size


def _those(c: sqlite3.Connection, numbers: Sequence[int], wanted: str) -> tuple[int, ...]:
    passed: set[int] = set()
    for some in _pieces(numbers):
        sql = f"SELECT rowid FROM folder_status WHERE {_IN} AND {wanted}"
        passed.update(number for (number,) in c.execute(sql, (some,)))
    return tuple(number for number in numbers if number in passed)


def _pieces(numbers: Sequence[int]) -> Iterator[str]:
    """Lists for SQL, some numbers at a time: written into the statements, each would be kept as one of its own."""
    for start in range(0, len(numbers), _ASKED):
        yield f"[{','.join(str(int(number)) for number in numbers[start : start + _ASKED])}]"


def answer_those(c: sqlite3.Connection, numbers: Sequence[int], kind: Kind, said: Answer) -> tuple[Asked, ...]:
    """Answers those of these folders that ask this kind of question: which ones, with what they asked. Raises
    `Usage`."""
    asks = f"json_extract(question, '$.kind') = '{Kind(kind).value}'"
    waits = f"question IS NOT NULL AND upload_status = 'pending' AND {WAITING} AND {asks}"
    before: list[Asked] = []
    for some in _pieces(_those(c, numbers, waits)):
        rows = c.execute(f"SELECT rowid, question, answers FROM folder_status WHERE {_IN}", (some,))
        before += [Asked(number, str(question), given) for number, question, given in rows]
    answer(c, now_seconds(), [one.number for one in before], said)
    return tuple(before)


def ask_again(c: sqlite3.Connection, before: Sequence[Asked]) -> int:
    """Folders ask again what they asked, as long as they still wait, or were left out by the answer. How many."""
    sql = (
        "UPDATE folder_status SET question = ?, answers = ?, skipped = NULL WHERE rowid = ? "
        "AND upload_status = 'pending' AND gone_at IS NULL AND rowid NOT IN (SELECT folder FROM folders_under_way)"
    )
    return c.executemany(sql, [(one.question, one.answers, one.number) for one in before]).rowcount
