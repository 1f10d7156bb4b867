"""Whatever a service answers, a person reads one clear sentence and the next step."""

from __future__ import annotations

import json
import ssl

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clients.supabase.failures import translate
from core.errors import (
    AlreadyExists,
    BadProfile,
    CoreError,
    InvalidName,
    NotAllowed,
    NotFound,
    ServiceError,
    Unavailable,
)
from tests.core.supabase.scripted import connected, says, serve

STORAGE = [
    (("404", "Bucket not found", "NoSuchBucket", "Bucket not found"), NotFound, "bucket “photos”"),
    (("404", "not_found", "NoSuchKey", "Object not found"), NotFound, "photos/a.jpg"),
    (("409", "Duplicate", "KeyAlreadyExists", "The resource already exists"), AlreadyExists, "photos/a.jpg"),
    (("413", "Payload too large", "EntityTooLarge", "The object exceeded the size"), ServiceError, "too large"),
    (("415", "invalid_mime_type", "InvalidMimeType", "mime type x/y is not supported"), ServiceError, "type"),
    (("403", "Unauthorized", "AccessDenied", "Invalid Compact JWS"), NotAllowed, "does not accept"),
    (("403", "Unauthorized", "AccessDenied", "signature verification failed"), NotAllowed, "does not accept"),
    (("403", "Unauthorized", "AccessDenied", '"exp" claim timestamp check failed'), NotAllowed, "expired"),
    (("403", "Unauthorized", "AccessDenied", "new row violates row-level security policy"), NotAllowed, "right"),
    (("400", "InvalidKey", "InvalidKey", "Invalid key: ü.jpg"), InvalidName, "name"),
    (("429", "too_many_connections", "SlowDown", "Too many connections"), Unavailable, "busy"),
    (("544", "DatabaseTimeout", "DatabaseTimeout", "The connection timed out"), Unavailable, "busy"),
    (("500", "Internal", "InternalError", "Internal Server Error"), Unavailable, "failed"),
    (("400", "Error", "InvalidRequest", "body/limit must be >= 1"), ServiceError, "limit"),
]


@pytest.mark.parametrize(("fields", "kind", "word"), STORAGE)
def test_storage_hides_its_status_in_the_body(fields: tuple[str, ...], kind: type[CoreError], word: str) -> None:
    body = dict(zip(("statusCode", "error", "code", "message"), fields, strict=True))
    found = translate(httpx.Response(400, json=body), "photos/a.jpg")
    assert type(found) is kind or (kind is ServiceError and isinstance(found, ServiceError))
    assert word in found.message and found.message.endswith(".")


REST = [
    (401, "PGRST301", "JWSError JWSInvalidSignature", NotAllowed, "does not accept"),
    (401, "PGRST303", "JWT expired", NotAllowed, "expired"),
    (404, "PGRST202", "Could not find the function public.f", NotFound, "function"),
    (404, "PGRST205", "Could not find the table 'public.images'", NotFound, "table “images”"),
    (403, "42501", "permission denied for table images", NotAllowed, "permission denied"),
    (500, "57014", "canceling statement due to statement timeout", Unavailable, "too long"),
    (409, "23505", "duplicate key value violates unique constraint", AlreadyExists, "such a row"),
    (409, "23503", "violates foreign key constraint", CoreError, "depend"),
    (504, "PGRST003", "Timed out acquiring connection", Unavailable, "no more requests"),
    (400, "PGRST100", "failed to parse filter", ServiceError, "refused"),
]


@pytest.mark.parametrize(("status", "code", "said", "kind", "word"), REST)
async def test_the_database_is_understood_through_either_way(
    status: int, code: str, said: str, kind: type[CoreError], word: str
) -> None:
    body = {"code": code, "message": said, "details": None, "hint": None}
    assert isinstance(translate(httpx.Response(status, json=body), "images"), kind)
    async with serve(says(body, status)) as script, connected(script.url) as session:
        with pytest.raises(kind) as caught:
            await session.rpc("images", {}, repeatable=False)
    assert word in caught.value.message and caught.value.message.endswith(".")


async def test_a_server_of_something_else_is_no_project() -> None:
    html = says("<html><body>It works!</body></html>", Content_Type="text/html")
    missing = says("<!doctype html><title>404</title>", 404, Content_Type="text/html")
    json_of_others = says({"detail": "Not Found"}, 404)
    for answer in (html, missing, json_of_others):
        async with serve(answer) as script, connected(script.url) as session:
            for asking in (session.storage("GET", "/bucket"), session.rpc("bucketdesk_about", {})):
                with pytest.raises(NotFound, match="not a Supabase project") as caught:
                    await asking
                assert "address" in caught.value.hint


async def test_nothing_at_the_address_is_said_in_a_sentence() -> None:
    async with connected("http://127.0.0.1:9") as session:
        with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9") as caught:
            await session.storage("GET", "/bucket")
        assert "address" in caught.value.hint
        with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9"):
            await session.rpc("bucketdesk_about", {})
    async with serve(says([])) as script, connected(script.url.replace("http:", "https:")) as session:
        with pytest.raises(Unavailable, match="secure"):
            await session.storage("GET", "/bucket")
    async with connected("http://no-such-host.invalid") as session:
        with pytest.raises(Unavailable, match=r"no-such-host\.invalid"):
            await session.storage("GET", "/bucket")


def test_network_troubles_are_told_apart() -> None:
    request = httpx.Request("GET", "https://abc.supabase.co/rest/v1")
    certificate = httpx.ConnectError("", request=request)
    certificate.__cause__ = ssl.SSLCertVerificationError("bad")
    assert "certificate" in translate(certificate).message
    assert "took too long" in translate(httpx.ReadTimeout("", request=request)).message
    assert "cut" in translate(httpx.ReadError("", request=request)).message
    assert isinstance(translate(httpx.UnsupportedProtocol("ftp")), BadProfile)


@given(
    st.integers(300, 599),
    st.one_of(st.text(), st.binary(), st.recursive(st.none() | st.text(), st.lists).map(json.dumps)),
)
def test_no_answer_is_so_strange_that_it_has_no_sentence(status: int, body: str | bytes) -> None:
    found = translate(
        httpx.Response(status, content=body if isinstance(body, bytes) else body.encode(errors="replace"))
    )
    assert isinstance(found, ServiceError) and found.message[-1] in ".!?"


def test_what_is_no_failure_of_a_service_stays_a_bug() -> None:
    with pytest.raises(TypeError):
        translate(TypeError("bug"))
    known = NotFound("x.")
    assert translate(known) is known
