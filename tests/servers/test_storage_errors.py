"""Each refusal has the HTTP status, the code and the words that were observed (facts.md E3)."""

from __future__ import annotations

import re

import pytest

from tests.servers.storages import Desk, refusal

NO_BUCKET = ("404", "Bucket not found", "Bucket not found")
NO_OBJECT = ("404", "not_found", "Object not found")
DUPLICATE = ("409", "Duplicate", "The resource already exists")
TOO_LARGE = ("413", "Payload too large", "The object exceeded the maximum allowed size")


def test_a_missing_bucket_is_told_of_by_those_who_look(desk: Desk) -> None:
    storage = desk.storage()
    nowhere = storage.from_("nowhere")
    assert refusal(lambda: storage.get_bucket("nowhere")) == NO_BUCKET
    assert refusal(lambda: storage.delete_bucket("nowhere")) == NO_BUCKET
    assert refusal(lambda: storage.empty_bucket("nowhere")) == NO_BUCKET
    assert refusal(lambda: nowhere.upload("x", b"x")) == NO_BUCKET
    assert refusal(lambda: nowhere.download("x")) == NO_BUCKET
    assert refusal(lambda: nowhere.info("x")) == NO_BUCKET
    assert refusal(lambda: nowhere.create_signed_url("x", 60)) == NO_OBJECT
    assert nowhere.remove(["x"]) == []
    (item,) = nowhere.create_signed_urls(["x"], 60)
    assert item["error"] == "Either the object does not exist or you do not have access to it"


def test_a_missing_object_is_not_found(desk: Desk) -> None:
    bucket = desk.bucket
    assert refusal(lambda: bucket.download("x")) == NO_OBJECT
    assert refusal(lambda: bucket.info("x")) == NO_OBJECT
    assert refusal(lambda: bucket.create_signed_url("x", 60)) == NO_OBJECT
    assert refusal(lambda: bucket.move("x", "y")) == NO_OBJECT
    assert refusal(lambda: bucket.copy("x", "y")) == NO_OBJECT
    assert bucket.exists("x") is False
    answer = desk.ask("DELETE", f"/object/{desk.name}/x")
    assert (answer.status_code, answer.json()["code"]) == (400, "NoSuchKey")
    head = desk.ask("HEAD", f"/object/{desk.name}/x")
    assert (head.status_code, head.content) == (400, b"")


def test_what_is_there_already_is_a_duplicate_under_three_names(desk: Desk) -> None:
    bucket = desk.bucket
    bucket.upload("x", b"1")
    bucket.upload("y", b"2")
    assert refusal(lambda: bucket.upload("x", b"3")) == DUPLICATE
    assert refusal(lambda: bucket.move("y", "x")) == DUPLICATE
    assert refusal(lambda: bucket.copy("y", "x")) == DUPLICATE
    assert refusal(lambda: desk.storage().create_bucket(desk.name)) == DUPLICATE
    ends = {"bucketId": desk.name, "sourceKey": "y", "destinationKey": "x"}
    codes = [
        desk.ask("POST", f"/object/{desk.name}/x", content=b"3").json()["code"],
        desk.post("/object/copy", ends)["code"],
        desk.post("/object/move", ends)["code"],
        desk.post("/bucket", {"name": desk.name})["code"],
    ]
    assert codes == ["KeyAlreadyExists", "KeyAlreadyExists", "ResourceAlreadyExists", "BucketAlreadyExists"]
    assert desk.project.content(desk.name, "x") == b"1"


def test_a_full_bucket_is_not_deleted_and_an_overfull_one_not_emptied(desk: Desk) -> None:
    storage = desk.storage()
    desk.project.seed(desk.name, [("a", 1), ("b", 1)])
    wanted = ("409", "ResourceNotEmpty", "The bucket you tried to delete is not empty")
    assert refusal(lambda: storage.delete_bucket(desk.name)) == wanted
    desk.project.settings.empty_bucket_limit = 1
    message = "Unable to empty the bucket because it contains too many objects"
    assert refusal(lambda: storage.empty_bucket(desk.name)) == ("409", "InvalidRequest", message)
    desk.project.settings.empty_bucket_limit = 2
    assert "queued" in storage.empty_bucket(desk.name)["message"]
    assert storage.delete_bucket(desk.name)["message"] == "Successfully deleted"


def test_sizes_and_types_are_limited(desk: Desk) -> None:
    storage, bucket = desk.storage(), desk.bucket
    storage.update_bucket(desk.name, {"file_size_limit": 10, "allowed_mime_types": ["image/png", "text/*"]})
    bucket.upload("ten", b"0123456789")
    assert refusal(lambda: bucket.upload("eleven", b"0123456789x")) == TOO_LARGE
    answer = desk.ask("POST", f"/object/{desk.name}/raw", content=bytes(11))
    assert (answer.status_code, answer.json()["statusCode"]) == (400, "413")
    wanted = ("415", "invalid_mime_type", "mime type application/pdf is not supported")
    assert refusal(lambda: bucket.upload("x", b"x", {"content-type": "application/pdf"})) == wanted
    png = {"content-type": "image/png;charset=UTF-8"}
    assert refusal(lambda: bucket.upload("x", b"x", png))[0] == "415"
    bucket.upload("plain", b"x")
    assert desk.project.keys(desk.name) == ["plain", "ten"]
    limit = desk.project.settings.file_size_limit_bytes
    assert refusal(lambda: storage.create_bucket("large", options={"file_size_limit": limit + 1})) == TOO_LARGE
    desk.project.settings.standard_upload_limit_bytes = 100
    storage.update_bucket(desk.name, {"file_size_limit": None})
    assert refusal(lambda: bucket.upload("more", bytes(101))) == TOO_LARGE
    desk.project.settings.standard_upload_limit_bytes = 50 * 1024**2


