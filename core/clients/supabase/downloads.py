"""Reading the bytes of objects: in pieces, gone on with after a cut, never two versions mixed."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

import httpx

from core.clients.local_folders import explain
from core.clients.local_reading import put_in_place
from core.clients.supabase import keys
from core.clients.supabase.http import TRANSFER_TIMEOUT
from core.clients.supabase.session import Session
from core.errors import AlreadyExists, NotFound, PreconditionFailed, Unavailable
from core.threads import in_thread

_ATTEMPTS = 4
_WRITE_BYTES = 1 << 20


async def read_start(session: Session, bucket: str, key: str, limit_bytes: int) -> bytes:
    """At most the first bytes. Raises `NotFound`."""
    path, what = _path(bucket, key)
    headers = {"Range": f"bytes=0-{max(limit_bytes, 1) - 1}", "Accept-Encoding": "identity"}
    for attempt in range(1, _ATTEMPTS + 1):
        found = bytearray()
        try:
            async with session.streamed("GET", path, what=what, headers=headers, timeout=TRANSFER_TIMEOUT) as answer:
                if answer.status_code == 416:  # an empty object has no first byte
                    return b""
                async for chunk in answer.aiter_bytes():
                    found += chunk
                    if len(found) >= limit_bytes:
                        break
            return bytes(found[:limit_bytes])
        except Unavailable:
            if attempt == _ATTEMPTS:
                raise
            await _pause(attempt)
    raise Unavailable(f"{what} could not be read.")


async def chunks(session: Session, bucket: str, key: str) -> AsyncIterator[bytes]:
    """All bytes of an object, in order, each once. A cut is gone on from where it was, if the object is still the same.
    Raises `NotFound`, `Unavailable`, and `PreconditionFailed` where the object changed meanwhile."""
    path, what = _path(bucket, key)
    offset, tag, failures = 0, "", 0
    while True:
        # No If-Range: the service does not know it. The etag of what comes is compared instead.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={offset}-"} if offset else {})
        try:
            async with session.streamed("GET", path, what=what, headers=headers, timeout=TRANSFER_TIMEOUT) as answer:
                if offset and (answer.status_code == 416 or answer.headers.get("etag", "") != tag):
                    raise PreconditionFailed(f"{what} changed while it was being read.", "Try again.")
                tag = answer.headers.get("etag", "")
                skip = offset if offset and answer.status_code == 200 else 0
                async for chunk in answer.aiter_bytes():
                    fresh = chunk[min(skip, len(chunk)) :]
                    skip -= len(chunk) - len(fresh)
                    if fresh:
                        offset += len(fresh)
                        failures = 0
                        yield fresh
                if _is_short(answer, offset):
                    raise Unavailable(f"The connection was cut in the middle of {what}.", "Try again.")
                return
        except Unavailable:
            failures += 1
            if failures >= _ATTEMPTS:
                raise
            await _pause(failures)


async def sha256(session: Session, bucket: str, key: str) -> str | None:
    """The SHA-256 of the bytes as they are now, hex; None where there are none."""
    digest = hashlib.sha256()
    try:
        async for chunk in chunks(session, bucket, key):
            digest.update(chunk)
    except NotFound:
        return None
    return digest.hexdigest()


async def download(session: Session, bucket: str, key: str, path: Path) -> int:
    """Writes the bytes to a new file: complete, synced and under its name in one go, or not at all; how many there
    were. Raises `AlreadyExists` where something stands at `path`."""
    partial = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}.partial")
    try:
        file = await in_thread(_create, path, partial)
        try:
            size = await _fill(session, bucket, key, file)
            await in_thread(_finish, file, partial, path)
        finally:
            await in_thread(_discard, file, partial)
    except OSError as exc:
        raise explain(exc, str(path)) from exc
    return size


async def _fill(session: Session, bucket: str, key: str, file: BinaryIO) -> int:
    waiting: list[bytes] = []
    held = size = 0
    async for chunk in chunks(session, bucket, key):
        waiting.append(chunk)
        held += len(chunk)
        size += len(chunk)
        if held >= _WRITE_BYTES:
            await in_thread(file.writelines, waiting)
            waiting, held = [], 0
    await in_thread(file.writelines, waiting)
    return size


def _create(path: Path, partial: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(path):
        raise AlreadyExists(f"{path} is there already.", "It was left as it is.")
    return partial.open("xb")


def _finish(file: BinaryIO, partial: Path, path: Path) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()
    put_in_place(partial, path)


def _discard(file: BinaryIO, partial: Path) -> None:
    file.close()
    partial.unlink(missing_ok=True)


def _is_short(answer: httpx.Response, offset: int) -> bool:
    """Whether fewer bytes came than the service announced."""
    if answer.status_code == 206:
        total = answer.headers.get("content-range", "").rpartition("/")[2]
    else:
        total = answer.headers.get("content-length", "")
    return total.isdigit() and offset < int(total)


def _path(bucket: str, key: str) -> tuple[str, str]:
    """The honest route: the plain one answers a bad token with “Bucket not found” (facts.md E3)."""
    if not keys.can_be_asked_for(key):
        raise NotFound(f"There can be no object “{key}”.")
    return f"/object/authenticated{keys.place(bucket, key)}", f"{bucket}/{key}"


async def _pause(attempt: int) -> None:
    await asyncio.sleep(random.uniform(0, 0.25 * 2.0**attempt))
