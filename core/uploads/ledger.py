"""Entering what a scan found into the tracker: what is new, what changed, what is as it was."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.uploads.folders import SIGNATURE_FORM, Found, Trouble

_ASKED = 500
"""So many paths are looked up in one statement."""
_CLOCK_SECONDS = 2.0
"""File systems round times; some to two seconds."""
_KNOWN = (
    "SELECT folder_path, rowid, CASE hash_form WHEN {form} THEN file_hash END, gone_at FROM folder_status "
    "WHERE folder_path IN ({places})"
)
_HISTORY = (
    "SELECT hash_form, upload_status, file_count, last_modified, upload_timestamp, root FROM folder_status "
    "WHERE rowid = ?"
)
_INSERT = (
    "INSERT INTO folder_status (rowid, folder_path, folder_name, last_modified, file_count, file_hash, hash_form, "
    "root, image_count, has_stats, bytes, upload_status, retry_count, created_at, updated_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', 0, ?, ?)"
)
_FACTS = (
    "UPDATE folder_status SET last_modified = ?, file_count = ?, file_hash = ?, hash_form = ?, root = ?, "
    "image_count = ?, has_stats = ?, bytes = ?, updated_at = ?, gone_at = NULL"
)
_REQUEUE = ", upload_status = 'pending', retry_count = 0, error_message = NULL, skipped = NULL"


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

    def add(self, number: int) -> None:
        """This row was seen."""
        at = number >> 3
        if at >= len(self._bits):
            self._bits.extend(bytes(at + 1 - len(self._bits) + 4096))
        self._bits[at] |= 1 << (number & 7)

    def __contains__(self, number: int) -> bool:
        at = number >> 3
        return at < len(self._bits) and bool(self._bits[at] & 1 << (number & 7))


class Ledger:
    """One scan's entries. Its methods are called in the tracker's writer thread."""

    def __init__(self, root: int, now: float) -> None:
        self._root = root
        self._now = now
        self.seen = Seen()
        self.counts = Counts()

    def enter(self, c: sqlite3.Connection, found: Sequence[Found], troubles: Sequence[Trouble]) -> None:
        """Records folders and troubles. A folder as it was is left as it is, whatever became of it; one that changed
        is queued anew."""
        new: list[Found] = []
        for start in range(0, len(found), _ASKED):
            part = found[start : start + _ASKED]
            paths = [one.path for one in part]
            sql = _KNOWN.format(form=SIGNATURE_FORM, places=",".join("?" * len(paths)))
            known = {row[0]: row for row in c.execute(sql, paths)}
            for one in part:
                row = known.get(one.path)
                self.counts.files += one.files
                self.counts.size_bytes += one.size_bytes
                if row is None:
                    new.append(one)
                    continue
                self.seen.add(row[1])
                if row[2] == one.signature and row[3] is None:
                    self.counts.unchanged += 1
                else:
                    self._judge(c, one, row[1], row[2] == one.signature)
        self._add(c, new)
        self.counts.troubles += len(troubles)
        rows = [(self._root, one.path, one.reason) for one in troubles]
        c.executemany("INSERT INTO scan_troubles (root, path, reason) VALUES (?, ?, ?)", rows)

    def _add(self, c: sqlite3.Connection, new: Sequence[Found]) -> None:
        if not new:
            return
        # their numbers are given, not asked for: that is twice as fast, and nobody else writes in this transaction
        first = 1 + (c.execute("SELECT max(rowid) FROM folder_status").fetchone()[0] or 0)
        c.executemany(
            _INSERT,
            (
                (number, one.path, os.path.basename(one.path), *self._facts(one, self._root), self._now, self._now)  # noqa: PTH119
                for number, one in enumerate(new, first)
            ),
        )
        for number in range(first, first + len(new)):
            self.seen.add(number)
        self.counts.new += len(new)

    def _judge(self, c: sqlite3.Connection, one: Found, number: int, same: bool) -> None:
        """One that changed, or was gone meanwhile, or was noted by another rule than ours."""
        form, *history, root = c.execute(_HISTORY, (number,)).fetchone()
        same = same or (form != SIGNATURE_FORM and _as_the_predecessor_left_it(one, history))
        self.counts.unchanged += same
        self.counts.changed += not same
        facts = self._facts(one, root if same and root is not None else self._root)
        c.execute(f"{_FACTS}{'' if same else _REQUEUE} WHERE rowid = ?", (*facts, self._now, number))

    def _facts(self, one: Found, root: int) -> tuple[object, ...]:
        own = (SIGNATURE_FORM, root, one.images, one.has_stats, one.size_bytes)
        return one.newest_ns / 1e9, one.files, one.signature, *own


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
