"""Which of the folders that were read are as the tracker knows them: of those, nothing more needs to be said."""

from __future__ import annotations

import contextlib
import sqlite3
from array import array
from collections.abc import Sequence
from typing import NamedTuple

from core.uploads.scanning.folders import SIGNATURE_FORM, Branch, Found, Haul, ScanRules, walk
from core.uploads.scanning.obstacles import Trouble

_ASKED = 500
"""So many paths are looked up in one statement."""
_BESIDE = 64
"""Folders that are read together mostly lie together: all that is known between the first and the last of them is asked
for at once, if that is no more than twice as many and this."""
_WITHOUT = 50
"""Where it was more, the next hauls are not asked for in this way."""
_SAME = f"hash_form = {SIGNATURE_FORM} AND gone_at IS NULL AND (root = ? OR upload_status <> 'pending')"
_BETWEEN = (
    f"SELECT folder_path, rowid, CASE WHEN {_SAME} THEN file_hash END FROM folder_status "
    "WHERE folder_path BETWEEN ? AND ? LIMIT ?"
)
_AMONG = f"SELECT folder_path, rowid, file_hash FROM folder_status WHERE {_SAME} AND folder_path IN "
_WAIT_SECONDS = 30


class Orders(NamedTuple):
    """What a walker is to do: by which rules it reads, and with what it compares. `tracker`: the tracker's file as
    a URI; '' where that knows nothing of the tree yet. `root`: the number of the scanned tree there."""

    rules: ScanRules
    tracker: str = ""
    root: int = 0


class Sifted(NamedTuple):
    """A haul without the folders that are as they were: of these only the numbers of their rows, a 64-bit integer each,
    and all their files and bytes."""

    found: list[Found]
    troubles: list[Trouble]
    rest: list[Branch]
    folders: int
    as_known: bytes = b""
    files: int = 0
    size_bytes: int = 0


class Sieve:
    """Reads folders and compares them with a tracker. Used by one thread."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._tracker: sqlite3.Connection | None = None
        self._without = 0
        if orders.tracker:
            # what cannot be asked here is judged by whoever writes the tracker
            with contextlib.suppress(sqlite3.Error):
                uri = f"{orders.tracker}?mode=ro"
                self._tracker = sqlite3.connect(uri, uri=True, timeout=_WAIT_SECONDS, isolation_level=None)

    def walk(self, branch: Branch) -> Sifted:
        """Reads these folders and what is below them, as `folders.walk` does."""
        haul = walk(branch, self._orders.rules)
        if self._tracker is None:
            return Sifted(*haul)
        try:
            return self._sifted(self._tracker, haul)
        except sqlite3.Error:
            self.close()
            return Sifted(*haul)

    def close(self) -> None:
        """Asks the tracker nothing more."""
        if self._tracker is not None:
            self._tracker.close()
            self._tracker = None

    def _sifted(self, tracker: sqlite3.Connection, haul: Haul) -> Sifted:
        known = self._known(tracker, haul.found)
        rest: list[Found] = []
        numbers = array("q")
        files = size_bytes = 0
        for one in haul.found:
            row = known.get(one[0])
            if row is not None and row[0] == one[6]:
                numbers.append(row[1])
                files += one[1]
                size_bytes += one[4]
            else:
                rest.append(one)
        return Sifted(rest, haul.troubles, haul.rest, haul.folders, numbers.tobytes(), files, size_bytes)

    def _known(self, tracker: sqlite3.Connection, found: Sequence[Found]) -> dict[str, tuple[str | None, int]]:
        """Signature and number of those that are known, by path; no signature where that of now counts for nothing."""
        paths = sorted([one[0] for one in found])
        root = self._orders.root
        if len(paths) > 1 and not self._without:
            most = 2 * len(paths) + _BESIDE
            rows = tracker.execute(_BETWEEN, (root, paths[0], paths[-1], most))
            known = {path: (signature, number) for path, number, signature in rows}
            if len(known) < most:
                return known
            self._without = _WITHOUT
        self._without = max(0, self._without - 1)
        known = {}
        for start in range(0, len(paths), _ASKED):
            part = paths[start : start + _ASKED]
            rows = tracker.execute(f"{_AMONG} ({','.join('?' * len(part))})", (root, *part))
            known.update({path: (signature, number) for path, number, signature in rows})
        return known
