"""Folders that a scan did not see any more: whether they are gone, or only out of reach."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field

_REMEMBERED = 100_000


@dataclass(slots=True)
class Absent:
    """What became of folders that were known: the rows of those that are gone, and how many are out of reach behind
    which folder."""

    gone: list[int] = field(default_factory=list)
    out_of_reach: dict[str, int] = field(default_factory=dict)


class Missing:
    """Judges by what stands on the disk now. A folder that held something and is empty all at once looks like a drive
    that is not connected: what was in it is never taken for gone."""

    def __init__(self, root: str, hidden: Iterable[str]) -> None:
        """`hidden`: folders that the scan could not read."""
        self._root = root
        self._hidden = frozenset(hidden)
        self._empty: dict[str, bool] = {}

    def judge(self, rows: Iterable[tuple[int, str]]) -> Absent:
        """Rows as (number, path), each at or below the root. Blocks."""
        absent = Absent()
        for number, path in rows:
            barrier = self._barrier(path)
            if barrier:
                absent.out_of_reach[barrier] = absent.out_of_reach.get(barrier, 0) + 1
            else:
                absent.gone.append(number)
        return absent

    def _barrier(self, path: str) -> str:
        """The folder behind which this one is out of reach; '' where it is gone, or holds nothing to upload now."""
        if self._hidden:
            for folder in self._upwards(path):
                if folder in self._hidden:
                    return folder
        standing = next((one for one in self._upwards(path) if os.path.isdir(one)), self._root)  # noqa: PTH112
        return standing if self._is_empty(standing) else ""

    def _upwards(self, path: str) -> Iterable[str]:
        while True:
            yield path
            above = os.path.dirname(path)  # noqa: PTH120
            if path == self._root or above == path:
                return
            path = above

    def _is_empty(self, folder: str) -> bool:
        if folder not in self._empty:
            if len(self._empty) >= _REMEMBERED:
                self._empty.clear()
            self._empty[folder] = _looks_empty(folder)
        return self._empty[folder]


def out_of_reach(root: str) -> bool:
    """Whether a scanned tree is not there as a whole, or empty: then its folders prove nothing by being absent."""
    return _looks_empty(root)


def _looks_empty(folder: str) -> bool:
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is None
    except OSError:
        return True  # what cannot be listed proves nothing
