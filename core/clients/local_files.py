"""Single files of a bucket: looking at them, reading, hashing, and handing them out and in whole."""

from __future__ import annotations

import contextlib
import functools
import mimetypes
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from core.clients.local_copies import CopyRecords, copy_into, hash_of
from core.clients.local_folders import Folder, explain, opened
from core.clients.local_moves import Place, version_of
from core.errors import AlreadyExists, NotFound, Unavailable
from core.models import Attributes, Object

_TIMES_OF_LINKS = os.utime in os.supports_follow_symlinks
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TYPES = mimetypes.MimeTypes()  # Python's own list: the same on every machine
_BLOCK = 1 << 20
_PLAIN = "application/octet-stream"


@functools.lru_cache(maxsize=1024)
def _type_of_ending(ending: str) -> str:
    return _TYPES.guess_type("x" + ending, strict=False)[0] or _PLAIN


def content_type_of(key: str) -> str:
    """The content type that a file's ending stands for."""
    return _type_of_ending(PurePosixPath(key).suffix.lower())


def time_of(nanoseconds: int) -> datetime:
    """A file's time, UTC; one that no calendar holds becomes the first or last that it does."""
    try:
        return _EPOCH + timedelta(microseconds=nanoseconds // 1000)
    except OverflowError:
        return (datetime.max if nanoseconds > 0 else datetime.min).replace(tzinfo=UTC)


def object_of(bucket: str, key: str, status: os.stat_result) -> Object:
    """A file as an object; it changed when its content or its place in the file system last did."""
    return Object(
        bucket=bucket,
        key=key,
        size_bytes=status.st_size,
        content_type=content_type_of(key),
        etag=None,
        version=version_of(status),
        changed=time_of(max(status.st_mtime_ns, status.st_ctime_ns)),
    )


def status_of(place: Place, *, spelled_exactly: bool) -> os.stat_result | None:
    """What the file of a key is like, None where there is none: no key leads through a link to a folder. A link to a
    file counts as the file. Raises `OSError` when it cannot be told."""
    try:
        with opened(place.root, place.parts[:-1]) as folder:
            status = folder.status(place.parts[-1], follow=True)
            if not stat.S_ISREG(status.st_mode):
                return None
            if not spelled_exactly and place.parts[-1] not in folder.names():
                return None  # this file system takes another spelling for the same name
            return status
    except (FileNotFoundError, NotADirectoryError):
        return None


@contextlib.contextmanager
def open_to_read(place: Place, what: str) -> Iterator[int]:
    """A descriptor of a key's file. Raises `NotFound`, `NotAllowed`, `Unavailable`."""
    try:
        with opened(place.root, place.parts[:-1]) as folder:
            if not stat.S_ISREG(folder.status(place.parts[-1], follow=True).st_mode):
                raise NotFound(f"{what} is not there.")
            descriptor = folder.open(place.parts[-1], os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
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


def read_start(place: Place, what: str, limit_bytes: int) -> bytes:
    """At most the first bytes."""
    with open_to_read(place, what) as descriptor:
        found = bytearray()
        while block := os.read(descriptor, min(limit_bytes - len(found), _BLOCK)):
            found += block
        return bytes(found)


def hash_file(place: Place, what: str) -> str | None:
    """SHA-256 of the bytes, None when they changed while they were read."""
    with open_to_read(place, what) as descriptor:
        before = version_of(os.fstat(descriptor))
        found = hash_of(descriptor)
        return found if version_of(os.fstat(descriptor)) == before else None


def copy_out(place: Place, what: str, path: Path) -> None:
    """Writes the bytes to a new file outside: complete, synced and with their time, or not at all."""
    partial = path.with_name(f".{path.name[:40]}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(path):
            raise AlreadyExists(f"{path} is there already.", "It was left as it is.")
        partial.unlink(missing_ok=True)
        with open_to_read(place, what) as source, partial.open("xb") as copy:
            before = os.fstat(source)
            while block := os.read(source, _BLOCK):
                copy.write(block)
            copy.flush()
            os.fsync(copy.fileno())
            if version_of(os.fstat(source)) != version_of(before):
                raise Unavailable(f"{what} changed while it was being read.", "Try again.")
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
        except OSError:  # a file system whose files have one name only
            if os.path.lexists(path):
                raise
            partial.rename(path)
        folder.sync()


def copy_in(path: Path, place: Place, attributes: Attributes, records: CopyRecords) -> os.stat_result:
    """Stores a file under a new key. Its time is kept, or becomes that of the attributes. Raises `OSError`,
    `AlreadyExists`."""
    with opened(place.root, place.parts[:-1], make_mode=place.make_mode) as folder:
        source = Folder(path.parent, None)
        name = place.parts[-1]
        if not copy_into(source, path.name, folder, name, records):
            raise AlreadyExists(f"Something stands at {place.name} already.", "It was left as it is.")
        target = folder.path / name
        status = folder.status(name)
        wanted = attributes.updated
        if wanted is not None and time_of(status.st_mtime_ns) != wanted:
            nanoseconds = (wanted - _EPOCH) // timedelta(microseconds=1) * 1000
            os.utime(target, ns=(nanoseconds, nanoseconds), follow_symlinks=not _TIMES_OF_LINKS)
        records.forget(target)
        return folder.status(name)
