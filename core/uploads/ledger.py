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
    "SELECT folder_path, rowid, file_hash, hash_form, upload_status, file_count, last_modified, upload_timestamp, "
    "gone_at, root FROM folder_status WHERE folder_path IN ({})"
)
_INSERT = (
    "INSERT INTO folder_status (folder_path, folder_name, last_modified, file_count, file_hash, hash_form, root, "
    "image_count, has_stats, bytes, upload_status, retry_count, created_at, updated_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', 0, ?, ?) RETURNING rowid"
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
        for start in range(0, len(found), _ASKED):
            part = found[start : start + _ASKED]
            paths = [one.path for one in part]
            known = {row[0]: row for row in c.execute(_KNOWN.format(",".join("?" * len(paths))), paths)}
            for one in part:
                self._enter(c, one, known.get(one.path))
        self.counts.troubles += len(troubles)
        rows = [(self._root, one.path, one.reason) for one in troubles]
        c.executemany("INSERT INTO scan_troubles (root, path, reason) VALUES (?, ?, ?)", rows)

    def _enter(self, c: sqlite3.Connection, one: Found, known: tuple[object, ...] | None) -> None:
        self.counts.files += one.files
        self.counts.size_bytes += one.size_bytes
        if known is None:
            self.counts.new += 1
            values = (one.path, os.path.basename(one.path), *self._facts(one), self._now, self._now)  # noqa: PTH119
            self.seen.add(c.execute(_INSERT, values).fetchone()[0])
            return
        number = known[1]
        assert isinstance(number, int)
        self.seen.add(number)
        if known[2] == one.signature and known[3] == SIGNATURE_FORM:
            self.counts.unchanged += 1
            if known[8] is None:
                return
            again = ""
        elif known[3] != SIGNATURE_FORM and _as_the_predecessor_left_it(one, known):
            self.counts.unchanged += 1
            again = ""
        else:
            self.counts.changed += 1
            again = _REQUEUE
        root = self._root if known[9] is None or again else known[9]
        facts = self._facts(one)
        values = (*facts[:4], root, *facts[5:], self._now, number)
        c.execute(f"{_FACTS}{again} WHERE rowid = ?", values)

    def _facts(self, one: Found) -> tuple[object, ...]:
        newest = one.newest_ns / 1e9
        own = (SIGNATURE_FORM, self._root, one.images, one.has_stats, one.size_bytes)
        return newest, one.files, one.signature, *own


def _as_the_predecessor_left_it(one: Found, known: tuple[object, ...]) -> bool:
    """A predecessor's signature cannot be compared with ours, so what it uploaded is told by count and times: as many
    files as then, give or take a receipt, and none of them changed since. Where it may have counted pictures only, the
    folder itself must be unchanged too: else a file that came with an old date would never go up."""
    _, _, _, _, status, count, modified, uploaded, _, _ = known
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
