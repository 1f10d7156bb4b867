"""Entering what a scan found into the tracker: what is new, what changed, what is as it was."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.uploads.scanning.folders import SIGNATURE_FORM, Found
from core.uploads.scanning.obstacles import Trouble

_ASKED = 500
"""So many paths are looked up in one statement."""
_CLOCK_SECONDS = 2.0
"""File systems round times; some to two seconds."""
_KNOWN = (
    "SELECT folder_path, rowid, CASE hash_form WHEN {form} THEN file_hash END, "
    "gone_at IS NULL AND (root = {root} OR upload_status <> 'pending') FROM folder_status "
    "WHERE folder_path IN ({places})"
)
_HISTORY = (
    "SELECT hash_form, upload_status, file_count, last_modified, upload_timestamp, root FROM folder_status "
    "WHERE rowid = ?"
)
# found twice, a folder counts once: a tree that moves meanwhile may show it in two places of one listing
_INSERT = (
    "INSERT OR IGNORE INTO folder_status (folder_path, file_count, image_count, has_stats, bytes, last_modified, "
    "file_hash, folder_name, place, hash_form, root, upload_status, retry_count, created_at, updated_at) "
    "VALUES (?, ?, ?, ?, ?, ? / 1e9, ?, ?, ?, {form}, {root}, 'pending', 0, {now!r}, {now!r})"
)
_COUNT = (
    "INSERT INTO folder_counts SELECT root, 'queued', count(*), sum(file_count), sum(bytes) FROM folder_status "
    "WHERE rowid BETWEEN ? AND ? GROUP BY 1 HAVING 1 ON CONFLICT DO UPDATE SET "
    "folders = folders + excluded.folders, files = files + excluded.files, bytes = bytes + excluded.bytes"
)
_FACTS = (
    "UPDATE folder_status SET last_modified = ?, file_count = ?, file_hash = ?, hash_form = ?, root = ?, "
    "image_count = ?, has_stats = ?, bytes = ?, gone_at = NULL"
)
_REQUEUE = (
    ", upload_status = 'pending', retry_count = 0, error_message = NULL, skipped = NULL, question = NULL, "
    "answers = NULL, keyed = NULL, updated_at = {now!r}"
)


@dataclass(slots=True)
class Counts:
    """Folders by what became of them at a scan; `files` and `size_bytes` of all that count."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    files: int = 0
    size_bytes: int = 0
    troubles: int = 0

    @property
    def folders(self) -> int:
        """All that count."""
        return self.new + self.changed + self.unchanged


class Seen:
    """Which rows a scan has seen: one bit each, so that millions take less than a megabyte."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, numbers: Iterable[int]) -> None:
        """These rows were seen."""
        bits = self._bits
        for number in numbers:
            at = number >> 3
            if at >= len(bits):
                bits.extend(bytes(at + 1 - len(bits) + 4096))
            bits[at] |= 1 << (number & 7)

    def __contains__(self, number: int) -> bool:
        at = number >> 3
        return at < len(self._bits) and bool(self._bits[at] & 1 << (number & 7))


class Ledger:
    """One scan's entries. `blank`: the tracker knew nothing of the tree when the scan began."""

    def __init__(self, root: int, now: float, *, blank: bool = False) -> None:
        self._root = root
        self._now = now
        self._blank = blank
        self._nested: list[tuple[str, int]] = []
        self.seen = Seen()
        self.counts = Counts()

    def as_known(self, numbers: Sequence[int], files: int, size_bytes: int) -> None:
        """These rows were seen, and are as they were."""
        self.seen.add(numbers)
        self.counts.unchanged += len(numbers)
        self.counts.files += files
        self.counts.size_bytes += size_bytes

    def enter(self, c: sqlite3.Connection, found: Sequence[Found], troubles: Sequence[Trouble]) -> None:
        """Records folders and troubles, in the tracker's writer thread. A folder as it was is left as it is, whatever
        became of it; one that changed is queued anew."""
        self.counts.files += sum(one.files for one in found)
        self.counts.size_bytes += sum(one.size_bytes for one in found)
        self._nested = _nested(c, self._root)
        self._add(c, found if self._blank else self._judged(c, found))
        self.counts.troubles += len(troubles)
        rows = [(self._root, one.path, one.reason) for one in troubles]
        c.executemany("INSERT INTO scan_troubles (root, path, reason) VALUES (?, ?, ?)", rows)

    def _judged(self, c: sqlite3.Connection, found: Sequence[Found]) -> list[Found]:
        """Records what is known of them already; the rest."""
        new: list[Found] = []
        for start in range(0, len(found), _ASKED):
            part = found[start : start + _ASKED]
            paths = [one.path for one in part]
            sql = _KNOWN.format(form=SIGNATURE_FORM, root=self._root, places=",".join("?" * len(paths)))
            known = {row[0]: row for row in c.execute(sql, paths)}
            for one in part:
                row = known.get(one.path)
                if row is None:
                    new.append(one)
                    continue
                _, number, digest, stays = row
                self.seen.add((number,))
                if digest == one.signature and stays:
                    self.counts.unchanged += 1
                else:
                    self._judge(c, one, number, digest == one.signature)
        return new

    def _add(self, c: sqlite3.Connection, new: Sequence[Found]) -> None:
        if not new:
            return
        # nobody else writes in this transaction: SQLite gives them the numbers after the last one
        first = _last_number(c) + 1
        rows = [(*one, os.path.basename(one.path), place) for place, one in enumerate(new, first)]  # noqa: PTH119
        for home, some in self._by_home(rows).items():
            c.executemany(_INSERT.format(form=SIGNATURE_FORM, root=home, now=self._now), some)
        last = _last_number(c)
        if last >= first:
            c.execute(_COUNT, (first, last))
        self.seen.add(range(first, last + 1))
        self.counts.new += last + 1 - first

    def _by_home(self, rows: Sequence[tuple[object, ...]]) -> dict[int, Sequence[tuple[object, ...]]]:
        if not self._nested:
            return {self._root: rows}
        homes = [self._home(str(row[0])) for row in rows]
        return {home: [row for row, its in zip(rows, homes, strict=True) if its == home] for home in set(homes)}

    def _home(self, path: str) -> int:
        """The tree that a folder belongs to: of those it lies in, the nearest that has a destination."""
        for root, number in self._nested:
            if path == root or path.startswith(root + os.sep):
                return number
        return self._root

    def _judge(self, c: sqlite3.Connection, one: Found, number: int, same: bool) -> None:
        """One that changed, or was gone, or waited in another tree, or was noted by another rule than ours."""
        form, *history, root = c.execute(_HISTORY, (number,)).fetchone()
        same = same or (form != SIGNATURE_FORM and _as_the_predecessor_left_it(one, history))
        self.counts.unchanged += same
        self.counts.changed += not same
        status, uploaded = history[0], history[-1]
        if root is None or (status == "pending" and uploaded is None):
            root = self._home(one.path)  # of what went up, or was on its way, the keys stay as they were
        requeue = "" if same else _REQUEUE.format(now=self._now)
        c.execute(f"{_FACTS}{requeue} WHERE rowid = ?", (*self._facts(one, root), number))

    def _facts(self, one: Found, root: int) -> tuple[object, ...]:
        own = (SIGNATURE_FORM, root, one.images, one.has_stats, one.size_bytes)
        return one.newest_ns / 1e9, one.files, one.signature, *own


