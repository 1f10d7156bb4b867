"""Uploads, downloads, moves, copies, removals and signed URLs behave as observed (facts.md E3 to E6, A4)."""

from __future__ import annotations

import asyncio
import hashlib
import time
from email.utils import parsedate_to_datetime

import httpx
import jwt
import pytest
from storage3.types import CreateSignedUploadUrlOptions

from tests.servers.storages import Desk, refusal


def test_an_upload_keeps_what_was_told_and_bears_the_md5_of_its_bytes(desk: Desk) -> None:
    options = {"content-type": "image/png", "cache-control": "77", "metadata": {"a": {"b": 1}}}
    desk.bucket.upload("x/y.png", b"hello", options)
    told = desk.bucket.info("x/y.png")
    assert (told["size"], told["content_type"], told["cache_control"]) == (5, "image/png", "max-age=77")
    assert (told["etag"], told["metadata"]) == (f'"{hashlib.md5(b"hello").hexdigest()}"', {"a": {"b": 1}})
    assert (told["bucket_id"], told["name"]) == (desk.name, "x/y.png")
    assert desk.bucket.download("x/y.png") == b"hello"
    desk.bucket.upload("plain", b"")
    told = desk.bucket.info("plain")
    assert (told["content_type"], told["cache_control"], told["size"]) == (
        "text/plain;charset=UTF-8",
        "max-age=3600",
        0,
    )


def test_bare_bytes_are_taken_too(desk: Desk) -> None:
    headers = {**desk.headers, "content-type": "image/webp", "cache-control": "max-age=5", "x-metadata": "eyJhIjoxfQ=="}
    assert desk.ask("POST", f"/object/{desk.name}/x", content=b"raw", headers=headers).status_code == 200
    told = desk.bucket.info("x")
    assert (told["content_type"], told["cache_control"], told["metadata"]) == ("image/webp", "max-age=5", {"a": 1})
    assert desk.project.content(desk.name, "x") == b"raw"


def test_replacing_keeps_the_id_and_changes_version_and_time(desk: Desk) -> None:
    desk.bucket.upload("x", b"1")
    before = desk.bucket.info("x")
    desk.bucket.upload("x", b"22", {"upsert": "true"})
    between = desk.bucket.info("x")
    desk.bucket.update("x", b"333")
    after = desk.bucket.info("x")
    assert before["id"] == between["id"] == after["id"]
    assert before["created_at"] == after["created_at"]
    assert len({before["version"], between["version"], after["version"]}) == 3
    assert before["last_modified"] < between["last_modified"] < after["last_modified"]
    assert desk.bucket.download("x") == b"333"
    desk.bucket.update("made", b"by PUT")
    assert desk.project.keys(desk.name) == ["made", "x"]


async def test_of_many_uploads_of_one_new_key_exactly_one_is_taken(desk: Desk) -> None:
    async with httpx.AsyncClient(headers=desk.headers, base_url=desk.project.url) as http:
        path = f"/storage/v1/object/{desk.name}/"
        first = await asyncio.gather(*(http.post(f"{path}x", content=b"%d" % one) for one in range(16)))
        upsert = {"x-upsert": "true"}
        second = await asyncio.gather(*(http.post(f"{path}y", content=b"1", headers=upsert) for _ in range(16)))
    codes = sorted(answer.json().get("statusCode", "200") for answer in first)
    assert codes == ["200", *["409"] * 15]
    assert {answer.status_code for answer in second} == {200}


def test_a_client_that_dies_while_uploading_leaves_nothing(desk: Desk) -> None:
    def broken() -> object:
        yield b"x" * 100_000
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        desk.ask("POST", f"/object/{desk.name}/x", content=broken())
    desk.bucket.upload("x", b"again")
    assert desk.bucket.download("x") == b"again"


def test_a_move_keeps_id_and_time_of_making_and_may_cross_buckets(desk: Desk) -> None:
    other = f"{desk.name}-other"
    desk.project.make_bucket(other)
    desk.bucket.upload("x", b"bytes", {"content-type": "image/png", "cache-control": "9", "metadata": {"a": 1}})
    before = desk.bucket.info("x")
    body = {"bucketId": desk.name, "sourceKey": "x", "destinationBucket": other, "destinationKey": "y/z"}
    answer = desk.post("/object/move", body)
    assert answer == {"message": "Successfully moved"}
    after = desk.storage().from_(other).info("y/z")
    kept = ("id", "created_at", "size", "content_type", "cache_control", "etag", "metadata")
    assert [before[name] for name in kept] == [after[name] for name in kept]
    assert before["version"] != after["version"]
    assert before["last_modified"] < after["last_modified"]
    assert desk.storage().from_(other).download("y/z") == b"bytes"
    assert desk.project.keys(desk.name) == []
    nowhere = {**body, "bucketId": other, "sourceKey": "y/z", "destinationBucket": "nowhere"}
    assert desk.post("/object/move", nowhere)["statusCode"] == "404"


