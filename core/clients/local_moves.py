"""Moving files between the quarantine and a bucket: never over another file, and repeatable wherever it was cut off."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from core.clients.local_copies import CopyRecords, copy_into
from core.clients.local_folders import Folder, explain, opened
from core.errors import CoreError
from core.models import Outcome, Result

_CANNOT_LINK = {
    getattr(errno, name)
    for name in ("EXDEV", "EPERM", "EOPNOTSUPP", "ENOTSUP", "ENOSYS", "EMLINK", "EINVAL")
    if hasattr(errno, name)
}


@dataclass(frozen=True, slots=True)
class Place:
    """A file below a folder that is known to be real."""

    root: Path
    parts: tuple[str, ...]
    make_mode: int

    @property
    def name(self) -> str:
        """What a person would call it."""
        return "/".join(self.parts)


def version_of(status: os.stat_result) -> str:
    """Size and time of last change: differs whenever the content may, and survives a move to another disk."""
    return f"{status.st_size}-{status.st_mtime_ns}"


def move_file(source: Place, target: Place, version: str | None, records: CopyRecords) -> Outcome:
    """Moves one file; the caller adds the object. DONE where an earlier call did it already, wholly or half."""
    try:
        with contextlib.ExitStack() as stack:
            try:
                here = stack.enter_context(opened(source.root, source.parts[:-1]))
                held = here.status(source.parts[-1])
            except FileNotFoundError:
                return _gone(source, target, version, records)
            if (wrong := _unmovable(source, held, version)) is not None:
                return wrong
            there = stack.enter_context(opened(target.root, target.parts[:-1], make_mode=target.make_mode))
            return _Moving(here, source, there, target, held, records).work()
    except OSError as exc:
        return Outcome(Result.FAILED, explain(exc, target.name).message)
    except CoreError as exc:
        return Outcome(Result.FAILED, exc.message)


def _gone(source: Place, target: Place, version: str | None, records: CopyRecords) -> Outcome:
    try:
        with opened(target.root, target.parts[:-1]) as there:
            standing = there.status(target.parts[-1])
    except FileNotFoundError:
        return Outcome(Result.DRIFTED, f"{source.name} is not there any more.")
    if stat.S_ISREG(standing.st_mode) and version in (None, version_of(standing)):
        records.forget(target.root.joinpath(*target.parts))
        return Outcome(Result.DONE)
    return Outcome(Result.DRIFTED, f"{source.name} is not there any more, and another file stands at {target.name}.")


def _unmovable(source: Place, held: os.stat_result, version: str | None) -> Outcome | None:
    if stat.S_ISLNK(held.st_mode):
        return Outcome(Result.FAILED, f"{source.name} is a link to another file; links are left where they are.")
    if not stat.S_ISREG(held.st_mode):
        return Outcome(Result.DRIFTED, f"{source.name} is no file any more.")
    if version is not None and version_of(held) != version:
        return Outcome(Result.DRIFTED, f"{source.name} has changed since it was looked at.")
    return None


@dataclass(slots=True)
class _Moving:
    here: Folder
    source: Place
    there: Folder
    target: Place
    held: os.stat_result
    records: CopyRecords

    def work(self) -> Outcome:
        name, new = self.source.parts[-1], self.target.parts[-1]
        standing = self._standing()
        if standing is None:
            try:
                self.here.link(name, self.there, new)
            except FileExistsError:
                return self._taken()
            except OSError as exc:
                if exc.errno not in _CANNOT_LINK:
                    raise
                return self._copy()
            standing = self.there.status(new)
        elif not os.path.samestat(standing, self.held):
            if self.records.made(self.there.path / new, standing):
                return self._copy()
            return self._taken()
        return self._let_go(standing)

    def _standing(self) -> os.stat_result | None:
        try:
            return self.there.status(self.target.parts[-1])
        except FileNotFoundError:
            return None

    def _taken(self) -> Outcome:
        return Outcome(
            Result.DRIFTED, f"Another file stands at {self.target.name} already; both were left as they are."
        )

    def _let_go(self, standing: os.stat_result) -> Outcome:
        """Takes the old name away, if it still is the same file, unchanged."""
        name, new = self.source.parts[-1], self.target.parts[-1]
        self.there.sync()
        now = self.here.status(name)
        if (
            not os.path.samestat(now, standing)
            or not os.path.samestat(now, self.held)
            or version_of(now) != version_of(self.held)
        ):
            self.there.unlink(new)
            return Outcome(Result.DRIFTED, f"{self.source.name} was changed just now; it was left where it is.")
        self.here.unlink(name)
        self.here.sync()
        return Outcome(Result.DONE)

    def _copy(self) -> Outcome:
        """Where one disk ends and another begins, or names cannot share a file: copy, sync, verify, remove."""
        name, new = self.source.parts[-1], self.target.parts[-1]
        if not copy_into(self.here, name, self.there, new, self.records):
            return self._taken()
        now = self.here.status(name)
        if not os.path.samestat(now, self.held) or version_of(now) != version_of(self.held):
            self.there.unlink(new)
            self.records.forget(self.there.path / new)
            return Outcome(Result.DRIFTED, f"{self.source.name} was changed just now; it was left where it is.")
        self.here.unlink(name)
        self.here.sync()
        self.records.forget(self.there.path / new)
        return Outcome(Result.DONE)
