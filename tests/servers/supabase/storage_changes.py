"""Moving, copying and removing what is there."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from pathlib import Path
from typing import Any

from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.servers.objects import SEEDED
from tests.servers.supabase.incoming import header_metadata
from tests.servers.supabase.keys import check_key
from tests.servers.supabase.storage_buckets import forget
from tests.servers.supabase.storage_errors import denied, duplicate, no_such_key, too_many
from tests.servers.supabase.storage_reading import find
from tests.servers.supabase.storage_requests import Body, Caller, signed_in
from tests.servers.supabase.world import World

TRANSACTION = 500  # how many objects the service removes in one go (facts.md A4.5)


@signed_in
async def move(request: Request, world: World, caller: Caller) -> Response:
    """A new name, perhaps in another bucket: id and created_at stay, version and updated_at change."""
    body = await Body.of(request, world)
    bucket, key = body.text("bucketId"), body.text("sourceKey")
    new_bucket, new_key = body.text("destinationBucket", bucket) or bucket, body.text("destinationKey")
    check_key(new_key, world.settings)
    query = "select extensions.try_move(%s, %s, %s, %s, %s, %s, %s)"
    try:
        row: Any = await world.ask(query, caller.role, caller.told, bucket, key, new_bucket, new_key, caller.sub)
    except UniqueViolation as error:
        raise duplicate("ResourceAlreadyExists") from error
    if row is None or row[0] is None:
        raise no_such_key()
    if (bucket, key) == (new_bucket, new_key):
        return JSONResponse({"message": "Successfully moved"})
    version = _new_version(row[0])
    duplicate_bytes(world.path(row[0]), world.path(version))
    query = "select extensions.move_object(%s, %s, %s, %s, %s, %s)"
    try:
        moved: Any = await world.ask(query, bucket, key, new_bucket, new_key, version, caller.sub)
    except UniqueViolation as error:
        forget([world.path(version)])
        raise duplicate("ResourceAlreadyExists") from error
    if moved is None or moved[0] is None:
        forget([world.path(version)])
        raise no_such_key()
    forget([world.path(row[0])])
    return JSONResponse({"message": "Successfully moved"})


def _new_version(version: str) -> str:
    """Bytes that are not there are not there under the new version either."""
    new = str(uuid.uuid4())
    return f"{SEEDED}-{new}" if version.startswith(SEEDED) else new


def duplicate_bytes(source: Path, target: Path) -> None:
    """The same bytes under another version; they never change, so that a second name for them will do."""
    if source.name.startswith(SEEDED):
        return
    try:
        os.link(source, target)
    except FileNotFoundError as error:
        raise no_such_key() from error
    except OSError:
        shutil.copyfile(source, target)


@signed_in
async def copy(request: Request, world: World, caller: Caller) -> Response:
    """A second object with the same bytes; with copyMetadata false what is given takes the place of what was."""
    body = await Body.of(request, world)
    bucket, key = body.text("bucketId"), body.text("sourceKey")
    new_bucket, new_key = body.text("destinationBucket", bucket) or bucket, body.text("destinationKey")
    check_key(new_key, world.settings)
    found = await find(world, caller, bucket, key, missing_bucket=no_such_key)
    told, custom = dict(found.metadata), found.user_metadata
    if body.values.get("copyMetadata") is False:
        given = body.values.get("metadata")
        told |= given if isinstance(given, dict) else {}
        custom = header_metadata(request)
    version = _new_version(found.version)
    duplicate_bytes(world.path(found.version), world.path(version))
    upsert = request.headers.get("x-upsert") == "true"
    query = """select id, old_version from extensions.store_object(%s, %s, %s, %s, %s, %s,
               %s || jsonb_build_object('lastModified', extensions.iso(now())), %s, %s)"""
    given_custom = None if custom is None else Jsonb(custom)
    who = (caller.role, caller.told, upsert, new_bucket, new_key, version)
    try:
        row: Any = await world.ask(query, *who, Jsonb(told), given_custom, caller.sub)
    except BaseException as error:
        forget([world.path(version)])
        if isinstance(error, UniqueViolation):
            raise duplicate("KeyAlreadyExists") from error
        raise
    if row[1] is not None:
        forget([world.path(row[1])])
    whole: Any = await world.ask("select extensions.object_json(o) from storage.objects o where id = %s", row[0])
    return JSONResponse({"Id": str(row[0]), "Key": f"{new_bucket}/{new_key}", **json.loads(whole[0])})


@signed_in
async def remove_many(request: Request, world: World, caller: Caller) -> Response:
    """Exact names; answers a row for each object that is gone now, and nothing about the others."""
    body = await Body.of(request, world)
    names = body.texts("prefixes")
    if len(names) > world.settings.remove_limit:
        raise too_many(world.settings.remove_limit)
    rows: list[Any] = []
    for start in range(0, len(names), TRANSACTION):
        gone = await _remove(world, caller, request.path_params["bucket"], names[start : start + TRANSACTION])
        rows += gone
    return Response(f"[{','.join(row[0] for row in rows)}]", media_type="application/json")


async def _remove(world: World, caller: Caller, bucket: str, names: list[str]) -> list[Any]:
    """The JSON and the version of each object that the caller was allowed to remove."""
    query = b"""delete from storage.objects o where bucket_id = %s and name = any(%s)
                returning extensions.object_json(o), version"""
    async with world.database.as_caller(caller.claims) as connection:
        await connection.execute("set local storage.allow_delete_query = 'true'")
        rows = await (await connection.execute(query, [bucket, names])).fetchall()
    forget([world.path(str(row[1])) for row in rows])
    return rows


@signed_in
async def remove_one(request: Request, world: World, caller: Caller) -> Response:
    """One object, which has to be there, whether the caller sees it or not."""
    bucket, key = request.path_params["bucket"], request.path_params["key"]
    if await world.ask("select from storage.objects where bucket_id = %s and name = %s", bucket, key) is None:
        raise no_such_key()
    if not await _remove(world, caller, bucket, [key]):
        raise denied("Access denied")
    return JSONResponse({"message": "Successfully deleted"})
