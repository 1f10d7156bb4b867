"""Which path of /storage/v1 does what."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from tests.servers.supabase import (
    storage_buckets,
    storage_changes,
    storage_listing,
    storage_reading,
    storage_signing,
    storage_uploads,
)
from tests.servers.supabase.storage_requests import Endpoint
from tests.servers.supabase.tus import tus_routes

ONE = "/object/{bucket}/{key:path}"


async def status(_: Request) -> Response:
    """Whether the service is up."""
    return Response()


def storage_routes() -> list[BaseRoute]:
    """In the order in which they are tried: what has a word of its own, before a bucket of that name."""
    reading, signing, changes, buckets = storage_reading, storage_signing, storage_changes, storage_buckets
    table: list[tuple[str, str, Endpoint]] = [
        ("GET", "/status", status),
        ("GET", "/bucket", buckets.list_buckets),
        ("GET", "/bucket/", buckets.list_buckets),
        ("POST", "/bucket", buckets.create_bucket),
        ("POST", "/bucket/", buckets.create_bucket),
        ("GET", "/bucket/{bucket}", buckets.get_bucket),
        ("PUT", "/bucket/{bucket}", buckets.update_bucket),
        ("DELETE", "/bucket/{bucket}", buckets.delete_bucket),
        ("POST", "/bucket/{bucket}/empty", buckets.empty_bucket),
        ("POST", "/object/list/{bucket}", storage_listing.list_v1),
        ("POST", "/object/list-v2/{bucket}", storage_listing.list_v2),
        ("POST", "/object/move", changes.move),
        ("POST", "/object/copy", changes.copy),
        ("POST", "/object/sign/{bucket}", signing.sign_many),
        ("POST", "/object/sign/{bucket}/{key:path}", signing.sign_one),
        ("POST", "/object/upload/sign/{bucket}/{key:path}", signing.sign_upload),
        ("PUT", "/object/upload/sign/{bucket}/{key:path}", signing.upload_signed),
        ("GET", "/object/sign/{bucket}/{key:path}", reading.get_signed),
        ("GET", "/object/public/{bucket}/{key:path}", reading.get_public),
        ("GET", "/object/authenticated/{bucket}/{key:path}", reading.get_authenticated),
        ("GET", "/object/info/public/{bucket}/{key:path}", reading.info_public),
        ("GET", "/object/info/authenticated/{bucket}/{key:path}", reading.info_authenticated),
        ("GET", "/object/info/{bucket}/{key:path}", reading.info),
        ("DELETE", "/object/{bucket}", changes.remove_many),
        ("POST", ONE, storage_uploads.upload),
        ("PUT", ONE, storage_uploads.upload),
        ("GET", ONE, reading.get),
        ("DELETE", ONE, changes.remove_one),
    ]
    routes = [Route(path, endpoint, methods=[method]) for method, path, endpoint in table]
    return [Mount("/storage/v1", routes=[*routes, *tus_routes()])]
