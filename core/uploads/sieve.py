"""Which of the folders that were read are as the tracker knows them: of those, nothing more needs to be said."""

from __future__ import annotations

import contextlib
import sqlite3
from array import array
from pathlib import Path
from typing import NamedTuple

from core.uploads.folders import SIGNATURE_FORM, Branch, Found, Haul, ScanRules, walk
from core.uploads.obstacles import Trouble

_ASKED = 500
"""So many paths are looked up in one statement."""
_AS_KNOWN = (
    "SELECT folder_path, rowid, file_hash FROM folder_status WHERE folder_path IN ({places}) "
    f"AND hash_form = {SIGNATURE_FORM} AND gone_at IS NULL AND (root = ? OR upload_status <> 'pending')"
)
_WAIT_SECONDS = 30


class Orders(NamedTuple):
    """What a walker is to do: by which rules it reads, and with what it compares. `tracker`: the tracker's file; ''
    where that knows nothing of the tree yet. `root`: the number of the scanned tree there."""

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
        if orders.tracker:
            # what cannot be asked here is judged by whoever writes the tracker
            with contextlib.suppress(sqlite3.Error):
                uri = f"{Path(orders.tracker).as_uri()}?mode=ro"
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
        rest: list[Found] = []
        numbers = array("q")
        files = size_bytes = 0
        for start in range(0, len(haul.found), _ASKED):
            part = haul.found[start : start + _ASKED]
            sql = _AS_KNOWN.format(places=",".join("?" * len(part)))
            rows = tracker.execute(sql, (*(one[0] for one in part), self._orders.root))
            known = {path: (number, signature) for path, number, signature in rows}
            for one in part:
                row = known.get(one[0])
                if row is not None and row[1] == one[6]:
                    numbers.append(row[0])
                    files += one[1]
                    size_bytes += one[4]
                else:
                    rest.append(one)
        return Sifted(rest, haul.troubles, haul.rest, haul.folders, numbers.tobytes(), files, size_bytes)
