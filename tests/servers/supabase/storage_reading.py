"""Reading an object: its bytes or a part of them, or what is known of it (facts.md E6)."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, formatdate
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tests.servers.supabase.storage_errors import (
    StorageError,
    no_such_bucket,
    no_such_key,
    range_not_satisfiable,
)
from tests.servers.supabase.storage_requests import NOBODY, Caller, anybody, signed_in
from tests.servers.supabase.storage_signing import verified
from tests.servers.supabase.world import World

RANGE = re.compile(r"bytes=(\d*)-(\d*)")
CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """An object's row."""

    id: str
    key: str
    bucket: str
    version: str
    metadata: dict[str, Any]
    user_metadata: dict[str, Any] | None
    created: str
    updated: str

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return int(self.metadata.get("size") or 0)


async def find(
    world: World,
    caller: Caller,
    bucket: str,
    key: str,
    *,
    everybody: bool = False,
    missing_bucket: Callable[[], StorageError] = no_such_bucket,
) -> Found:
    """An object as the caller sees it (`everybody`: as the service does); raises `missing_bucket`, no_such_key."""
    query = "select * from extensions.read_object(%s, %s, %s, %s, %s)"
    row: Any = await world.ask(query, caller.role, caller.told, bucket, key, everybody)
    if row is None or not (row[0] or caller.known or everybody):
        raise missing_bucket()
    if row[1] is None:
        raise no_such_key()
    return Found(str(row[1]), key, bucket, row[2], row[3] or {}, row[4], row[5], row[6])


def _place(request: Request) -> tuple[str, str]:
    return request.path_params["bucket"], request.path_params["key"]


@anybody
async def get(request: Request, world: World, caller: Caller) -> Response:
    """With a bad token, a private bucket is not there."""
    return await _deliver(request, world, await find(world, caller, *_place(request)))


@signed_in
async def get_authenticated(request: Request, world: World, caller: Caller) -> Response:
    """With a bad token, it says so."""
    return await _deliver(request, world, await find(world, caller, *_place(request)))


@anybody
async def get_public(request: Request, world: World, caller: Caller) -> Response:
    """Of a public bucket, whoever asks."""
    bucket, key = _place(request)
    row = await world.ask("select from storage.buckets where id = %s and public", bucket)
    if row is None:
        raise no_such_bucket()
    return await _deliver(request, world, await find(world, NOBODY, bucket, key, everybody=True))


@anybody
async def get_signed(request: Request, world: World, caller: Caller) -> Response:
    """With the token of a signed URL; an Authorization header beside it is not looked at."""
    bucket, key = _place(request)
    token = request.query_params.get("token")
    if token is None:
        message = "querystring must have required property 'token'"
        raise StorageError(400, "Error", "InvalidRequest", message)
    payload = verified(token, "download", f"{bucket}/{key}", world.settings)
    found = await find(world, NOBODY, bucket, key, everybody=True)
    return await _deliver(request, world, found, expires=float(str(payload["exp"])))


async def _deliver(request: Request, world: World, found: Found, *, expires: float | None = None) -> Response:
    path, told = world.path(found.version), found.metadata
    headers = _headers(found)
    if expires is None:
        headers["cache-control"] = str(told.get("cacheControl") or "no-cache")
    else:
        headers["expires"] = formatdate(min(expires, 253_402_300_799), usegmt=True)
    if "download" in request.query_params:
        name = quote(request.query_params["download"], safe="-_.!~*'()")
        named = f" filename={name}; filename*=UTF-8''{name}" if name else ""
        headers["content-disposition"] = f"attachment;{named}"
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304)
    if not path.is_file():
        raise no_such_key()
    start, end = _range(request, found.size)
    headers["content-length"] = str(end - start)
    status = 200
    if end - start != found.size or "range" in request.headers:
        status, headers["content-range"] = 206, f"bytes {start}-{end - 1}/{found.size}"
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    if end - start <= CHUNK_BYTES:
        with path.open("rb") as file:
            file.seek(start)
            return Response(file.read(end - start), status, headers)
    return StreamingResponse(_chunks(path, start, end), status, headers)


def _headers(found: Found) -> dict[str, str]:
    headers = {
        "content-type": str(found.metadata.get("mimetype") or "application/octet-stream"),
        "etag": str(found.metadata.get("eTag")),
        "accept-ranges": "bytes",
        "x-robots-tag": "none",
    }
    if changed := found.metadata.get("lastModified"):
        headers["last-modified"] = format_datetime(datetime.fromisoformat(changed).astimezone(UTC), usegmt=True)
    return headers


def _range(request: Request, size: int) -> tuple[int, int]:
    """The first byte and the one after the last; what is no range of ours means the whole."""
    match = RANGE.fullmatch(request.headers.get("range", ""))
    if match is None or not (match[1] or match[2]):
        return 0, size
    if not match[1]:
        return max(0, size - int(match[2])), size
    start = int(match[1])
    if start >= size:
        raise range_not_satisfiable()
    end = min(size, int(match[2]) + 1) if match[2] else size
    if end <= start:
        raise range_not_satisfiable()
    return start, end


async def _chunks(path: Path, start: int, end: int) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while start < end:
            chunk = file.read(min(CHUNK_BYTES, end - start))
            if not chunk:
                return
            start += len(chunk)
            yield chunk


def _told(found: Found) -> Response:
    told = found.metadata
    body = {
        "id": found.id,
        "name": found.key,
        "version": found.version,
        "bucket_id": found.bucket,
        "size": told.get("size"),
        "content_type": told.get("mimetype"),
        "cache_control": told.get("cacheControl"),
        "etag": told.get("eTag"),
        "metadata": found.user_metadata,
        "last_modified": found.updated,
        "created_at": found.created,
    }
    return Response(json.dumps(body), media_type="application/json")


@anybody
async def info(request: Request, world: World, caller: Caller) -> Response:
    """With a bad token, a private bucket is not there."""
    return _told(await find(world, caller, *_place(request)))


@signed_in
async def info_authenticated(request: Request, world: World, caller: Caller) -> Response:
    """With a bad token, it says so."""
    return _told(await find(world, caller, *_place(request)))


@anybody
async def info_public(request: Request, world: World, caller: Caller) -> Response:
    """Of a public bucket, whoever asks."""
    bucket, key = _place(request)
    if await world.ask("select from storage.buckets where id = %s and public", bucket) is None:
        raise no_such_bucket()
    return _told(await find(world, NOBODY, bucket, key, everybody=True))
