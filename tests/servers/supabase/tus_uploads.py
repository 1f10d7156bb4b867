"""A resumable upload that is under way: what was promised, how much of it has come, and its name in a URL."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WANTED = ("bucketName", "objectName")


@dataclass(slots=True)
class ResumableUpload:
    """Lives until it is terminated, or the server ends."""

    folder: Path
    metadata: dict[str, str]
    header: str  # Upload-Metadata as it came, for HEAD
    length: int | None  # in bytes; None: told later
    limit: int  # in bytes
    version: str = field(default_factory=lambda: str(uuid.uuid4()))
    offset: int = 0
    digest: Any = field(default_factory=lambda: hashlib.md5(usedforsecurity=False))
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    patching: asyncio.Task[Any] | None = None
    is_complete: bool = False

    @property
    def bucket(self) -> str:
        """Where it goes."""
        return self.metadata["bucketName"]

    @property
    def key(self) -> str:
        """What it will be called."""
        return self.metadata["objectName"]

    @property
    def id(self) -> str:
        """The last part of its URL."""
        name = f"{self.bucket}/{self.key}/{self.version}"
        return base64.urlsafe_b64encode(name.encode()).rstrip(b"=").decode()

    @property
    def path(self) -> Path:
        """Where its bytes are gathered."""
        return self.folder / self.version

    @property
    def cache_control(self) -> str:
        """From a whole number of seconds; anything else means no-cache."""
        seconds = self.metadata.get("cacheControl", "")
        return f"max-age={seconds}" if seconds.removeprefix("-").isdigit() else "no-cache"

    @property
    def user_metadata(self) -> dict[str, Any] | None:
        """From JSON; what is none is left out."""
        try:
            decoded = json.loads(self.metadata.get("metadata", ""))
        except ValueError:
            return None
        return decoded if isinstance(decoded, dict) else None

    async def interrupt(self) -> None:
        """Make an older request for this upload stop, and wait until it has."""
        if self.patching is not None:
            self.patching.cancel()
        async with self.lock:
            pass


def read_metadata(header: str) -> dict[str, str] | None:
    """What Upload-Metadata says: names with values in base64; None if it cannot be read or lacks bucket or object."""
    values = {}
    try:
        for pair in filter(None, header.split(",")):
            name, _, value = pair.strip().partition(" ")
            values[name] = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return values if all(values.get(name) for name in WANTED) else None
