"""Storing files under new keys: never over anything, and never twice when an answer gets lost."""

from __future__ import annotations

import asyncio
import base64
import fnmatch
import hashlib
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import traffic
from core.clients.supabase import downloads, keys
from core.clients.supabase.arrivals import Arrivals
from core.clients.supabase.buckets import Buckets
from core.clients.supabase.files import PIECE_BYTES, Body, Source
from core.clients.supabase.http import TRANSFER_TIMEOUT
from core.clients.supabase.objects import metadata_for
from core.clients.supabase.resumable import Resumable, Sending
from core.clients.supabase.session import Session
from core.errors import AlreadyExists, NotFound, ServiceError, TooLarge, Unavailable, WrongType
from core.models import Attributes, Object
from core.ports import DIGEST, promised_hash
from core.progress import Progress, Report, silent

RESUMABLE_BYTES = 6 << 20
"""Larger files go in chunks (facts.md A4.7)."""
_ATTEMPTS = 4
_HEADER_BYTES = 8_000
_WHOLE_SECONDS = re.compile(r"max-age=(\d+)|no-cache")


@dataclass(frozen=True, slots=True)
class _File:
    """What is known of the file to store; small ones are held whole."""

    source: Source
    data: bytes | None
    sha256: str


class Uploads:
    """One file at a time each; run several side by side."""

    def __init__(self, session: Session, arrivals: Arrivals, buckets: Buckets) -> None:
        self._session, self._arrivals, self._buckets = session, arrivals, buckets
        self._resumable = Resumable(session)

    async def upload(
        self, bucket: str, key: str, path: Path, attributes: Attributes, report: Report = silent
    ) -> Object:
        """Stores the file. A new object also learns the hash of its bytes; one that is put back (its attributes carry
        the times that it had) keeps exactly the metadata it had. Raises `AlreadyExists`, `NotFound` without bucket."""
        keys.check(bucket, key)
        file = await _open(path)
        if file.sha256 and promised_hash(attributes) not in ("", file.sha256):
            raise file.source.changed()
        size, what = file.source.size_bytes, f"{bucket}/{key}"
        metadata = metadata_for(attributes)
        if attributes.created is None and attributes.updated is None:
            metadata = {DIGEST: file.sha256} | metadata

        def sent(count: int) -> None:
            report(Progress(count, size, what))

        lost = False
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                if file.data is not None or not _WHOLE_SECONDS.fullmatch(attributes.cache_control or "no-cache"):
                    await self._send_whole(bucket, key, file, attributes, metadata, sent)
                else:
                    await self._resumable.send(Sending(bucket, key, file.source, attributes, metadata), sent)
                break
            except AlreadyExists:
                if not lost:
                    raise
                return await self._settled(bucket, key, file)
            except Unavailable as exc:
                if exc.trouble is not None:  # it was not even looked at
                    raise
                lost = True
                standing = await self._arrivals.seen(bucket, key)
                if standing is not None:
                    return await self._settled(bucket, key, file)
                await self._check_limits(bucket, key, file, attributes)
                if attempt == _ATTEMPTS:
                    raise
                await asyncio.sleep(random.uniform(0, 0.25 * 2.0**attempt))
        found = await self._arrivals.seen(bucket, key)
        if found is None:
            raise NotFound(f"{what} was stored, but is not there any more.", "Somebody else may have removed it.")
        report(Progress(size, size, what))
        return found

    async def _send_whole(
        self,
        bucket: str,
        key: str,
        file: _File,
        attributes: Attributes,
        metadata: dict[str, Any],
        sent: Callable[[int], None],
    ) -> None:
        data = file.data if file.data is not None else await file.source.read(0, file.source.size_bytes)
        headers = {"Content-Type": attributes.content_type, "Content-Length": str(len(data)), "x-upsert": "false"}
        if attributes.cache_control:
            headers["Cache-Control"] = attributes.cache_control
        if metadata:
            headers["x-metadata"] = base64.b64encode(json.dumps(metadata).encode()).decode()
            if len(headers["x-metadata"]) > _HEADER_BYTES:
                raise ServiceError(f"The metadata of {bucket}/{key} is too long to be sent.", "Shorten it.")
        if len(data) <= PIECE_BYTES:
            await traffic.carry(len(data))
        await self._session.storage(
            "POST",
            f"/object{keys.place(bucket, key)}",
            content=Body(data, sent) if len(data) > PIECE_BYTES else data,
            headers=headers,
            timeout=TRANSFER_TIMEOUT,
            repeatable=False,
            what=f"{bucket}/{key}",
        )

    async def _check_limits(self, bucket: str, key: str, file: _File, attributes: Attributes) -> None:
        """A service that refuses a body may hang up before its reason is heard. Raises what it would have said."""
        limits = await self._buckets.one(bucket)
        if limits.size_limit_bytes is not None and file.source.size_bytes > limits.size_limit_bytes:
            raise TooLarge(
                f"{bucket}/{key} is too large: the bucket takes files of at most {limits.size_limit_bytes:,} bytes.",
                "Raise that limit in the bucket's settings.",
            )
        kind = attributes.content_type
        if limits.mime_types and not any(fnmatch.fnmatchcase(kind, allowed) for allowed in limits.mime_types):
            raise WrongType(
                f"{bucket}/{key} has a type that its bucket does not allow: {kind}.",
                "Allow the type in the bucket's settings.",
            )

    async def _settled(self, bucket: str, key: str, file: _File) -> Object:
        """What stands at the key after an answer was lost, if it is our file. Raises `AlreadyExists`."""
        found = await self._arrivals.seen(bucket, key)
        if found is not None and await self._is_ours(found, file):
            return found
        raise AlreadyExists(f"{bucket}/{key} exists already, with other content.", "It was left as it is.")

    async def _is_ours(self, found: Object, file: _File) -> bool:
        if found.size_bytes != file.source.size_bytes:
            return False
        if file.data is not None and hashlib.md5(file.data, usedforsecurity=False).hexdigest() == found.etag:
            return True
        if await self._arrivals.kept_hash(found.bucket, found.key) == file.sha256:
            return True
        return await downloads.sha256(self._session, found.bucket, found.key) == file.sha256


async def _open(path: Path) -> _File:
    source = await Source.of(path)
    if source.size_bytes <= RESUMABLE_BYTES:
        data = await source.read(0, source.size_bytes)
        return _File(source, data, hashlib.sha256(data).hexdigest())
    return _File(source, None, await source.known_digest() or await source.digest("sha256"))
