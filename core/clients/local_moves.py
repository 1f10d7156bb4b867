"""Moving files between the quarantine and a bucket: never over another file, and repeatable wherever it was cut off."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
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
_MISSING = (FileNotFoundError, NotADirectoryError)


@dataclass(frozen=True, slots=True)
class Place:
    """A file below a folder that is known to be real. Folders that are missing are made with `make_mode`."""

    root: Path
    parts: tuple[str, ...]
    make_mode: int

    @property
    def name(self) -> str:
        """What a person would call it."""
        return "/".join(self.parts)

    @property
    def path(self) -> Path:
        """Where it would be. For notes and sentences: files are opened folder by folder."""
        return self.root.joinpath(*self.parts)

    def status(self) -> os.stat_result:
        """What stands there; a link is a link. Raises `OSError`."""
        with opened(self.root, self.parts[:-1]) as folder:
            return folder.status(self.parts[-1])


@dataclass(frozen=True, slots=True)
class FileMove:
    """One file to another place; with `version`, only if it still has it."""

    source: Place
    target: Place
    version: str | None


def version_of(status: os.stat_result) -> str:
    """Size and time of last change: differs whenever the content may, and survives a move to another disk."""
    return f"{status.st_size}-{status.st_mtime_ns}"


def move_files(moves: Sequence[FileMove], records: CopyRecords) -> list[Outcome]:
    """Moves each file; the caller adds the objects. DONE where an earlier call did it already, wholly or half.

    First every file gets its new name, then the new names are had on the disk, then the old names go: at every moment
    each file has a name that outlives a power cut."""
    return [outcome for part in _independent(moves) for outcome in _move_together(part, records)]


def _independent(moves: Sequence[FileMove]) -> Iterator[list[FileMove]]:
    """The moves in parts within which no place occurs twice: what one move does is no business of another's."""
    part: list[FileMove] = []
    taken: set[Path] = set()
    for move in moves:
        ends = {move.source.path, move.target.path}
        if not taken.isdisjoint(ends):
            yield part
            part, taken = [], set()
        part.append(move)
        taken |= ends
    yield part


def _move_together(moves: Sequence[FileMove], records: CopyRecords) -> list[Outcome]:
    started = [_give_new_name(move, records) for move in moves]
    _sync(move.target for move, begun in zip(moves, started, strict=True) if not isinstance(begun, Outcome))
    ended = [
        begun if isinstance(begun, Outcome) else _take_old_name(move, begun, records)
        for move, begun in zip(moves, started, strict=True)
    ]
    _sync(move.source for move, outcome in zip(moves, ended, strict=True) if outcome.result is Result.DONE)
    return ended


def _give_new_name(move: FileMove, records: CopyRecords) -> Outcome | os.stat_result:
    """The first half: the file as it was seen, or how it ended already."""
    source, target = move.source, move.target
    try:
        with contextlib.ExitStack() as stack:
            with _about(source):
                try:
                    here = stack.enter_context(opened(source.root, source.parts[:-1]))
                    held = here.status(source.parts[-1])
                except _MISSING:
                    return _gone(move, records)
            if (wrong := _unmovable(move, held)) is not None:
                return wrong
            with _about(target):
                there = stack.enter_context(opened(target.root, target.parts[:-1], make_mode=target.make_mode))
                return held if _share(move, here, held, there, records) else _taken(target)
    except CoreError as exc:
        return Outcome(Result.FAILED, exc.message)


def _share(move: FileMove, here: Folder, held: os.stat_result, there: Folder, records: CopyRecords) -> bool:
    """Has the file under its new name too; False when somebody else's stands there."""
    name, new = move.source.parts[-1], move.target.parts[-1]
    try:
        standing = there.status(new)
    except FileNotFoundError:
        try:
            here.link(name, there, new)
            return True
        except FileExistsError:
            return False
        except OSError as exc:
            if exc.errno not in _CANNOT_LINK:
                raise
            # Where one disk ends and another begins, or a file has one name only: copy, sync, verify.
            return copy_into(here, name, there, new, records)
    if os.path.samestat(standing, held):
        return True
    return records.made(there.path / new, standing) and copy_into(here, name, there, new, records)


def _take_old_name(move: FileMove, held: os.stat_result, records: CopyRecords) -> Outcome:
    """The second half, if the old name still means the same file, unchanged; else the new name goes again."""
    source, target = move.source, move.target
    name = source.parts[-1]
    try:
        with _about(source), opened(source.root, source.parts[:-1]) as here:
            try:
                now = here.status(name)
            except FileNotFoundError:
                return _gone(move, records)
            if not _arrived(target, held, records):
                return Outcome(Result.DRIFTED, f"{target.name} was taken away just now; {source.name} was left.")
            if os.path.samestat(now, held) and version_of(now) == version_of(held):
                here.unlink(name)
                records.forget(target.path)
                return Outcome(Result.DONE)
        _take_back(target, records)
        return Outcome(Result.DRIFTED, f"{source.name} was changed just now; it was left where it is.")
    except CoreError as exc:
        _take_back(target, records)
        return Outcome(Result.FAILED, exc.message)


def _arrived(target: Place, held: os.stat_result, records: CopyRecords) -> bool:
    """Whether the file is under its new name still: the old one is never taken away from bytes that have no other."""
    try:
        standing = target.status()
    except _MISSING:
        return False
    is_copy = records.made(target.path, standing) and standing.st_size == held.st_size
    return is_copy or os.path.samestat(standing, held)


def _take_back(target: Place, records: CopyRecords) -> None:
    with _about(target), opened(target.root, target.parts[:-1]) as there:
        there.unlink(target.parts[-1])
        records.forget(target.path)


def _gone(move: FileMove, records: CopyRecords) -> Outcome:
    source, target = move.source, move.target
    try:
        standing = target.status()
    except _MISSING:
        return Outcome(Result.DRIFTED, f"{source.name} is not there any more.")
    if stat.S_ISREG(standing.st_mode) and move.version in (None, version_of(standing)):
        records.forget(target.path)
        return Outcome(Result.DONE)
    return Outcome(Result.DRIFTED, f"{source.name} is not there any more, and another file stands at {target.name}.")


def _unmovable(move: FileMove, held: os.stat_result) -> Outcome | None:
    name = move.source.name
    if stat.S_ISLNK(held.st_mode):
        return Outcome(Result.FAILED, f"{name} is a link to another file; links are left where they are.")
    if not stat.S_ISREG(held.st_mode):
        return Outcome(Result.DRIFTED, f"{name} is no file any more.")
    if move.version is not None and version_of(held) != move.version:
        return Outcome(Result.DRIFTED, f"{name} has changed since it was looked at.")
    return None


def _taken(target: Place) -> Outcome:
    return Outcome(Result.DRIFTED, f"Another file stands at {target.name} already; both were left as they are.")


def _sync(places: Iterable[Place]) -> None:
    for root, parts in {(place.root, place.parts[:-1]) for place in places}:
        with contextlib.suppress(OSError), opened(root, parts) as folder:
            folder.sync()


@contextlib.contextmanager
def _about(place: Place) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise explain(exc, place.name) from exc