def _nested(c: sqlite3.Connection, root: int) -> list[tuple[str, int]]:
    """Other trees below this one that have a destination of their own, the deepest first."""
    (path,) = c.execute("SELECT path FROM scanned_roots WHERE id = ?", (root,)).fetchone() or ("",)
    sql = "SELECT path, id FROM scanned_roots WHERE path >= ? AND path < ? AND id <> ? AND destination IS NOT NULL"
    return sorted(c.execute(sql, (*below(path), root)).fetchall(), key=lambda row: -len(row[0])) if path else []


def _last_number(c: sqlite3.Connection) -> int:
    return int(c.execute("SELECT max(rowid) FROM folder_status").fetchone()[0] or 0)


def _as_the_predecessor_left_it(one: Found, history: Sequence[object]) -> bool:
    """A predecessor's signature cannot be compared with ours, so what it uploaded is told by count and times: as many
    files as then, give or take a receipt, and none of them changed since. Where it may have counted pictures only, the
    folder itself must be unchanged too: else a file that came with an old date would never go up."""
    status, count, modified, uploaded = history
    times = [float(when) for when in (modified, uploaded) if isinstance(when, int | float)]
    if status != "success" or not isinstance(count, int) or not times:
        return False
    until = max(times) + _CLOCK_SECONDS
    if one.newest_ns / 1e9 > until:
        return False
    if one.files in (count, count - 1):
        return True
    if not {one.images, one.images + one.has_stats} & {count, count - 1}:
        return False
    try:
        return os.stat(one.path).st_mtime <= until  # noqa: PTH116
    except OSError:
        return False


def known_amount(c: sqlite3.Connection, root: str) -> int:
    """How many rows there are at or below a folder, gone or not."""
    sql = "SELECT count(*) FROM folder_status WHERE folder_path = ? OR folder_path >= ? AND folder_path < ?"
    return int(c.execute(sql, (root, *below(root))).fetchone()[0])


def known_below(
    c: sqlite3.Connection, root: str, after: str = "", size: int = 5_000
) -> Iterator[list[tuple[int, str]]]:
    """Pages of the rows at or below a folder that are not noted as gone, as (number, path), by path, behind `after`."""
    low, high = below(root)
    sql = (
        "SELECT rowid, folder_path FROM folder_status WHERE folder_path > ? AND folder_path < ? AND gone_at IS NULL "
        "ORDER BY folder_path LIMIT ?"
    )
    # the folder itself is not among what is below it, by path: a sibling such as “a-1” lies between “a” and “a/”
    if not after:
        itself = c.execute(
            "SELECT rowid, folder_path FROM folder_status WHERE folder_path = ? AND gone_at IS NULL", (root,)
        ).fetchall()
        if itself:
            yield itself
    after = max(after, low)
    while rows := c.execute(sql, (after, high, size)).fetchall():
        after = rows[-1][1]
        yield rows


def below(root: str) -> tuple[str, str]:
    """Between which paths, the first included and the last not, everything below a folder lies."""
    low = root.rstrip(os.sep) + os.sep
    return low, low[:-1] + chr(ord(os.sep) + 1)