def test_a_copy_is_a_new_object_with_the_same_bytes(desk: Desk) -> None:
    desk.bucket.upload("x", b"bytes", {"content-type": "image/png", "metadata": {"a": 1}})
    copied = desk.post("/object/copy", {"bucketId": desk.name, "sourceKey": "x", "destinationKey": "y"})
    assert copied["Key"] == f"{desk.name}/y"
    one, two = desk.bucket.info("x"), desk.bucket.info("y")
    assert one["id"] != two["id"] == copied["Id"]
    assert [one[name] for name in ("etag", "content_type", "metadata")] == [
        two[name] for name in ("etag", "content_type", "metadata")
    ]
    desk.bucket.remove(["x"])
    assert desk.bucket.download("y") == b"bytes"
    other = {"copyMetadata": False, "metadata": {"mimetype": "image/webp"}}
    desk.post("/object/copy", {"bucketId": desk.name, "sourceKey": "y", "destinationKey": "z", **other})
    assert desk.bucket.info("z")["content_type"] == "image/webp"


def test_removing_takes_exact_names_and_tells_only_of_what_is_gone(desk: Desk) -> None:
    for key in ("fold/a", "fold/b", "x"):
        desk.bucket.upload(key, b"x")
    assert desk.bucket.remove(["fold", "fold/"]) == []
    gone = desk.bucket.remove(["x", "x", "nope", "fold/a"])
    assert sorted(one["name"] for one in gone) == ["fold/a", "x"]
    wanted = {"name", "bucket_id", "owner", "owner_id", "version", "id", "updated_at", "created_at", "last_accessed_at"}
    assert set(gone[0]) == wanted | {"metadata", "user_metadata"}
    message = "body/prefixes must NOT have fewer than 1 items"
    assert refusal(lambda: desk.bucket.remove([])) == ("400", "Error", message)
    message = "Bulk object requests are limited to 1000 objects per request."
    assert refusal(lambda: desk.bucket.remove(["x"] * 1001)) == ("400", "InvalidRequest", message)
    assert desk.bucket.remove(["x"] * 1000) == []
    assert desk.project.keys(desk.name) == ["fold/b"]


def test_one_object_is_removed_by_its_own_address(desk: Desk) -> None:
    desk.bucket.upload("x", b"x")
    assert desk.ask("DELETE", f"/object/{desk.name}/x").json() == {"message": "Successfully deleted"}
    assert desk.project.keys(desk.name) == []


def test_buckets_are_listed_in_pages_and_orders_when_asked_for(desk: Desk) -> None:
    for end in "cab":
        desk.project.make_bucket(f"{desk.name}-{end}")
    asked = f"/bucket?search={desk.name}-&sortColumn=name&sortOrder=desc&limit=2"
    assert [one["name"][-1] for one in desk.ask("GET", asked).json()] == ["c", "b"]
    assert [one["name"][-1] for one in desk.ask("GET", f"{asked}&offset=2").json()] == ["a"]


