"""Resumable uploads by the TUS protocol, whose errors are plain text with their real status (facts.md E7)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import psycopg
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from tests.servers.objects import metadata
from tests.servers.supabase.incoming import part_etag
from tests.servers.supabase.keys import check_key
from tests.servers.supabase.settings import MEBIBYTE
from tests.servers.supabase.storage_errors import StorageError, from_database
from tests.servers.supabase.storage_requests import Caller, caller_of, world_of
from tests.servers.supabase.storage_signing import verified
from tests.servers.supabase.storage_uploads import check_type, limits_of, store_row, try_upload
from tests.servers.supabase.tus_uploads import ResumableUpload, read_metadata
from tests.servers.supabase.world import World

PATH = "/upload/resumable"
HOSTED_CHUNK_BYTES = 6 * MEBIBYTE
ALWAYS = {"tus-resumable": "1.0.0", "cache-control": "no-store"}
EXTENSIONS = "creation,creation-with-upload,creation-defer-length,termination,expiration"


class TusError(Exception):
    """One refusal, told as text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


Handler = Callable[[Request, World], Awaitable[Response]]


def _answering(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        if request.method != "OPTIONS" and request.headers.get("tus-resumable") != "1.0.0":
            return PlainTextResponse("Tus-Resumable Required\n", 412, ALWAYS)
        try:
            response = await handler(request, world_of(request))
        except TusError as error:
            return PlainTextResponse(str(error), error.status, ALWAYS)
        except StorageError as error:
            # A token is judged before TUS begins, and told of as everywhere else.
            if error.code == "AccessDenied" and error.message != "new row violates row-level security policy":
                return error.response()
            return PlainTextResponse(error.message, error.status, ALWAYS)
        except psycopg.Error as error:
            translated = from_database(error)
            return PlainTextResponse(translated.message, translated.status, ALWAYS)
        response.headers.update(ALWAYS)
        return response

    return answer


def _upsert(request: Request) -> bool:
    return request.headers.get("x-upsert") == "true"


async def options(_: Request, world: World) -> Response:
    """What this server can do."""
    told = {"tus-version": "1.0.0", "tus-extension": EXTENSIONS}
    return Response(status_code=204, headers=told | {"tus-max-size": str(world.settings.file_size_limit_bytes)})


async def _authorize(request: Request, world: World, bucket: str, key: str) -> tuple[Caller | None, bool, str | None]:
    """Who uploads, whether they may replace, and who will own it; raises unless they may upload there."""
    if request.url.path.startswith(f"/storage/v1{PATH}/sign"):
        token = request.headers.get("x-signature")
        if not token:
            raise TusError(400, "Missing x-signature header")
        payload = verified(token, "upload", f"{bucket}/{key}", world.settings)
        owner = payload.get("owner")
        return None, payload.get("upsert") is True, str(owner) if owner else None
    caller = caller_of(request, world)
    await try_upload(world, caller, bucket, key, upsert=_upsert(request))
    return caller, _upsert(request), caller.sub


async def create(request: Request, world: World) -> Response:
    """A new upload, with its first bytes if there are any in the body."""
    signed = request.url.path.endswith("/sign")
    if not signed:
        caller_of(request, world)
    header = request.headers.get("upload-metadata", "")
    told = read_metadata(header)
    if told is None:
        raise TusError(400, "Invalid upload-metadata\n")
    length = request.headers.get("upload-length")
    if (length is None) == (request.headers.get("upload-defer-length") is None) or not (length or "0").isdigit():
        raise TusError(400, "Upload-Length or Upload-Defer-Length header required\n")
    limit, types = await limits_of(world, told["bucketName"])
    check_key(told["objectName"], world.settings)
    upload = ResumableUpload(world.folder, told, header, None if length is None else int(length), limit)
    if upload.length is not None and upload.length > limit:
        raise TusError(413, "Maximum size exceeded\n")
    if "contentType" in told:
        check_type(told["contentType"], types)
    await _authorize(request, world, upload.bucket, upload.key)
    upload.path.touch()
    world.uploads[upload.id] = upload
    host = request.headers.get("x-forwarded-host") or request.headers["host"]
    place = f"{request.url.scheme}://{host}/storage/v1{PATH}{'/sign' if signed else ''}/{upload.id}"
    headers = {"location": place}
    if request.headers.get("content-type") == "application/offset+octet-stream" or upload.length == 0:
        headers |= await _append(request, world, upload)
    return Response(status_code=201, headers=headers)


def _find(request: Request, world: World) -> ResumableUpload:
    upload = world.uploads.get(request.path_params["id"])
    if upload is None:
        raise TusError(404, "The file for this url was not found\n")
    if upload.is_complete and not upload.path.exists():
        raise TusError(410, "The file for this url no longer exists\n")
    return upload


async def head(request: Request, world: World) -> Response:
    """How much has come; an older request that still sends is made to stop first."""
    if not request.url.path.startswith(f"/storage/v1{PATH}/sign"):
        caller_of(request, world)
    upload = _find(request, world)
    await upload.interrupt()
    headers = {"upload-offset": str(upload.offset), "upload-metadata": upload.header}
    told = {"upload-defer-length": "1"} if upload.length is None else {"upload-length": str(upload.length)}
    return Response(status_code=200, headers=headers | told)


async def patch(request: Request, world: World) -> Response:
    """More bytes, from where the last ones ended."""
    if request.headers.get("content-type") != "application/offset+octet-stream":
        raise TusError(415, "Content-Type must be application/offset+octet-stream\n")
    upload = _find(request, world)
    if upload.patching is not None:
        await upload.interrupt()
    if upload.length is None and (length := request.headers.get("upload-length", "")).isdigit():
        upload.length = int(length)
        if upload.length > upload.limit:
            raise TusError(413, "Maximum size exceeded\n")
    if request.headers.get("upload-offset") != str(upload.offset):
        raise TusError(409, "Upload-Offset conflict\n")
    _check_chunk(request, world, upload)
    return Response(status_code=204, headers=await _append(request, world, upload))


def _check_chunk(request: Request, world: World, upload: ResumableUpload) -> None:
    """Hosted takes chunks of exactly 6 MiB, and a last one that is shorter."""
    size = int(request.headers.get("content-length", "0"))
    is_last = upload.length is not None and upload.offset + size >= upload.length
    if world.settings.hosted and size != HOSTED_CHUNK_BYTES and not is_last:
        raise TusError(400, f"A chunk must be exactly {HOSTED_CHUNK_BYTES} bytes long\n")


async def _append(request: Request, world: World, upload: ResumableUpload) -> dict[str, str]:
    """Write a request's body behind what is there; the headers that tell how far it got."""
    caller, upsert, owner = await _authorize(request, world, upload.bucket, upload.key)
    async with upload.lock:
        upload.patching = asyncio.current_task()
        try:
            with upload.path.open("ab", buffering=0) as file:
                async for chunk in request.stream():
                    if upload.offset + len(chunk) > (upload.limit if upload.length is None else upload.length):
                        raise TusError(413, "upload's size exceeded\n")
                    file.write(chunk)
                    upload.digest.update(chunk)
                    upload.offset += len(chunk)
        except asyncio.CancelledError:
            # Somebody asks how far we are: they will send the rest, and this connection is of no use any more.
            if (task := asyncio.current_task()) is not None:
                task.uncancel()
            raise TusError(400, "Request aborted by lock acquired\n") from None
        except ClientDisconnect as error:
            raise TusError(499, "The client went away\n") from error
        finally:
            upload.patching = None
        headers = {"upload-offset": str(upload.offset)}
        if upload.offset == upload.length:
            await _finish(world, caller, upload, upsert=upsert, owner=owner)
            headers["tus-complete"] = "1"
    return headers


async def _finish(
    world: World, caller: Caller | None, upload: ResumableUpload, *, upsert: bool, owner: str | None
) -> None:
    """The whole is there: it becomes an object."""
    etag = part_etag(upload.digest.digest()) if world.settings.hosted else upload.digest.hexdigest()
    content_type = upload.metadata.get("contentType") or "application/octet-stream"
    told = metadata(etag, upload.offset, content_type, upload.cache_control, datetime.now(UTC))
    custom = upload.user_metadata
    await store_row(world, caller, upload.bucket, upload.key, upload.version, told, custom, upsert=upsert, sub=owner)
    upload.is_complete = True  # the real server tells of it for as long as the object has these bytes


async def terminate(request: Request, world: World) -> Response:
    """What has come is thrown away."""
    upload = _find(request, world)
    await _authorize(request, world, upload.bucket, upload.key)
    await upload.interrupt()
    world.uploads.pop(upload.id, None)
    upload.path.unlink(missing_ok=True)
    return Response(status_code=204)


def tus_routes() -> list[BaseRoute]:
    """Plain ones, and those under a signed upload URL."""
    routes: list[BaseRoute] = []
    for start in (f"{PATH}/sign", PATH):
        routes.append(Route(start, _answering(options), methods=["OPTIONS"]))
        routes.append(Route(start, _answering(create), methods=["POST"]))
        for method, handler in (("HEAD", head), ("PATCH", patch), ("DELETE", terminate), ("OPTIONS", options)):
            routes.append(Route(f"{start}/{{id}}", _answering(handler), methods=[method]))
    return routes
