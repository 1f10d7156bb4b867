"""How far the folders under way are, for who looks on: kept in memory, and only while they are under way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class FolderProgress:
    """How far one folder is: files and bytes that are stored, of all. `began` is of a clock that only counts on."""

    files_done: int
    files: int
    bytes_done: int
    size_bytes: int
    began: float

    @property
    def share(self) -> float:
        """Between 0 and 1: by bytes, or by files where there are none."""
        if self.size_bytes:
            return min(1.0, self.bytes_done / self.size_bytes)
        return self.files_done / self.files if self.files else 0.0

    def rate(self, now: float) -> float | None:
        """Bytes a second since it began; None while that says nothing."""
        seconds = now - self.began
        return self.bytes_done / seconds if self.bytes_done and seconds > 0.2 else None


class Live:
    """Folders under way by their number in the tracker. Any thread may tell, and any may look."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._folders: dict[int, FolderProgress] = {}
        self.moved_bytes = 0
        """What was stored in all since the last `clear`."""

    def begin(self, number: int, files: int, size_bytes: int) -> None:
        """A folder is under way, with so many files that go up."""
        self._folders[number] = FolderProgress(0, files, 0, size_bytes, self._clock())

    def stored(self, number: int, size_bytes: int) -> None:
        """One more file of a folder is stored."""
        self.moved_bytes += size_bytes
        known = self._folders.get(number)
        if known is not None:
            more = min(known.size_bytes, known.bytes_done + size_bytes)
            self._folders[number] = replace(known, files_done=known.files_done + 1, bytes_done=more)

    def end(self, number: int) -> None:
        """The folder is not under way any more."""
        self._folders.pop(number, None)

    def clear(self) -> None:
        """Nothing is under way any more."""
        self._folders.clear()
        self.moved_bytes = 0

    def of(self, number: int) -> FolderProgress | None:
        """How far a folder is; None for one that is not under way."""
        return self._folders.get(number)