def test_parts_of_an_object_are_read_by_range_and_nothing_when_it_is_known(desk: Desk) -> None:
    desk.bucket.upload("x", b"0123456789")
    path = f"/object/{desk.name}/x"
    for asked, part, told in (
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=5-99", b"56789", "bytes 5-9/10"),
    ):
        answer = desk.ask("GET", path, headers={**desk.headers, "range": asked})
        assert (answer.status_code, answer.content, answer.headers["content-range"]) == (206, part, told)
    beyond = desk.ask("GET", path, headers={**desk.headers, "range": "bytes=10-"})
    assert (beyond.status_code, beyond.json()["error"]) == (416, "invalid_range")
    whole = desk.ask("GET", path)
    known = desk.ask("GET", path, headers={**desk.headers, "if-none-match": whole.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    named = desk.ask("GET", f"{path}?download=a b.txt")
    assert "filename*=UTF-8''a%20b.txt" in named.headers["content-disposition"]


def test_the_headers_of_an_object_and_of_its_head_are_the_same(desk: Desk) -> None:
    desk.bucket.upload("x", b"abc", {"content-type": "image/png"})
    path = f"/object/{desk.name}/x"
    got, head = desk.ask("GET", path), desk.ask("HEAD", path)
    assert (head.status_code, head.content) == (200, b"")
    for headers in (got.headers, head.headers):
        assert (headers["content-type"], headers["content-length"]) == ("image/png", "3")
        assert (headers["cache-control"], headers["accept-ranges"]) == ("max-age=3600", "bytes")
        assert (headers["etag"], headers["x-robots-tag"]) == (f'"{hashlib.md5(b"abc").hexdigest()}"', "none")
        assert {"last-modified", "date"} <= set(headers)


def test_a_large_object_is_streamed_both_ways(desk: Desk) -> None:
    data = bytes(range(256)) * 20_000
    desk.bucket.upload("large", data)
    assert desk.bucket.download("large") == data
    assert desk.bucket.info("large")["etag"] == f'"{hashlib.md5(data).hexdigest()}"'


def test_a_public_bucket_is_read_by_everybody_and_a_private_one_is_not_there(desk: Desk) -> None:
    desk.bucket.upload("x", b"abc")
    url = f"/object/public/{desk.name}/x"
    assert desk.ask("GET", url, headers={}).json()["code"] == "NoSuchBucket"
    desk.storage().update_bucket(desk.name, {"public": True})
    assert desk.ask("GET", url, headers={}).content == b"abc"
    assert desk.ask("GET", f"/object/{desk.name}/x", headers={}).content == b"abc"


def test_a_signed_url_reads_without_a_token_until_it_is_over(desk: Desk) -> None:
    desk.bucket.upload("a b.txt", b"abc")
    signed = desk.bucket.create_signed_url("a b.txt", 60)["signedURL"]
    got, head = desk.http.get(signed), desk.http.head(signed)
    assert (got.content, head.status_code) == (b"abc", 200)
    assert "cache-control" not in got.headers
    assert {"expires", "etag"} <= set(got.headers)
    assert desk.http.get(signed, headers={"Authorization": "Bearer nonsense", "range": "bytes=1-1"}).content == b"b"
    token = signed.partition("token=")[2]
    payload = jwt.decode(token, desk.project.jwt_secret, algorithms=["HS256"])
    assert (payload["url"], payload["exp"] - payload["iat"]) == (f"{desk.name}/a b.txt", 60)
    desk.project.settings.clock_seconds = 61
    over = desk.http.get(signed)
    desk.project.settings.clock_seconds = 0
    assert (over.status_code, over.json()["statusCode"], over.json()["error"]) == (400, "400", "InvalidJWT")
    assert over.json()["message"] == '"exp" claim timestamp check failed'
    assert desk.http.get(signed[:-3] + "AAA").json()["message"] == "signature verification failed"
    assert desk.http.get(signed.replace("a%20b", "other").replace("a b", "other")).json()["error"] == "InvalidSignature"
    desk.bucket.remove(["a b.txt"])
    assert desk.http.get(signed).json()["error"] == "not_found"
    desk.bucket.upload("a b.txt", b"new")
    assert desk.http.get(signed).content == b"new"


def test_a_thousand_urls_are_signed_at_once_and_not_one_more(desk: Desk) -> None:
    desk.bucket.upload("x", b"abc")
    items = desk.bucket.create_signed_urls(["x", "nope", "x"], 60)
    assert [item["path"] for item in items] == ["x", "nope", "x"]
    assert [item["error"] is None for item in items] == [True, False, True]
    assert items[1]["signedURL"] is None
    assert desk.http.get(items[2]["signedURL"]).content == b"abc"
    assert len(desk.bucket.create_signed_urls(["x"] * 1000, 60)) == 1000
    message = "body/paths must NOT have more than 1000 items"
    assert refusal(lambda: desk.bucket.create_signed_urls(["x"] * 1001, 60)) == ("400", "Error", message)
    assert refusal(lambda: desk.bucket.create_signed_url("x", 10**15))[1] == "InvalidParameter"
    assert refusal(lambda: desk.bucket.create_signed_url("x", 0))[0] == "400"


def test_a_question_mark_in_a_key_breaks_its_signed_url(desk: Desk) -> None:
    desk.project.put(desk.name, "a?b", b"x")
    path = desk.post(f"/object/sign/{desk.name}", {"expiresIn": 60, "paths": ["a?b"]})[0]["signedURL"]
    assert desk.http.get(f"{desk.project.url}/storage/v1{path}").status_code == 400


def test_a_signed_upload_url_takes_one_object_and_replaces_none_unless_it_says_so(desk: Desk) -> None:
    signed = desk.bucket.create_signed_upload_url("x")
    desk.bucket.upload_to_signed_url("x", signed["token"], b"1")
    assert refusal(lambda: desk.bucket.upload_to_signed_url("x", signed["token"], b"2"))[0] == "409"
    assert refusal(lambda: desk.bucket.create_signed_upload_url("x"))[0] == "409"
    signed = desk.bucket.create_signed_upload_url("x", CreateSignedUploadUrlOptions(upsert="true"))
    desk.bucket.upload_to_signed_url("x", signed["token"], b"3")
    assert desk.bucket.download("x") == b"3"


def test_the_service_tells_its_own_time(desk: Desk) -> None:
    desk.project.settings.clock_seconds = -600
    told = desk.ask("GET", "/bucket").headers["date"]
    desk.project.settings.clock_seconds = 0
    assert 590 < time.time() - parsedate_to_datetime(told).timestamp() < 660


def test_seeded_objects_have_rows_and_move_without_bytes(desk: Desk) -> None:
    assert desk.project.seed(desk.name, [("a", 10), ("b", 20)]) == 2
    assert desk.bucket.info("b")["size"] == 20
    desk.bucket.move("a", "c")
    assert desk.project.keys(desk.name) == ["b", "c"]
    assert [one["name"] for one in desk.bucket.remove(["b"])] == ["b"]
