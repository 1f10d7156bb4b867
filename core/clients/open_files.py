"""Which SQLite files this process has open: while it has, nothing of it may open one of them as a plain file.

POSIX drops all locks that a process holds on a file when any of its descriptors of that file is closed; another program
would then write in the middle of what is read or written here (https://www.sqlite.org/howtocorrupt.html, 2.2)."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_guard = threading.Lock()
_uses: dict[Path, _Use] = {}


@dataclass(slots=True)
class _Use:
    connections: int
    is_wal: bool


@contextmanager
def in_use(path: Path) -> Iterator[bool]:
    """Counts a connection as long as the block runs. Gives whether the file is in WAL mode, from its header, which is
    read only where no connection is open. Raises `OSError`."""
    name = path.resolve()
    is_wal = _enter(name)
    try:
        yield is_wal
    finally:
        _leave(name)


class CountedConnection(sqlite3.Connection):
    """A connection that counts, from `keep_counted` on until it is closed."""

    _counted: Path | None = None

    def keep_counted(self, path: Path) -> None:
        """Goes on counting after the `in_use` block it was made in."""
        self._counted = path.resolve()
        _enter(self._counted)

    def close(self) -> None:
        super().close()
        name, self._counted = self._counted, None
        if name is not None:
            _leave(name)


def _enter(name: Path) -> bool:
    with _guard:
        use = _uses.get(name)
        if use is None:
            use = _uses[name] = _Use(0, _has_wal_header(name))
        use.connections += 1
        return use.is_wal


def _leave(name: Path) -> None:
    with _guard:
        use = _uses[name]
        use.connections -= 1
        if not use.connections:
            del _uses[name]


def _has_wal_header(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(20)
    return len(head) == 20 and head[18] == 2 and head[19] == 2
