"""Resumable uploads as the stand-in takes them, against what was observed (facts.md E7)."""

from __future__ import annotations

import base64
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from tests.servers.project import SupabaseProject, supabase_project

BYTES = {"Content-Type": "application/offset+octet-stream"}


class Tus:
    """A client that does what it is told and checks nothing."""

    def __init__(self, project: SupabaseProject, http: httpx.Client, token: str | None = None) -> None:
        self.project, self.http = project, http
        bearer = f"Bearer {token or project.service_key}"
        self.headers = {"Authorization": bearer, "Tus-Resumable": "1.0.0"}

    def create(self, key: str, length: int | None, *, bucket: str = "b", **more: str) -> httpx.Response:
        told = {"bucketName": bucket, "objectName": key}
        told |= {name: more.pop(name) for name in ("contentType", "cacheControl", "metadata") if name in more}
        pairs = (f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items())
        size = {"Upload-Defer-Length": "1"} if length is None else {"Upload-Length": str(length)}
        headers = {**self.headers, **size, "Upload-Metadata": ",".join(pairs), **more}
        return self.http.post(f"{self.project.url}/storage/v1/upload/resumable", headers=headers)

    def patch(self, place: str, offset: int, data: bytes, **more: str) -> httpx.Response:
        headers = {**self.headers, **BYTES, "Upload-Offset": str(offset), **more}
        return self.http.patch(place, headers=headers, content=data)

    def head(self, place: str) -> httpx.Response:
        return self.http.head(place, headers=self.headers)


@pytest.fixture
def project() -> Iterator[SupabaseProject]:
    with supabase_project(migrated=False) as project:
        project.make_bucket("b")
        yield project


@pytest.fixture
def tus(project: SupabaseProject) -> Iterator[Tus]:
    with httpx.Client() as http:
        yield Tus(project, http)


def test_an_upload_in_two_pieces_becomes_an_object_with_all_that_was_told(tus: Tus) -> None:
    more = {"contentType": "image/png", "cacheControl": "77", "metadata": '{"a": 1}'}
    created = tus.create("x/y.png", 10, **more)
    place = created.headers["location"]
    assert created.status_code == 201
    first = tus.patch(place, 0, b"01234")
    assert (first.status_code, first.headers["upload-offset"], "tus-complete" in first.headers) == (204, "5", False)
    told = tus.head(place)
    assert (told.headers["upload-offset"], told.headers["upload-length"]) == ("5", "10")
    assert told.headers["cache-control"] == "no-store"
    assert tus.project.content("b", "x/y.png") is None
    last = tus.patch(place, 5, b"56789")
    assert (last.status_code, last.headers["tus-complete"]) == (204, "1")
    assert tus.project.content("b", "x/y.png") == b"0123456789"
    ((stored, custom),) = tus.project.sql("select metadata, user_metadata from storage.objects")
    assert isinstance(stored, dict)
    assert (stored["mimetype"], stored["cacheControl"], stored["size"], custom) == (
        "image/png",
        "max-age=77",
        10,
        {"a": 1},
    )
    assert stored["eTag"] == '"781e5e245d69b566979b86e28d23f2c7"'
    done = tus.head(place)
    assert (done.status_code, done.headers["upload-offset"]) == (200, "10")
    assert (tus.patch(place, 10, b"").status_code, tus.http.delete(place, headers=tus.headers).status_code) == (
        409,
        409,
    )
    tus.project.drop("b", "x/y.png")
    assert tus.head(place).status_code == 410


def test_an_empty_upload_is_complete_at_once(tus: Tus) -> None:
    assert tus.create("empty", 0).headers["tus-complete"] == "1"
    assert tus.project.content("b", "empty") == b""


def test_a_length_may_be_told_later(tus: Tus) -> None:
    place = tus.create("later", None).headers["location"]
    assert tus.head(place).headers["upload-defer-length"] == "1"
    tus.patch(place, 0, b"ab")
    assert tus.patch(place, 2, b"c", **{"Upload-Length": "3"}).headers["tus-complete"] == "1"


def test_without_x_upsert_on_the_last_piece_an_existing_object_stays(tus: Tus) -> None:
    tus.project.put("b", "x", b"old")
    refused = tus.create("x", 3)
    assert (refused.status_code, refused.text) == (409, "The resource already exists")
    place = tus.create("x", 3, **{"x-upsert": "true"}).headers["location"]
    assert tus.patch(place, 0, b"new").status_code == 409
    assert tus.project.content("b", "x") == b"old"
    assert tus.patch(place, 0, b"new", **{"x-upsert": "true"}).status_code == 204
    assert tus.project.content("b", "x") == b"new"


