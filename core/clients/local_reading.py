"""Looking into one bucket for a batch of keys: what their files are like, their bytes, their hashes."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from core.clients.local_copies import hash_of
from core.clients.local_folders import Folder, explain, open_folder, opened, parts_of
from core.clients.local_moves import version_of
from core.errors import AlreadyExists, CoreError, InvalidName, NotFound, Unavailable

T = TypeVar("T")
_BLOCK = 1 << 20
_MOST_OPEN = 32


class BucketReading:
    """A bucket's folder (None where there is no such bucket). Each folder in it is opened once for the whole batch; no
    key leads through a link to a folder, and a link to a file counts as the file. `refuses` gives the reason why a key
    cannot be an object, `hides` tells what is none though it is there."""

    def __init__(
        self,
        bucket: str,
        folder: Path | None,
        refuses: Callable[[str], str],
        hides: Callable[[str], bool],
        *,
        spelled_exactly: bool,
    ) -> None:
        self._bucket = bucket
        self._folder = folder
        self._refuses = refuses
        self._hides = hides
        self._exactly = spelled_exactly
        self._open: dict[tuple[str, ...], Folder] = {}
        self._listed: tuple[Folder, set[str]] | None = None

    def __enter__(self) -> BucketReading:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None) -> None:
        self._close()

    def each(self, keys: Sequence[str], look: Callable[[str], T]) -> list[T]:
        """Looks at every key, folder by folder; the answers are in the order of the keys."""
        found = {key: look(key) for key in sorted(keys)}
        return [found[key] for key in keys]

    def status(self, key: str) -> os.stat_result | None:
        """What a key's file is like, None where there is none. Raises `ServiceError` when it cannot be told."""
        try:
            folder, name = self._find(key)
            status = folder.status(name, follow=True)
        except (FileNotFoundError, NotADirectoryError, NotFound, InvalidName):
            return None
        except OSError as exc:
            error = explain(exc, self._called(key))
            if isinstance(error, InvalidName):  # too long for any file here: so there is none
                return None
            raise error from exc
        if not stat.S_ISREG(status.st_mode):
            return None
        return status if self._is_spelled_so(folder, name) else None

    def hash(self, key: str) -> str | None:
        """SHA-256 of a key's bytes, None where it is absent, unreadable, or changed while it was read."""
        try:
            with self.open(key) as descriptor:
                before = version_of(os.fstat(descriptor))
                found = hash_of(descriptor)
                return found if version_of(os.fstat(descriptor)) == before else None
        except CoreError:
            return None

    def start(self, key: str, limit_bytes: int) -> bytes:
        """At most the first bytes. Raises `ServiceError`."""
        with self.open(key) as descriptor:
            found = bytearray()
            while block := os.read(descriptor, min(limit_bytes - len(found), _BLOCK)):
                found += block
            return bytes(found)

    @contextlib.contextmanager
    def open(self, key: str) -> Iterator[int]:
        """A descriptor of a key's file. Raises `NotFound`, `NotAllowed`, `Unavailable`."""
        what = self._called(key)
        try:
            folder, name = self._find(key)
            if not stat.S_ISREG(folder.status(name, follow=True).st_mode):
                raise NotFound(f"{what} is not there.")
            descriptor = folder.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        except (FileNotFoundError, NotADirectoryError) as exc:
            raise NotFound(f"{what} is not there.") from exc
        except OSError as exc:
            raise explain(exc, what) from exc
        try:
            yield descriptor
        except OSError as exc:
            raise explain(exc, what) from exc
        finally:
            os.close(descriptor)

    def _find(self, key: str) -> tuple[Folder, str]:
        if self._folder is None:
            raise NotFound(f"There is no bucket “{self._bucket}”.")
        if why := self._refuses(key):
            raise InvalidName(f"The key “{key}” is not allowed: {why}")
        if self._hides(key):
            raise NotFound(f"{self._called(key)} is no object.")
        *parents, name = parts_of(key)
        inside = tuple(parents)
        folder = self._open.get(inside)
        if folder is None:
            if len(self._open) == _MOST_OPEN:
                self._close()
            self._check_spelling(self._folder, inside)
            folder = self._open[inside] = open_folder(self._folder, inside)
        return folder, name

    def _check_spelling(self, root: Path, parents: tuple[str, ...]) -> None:
        for depth in range(0 if self._exactly else len(parents)):
            with opened(root, parents[:depth]) as outer:
                if parents[depth] not in outer.names():
                    raise NotFound(f"{self._called('/'.join(parents))} is not there under this spelling.")

    def _is_spelled_so(self, folder: Folder, name: str) -> bool:
        """Whether the name is exactly this; some file systems find a file by another spelling, too."""
        if self._exactly:
            return True
        if self._listed is None or self._listed[0] is not folder:
            self._listed = (folder, folder.names())
        return name in self._listed[1]

    def _called(self, key: str) -> str:
        return f"{self._bucket}/{key}"

    def _close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()


def copy_out(reading: BucketReading, key: str, path: Path) -> None:
    """Writes a key's bytes to a new file outside: complete, synced and with their time, or not at all. Raises
    `ServiceError`."""
    partial = path.with_name(f".{path.name[:40]}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(path):
            raise AlreadyExists(f"{path} is there already.", "It was left as it is.")
        partial.unlink(missing_ok=True)
        with reading.open(key) as source, partial.open("xb") as copy:
            before = os.fstat(source)
            while block := os.read(source, _BLOCK):
                copy.write(block)
            copy.flush()
            os.fsync(copy.fileno())
            if version_of(os.fstat(source)) != version_of(before):
                raise Unavailable(f"{key} changed while it was being read.", "Try again.")
        os.utime(partial, ns=(before.st_atime_ns, before.st_mtime_ns))
        put_in_place(partial, path)
    except OSError as exc:
        raise explain(exc, str(path)) from exc
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def put_in_place(partial: Path, path: Path) -> None:
    """Gives a finished file its name, never over another one. Raises `OSError`."""
    with opened(partial.parent, ()) as folder:
        try:
            folder.link(partial.name, folder, path.name)
        except FileExistsError:
            raise
        except OSError:  # a file system whose files have one name only: take the name, then fill it
            os.close(folder.open(path.name, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            partial.replace(path)
        folder.sync()
