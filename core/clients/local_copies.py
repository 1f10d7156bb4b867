"""Copying a file to a name that nothing has yet: synced and verified, and known as ours if it was cut off."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from core.clients.local_folders import Folder
from core.errors import PreconditionFailed

_BLOCK = 1 << 20
_TIMES_BY_DESCRIPTOR = os.utime in os.supports_fd


class CopyRecords:
    """Notes of copies under way, in a folder of ours: which file was made for which copy. Without one, a file that
    stands in the way is somebody else's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, target: Path) -> None:
        """Before the target is made: from here on, a beginning of the source's bytes that stands there is ours."""
        while True:
            try:
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._write(target)
                return
            except (FileNotFoundError, FileExistsError):  # another thread ended the last copy and took the folder away
                if self.folder.is_file():
                    raise

    def made(self, target: Path, standing: os.stat_result) -> bool:
        """Whether a copy to this target was begun and not ended."""
        return stat.S_ISREG(standing.st_mode) and self._note(target).exists()

    def forget(self, target: Path) -> None:
        """The copy has ended."""
        self._note(target).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # others are under way, or it is gone already
            self.folder.rmdir()

    def _write(self, target: Path) -> None:
        with self._note(target).open("w", encoding="utf-8") as note:
            json.dump(str(target), note)
            note.flush()
            os.fsync(note.fileno())

    def _note(self, target: Path) -> Path:
        return self.folder / hashlib.sha256(os.fsencode(target)).hexdigest()


def copy_into(here: Folder, name: str, there: Folder, new: str, records: CopyRecords, sha256: str = "") -> bool:
    """Copies bytes, time and rights, and reads the copy back. Goes on where an earlier call was cut off. False when
    something stands there that is not ours. Raises `OSError`, and `PreconditionFailed` when what was read back differs,
    or is not what it is known to be (`sha256`); then nothing of ours is left."""
    target = there.path / new
    try:
        standing = there.status(new)
    except FileNotFoundError:
        records.begin(target)
        flags = os.O_CREAT | os.O_EXCL
    else:
        if not records.made(target, standing) or not _begins_with(here, name, there, new):
            return False
        flags = 0
    try:
        with _open(here, name, os.O_RDONLY) as source, _open(there, new, os.O_WRONLY | flags, 0o600) as copy:
            written = _copy_bytes(source, copy)
            if sha256 not in ("", written):
                raise PreconditionFailed(
                    f"{name} changed while it was being uploaded.", "Try again once it is finished."
                )
            _copy_traits(source, copy)
            os.fsync(copy)
        if not _TIMES_BY_DESCRIPTOR:
            times = here.status(name)
            os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))
        there.sync()
        with _open(there, new, os.O_RDONLY) as copy:
            if hash_of(copy) != written:
                raise PreconditionFailed(f"{new} could not be copied faithfully; the original was left where it is.")
    except FileExistsError:
        records.forget(target)
        return False
    except (OSError, PreconditionFailed):
        with contextlib.suppress(OSError):
            there.unlink(new)
            records.forget(target)
        raise
    return True


def hash_of(descriptor: int) -> str:
    """SHA-256 of an open file's bytes, from its beginning."""
    digest = hashlib.sha256()
    os.lseek(descriptor, 0, os.SEEK_SET)
    while block := os.read(descriptor, _BLOCK):
        digest.update(block)
    return digest.hexdigest()


@contextlib.contextmanager
def _open(folder: Folder, name: str, flags: int, mode: int = 0o666) -> Iterator[int]:
    descriptor = folder.open(name, flags | getattr(os, "O_NOFOLLOW", 0), mode)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _copy_bytes(source: int, copy: int) -> str:
    digest = hashlib.sha256()
    while block := os.read(source, _BLOCK):
        digest.update(block)
        rest = memoryview(block)
        while rest:
            rest = rest[os.write(copy, rest) :]
    os.ftruncate(copy, os.lseek(copy, 0, os.SEEK_CUR))
    return digest.hexdigest()


def _copy_traits(source: int, copy: int) -> None:
    status = os.fstat(source)
    if hasattr(os, "fchown"):
        with contextlib.suppress(OSError):  # only an administrator may give files away
            os.fchown(copy, status.st_uid, status.st_gid)
    if hasattr(os, "fchmod"):
        with contextlib.suppress(OSError):  # not every file system knows rights
            os.fchmod(copy, stat.S_IMODE(status.st_mode))
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # nor every file system extended attributes
            for trait in os.listxattr(source):
                os.setxattr(copy, trait, os.getxattr(source, trait))
    if _TIMES_BY_DESCRIPTOR:
        os.utime(copy, ns=(status.st_atime_ns, status.st_mtime_ns))


def _begins_with(here: Folder, name: str, there: Folder, new: str) -> bool:
    """Whether what stands there is a beginning of the source: then it holds nothing of anybody else's."""
    with _open(here, name, os.O_RDONLY) as source, _open(there, new, os.O_RDONLY) as copy:
        while block := os.read(copy, _BLOCK):
            if _read_exactly(source, len(block)) != block:
                return False
    return True


def _read_exactly(descriptor: int, size: int) -> bytes:
    found = b""
    while len(found) < size and (block := os.read(descriptor, size - len(found))):
        found += block
    return found
