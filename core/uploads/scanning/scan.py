"""Scanning a tree for folders to upload: every one is read, none is opened, and the tracker knows what is new."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from core.errors import NotFound, Usage, WorkspaceError
from core.progress import Progress, Report, silent
from core.uploads.scanning.folders import Found, ScanRules
from core.uploads.scanning.ledger import Ledger, below, known_amount, known_below
from core.uploads.scanning.missing import Missing
from core.uploads.scanning.obstacles import Trouble
from core.uploads.scanning.reach import answered
from core.uploads.scanning.sieve import Orders, Sifted
from core.uploads.scanning.walkers import hauls
from core.uploads.status.state import absolute
from core.uploads.tracker import Tracker, now_seconds

T = TypeVar("T")
_WRITTEN = 10_000
"""So many folders are recorded in one transaction."""
_WRITTEN_SECONDS = 1.0
"""What was found waits no longer than this for being recorded: it may go up meanwhile."""
_TOLD_SECONDS = 0.1
_HIDDEN_KEPT = 100_000
"""Unreadable folders that are kept in mind; with more, no folder counts as gone."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What one scan of a tree found. `gone`: known before and not there any more; `out_of_reach`: known before, and
    behind something that cannot be read now. `complete`: everything below the root was seen."""

    root: Path
    folders: int
    files: int
    size_bytes: int
    new: int
    changed: int
    unchanged: int
    gone: int
    out_of_reach: int
    troubles: int
    complete: bool
    seconds: float


async def scan(tracker: Tracker, root: Path, rules: ScanRules | None = None, report: Report = silent) -> Scanned:
    """Reads the tree at `root` and records every folder that counts. What cannot be read, or has a name that no key can
    carry, is recorded with its reason and stops nothing. Broken off, it leaves what it has recorded; the next scan sees
    the rest. Raises `NotFound`, `Usage`, `Busy`, `WorkspaceError`."""
    began = time.monotonic()
    path = absolute(root)
    before = await _answer(lambda: _identity(path), path, report)
    async with tracker.lock():
        number = await tracker.write(lambda c: _begin(c, path))
        blank = not await tracker.read(lambda c: _knows(c, path))
        work = _Scan(tracker, Ledger(number, now_seconds(), blank=blank), report)
        await work.read(path, Orders(rules or ScanRules(), "" if blank else tracker.path.absolute().as_uri(), number))
        if await _answer(lambda: _changed(path, before), path, report):
            work.lose(path, "It is not the folder any more that it was when the scan began: was a drive removed?")
        gone, out_of_reach = await work.note_absent(path)
        complete = work.complete
        await tracker.write(lambda c: _end(c, number, complete))
    counts = work.ledger.counts
    return Scanned(
        Path(path),
        counts.folders,
        counts.files,
        counts.size_bytes,
        counts.new,
        counts.changed,
        counts.unchanged,
        gone,
        out_of_reach,
        counts.troubles,
        complete,
        time.monotonic() - began,
    )


class _Scan:
    """One scan under way."""

    def __init__(self, tracker: Tracker, ledger: Ledger, report: Report) -> None:
        self.ledger = ledger
        self.complete = True
        self._tracker = tracker
        self._report = report
        self._found: list[Found] = []
        self._troubles: list[Trouble] = []
        self._hidden: set[str] = set()
        self._read = 0
        self._written = self._told = time.monotonic()
        self._waits = ""

    async def read(self, path: str, orders: Orders) -> None:
        """Walks the tree and records it."""
        async with contextlib.aclosing(hauls(path, orders, waiting=self._wait)) as under_way:
            async for haul in under_way:
                self._take(haul)
                waiting = len(self._found) + len(self._troubles)
                if waiting >= _WRITTEN or (waiting and time.monotonic() - self._written > _WRITTEN_SECONDS):
                    await self._write()
                elif time.monotonic() - self._told > _TOLD_SECONDS:
                    self._tell()
        await self._write()

    def lose(self, path: str, why: str) -> None:
        """Something was not seen, for this reason."""
        self._note(Trouble(path, why, True))

    async def note_absent(self, path: str) -> tuple[int, int]:
        """Notes which known folders were not seen; how many are gone and how many out of reach."""
        await self._write()
        if len(self._hidden) >= _HIDDEN_KEPT or path in self._hidden:
            return 0, 0
        if await self._tracker.read(lambda c: known_amount(c, path)) == self.ledger.counts.folders:
            return 0, 0
        missing = Missing(path, self._hidden)
        gone, out_of_reach, after = 0, dict[str, int](), ""
        while True:
            after, unseen = await self._tracker.read(lambda c, after=after: self._unseen(c, path, after))  # type: ignore[misc]
            absent = await _answer(lambda unseen=unseen: missing.judge(unseen), path, self._report)  # type: ignore[misc]
            gone += len(absent.gone)
            for barrier, amount in absent.out_of_reach.items():
                out_of_reach[barrier] = out_of_reach.get(barrier, 0) + amount
            if absent.gone:
                rows = [(now_seconds(), number) for number in absent.gone]
                await self._tracker.write(
                    lambda c, rows=rows: c.executemany("UPDATE folder_status SET gone_at = ? WHERE rowid = ?", rows)  # type: ignore[misc]
                )
            if not after:
                break
        for barrier, amount in out_of_reach.items():
            if barrier not in self._hidden:
                self.lose(barrier, _emptied(amount))
        await self._write()
        return gone, sum(out_of_reach.values())

    def _unseen(self, c: sqlite3.Connection, path: str, after: str) -> tuple[str, list[tuple[int, str]]]:
        """The next known folders that were not seen, and where to go on from; '' at the end."""
        unseen: list[tuple[int, str]] = []
        for page in known_below(c, path, after):
            unseen += [row for row in page if row[0] not in self.ledger.seen]
            if len(unseen) >= _WRITTEN:
                return page[-1][1], unseen
        return "", unseen

    def _note(self, trouble: Trouble) -> None:
        self._troubles.append(trouble)
        if trouble.hides:
            self.complete = False
            if len(self._hidden) < _HIDDEN_KEPT:
                self._hidden.add(trouble.path)

    def _take(self, haul: Sifted) -> None:
        self._read += haul.folders
        self._found += haul.found
        self.ledger.as_known(memoryview(haul.as_known).cast("q"), haul.files, haul.size_bytes)
        for one in haul.troubles:
            self._note(one)

    async def _write(self) -> None:
        found, self._found = self._found, []
        troubles, self._troubles = self._troubles, []
        if found or troubles:
            await self._tracker.write(lambda c: self.ledger.enter(c, found, troubles))
        self._written = time.monotonic()
        self._tell()

    def _wait(self, path: str, seconds: float) -> None:
        self._waits = _waits(path, seconds)
        self._tell()

    def _tell(self) -> None:
        counts, waits = self.ledger.counts, self._waits
        found = f"{counts.folders:,} with something to upload, {counts.new + counts.changed:,} of them new or changed"
        self._report(Progress(self._read, None, f"{found}; {waits}" if waits else found))
        self._told, self._waits = time.monotonic(), ""


async def check_roots(roots: Sequence[Path], report: Report = silent) -> None:
    """Raises `NotFound`, `Usage` or `WorkspaceError` for what cannot be scanned, before anything is begun."""
    for root in roots:
        path = absolute(root)
        await _answer(lambda path=path: _identity(path), path, report)  # type: ignore[misc]


async def _answer(work: Callable[[], T], path: str, report: Report) -> T:
    """What is asked of a drive that may not answer; meanwhile it is said that it does not."""
    return await answered(work, lambda seconds: report(Progress(0, None, _waits(path, seconds))))


def _waits(path: str, seconds: float) -> str:
    return f"waiting for {path}, which has not answered for {seconds:.0f} seconds"


def _knows(c: sqlite3.Connection, path: str) -> bool:
    """Whether anything at or below it is known."""
    sql = (
        "SELECT EXISTS (SELECT 1 FROM folder_status WHERE folder_path = ?) "
        "OR EXISTS (SELECT 1 FROM folder_status WHERE folder_path >= ? AND folder_path < ?)"
    )
    return bool(c.execute(sql, (path, *below(path))).fetchone()[0])


def _begin(c: sqlite3.Connection, path: str) -> int:
    now = now_seconds()
    c.execute(
        "INSERT INTO scanned_roots (path, began) VALUES (?, ?) ON CONFLICT (path) "
        # a clock that was put back meanwhile does not make it older than the wish for it
        "DO UPDATE SET began = max(excluded.began, coalesce(wanted, 0)), ended = NULL, complete = 0",
        (path, now),
    )
    number = int(c.execute("SELECT id FROM scanned_roots WHERE path = ?", (path,)).fetchone()[0])
    c.execute("DELETE FROM scan_troubles WHERE root = ?", (number,))
    return number


def _end(c: sqlite3.Connection, number: int, complete: bool) -> None:
    c.execute("UPDATE scanned_roots SET ended = ?, complete = ? WHERE id = ?", (now_seconds(), complete, number))


def _identity(path: str) -> tuple[int, int]:
    try:
        path.encode()
    except UnicodeEncodeError as exc:
        raise Usage("The name of this folder is not text (its bytes are no UTF-8).", "Rename it.") from exc
    try:
        info = os.stat(path)  # noqa: PTH116
        with os.scandir(path):
            return info.st_dev, info.st_ino
    except NotADirectoryError as exc:
        raise Usage(f"{path} is no folder.", "Name a folder; single files go up with “bucket upload”.") from exc
    except FileNotFoundError as exc:
        hint = "If it is on a drive or a share, connect that first: nothing was noted as gone."
        raise NotFound(f"There is no folder {path}.", hint) from exc
    except OSError as exc:
        raise WorkspaceError(
            f"{path} cannot be read: {exc.strerror or exc}.", "Check the drive and your rights."
        ) from exc


def _changed(path: str, before: tuple[int, int]) -> bool:
    try:
        info = os.stat(path)  # noqa: PTH116
    except OSError:
        return True
    return (info.st_dev, info.st_ino) != before


def _emptied(amount: int) -> str:
    folders = "1 folder" if amount == 1 else f"{amount:,} folders"
    return (
        f"It is empty now, and held {folders} before. If a drive belongs there, connect it; nothing was noted as gone."
    )
