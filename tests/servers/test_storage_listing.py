"""Listings lose, merge and repeat as they were observed to, and the one that is right is right (facts.md E1, E2)."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from storage3.exceptions import StorageApiError

from tests.servers.storages import Desk, refusal

TRIPLES = [f"img{number:04}{end}" for number in range(600) for end in ("", ".json", "-thumb.jpg")]


def _seed(desk: Desk, *names: str) -> None:
    desk.project.seed(desk.name, [(name, 1) for name in names])


def _walk_v1(desk: Desk, size: int, order: str = "asc", column: str = "name") -> list[str]:
    seen: list[str] = []
    while page := desk.bucket.list(
        "", {"limit": size, "offset": len(seen), "sortBy": {"column": column, "order": order}}
    ):
        seen += [entry["name"] for entry in page]
    return seen


def _walk_v2(desk: Desk, size: int, **asked: Any) -> list[str]:
    seen: list[str] = []
    cursor = None
    while True:
        body = {"limit": size, **asked, **({"cursor": cursor} if cursor else {})}
        page = desk.post(f"/object/list-v2/{desk.name}", body)
        seen += [entry["name"] for entry in (*page["folders"], *page["objects"])]
        if not page["hasNext"]:
            assert "nextCursor" not in page
            return seen
        cursor = page["nextCursor"]


@pytest.fixture
def triples(desk: Desk) -> Desk:
    """A bucket that the tests share, for none of them changes it."""
    shared = replace(desk, name="triples")
    if not shared.project.sql("select from storage.buckets where id = %s", shared.name):
        _seed(shared, *TRIPLES)
    return shared


@pytest.mark.parametrize(("size", "lost"), [(50, 34), (100, 8), (101, 16), (1000, 2), (1500, 2)])
def test_v1_upwards_loses_names_at_the_edges_of_pages_and_batches(triples: Desk, size: int, lost: int) -> None:
    assert len(set(TRIPLES) - set(_walk_v1(triples, size))) == lost


@pytest.mark.parametrize(("size", "lost"), [(50, 34), (100, 34), (101, 16), (1000, 2)])
def test_v2_with_a_delimiter_upwards_loses_them_too(triples: Desk, size: int, lost: int) -> None:
    assert len(set(TRIPLES) - set(_walk_v2(triples, size, with_delimiter=True))) == lost


@pytest.mark.parametrize("size", [50, 100, 101, 1000])
def test_flat_v2_and_everything_downwards_lose_nothing(triples: Desk, size: int) -> None:
    down = {"column": "name", "order": "desc"}
    assert _walk_v2(triples, size) == sorted(TRIPLES)
    assert _walk_v2(triples, size, sortBy=down) == sorted(TRIPLES, reverse=True)
    assert set(_walk_v2(triples, size, with_delimiter=True, sortBy=down)) == set(TRIPLES)
    if size in (100, 1000):
        assert set(_walk_v1(triples, size, "desc")) == set(TRIPLES)


def test_a_file_hides_its_own_folder_at_page_size_one(desk: Desk) -> None:
    _seed(desk, "x", "x.txt", "x/1", "x/2", "y")
    assert _walk_v2(desk, 1, with_delimiter=True) == ["x", "y"]
    assert _walk_v2(desk, 1) == ["x", "x.txt", "x/1", "x/2", "y"]


def test_v1_takes_folders_that_differ_in_case_for_one(desk: Desk) -> None:
    _seed(desk, "FOO/c", "Foo/a", "foo/b", "z")
    assert [entry["name"].lower() for entry in desk.bucket.list()] == ["foo", "z"]
    assert [entry["name"] for entry in desk.bucket.list("foo")] == ["a", "b", "c"]
    page = desk.post(f"/object/list-v2/{desk.name}", {"with_delimiter": True})
    assert [entry["name"] for entry in page["folders"]] == ["FOO/", "Foo/", "foo/"]


def test_v1_by_time_puts_folders_first_and_knows_no_order_among_equals(desk: Desk) -> None:
    _seed(desk, "a/1", "b", "c/2", "d")
    seen = _walk_v1(desk, 100, column="created_at")
    assert (seen[:2], set(seen[2:])) == (["a", "c"], {"b", "d"})


def test_v1_shows_one_level_with_names_relative_to_the_prefix(desk: Desk) -> None:
    _seed(desk, "a.txt", "a/b.txt", "a/c/d.txt")
    assert [(entry["name"], entry["id"] is None) for entry in desk.bucket.list()] == [("a.txt", False), ("a", True)]
    folder = desk.bucket.list()[1]
    assert folder == dict.fromkeys(folder, None) | {"name": "a"}
    for prefix in ("a", "a/"):
        assert [entry["name"] for entry in desk.bucket.list(prefix)] == ["b.txt", "c"]
    assert desk.bucket.list("/a") == []
    file = desk.bucket.list("a")[0]
    told = {"eTag", "size", "mimetype", "cacheControl", "lastModified", "contentLength", "httpStatusCode"}
    assert set(file) == {"name", "id", "updated_at", "created_at", "last_accessed_at", "metadata"}
    assert set(file["metadata"]) == told


def test_v1_searches_by_the_beginning_whatever_the_case(desk: Desk) -> None:
    _seed(desk, "a.txt", "a/b/y.txt")
    assert [entry["name"] for entry in desk.bucket.list("", {"search": "A.T"})] == ["a.txt"]
    assert desk.bucket.list("", {"search": "txt"}) == []
    assert [entry["name"] for entry in desk.bucket.list("a", {"search": "b/y"})] == ["b/y.txt"]


def test_v1_clamps_to_1500_and_v2_to_1000_without_a_word(desk: Desk) -> None:
    _seed(desk, *(f"f{number:04}" for number in range(1600)))
    for limit in (1501, 10_000, 2**31 - 1):
        assert len(desk.bucket.list("", {"limit": limit})) == 1500
    assert len(desk.bucket.list()) == 100
    for asked in ({}, {"limit": 5000}):
        page = desk.post(f"/object/list-v2/{desk.name}", asked)
        assert (len(page["objects"]), page["hasNext"], page["nextCursorKey"]) == (1000, True, "f0999")


def test_limits_that_are_none_are_refused(desk: Desk) -> None:
    for limit in (0, -1):
        assert refusal(lambda: desk.bucket.list("", {"limit": limit})) == ("400", "Error", "body/limit must be >= 1")  # noqa: B023
    answer = desk.ask("POST", f"/object/list/{desk.name}", json={"prefix": "", "limit": 2**31})
    assert (answer.status_code, answer.json()["message"]) == (500, "database error, code: 22003")
    assert desk.post(f"/object/list/{desk.name}", {"prefix": "", "limit": "7"}) == []
    assert desk.post(f"/object/list/{desk.name}", {"prefix": "", "offset": -1})["statusCode"] == "400"
    assert desk.post(f"/object/list/{desk.name}", {})["message"] == "body must have required property 'prefix'"
    wrong = {"prefix": "", "sortBy": {"column": "size"}}
    assert desk.post(f"/object/list/{desk.name}", wrong)["statusCode"] == "400"


def test_v2_tells_folders_with_a_slash_and_objects_with_their_whole_name(desk: Desk) -> None:
    _seed(desk, "a.txt", "a/b.txt", "a/c/d.txt")
    flat = desk.bucket.list_v2()
    assert ([one.name for one in flat.objects], flat.folders) == (["a.txt", "a/b.txt", "a/c/d.txt"], [])
    assert "key" not in desk.post(f"/object/list-v2/{desk.name}", {})["objects"][0]
    page = desk.post(f"/object/list-v2/{desk.name}", {"with_delimiter": True, "prefix": "a/"})
    assert [(one["key"], one["name"]) for one in page["folders"]] == [("c", "a/c/")]
    assert [(one["key"], one["name"]) for one in page["objects"]] == [("b.txt", "a/b.txt")]
    assert [one.name for one in desk.bucket.list_v2({"prefix": "a"}).objects] == ["a.txt", "a/b.txt", "a/c/d.txt"]
    assert desk.bucket.list_v2({"prefix": "A"}).objects == []


def test_a_cursor_may_be_made_by_hand(desk: Desk) -> None:
    _seed(desk, "a", "b", "c")
    cursor = base64.b64encode(b"l:a").decode()
    assert [one.name for one in desk.bucket.list_v2({"cursor": cursor}).objects] == ["b", "c"]
    page = desk.post(f"/object/list-v2/{desk.name}", {"limit": 1})
    assert base64.b64decode(page["nextCursor"]) == b"l:a"
    sort = {"column": "created_at", "order": "desc"}
    page = desk.post(f"/object/list-v2/{desk.name}", {"limit": 1, "sortBy": sort})
    lines = base64.b64decode(page["nextCursor"]).decode().split("\n")
    assert [line[:2] for line in lines] == ["l:", "o:", "c:", "a:"]
    message = "Invalid Parameter continuation token"
    assert refusal(lambda: desk.bucket.list_v2({"cursor": "zzz"})) == ("400", "InvalidParameter", message)


def test_v2_by_time_carries_the_name_and_repeats_nothing(desk: Desk) -> None:
    names = [f"n{number:03}" for number in range(120)]
    _seed(desk, *names)
    for delimiter in (False, True):
        walked = _walk_v2(desk, 50, with_delimiter=delimiter, sortBy={"column": "created_at", "order": "asc"})
        assert sorted(walked) == names


def test_a_missing_bucket_lists_as_empty(desk: Desk) -> None:
    nowhere = desk.storage().from_("nowhere")
    assert nowhere.list() == []
    assert (nowhere.list_v2().hasNext, nowhere.list_v2().objects) == (False, [])


def test_a_listing_by_sql_is_what_both_apis_tell(desk: Desk) -> None:
    desk.project.put(desk.name, "x", b"abc")
    ((identity, updated),) = desk.project.sql(
        "select id::text, updated_at from storage.objects where bucket_id = %s", desk.name
    )
    one, other, info = desk.bucket.list()[0], desk.bucket.list_v2().objects[0], desk.bucket.info("x")
    assert {one["id"], str(other.id), info["id"]} == {identity}
    assert one["updated_at"] == info["last_modified"]
    assert one["updated_at"] == updated.isoformat(timespec="milliseconds").replace("+00:00", "Z")  # type: ignore[attr-defined]


def test_an_error_of_a_listing_is_the_sdks_own(desk: Desk) -> None:
    with pytest.raises(StorageApiError):
        desk.storage("no.such.token").from_(desk.name).list()
