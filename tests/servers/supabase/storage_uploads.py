"""Uploading in one request: POST makes an object, PUT or x-upsert replaces one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.servers.objects import metadata
from tests.servers.supabase.incoming import Arrival, receive
from tests.servers.supabase.keys import check_key
from tests.servers.supabase.storage_errors import duplicate, no_such_bucket, wrong_type
from tests.servers.supabase.storage_requests import Caller, signed_in
from tests.servers.supabase.world import World


@signed_in
async def upload(request: Request, world: World, caller: Caller) -> Response:
    """A new object, or with x-upsert one in the place of another; PUT means x-upsert."""
    upsert = request.method == "PUT" or request.headers.get("x-upsert") == "true"
    identity = await take_in(request, world, caller, upsert=upsert, sub=caller.sub)
    return JSONResponse({"Id": identity, "Key": f"{request.path_params['bucket']}/{request.path_params['key']}"})


async def take_in(request: Request, world: World, caller: Caller | None, *, upsert: bool, sub: str | None) -> str:
    """Store a request's body as an object; returns its id. `caller` None: they have been judged already."""
    bucket, key = request.path_params["bucket"], request.path_params["key"]
    limit, types = await limits_of(world, bucket)
    check_key(key, world.settings)
    limit = min(limit, world.settings.standard_upload_limit_bytes)
    with Arrival(world.folder, limit, in_parts=world.settings.hosted) as arrival:
        await receive(request, arrival)
        check_type(arrival.mime_type, types)
        return await store(world, caller, bucket, key, arrival, upsert=upsert, sub=sub)


async def limits_of(world: World, bucket: str) -> tuple[int, list[str] | None]:
    """How large an object of this bucket may be, in bytes, and of which types."""
    query = "select file_size_limit, allowed_mime_types from storage.buckets where id = %s"
    row: Any = await world.ask(query, bucket)
    if row is None:
        raise no_such_bucket()
    general = world.settings.file_size_limit_bytes
    return (general if row[0] is None else min(general, row[0])), row[1]


def check_type(mime_type: str, allowed: list[str] | None) -> None:
    """Raises unless a type is among those allowed: a parameter behind it counts, except behind `text/*`."""
    general = f"{mime_type.partition('/')[0]}/*"
    if allowed and not {mime_type, general, "*", "*/*"} & set(allowed):
        raise wrong_type(mime_type)


async def try_upload(world: World, caller: Caller, bucket: str, key: str, *, upsert: bool) -> None:
    """Raises unless the caller may upload there (and, without `upsert`, nothing is there yet)."""
    query = "select extensions.try_upload(%s, %s, %s, %s, %s, null, null, %s)"
    try:
        await world.ask(query, caller.role, caller.told, upsert, bucket, key, caller.sub)
    except UniqueViolation as error:
        raise duplicate("KeyAlreadyExists") from error


async def store(
    world: World, caller: Caller | None, bucket: str, key: str, arrival: Arrival, *, upsert: bool, sub: str | None
) -> str:
    """What has arrived becomes an object; returns its id."""
    told = metadata(arrival.etag, arrival.size, arrival.mime_type, arrival.cache_control, datetime.now(UTC))
    custom = arrival.user_metadata or {}
    return await store_row(world, caller, bucket, key, arrival.version, told, custom, upsert=upsert, sub=sub)


async def store_row(
    world: World,
    caller: Caller | None,
    bucket: str,
    key: str,
    version: str,
    told: dict[str, object],
    custom: dict[str, Any] | None,
    *,
    upsert: bool,
    sub: str | None,
) -> str:
    """The row for the bytes of `version`; the bytes that it had before go. Returns the object's id."""
    who = (None, None) if caller is None else (caller.role, caller.told)
    given = (upsert, bucket, key, version, Jsonb(told), None if custom is None else Jsonb(custom), sub)
    query = "select id, old_version from extensions.store_object(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
    try:
        row = await world.ask(query, *who, *given)
    except UniqueViolation as error:
        raise duplicate("KeyAlreadyExists") from error
    assert row is not None
    if row[1] is not None:
        world.path(str(row[1])).unlink(missing_ok=True)
    return str(row[0])