def test_an_object_that_appears_meanwhile_refuses_the_last_piece(tus: Tus) -> None:
    place = tus.create("x", 3).headers["location"]
    tus.project.put("b", "x", b"other")
    assert tus.patch(place, 0, b"new").status_code == 409
    assert tus.project.content("b", "x") == b"other"


@pytest.mark.parametrize(
    ("key", "length", "more", "status", "text"),
    [
        ("x", 11, {}, 413, "Maximum size exceeded"),
        ("x", 1, {"contentType": "text/plain"}, 415, "mime type text/plain is not supported"),
        ("ü", 1, {}, 400, "Invalid key: ü"),
        ("x", 1, {"bucket": "nope"}, 404, "Bucket not found"),
        ("x", 1, {"Upload-Metadata": "bucketName ???"}, 400, "Invalid upload-metadata"),
        ("x", 1, {"Tus-Resumable": "0.2.2"}, 412, "Tus-Resumable Required"),
    ],
)
def test_a_refusal_is_plain_text_with_its_real_status(
    tus: Tus, key: str, length: int, more: dict[str, str], status: int, text: str
) -> None:
    tus.project.sql("update storage.buckets set file_size_limit = 10, allowed_mime_types = '{image/png}'")
    refused = tus.create(key, length, **more)
    assert (refused.status_code, refused.text.strip()) == (status, text)
    assert refused.headers["content-type"].startswith("text/plain")


def test_without_a_content_type_the_list_of_types_is_bypassed(tus: Tus) -> None:
    tus.project.sql("update storage.buckets set allowed_mime_types = '{image/png}'")
    assert tus.create("x", 1).status_code == 201


def test_a_bad_token_is_told_in_json_with_status_400(project: SupabaseProject) -> None:
    with httpx.Client() as http:
        refused = Tus(project, http, token="no.such.token").create("x", 1)
    assert (refused.status_code, refused.json()["statusCode"]) == (400, "403")


def test_a_wrong_offset_and_too_many_bytes_are_refused(tus: Tus) -> None:
    place = tus.create("x", 3).headers["location"]
    assert (tus.patch(place, 1, b"x").status_code, tus.patch(place, 1, b"x").text.strip()) == (
        409,
        "Upload-Offset conflict",
    )
    refused = tus.patch(place, 0, b"1234")
    assert (refused.status_code, refused.text.strip()) == (413, "upload's size exceeded")


def test_a_terminated_upload_is_not_there_any_more(tus: Tus) -> None:
    place = tus.create("x", 3).headers["location"]
    assert tus.http.delete(place, headers=tus.headers).status_code == 204
    assert tus.head(place).status_code == 404


def test_hosted_wants_chunks_of_six_mebibytes_but_for_the_last(tus: Tus) -> None:
    tus.project.settings.hosted = True
    place = tus.create("x", 6 * 1024**2 + 1).headers["location"]
    assert tus.patch(place, 0, bytes(1024)).status_code == 400
    assert tus.patch(place, 0, bytes(6 * 1024**2)).status_code == 204
    assert tus.patch(place, 6 * 1024**2, b"x").headers["tus-complete"] == "1"


def test_asking_stops_an_older_request_that_still_sends_and_the_rest_can_follow(tus: Tus) -> None:
    place = tus.create("x", 10).headers["location"]
    parts = urlsplit(place)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as old:
        lines = [f"PATCH {parts.path} HTTP/1.1", f"Host: {parts.netloc}", "Upload-Offset: 0", "Content-Length: 10"]
        lines += [f"{name}: {value}" for name, value in {**tus.headers, **BYTES}.items()]
        old.sendall("\r\n".join([*lines, "", "0123"]).encode())
        offset, deadline = 0, time.monotonic() + 10
        while offset != 4 and time.monotonic() < deadline:
            offset = int(tus.head(place).headers["upload-offset"])
        assert offset == 4
        assert tus.patch(place, 4, b"456789").status_code == 204
    assert tus.project.content("b", "x") == b"0123456789"


def test_a_signed_upload_url_carries_a_resumable_upload(tus: Tus) -> None:
    signed = tus.http.post(f"{tus.project.url}/storage/v1/object/upload/sign/b/x", headers=tus.headers).json()
    tus.headers = {"Tus-Resumable": "1.0.0", "x-signature": signed["token"]}
    pairs = f"bucketName {base64.b64encode(b'b').decode()},objectName {base64.b64encode(b'x').decode()}"
    headers = {**tus.headers, "Upload-Length": "2", "Upload-Metadata": pairs}
    created = tus.http.post(f"{tus.project.url}/storage/v1/upload/resumable/sign", headers=headers)
    assert created.status_code == 201
    assert tus.patch(created.headers["location"], 0, b"ok").status_code == 204
    assert tus.project.content("b", "x") == b"ok"
