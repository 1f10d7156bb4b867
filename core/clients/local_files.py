"""Files as objects: what a file's status means, and taking a new file in."""

from __future__ import annotations

import functools
import mimetypes
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from core.clients.local_copies import CopyRecords, copy_into
from core.clients.local_folders import Folder, opened
from core.clients.local_moves import Place, version_of
from core.errors import AlreadyExists
from core.models import Attributes, Object
from core.ports import promised_hash

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


def copy_in(path: Path, place: Place, attributes: Attributes, records: CopyRecords) -> os.stat_result:
    """Stores a file under a new key. Its time is kept, or becomes that of the attributes. Raises `OSError`,
    `AlreadyExists`, and `PreconditionFailed` where it is not what the attributes say that it is."""
    with opened(place.root, place.parts[:-1], make_mode=place.make_mode) as folder:
        source = Folder(path.parent, None)
        name = place.parts[-1]
        if not copy_into(source, path.name, folder, name, records, promised_hash(attributes)):
            raise AlreadyExists(f"Something stands at {place.name} already.", "It was left as it is.")
        target = folder.path / name
        status = folder.status(name)
        wanted = attributes.updated
        if wanted is not None and time_of(status.st_mtime_ns) != wanted:
            nanoseconds = (wanted - _EPOCH) // timedelta(microseconds=1) * 1000
            os.utime(target, ns=(nanoseconds, nanoseconds), follow_symlinks=not _TIMES_OF_LINKS)
        records.forget(target)
        return folder.status(name)