def test_a_bad_token_is_told_honestly_but_not_by_those_who_read_a_private_object(desk: Desk) -> None:
    desk.bucket.upload("x", b"x")
    expired = desk.project.settings.sign({"role": "service_role", "exp": 1_700_000_001})
    tampered = desk.project.service_key[:-6] + "AAAAAA"
    words = {
        "no-jwt": "Invalid Compact JWS",
        tampered: "signature verification failed",
        expired: '"exp" claim timestamp check failed',
    }
    for token, message in words.items():
        bucket = desk.storage(token).from_(desk.name)
        for action in (bucket.list, lambda: bucket.upload("y", b"y"), lambda: bucket.create_signed_url("x", 60)):  # noqa: B023
            assert refusal(action) == ("403", "Unauthorized", message)
        for action in (lambda: bucket.download("x"), lambda: bucket.info("x"), lambda: bucket.exists("x")):  # noqa: B023
            assert refusal(action) == NO_BUCKET
        headers = {"Authorization": f"Bearer {token}"}
        honest = desk.ask("GET", f"/object/authenticated/{desk.name}/x", headers=headers)
        assert (honest.status_code, honest.json()["statusCode"]) == (400, "403")
    missing = desk.ask("POST", f"/object/list/{desk.name}", headers={}, json={"prefix": ""}).json()
    assert (missing["error"], missing["message"]) == ("Error", "headers must have required property 'authorization'")


def test_a_body_of_more_than_a_mebibyte_has_a_status_of_its_own(desk: Desk) -> None:
    answer = desk.ask("DELETE", f"/object/{desk.name}", json={"prefixes": ["x" * 1024**2]})
    body = {
        "statusCode": "413",
        "error": "FastifyError",
        "message": "Request body is too large",
        "code": "EntityTooLarge",
    }
    assert (answer.status_code, answer.json()) == (413, body)


@pytest.mark.parametrize("key", ["ü.txt", "a~b", "a#b", "a[b]", 'a"b', "a\tb", "", "a\\b"])
def test_a_key_of_other_characters_is_refused(desk: Desk, key: str) -> None:
    told = desk.post("/object/copy", {"bucketId": desk.name, "sourceKey": "x", "destinationKey": key})
    assert (told["code"], told["message"]) == ("InvalidKey", f"Invalid key: {key}")


@pytest.mark.parametrize("key", [" lead", "trail/", "a//b.txt", ".hidden", "a!*'()&$@=;:+,?-_b", "/lead.txt"])
def test_a_key_that_is_easy_to_trip_over_is_taken(desk: Desk, key: str) -> None:
    quoted = "".join(f"%{ord(one):02X}" if one in " ?%" else one for one in key)
    assert desk.ask("POST", f"/object/{desk.name}/{quoted}", content=b"x").status_code == 200
    assert desk.project.keys(desk.name) == [key]


def test_dots_and_long_segments_are_no_keys(desk: Desk) -> None:
    with pytest.raises(ValueError, match="dot segments"):
        desk.bucket.upload("a/../b", b"x")
    dotted = {"bucketId": desk.name, "sourceKey": "x", "destinationKey": "a/../b"}
    told = desk.post("/object/copy", dotted)
    assert (told["code"], told["message"].endswith("contains dot path segment")) == ("InvalidKey", True)
    assert desk.ask("POST", f"/object/{desk.name}/{'x' * 256}", content=b"x").status_code == 500
    assert desk.ask("POST", f"/object/{desk.name}/{'x' * 255}", content=b"x").status_code == 200


def test_hosted_takes_long_segments_and_no_long_keys_and_its_etags_are_no_md5(desk: Desk) -> None:
    desk.project.settings.hosted = True
    desk.bucket.upload("x" * 1024, b"x")
    assert refusal(lambda: desk.bucket.upload("x" * 1025, b"x"))[1] == "KeyTooLongError"
    assert re.fullmatch('"[0-9a-f]{32}-1"', desk.bucket.info("x" * 1024)["etag"])
    desk.project.settings.hosted = False


def test_the_sdk_decodes_the_paths_that_it_is_given(desk: Desk) -> None:
    desk.bucket.upload("pct%41.txt", b"x")
    assert desk.project.keys(desk.name) == ["pctA.txt"]


@pytest.mark.parametrize("name", ["", " outer ", "a/b", "ü", "x" * 101])
def test_a_bucket_of_another_name_is_refused(desk: Desk, name: str) -> None:
    told = desk.post("/bucket", {"name": name})
    assert (told["statusCode"], told["error"], told["code"]) == ("400", "Invalid Input", "InvalidBucketName")
