"""A file on its way to the service: read beside the loop, hashed once, sent in small pieces that count themselves."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from core import digests, traffic
from core.clients.local_folders import explain
from core.errors import InvalidName, PreconditionFailed
from core.threads import in_thread

PIECE_BYTES = 1 << 16
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was when the upload began."""

    path: Path
    size_bytes: int
    changed_ns: int

    @classmethod
    async def of(cls, path: Path) -> Source:
        """Raises `NotFound`, `NotAllowed`, `InvalidName` for what is no file."""
        return await in_thread(_look, path)

    async def read(self, start: int, most_bytes: int) -> bytes:
        """Some bytes of it. Raises `PreconditionFailed` once the file is not what it was."""
        return await in_thread(_read, self, start, most_bytes)

    def changed(self) -> PreconditionFailed:
        """It is not what it was."""
        return PreconditionFailed(f"{self.path} changed while it was being uploaded.", "Try again once it is finished.")

    async def known_digest(self) -> str:
        """Its SHA-256 where it was hashed a while ago and is the same file still; else ''."""
        return await in_thread(_known_digest, self)

    async def digest(self, name: str) -> str:
        """The digest of the whole file, hex."""
        return await in_thread(_digest, self, name)


class Body:
    """Bytes to send, as often as need be. `sent` learns how many of them are on their way; a second attempt begins at
    zero again."""

    def __init__(self, data: bytes, sent: Callable[[int], None]) -> None:
        self._data = memoryview(data)
        self._sent = sent

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._data), PIECE_BYTES):
            piece = bytes(self._data[start : start + PIECE_BYTES])
            await traffic.carry(len(piece))
            yield piece
            self._sent(start + len(piece))


def _look(path: Path) -> Source:
    try:
        status = path.stat()
    except OSError as exc:
        raise explain(exc, str(path)) from exc
    if not stat.S_ISREG(status.st_mode):
        raise InvalidName(f"{path} is no file.", "Choose a file.")
    return Source(path, status.st_size, status.st_mtime_ns)


def _read(source: Source, start: int, most_bytes: int) -> bytes:
    try:
        with source.path.open("rb") as file:
            _check(source, os.fstat(file.fileno()))
            file.seek(start)
            data = file.read(most_bytes)
            _check(source, os.fstat(file.fileno()))
    except OSError as exc:
        raise explain(exc, str(source.path)) from exc
    if len(data) != min(most_bytes, max(source.size_bytes - start, 0)):
        raise source.changed()
    return data


def _known_digest(source: Source) -> str:
    try:
        status = source.path.stat()
    except OSError as exc:
        raise explain(exc, str(source.path)) from exc
    _check(source, status)
    return digests.recall(source.path, status)


def _digest(source: Source, name: str) -> str:
    digest = hashlib.new(name, usedforsecurity=False)
    try:
        with source.path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
            _check(source, os.fstat(file.fileno()))
    except OSError as exc:
        raise explain(exc, str(source.path)) from exc
    return digest.hexdigest()


def _check(source: Source, status: os.stat_result) -> None:
    if (status.st_size, status.st_mtime_ns) != (source.size_bytes, source.changed_ns):
        raise source.changed()
