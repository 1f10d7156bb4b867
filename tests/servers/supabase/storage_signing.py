"""Signed URLs: for reading one object or a thousand, and for uploading one (facts.md E4)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.servers.supabase.keys import check_key
from tests.servers.supabase.settings import Settings
from tests.servers.supabase.storage_errors import (
    StorageError,
    invalid_parameter,
    no_such_key,
)
from tests.servers.supabase.storage_requests import Body, Caller, anybody, signed_in
from tests.servers.supabase.storage_uploads import take_in, try_upload
from tests.servers.supabase.tokens import BadToken, verify
from tests.servers.supabase.world import World

MISSING = "Either the object does not exist or you do not have access to it"
LONGEST_SECONDS = 10**13
UPLOAD_SECONDS = 2 * 3600
HEADER = base64.urlsafe_b64encode(b'{"alg":"HS256"}').rstrip(b"=")


def sign(payload: dict[str, object], seconds: int, settings: Settings) -> str:
    """A token for a signed URL; quicker than a library, for there may be a thousand in one answer."""
    now = int(time.time() + settings.clock_seconds)
    told = json.dumps({**payload, "iat": now, "exp": now + seconds}, separators=(",", ":"))
    message = HEADER + b"." + base64.urlsafe_b64encode(told.encode()).rstrip(b"=")
    signature = hmac.digest(settings.jwt_secret.encode(), message, hashlib.sha256)
    return (message + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def verified(token: str, scope: str, url: str, settings: Settings) -> dict[str, object]:
    """The payload of a signed URL's token; raises what the service answers to a bad one."""
    try:
        payload = verify(token, settings)
    except BadToken as error:
        raise StorageError(400, "InvalidJWT", "InvalidJWT", str(error)) from error
    if payload.get("scope") != scope:
        raise StorageError(400, "InvalidSignature", "InvalidSignature", f"Token is not scoped for {scope}")
    if payload.get("url") != url:
        raise StorageError(400, "InvalidSignature", "InvalidSignature", "Invalid signature")
    return payload


def _seconds(body: Body) -> int:
    seconds = body.integer("expiresIn", None, 1)
    if seconds > LONGEST_SECONDS:
        raise invalid_parameter("Invalid Parameter expiresIn")
    return seconds


@signed_in
async def sign_one(request: Request, world: World, caller: Caller) -> Response:
    """A URL for one object that the caller may read; the key in it is not encoded."""
    body = await Body.of(request, world)
    seconds = _seconds(body)
    bucket, key = request.path_params["bucket"], request.path_params["key"]
    async with world.database.as_caller(caller.claims) as connection:
        query = b"select from storage.objects where bucket_id = %s and name = %s"
        if await (await connection.execute(query, [bucket, key])).fetchone() is None:
            raise no_such_key()
    return JSONResponse({"signedURL": _url(f"{bucket}/{key}", seconds, world.settings)})


def _url(path: str, seconds: int, settings: Settings) -> str:
    token = sign({"url": path, "scope": "download"}, seconds, settings)
    return f"/object/sign/{path}?token={token}"


@signed_in
async def sign_many(request: Request, world: World, caller: Caller) -> Response:
    """A URL, or a reason, for each path in its order."""
    body = await Body.of(request, world)
    seconds, paths = _seconds(body), body.texts("paths", at_most=world.settings.sign_limit)
    bucket = request.path_params["bucket"]
    async with world.database.as_caller(caller.claims) as connection:
        query = b"select name from storage.objects where bucket_id = %s and name = any(%s)"
        rows = await (await connection.execute(query, [bucket, paths])).fetchall()
    there = {row[0] for row in rows}
    answer = [
        {"error": None, "path": path, "signedURL": _url(f"{bucket}/{path}", seconds, world.settings)}
        if path in there
        else {"error": MISSING, "path": path, "signedURL": None}
        for path in paths
    ]
    return JSONResponse(answer)


@anybody
async def upload_signed(request: Request, world: World, caller: Caller) -> Response:
    """An upload under such a URL; whoever asked for it owns the object."""
    bucket, key = request.path_params["bucket"], request.path_params["key"]
    payload = verified(request.query_params.get("token", ""), "upload", f"{bucket}/{key}", world.settings)
    owner = payload.get("owner")
    await take_in(request, world, None, upsert=payload.get("upsert") is True, sub=str(owner) if owner else None)
    return JSONResponse({"Key": f"{bucket}/{key}"})


@signed_in
async def sign_upload(request: Request, world: World, caller: Caller) -> Response:
    """A URL under which anybody may upload one object within two hours."""
    bucket, key = request.path_params["bucket"], request.path_params["key"]
    check_key(key, world.settings)
    upsert = request.headers.get("x-upsert") == "true"
    await try_upload(world, caller, bucket, key, upsert=upsert)
    payload: dict[str, object] = {"url": f"{bucket}/{key}", "upsert": upsert, "scope": "upload"}
    if caller.sub:
        payload["owner"] = caller.sub
    token = sign(payload, UPLOAD_SECONDS, world.settings)
    return JSONResponse({"url": f"/object/upload/sign/{bucket}/{key}?token={token}", "token": token})
