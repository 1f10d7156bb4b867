"""Buckets: made, told of, changed, emptied, deleted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from psycopg import sql
from psycopg.errors import UniqueViolation
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.servers.supabase.storage_errors import (
    bucket_not_empty,
    bucket_too_full,
    duplicate,
    invalid_bucket_name,
    invalid_request,
    no_such_bucket,
    too_large,
    wrong_type,
)
from tests.servers.supabase.storage_requests import Body, Caller, signed_in
from tests.servers.supabase.world import World

NAME = re.compile(r"[A-Za-z0-9_!.*'() &$@=;:+,?-]{1,100}")
MIME_TYPE = re.compile(r"[a-z*]+/[A-Za-z0-9.+*-]+(?:; ?.*)?|\*")
SIZE = re.compile(r"(\d+(?:\.\d+)?) ?(B|KB|MB|GB|TB)?", re.IGNORECASE)
UNITS = {"B": 1, "KB": 1000, "MB": 1000**2, "GB": 1000**3, "TB": 1000**4}
TOLD = """id, name, coalesce(owner::text, '') as owner, public, type, file_size_limit, allowed_mime_types,
          extensions.iso(created_at) as created_at, extensions.iso(updated_at) as updated_at"""
SORTS = ("id", "name", "created_at", "updated_at")


@signed_in
async def list_buckets(request: Request, world: World, caller: Caller) -> Response:
    """All buckets that the caller may see, in whatever order they come unless one is asked for."""
    asked = request.query_params
    column, order = asked.get("sortColumn"), asked.get("sortOrder", "asc")
    if column not in (None, *SORTS) or order not in ("asc", "desc"):
        raise invalid_request("querystring/sortColumn must be equal to one of the allowed values")
    query = sql.SQL(
        """select coalesce(json_agg(row_to_json(b)), '[]')::text from (
               select {} from storage.buckets where %s = '' or name ilike '%%' || %s || '%%'
               {} limit %s offset %s) b"""
    )
    ordered: sql.Composable = sql.SQL("")
    if column:
        ordered = sql.SQL("order by {} {}").format(sql.Identifier(column), sql.SQL(order))
    search, limit = asked.get("search", ""), asked.get("limit")
    given = [search, search, int(limit) if limit else None, int(asked.get("offset", "0"))]
    async with world.database.as_caller(caller.claims) as connection:
        row = await (await connection.execute(query.format(sql.SQL(TOLD), ordered), given)).fetchone()
    return Response(str(row[0]) if row else "[]", media_type="application/json")


@signed_in
async def get_bucket(request: Request, world: World, caller: Caller) -> Response:
    """One bucket."""
    query = f"select row_to_json(b)::text from (select {TOLD} from storage.buckets where id = %s) b"
    async with world.database.as_caller(caller.claims) as connection:
        row = await (await connection.execute(query.encode(), [request.path_params["bucket"]])).fetchone()
    if row is None:
        raise no_such_bucket()
    return Response(str(row[0]), media_type="application/json")


@signed_in
async def create_bucket(request: Request, world: World, caller: Caller) -> Response:
    """A new bucket; its limit may not be above the project's."""
    body = await Body.of(request, world)
    name = body.text("name")
    identity = body.text("id", name) or name
    if not all(NAME.fullmatch(one) and one == one.strip() for one in (identity, name)):
        raise invalid_bucket_name()
    limit, types = _limits(body, world)
    query = """insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types, owner, owner_id)
               values (%s, %s, %s, %s, %s, extensions.as_uuid(%s), %s)"""
    given = [identity, name, body.flag("public"), limit, types, caller.sub, caller.sub]
    try:
        async with world.database.as_caller(caller.claims) as connection:
            await connection.execute(query.encode(), given)
    except UniqueViolation as error:
        raise duplicate("BucketAlreadyExists") from error
    return JSONResponse({"name": name})


@signed_in
async def update_bucket(request: Request, world: World, caller: Caller) -> Response:
    """What is given is changed, the rest stays."""
    body = await Body.of(request, world)
    limit, types = _limits(body, world)
    changes: dict[str, object] = {}
    if body.values.get("public") is not None:
        changes["public"] = body.flag("public")
    if "file_size_limit" in body.values:
        changes["file_size_limit"] = limit
    if "allowed_mime_types" in body.values:
        changes["allowed_mime_types"] = types
    if not changes:
        raise invalid_request("body must have required property 'public'")
    assigned = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in changes)
    query = sql.SQL("update storage.buckets set {} where id = %s returning id").format(assigned)
    async with world.database.as_caller(caller.claims) as connection:
        row = await (await connection.execute(query, [*changes.values(), request.path_params["bucket"]])).fetchone()
    if row is None:
        raise no_such_bucket()
    return JSONResponse({"message": "Successfully updated"})


def _limits(body: Body, world: World) -> tuple[int | None, list[str] | None]:
    """The size limit in bytes, and the mime types, of a new or changed bucket."""
    given, limit = body.values.get("file_size_limit"), None
    if given is not None:
        match = SIZE.fullmatch(str(given))
        if match is None:
            raise invalid_request("body/file_size_limit must be integer")
        limit = int(float(match[1]) * UNITS[(match[2] or "B").upper()]) or None
        if limit is not None and limit > world.settings.file_size_limit_bytes:
            raise too_large()
    types = body.values.get("allowed_mime_types")
    if types is None:
        return limit, None
    named = [str(one) for one in types if one] if isinstance(types, list) else [str(types)]
    for one in named:
        if not MIME_TYPE.fullmatch(one):
            raise wrong_type(one)
    return limit, named


@signed_in
async def empty_bucket(request: Request, world: World, caller: Caller) -> Response:
    """Take away all objects that are there now."""
    bucket = request.path_params["bucket"]
    async with world.database.as_caller(caller.claims) as connection:
        seen = await (await connection.execute(b"select from storage.buckets where id = %s", [bucket])).fetchone()
    if seen is None:
        raise no_such_bucket()
    limit = world.settings.empty_bucket_limit
    counted = "select count(*) from (select from storage.objects where bucket_id = %s limit %s) o"
    count = await world.ask(counted, bucket, limit + 1)
    if count is not None and int(str(count[0])) > limit:
        raise bucket_too_full()
    async with world.database.as_owner() as connection, connection.transaction():
        await connection.execute("set local storage.allow_delete_query = 'true'")
        query = b"delete from storage.objects where bucket_id = %s returning version"
        gone = await (await connection.execute(query, [bucket])).fetchall()
    forget([world.path(str(row[0])) for row in gone])
    return JSONResponse({"message": "Empty bucket has been queued. Completion may take up to an hour."})


def forget(paths: Sequence[Path]) -> None:
    """The bytes of objects that are no more; seeded ones never had any."""
    for path in paths:
        path.unlink(missing_ok=True)


@signed_in
async def delete_bucket(request: Request, world: World, caller: Caller) -> Response:
    """An empty bucket goes."""
    bucket = request.path_params["bucket"]
    if await world.ask("select from storage.objects where bucket_id = %s limit 1", bucket) is not None:
        raise bucket_not_empty()
    async with world.database.as_caller(caller.claims) as connection:
        await connection.execute("set local storage.allow_delete_query = 'true'")
        query = b"delete from storage.buckets where id = %s returning id"
        row = await (await connection.execute(query, [bucket])).fetchone()
    if row is None:
        raise no_such_bucket()
    return JSONResponse({"message": "Successfully deleted"})
