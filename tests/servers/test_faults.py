"""Each kind of trouble that a test may order is what a client then really meets."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from tests.servers.project import SupabaseProject, supabase_project

LIST = "/storage/v1/object/list-v2/b"
UPLOAD = "/storage/v1/object/b/"


@pytest.fixture
def project() -> Iterator[SupabaseProject]:
    with supabase_project(migrated=False) as project:
        project.seed("b", [(f"k{number:03}", 1) for number in range(10)])
        yield project


@pytest.fixture
def http(project: SupabaseProject) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {project.service_key}", "apikey": project.service_key}
    with httpx.Client(base_url=project.url, headers=headers) as client:
        yield client


def _page(http: httpx.Client, **asked: object) -> dict[str, object]:
    answer: dict[str, object] = http.post(LIST, json=asked).json()
    return answer


def _names(page: dict[str, object]) -> list[str]:
    objects = page["objects"]
    assert isinstance(objects, list)
    return [str(one["name"]) for one in objects]


def test_a_fault_begins_after_so_many_requests_strikes_so_often_and_only_where_it_was_ordered(
    project: SupabaseProject, http: httpx.Client
) -> None:
    fault = project.faults.add(f"POST {LIST}", "status", status=429, retry_after=7, after=1, times=2)
    answers = [http.post(LIST, json={}) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 429, 429, 200]
    assert (answers[1].headers["retry-after"], answers[1].json()["code"]) == ("7", "SlowDown")
    assert (fault.hits, http.get("/storage/v1/bucket").status_code) == (2, 200)


def test_what_a_gateway_says_is_html(project: SupabaseProject, http: httpx.Client) -> None:
    project.faults.add("* /storage/v1", "status", status=503, times=1)
    answer = http.get("/storage/v1/bucket")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html")


def test_latency_is_waited_for(project: SupabaseProject, http: httpx.Client) -> None:
    project.faults.add("GET /storage/v1/bucket", "latency", seconds=0.2)
    before = time.monotonic()
    assert http.get("/storage/v1/bucket").status_code == 200
    assert time.monotonic() - before >= 0.2


def test_a_reset_while_sending_leaves_nothing_behind(project: SupabaseProject, http: httpx.Client) -> None:
    project.faults.add(f"POST {UPLOAD}", "reset", value=1000, times=1)
    with pytest.raises(httpx.TransportError):
        http.post(f"{UPLOAD}new", content=bytes(5_000_000))
    assert project.content("b", "new") is None
    assert http.post(f"{UPLOAD}new", content=b"x").status_code == 200


def test_a_reset_before_the_answer_comes_after_the_work(project: SupabaseProject, http: httpx.Client) -> None:
    project.faults.add(f"POST {UPLOAD}", "reset", side="response", times=1)
    with pytest.raises(httpx.TransportError):
        http.post(f"{UPLOAD}new", content=b"x")
    assert project.content("b", "new") == b"x"


def test_an_answer_can_break_off_in_its_middle(project: SupabaseProject, http: httpx.Client) -> None:
    project.faults.add(f"POST {LIST}", "reset", side="response", value=100, times=1)
    with pytest.raises(httpx.TransportError):
        http.post(LIST, json={})
    project.faults.add(f"POST {LIST}", "truncate", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        http.post(LIST, json={})
    project.faults.add(f"POST {LIST}", "truncate", silent=True, times=1)
    with pytest.raises(ValueError):
        http.post(LIST, json={}).json()


def test_an_expired_token_is_told_as_each_service_tells_it(project: SupabaseProject, http: httpx.Client) -> None:
    project.faults.add("* /", "expired")
    storage, rest = http.post(LIST, json={}), http.get("/rest/v1/images")
    assert (storage.status_code, storage.json()["statusCode"]) == (400, "403")
    assert (rest.status_code, rest.json()["code"]) == (401, "PGRST303")


def test_a_page_can_be_smaller_than_asked_for(project: SupabaseProject, http: httpx.Client) -> None:
    project.faults.add(f"POST {LIST}", "page_cap", value=3)
    page = _page(http, limit=1000)
    assert (len(_names(page)), page["hasNext"]) == (3, True)


def test_a_page_can_come_twice_and_the_walk_goes_on_after_it(project: SupabaseProject, http: httpx.Client) -> None:
    project.faults.add(f"POST {LIST}", "duplicate_page", after=1, times=1)
    first = _page(http, limit=4)
    again = _page(http, limit=4, cursor=first["nextCursor"])
    third = _page(http, limit=4, cursor=again["nextCursor"])
    assert _names(first) == _names(again) == ["k000", "k001", "k002", "k003"]
    assert _names(third) == ["k004", "k005", "k006", "k007"]


def test_an_empty_page_can_say_that_there_is_more(project: SupabaseProject, http: httpx.Client) -> None:
    project.faults.add(f"POST {LIST}", "empty_page", times=2)
    first = _page(http, limit=4)
    assert (_names(first), first["hasNext"]) == ([], True)
    second = _page(http, limit=4, cursor=first["nextCursor"])
    assert _names(second) == []
    third = _page(http, limit=4, cursor=second["nextCursor"])
    assert _names(third) == ["k000", "k001", "k002", "k003"]


def test_a_listing_can_lag_behind_what_was_written(project: SupabaseProject, http: httpx.Client) -> None:
    project.put("b", "fresh")
    fault = project.faults.add(f"POST {LIST}", "lag", seconds=60)
    assert "fresh" not in _names(_page(http))
    fault.seconds = 0
    assert "fresh" in _names(_page(http))


def test_every_request_is_noted_with_what_became_of_it(project: SupabaseProject, http: httpx.Client) -> None:
    project.faults.add("GET /storage/v1/bucket", "status", status=500, times=1)
    project.faults.add("GET /storage/v1/bucket", "reset", after=1, times=1)
    http.get("/storage/v1/bucket")
    with pytest.raises(httpx.TransportError):
        http.get("/storage/v1/bucket")
    http.get("/storage/v1/bucket?limit=1")
    noted = [(one.method, one.path, one.status, one.query) for one in project.requests]
    path = "/storage/v1/bucket"
    assert noted == [("GET", path, 500, ""), ("GET", path, 0, ""), ("GET", path, 200, "limit=1")]
