"""Going down into a bucket's folders one real folder at a time, so that no key and no link leads out of it."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.errors import AlreadyExists, CoreError, InvalidName, NotAllowed, NotFound, Trouble, Unavailable

BY_DESCRIPTOR = os.open in os.supports_dir_fd and os.link in os.supports_dir_fd and os.unlink in os.supports_dir_fd
"""Where names can be looked up inside an open folder (POSIX), a link that is swapped in later redirects nothing.
Elsewhere each part of the path is looked at just before it is used."""
_LINKS_LINKS = os.link in os.supports_follow_symlinks
_MOUNT_POINT = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT, which the stat module has on Windows only
_NOT_ON_WINDOWS = re.compile(
    r'[<>:"|?*\\\x00-\x1f]|[. ](/|$)|(^|/)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|/|$)', re.IGNORECASE
)


def parts_of(key: str) -> tuple[str, ...]:
    """A key's folders and its file name. Raises `InvalidName` for what a file system cannot hold, and for every way out
    of the bucket."""
    parts = tuple(key.split("/"))
    if not key or "\0" in key or any(part in ("", ".", "..") for part in parts):
        raise InvalidName(f"A folder cannot hold the key “{key!s}”.", "No part of it may be empty, “.” or “..”.")
    if os.name == "nt" and _NOT_ON_WINDOWS.search(key):
        raise InvalidName(f"Windows cannot hold the key “{key}”.", 'It allows none of < > : " | ? * \\ in names.')
    try:
        key.encode()
    except UnicodeEncodeError as exc:
        raise InvalidName(f"The key {key!a} is not text.", "Rename the file, then scan again.") from exc
    return parts


def is_junction(status: os.stat_result) -> bool:
    """Whether it is Windows' other kind of link to a folder, which looks like a folder."""
    return getattr(status, "st_reparse_tag", 0) == _MOUNT_POINT


class Folder:
    """One real folder, held open where the platform can. Names are single parts. Raises `OSError`."""

    def __init__(self, path: Path, descriptor: int | None) -> None:
        self.path = path
        self._descriptor = descriptor

    def status(self, name: str, *, follow: bool = False) -> os.stat_result:
        """What stands under a name."""
        return os.stat(self._at(name), dir_fd=self._descriptor, follow_symlinks=follow)

    def open(self, name: str, flags: int, mode: int = 0o666) -> int:
        """A descriptor of a file in it; never through a link, unless reading."""
        return os.open(self._at(name), flags | getattr(os, "O_BINARY", 0) | _CLOEXEC, mode, dir_fd=self._descriptor)

    def link(self, name: str, other: Folder, other_name: str) -> None:
        """Gives a file a second name in another folder. Never overwrites: raises `FileExistsError`."""
        os.link(
            self._at(name),
            other._at(other_name),
            src_dir_fd=self._descriptor,
            dst_dir_fd=other._descriptor,
            follow_symlinks=not _LINKS_LINKS,
        )

    def unlink(self, name: str) -> None:
        """Takes a name away; the bytes stay as long as they have another."""
        os.unlink(self._at(name), dir_fd=self._descriptor)

    def make(self, name: str, mode: int) -> None:
        """Makes a folder in it."""
        os.mkdir(self._at(name), mode, dir_fd=self._descriptor)

    def remove(self, name: str) -> None:
        """Removes an empty folder from it."""
        os.rmdir(self._at(name), dir_fd=self._descriptor)

    def names(self) -> set[str]:
        """What it holds, spelled exactly."""
        with os.scandir(self.path if self._descriptor is None else self._descriptor) as entries:
            return {entry.name for entry in entries}

    def sync(self) -> None:
        """Has its names on the disk, where the platform can."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):  # some file systems (network, FUSE) do not know how
                os.fsync(self._descriptor)

    def enter(self, name: str) -> Folder:
        """A folder in it. Raises `NotADirectoryError` for a file and for a link."""
        if self._descriptor is None:
            status = os.lstat(self.path / name)
            if not stat.S_ISDIR(status.st_mode) or is_junction(status):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), name)
            return Folder(self.path / name, None)
        flags = os.O_RDONLY | _DIRECTORY | _NOFOLLOW | _CLOEXEC
        try:
            return Folder(self.path / name, os.open(name, flags, dir_fd=self._descriptor))
        except OSError as exc:
            if exc.errno == errno.ELOOP:
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), name) from exc
            raise

    def close(self) -> None:
        """Lets go of it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _at(self, name: str) -> str:
        return name if self._descriptor is not None else str(self.path / name)


_CLOEXEC = getattr(os, "O_CLOEXEC", 0)
_DIRECTORY = getattr(os, "O_DIRECTORY", 0)  # where a platform has none of these, BY_DESCRIPTOR is False
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)


@contextlib.contextmanager
def opened(root: Path, parts: Sequence[str], *, make_mode: int | None = None) -> Iterator[Folder]:
    """The folder `parts` below `root`; with `make_mode`, folders that are missing are made. Raises `OSError`."""
    folder = open_folder(root, parts, make_mode=make_mode)
    try:
        yield folder
    finally:
        folder.close()


def open_folder(root: Path, parts: Sequence[str], *, make_mode: int | None = None) -> Folder:
    """`opened` for callers that close it themselves."""
    folder = Folder(root, os.open(root, os.O_RDONLY | _DIRECTORY | _CLOEXEC) if BY_DESCRIPTOR else None)
    for part in parts:
        try:
            if make_mode is not None:
                _make_if_missing(folder, part, make_mode)
            inner = folder.enter(part)
        finally:
            folder.close()
        folder = inner
    return folder


def _make_if_missing(folder: Folder, name: str, mode: int) -> None:
    try:
        folder.make(name, mode)
    except FileExistsError:
        return
    folder.sync()


def size_of(path: Path) -> int:
    """The size of a file, 0 where there is none to be read."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def explain(exc: OSError, what: str) -> CoreError:
    """The sentence for a file system's error; `what` names the object or folder."""
    if isinstance(exc, FileNotFoundError):
        return NotFound(f"{what} is not there.")
    if isinstance(exc, FileExistsError):
        return AlreadyExists(f"Something stands in the place of {what} already.", "It was left as it is.")
    if isinstance(exc, NotADirectoryError):
        return AlreadyExists(
            f"{what} has a file or a link where it needs a folder.", "A file and a folder cannot have one name."
        )
    if isinstance(exc, IsADirectoryError):
        return AlreadyExists(f"A folder stands in the place of {what}.", "A file and a folder cannot have one name.")
    if isinstance(exc, PermissionError) or exc.errno == errno.EROFS:
        return NotAllowed(f"The right to {what} is missing: nothing was changed there.", "Check who owns it.")
    if exc.errno in (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ):
        return InvalidName(f"The file system cannot hold the name of {what}.")
    if exc.errno in (errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC):
        sentence = f"The disk is full: {what} was left as it was."
        return Unavailable(sentence, "Free some space, then try again.", trouble=Trouble.DISK_FULL)
    return Unavailable(f"{what} cannot be reached: {exc.strerror or exc}.", "Check the disk, then try again.")
