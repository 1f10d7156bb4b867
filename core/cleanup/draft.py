"""Steps in the making: at most one for an object or row, in an order in which each finds what it needs done."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from core.errors import WorkspaceError
from core.guard import Place, place_of
from core.models import Step
from core.plan_lines import read_step, write_step

_SCHEMA = """
CREATE TABLE steps (seq INTEGER PRIMARY KEY, thing TEXT NOT NULL UNIQUE, line TEXT NOT NULL,
    place TEXT, is_bucket INTEGER, rank INTEGER NOT NULL DEFAULT 0, because TEXT);
CREATE TABLE needs (thing TEXT NOT NULL, need TEXT NOT NULL, PRIMARY KEY (thing, need)) WITHOUT ROWID;
CREATE TABLE settled (thing TEXT, version TEXT, PRIMARY KEY (thing, version)) WITHOUT ROWID;
CREATE TABLE numbers (n INTEGER PRIMARY KEY, seq INTEGER NOT NULL, thing TEXT NOT NULL);
"""
_LONGEST_CHAIN = 10_000


class Draft:
    """The steps of a plan before they are numbered, by the thing each is about (see `things`). They lie in a temporary
    file that nobody else sees, so that a million need no memory. Raises `WorkspaceError`. Blocks; not for two threads
    at once."""

    def __init__(self) -> None:
        with _sentences():
            # An empty name: a private database that SQLite keeps on the disk and removes by itself.
            self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode=OFF")
            self._connection.execute("PRAGMA cache_size=-16000")
            self._connection.executescript(_SCHEMA)

    def step(self, thing: str) -> Step | None:
        """The step about a thing, if there is one; its `n` means nothing yet."""
        with _sentences():
            row = self._connection.execute("SELECT line FROM steps WHERE thing = ?", (thing,)).fetchone()
        return None if row is None else read_step(row[0])

    def settle(self, removed: Iterable[tuple[str, str]]) -> None:
        """Notes things that an earlier run has removed already, each in the version that it had."""
        with _sentences():
            self._connection.execute("BEGIN")
            self._connection.executemany("INSERT OR IGNORE INTO settled VALUES (?, ?)", removed)
            self._connection.execute("COMMIT")

    def is_settled(self, thing: str, version: str | None) -> bool:
        """Whether an earlier run has removed this thing since the scan."""
        with _sentences():
            sql = "SELECT 1 FROM settled WHERE thing = ? AND version = ?"
            return self._connection.execute(sql, (thing, version)).fetchone() is not None

    def put(self, thing: str, step: Step, *, needs: Iterable[str] = (), because: str | None = None) -> None:
        """Adds a step, or puts another in place of the one about this thing. `needs` are things whose steps must be
        done first; they add up. `because` is the thing whose step this one goes along with."""
        place = place_of(step)
        with _sentences():
            self._connection.execute(
                "INSERT INTO steps (thing, line, place, is_bucket, because) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (thing) DO UPDATE SET line = excluded.line, place = excluded.place, "
                "is_bucket = excluded.is_bucket, because = coalesce(excluded.because, because)",
                (thing, write_step(step), place and place.name, place and place.is_bucket, because),
            )
            self._connection.executemany(
                "INSERT OR IGNORE INTO needs VALUES (?, ?)", [(thing, need) for need in needs if need != thing]
            )

    def put_all(self, steps: Iterable[tuple[str, Step]]) -> None:
        """Adds steps about things that have none yet and are not settled; the others are left as they are."""
        rows = []
        for thing, step in steps:
            place = place_of(step)
            rows.append((thing, write_step(step), place and place.name, place and place.is_bucket, thing, step.version))
        with _sentences():
            self._connection.execute("BEGIN")
            self._connection.executemany(
                "INSERT OR IGNORE INTO steps (thing, line, place, is_bucket) SELECT ?, ?, ?, ? "
                "WHERE NOT EXISTS (SELECT 1 FROM settled WHERE thing = ? AND version = ?)",
                rows,
            )
            self._connection.execute("COMMIT")

    def taking(self) -> dict[Place, int]:
        """How many steps take something in each place."""
        with _sentences():
            rows = self._connection.execute(
                "SELECT place, is_bucket, count(*) FROM steps WHERE place IS NOT NULL GROUP BY 1, 2"
            ).fetchall()
        return {Place(name, bool(is_bucket)): count for name, is_bucket, count in rows}

    def numbered(self, *, as_put: bool = False) -> Iterator[Step]:
        """Every step, numbered from 1, after all those it needs. `as_put`: in the order in which they were put, where
        each was put after those it needs."""
        with _sentences():
            if self._connection.execute("SELECT 1 FROM needs LIMIT 1").fetchone() is None:
                rows = self._connection.execute("SELECT line FROM steps ORDER BY seq")
                yield from (replace(read_step(line), n=n) for n, (line,) in enumerate(rows, 1))
                return
            if not as_put:
                self._rank()
            self._number()
            for n, seq, thing in self._connection.execute("SELECT n, seq, thing FROM numbers ORDER BY n"):
                yield self._numbered(n, seq, thing)

    def close(self) -> None:
        """Forgets everything."""
        self._connection.close()

    def _rank(self) -> None:
        deeper = (
            "UPDATE steps SET rank = below.rank + 1 FROM (SELECT needs.thing, max(needed.rank) AS rank FROM needs "
            "JOIN steps AS needed ON needed.thing = needs.need GROUP BY 1) AS below "
            "WHERE below.thing = steps.thing AND steps.rank <= below.rank"
        )
        for _ in range(_LONGEST_CHAIN):
            if self._connection.execute(deeper).rowcount == 0:
                break
        else:
            raise ValueError("steps need each other in a circle")

    def _number(self) -> None:
        self._connection.executescript(
            "DELETE FROM numbers; INSERT INTO numbers (seq, thing) SELECT seq, thing FROM steps ORDER BY rank, seq;"
            "CREATE INDEX IF NOT EXISTS numbers_thing ON numbers (thing);"
        )

    def _numbered(self, n: int, seq: int, thing: str) -> Step:
        find = self._connection.execute
        line, because = find("SELECT line, because FROM steps WHERE seq = ?", (seq,)).fetchone()
        step = replace(read_step(line), n=n)
        needs = find(
            "SELECT numbers.n FROM needs JOIN numbers ON numbers.thing = needs.need WHERE needs.thing = ? ORDER BY 1",
            (thing,),
        ).fetchall()
        reason = None if because is None else find("SELECT n FROM numbers WHERE thing = ?", (because,)).fetchone()
        return replace(step, needs=tuple(number for (number,) in needs), because=reason and reason[0])


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as exc:
        raise WorkspaceError(
            f"The plan cannot be drawn up: {exc}.", "Check that the temporary folder has room, and plan again."
        ) from exc
