"""Walking a bucket's folder in bytewise order of key, a page at a time, in little memory."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from core.clients.local_folders import is_junction
from core.models import Unlisted

CHUNK = 100_000
"""Most names of one folder that are kept; a larger folder is looked through again for the ones that follow."""
_SMALL = 10_000
_WORTH = 20
Found = tuple[str, os.stat_result, bool]
"""A key, what stands there, and whether that is reached by a link."""


@dataclass(slots=True)
class _Level:
    """One folder of the walk: its next names in order (folders end in `/`), and what they were read from."""

    prefix: str
    names: list[str] = field(default_factory=list)
    place: int = 0
    more: bool = False
    read_at: float = 0.0
    seconds: float = 0.0
    changed_ns: int = 0


class Walk:
    """The objects of one bucket behind `after`, their keys beginning with `prefix`, and what could not be looked into.
    `hides` names keys that are no objects. Used by one thread at a time; may be left and gone on with.

    An object that is there all the time is met exactly once; one that comes or goes meanwhile, once or not at all."""

    def __init__(self, root: Path, prefix: str, after: str, hides: Callable[[str], bool]) -> None:
        self._root = os.fspath(root)
        self._prefix = prefix
        self._hides = hides
        self._levels: list[_Level] = []
        self._last = after
        self._told: set[str] = set()

    @property
    def last(self) -> str:
        """The key that was met last."""
        return self._last

    def go_on(self) -> Iterator[Found | Unlisted]:
        """What comes next."""
        if not self._levels or any(self._is_stale(level) for level in self._levels):
            self._levels = []
            yield from self._enter("")
        while self._levels:
            level = self._levels[-1]
            if level.place < len(level.names):
                name = level.prefix + level.names[level.place]
                level.place += 1
                yield from self._enter(name) if name.endswith("/") else self._look_at(name)
            elif level.more:
                yield from self._read(level, level.names[-1], inside=False)
            else:
                self._levels.pop()

    def _enter(self, prefix: str) -> Iterator[Unlisted]:
        level = _Level(prefix)
        self._levels.append(level)
        # In a folder that the last key lies in, only what follows it is still to do.
        after = self._last[len(prefix) :] if self._last.startswith(prefix) else ""
        yield from self._read(level, after, inside=True)

    def _read(self, level: _Level, after: str, *, inside: bool) -> Iterator[Unlisted]:
        started = time.monotonic()
        path = self._path(level.prefix)
        level.names, level.place, level.more = [], 0, False
        try:
            status = os.lstat(path) if level.prefix else Path(path).stat()
            if not stat.S_ISDIR(status.st_mode):
                return  # it became something else since its name was read
            level.changed_ns = status.st_mtime_ns
            strange = self._read_names(level, path, after, inside=inside)
        except FileNotFoundError:
            return
        except OSError as exc:
            where = level.prefix or "of the bucket itself"
            yield from self._tell(level.prefix, f"The folder {where} cannot be read: {exc.strerror}.", blocks=True)
            return
        level.read_at, level.seconds = started, time.monotonic() - started
        for name in strange:
            yield from self._tell(
                level.prefix + name, "Its name is not valid text, so no row can name it.", blocks=False
            )

    def _read_names(self, level: _Level, path: str, after: str, *, inside: bool) -> list[str]:
        """Fills the level with the next names behind `after`; returns those that are no text."""
        names: list[str] = []
        strange: list[str] = []
        highest: str | None = None
        with os.scandir(path) as entries:
            for entry in entries:
                name = entry.name
                if not name.isascii() and not _is_text(name):
                    strange.append(ascii(name)[1:-1])
                    continue
                if entry.is_dir(follow_symlinks=False):
                    name += "/"
                follows = name > after or (inside and name[-1] == "/" and after.startswith(name))
                if not follows or (highest is not None and name > highest) or not self._matches(level.prefix + name):
                    continue
                names.append(name)
                if len(names) == 2 * CHUNK:
                    names.sort()
                    del names[CHUNK:]
                    highest = names[-1]
        names.sort()
        level.names, level.more = names, highest is not None
        return strange

    def _look_at(self, key: str) -> Iterator[Found | Unlisted]:
        path = self._path(key)
        try:
            status = os.lstat(path)
            linked = stat.S_ISLNK(status.st_mode) or is_junction(status)
            if linked:
                status = Path(path).stat()
                if stat.S_ISDIR(status.st_mode):
                    yield from self._tell(
                        key + "/", "It is a link to another folder, which is not followed.", blocks=False
                    )
                    return
        except FileNotFoundError:
            return  # gone meanwhile, or a link to nothing
        except OSError as exc:
            if not Path(path).is_symlink():
                yield from self._tell(key, f"The file {key} cannot be looked at: {exc.strerror}.", blocks=True)
            return
        if stat.S_ISREG(status.st_mode) and not self._hides(key):
            self._last = key
            yield key, status, linked

    def _tell(self, prefix: str, why: str, *, blocks: bool) -> Iterator[Unlisted]:
        if prefix not in self._told:  # a folder that changed meanwhile is read twice
            self._told.add(prefix)
            yield Unlisted(prefix, why, blocks)

    def _matches(self, path: str) -> bool:
        return path.startswith(self._prefix) or (path.endswith("/") and self._prefix.startswith(path))

    def _path(self, key: str) -> str:
        return f"{self._root}{os.sep}{key}" if key else self._root

    def _is_stale(self, level: _Level) -> bool:
        """Whether names came or went since the folder was read, and reading it again is worth its while."""
        if len(level.names) > _SMALL and time.monotonic() - level.read_at < _WORTH * level.seconds:
            return False
        try:
            return Path(self._path(level.prefix)).stat().st_mtime_ns != level.changed_ns
        except OSError:
            return True


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
