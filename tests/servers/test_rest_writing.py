"""Writing rows: what is inserted, merged, changed and deleted, what comes back of it, and what is undone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.project import SupabaseProject
from tests.servers.rest_asking import Asking, rest_project

WHOLE = "return=representation"


@pytest.fixture(scope="module")
def project() -> Iterator[SupabaseProject]:
    with rest_project() as project:
        yield project


@pytest.fixture
def ask(project: SupabaseProject) -> Iterator[Asking]:
    project.sql("truncate images, parts, pairs restart identity")
    project.sql("insert into images (name, size) values ('one', 1), ('two', 2), ('three', 3)")
    asking = Asking(project)
    yield asking
    asking.close()


def names(project: SupabaseProject) -> list[object]:
    return [name for (name,) in project.sql("select name from images order by id")]


def test_one_object_is_one_row_and_nothing_comes_back_unasked(ask: Asking, project: SupabaseProject) -> None:
    answer = ask("POST", "/images", json={"name": "four"})
    assert (answer.status_code, answer.content, answer.headers["content-range"]) == (201, b"", "*/*")
    assert names(project) == ["one", "two", "three", "four"]


def test_what_comes_back_is_what_was_selected_of_what_was_written(ask: Asking) -> None:
    answer = ask("POST", "/images?select=id,what:meta->>from,tags", WHOLE, json=[{"name": "a"}, {"name": "b"}])
    assert answer.json() == [
        {"id": 4, "what": "scanner", "tags": None},
        {"id": 5, "what": "scanner", "tags": None},
    ]
    assert answer.headers["preference-applied"] == WHOLE


def test_all_kinds_of_values_are_written(ask: Asking) -> None:
    row = {"name": 'ünïcödé \\ "q"', "size": -1, "tags": ["a", "b c", None], "meta": [1, {"x": None}], "kind": None}
    written = ask("POST", "/images", WHOLE, json=row).json()[0]
    assert {key: written[key] for key in row} == row


def test_objects_of_different_keys_want_their_columns_named(ask: Asking, project: SupabaseProject) -> None:
    rows = [{"name": "a", "size": 7, "nonsense": 1}, {"name": "b"}]
    assert ask.refusal("POST", "/images", json=rows) == (400, "PGRST102")
    nulls = ask("POST", "/images?columns=name,kind&select=name,kind", WHOLE, json=rows)
    assert nulls.json() == [{"name": "a", "kind": None}, {"name": "b", "kind": None}]
    defaults = ask("POST", "/images?columns=name,kind&select=name,kind", f"{WHOLE},missing=default", json=rows)
    assert defaults.json() == [{"name": "a", "kind": "photo"}, {"name": "b", "kind": "photo"}]
    one = ask("POST", "/images?columns=id,name,kind&select=id,kind", f"{WHOLE},missing=default", json={"name": "c"})
    assert one.json() == [{"id": 8, "kind": "photo"}]


@pytest.mark.parametrize("body", [{}, [{}]])
def test_an_empty_object_is_a_row_of_defaults(ask: Asking, body: object) -> None:
    (row,) = ask("POST", "/parts", WHOLE, json=body).json()
    assert row["id"] and row["label"] is None


def test_an_empty_list_writes_nothing(ask: Asking) -> None:
    assert ask("POST", "/images", WHOLE, json=[]).json() == []


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/images", {"nonsense": 1}, (400, "PGRST204")),
        ("/images?columns=nonsense", {"name": "x"}, (400, "PGRST204")),
        ("/images", {"id": 1, "name": "again"}, (409, "23505")),
        ("/parts", {"image_id": 99}, (409, "23503")),
        ("/images", {"size": 1}, (400, "23502")),
        ("/images", {"name": "x", "size": "many"}, (400, "22P02")),
        ("/images", {"name": "x", "kind": "much too long a kind"}, (400, "22001")),
        ("/parts", {"mood": "sad"}, (400, "22P02")),
        ("/images", "text", (201, "")),
    ],
)
def test_what_cannot_be_inserted(ask: Asking, path: str, body: object, expected: tuple[int, str]) -> None:
    answer = ask("POST", path, json=body)
    assert (answer.status_code, answer.json()["code"] if answer.content else "") == expected


def test_a_body_that_is_no_json_is_refused(ask: Asking) -> None:
    headers = {"apikey": ask.project.secret_key, "content-type": "application/json"}
    answer = ask.http.post("/images", content=b'{"name":', headers=headers)
    assert (answer.status_code, answer.json()["message"]) == (400, "Empty or invalid json")
    headers["content-type"] = "image/png"
    answer = ask.http.post("/images", content=b"x", headers=headers)
    assert answer.json()["message"] == "Content-Type not acceptable: image/png"


def test_commas_between_values_are_rows_too(ask: Asking) -> None:
    headers = {"apikey": ask.project.secret_key, "content-type": "text/csv", "Prefer": WHOLE}
    answer = ask.http.post("/images?select=name,size", content='name,size\n"a,b",5\nc,NULL\n', headers=headers)
    assert answer.json() == [{"name": "a,b", "size": 5}, {"name": "c", "size": None}]


def test_merging_duplicates_says_whether_anything_was_new(ask: Asking, project: SupabaseProject) -> None:
    merge = "resolution=merge-duplicates"
    both = ask("POST", "/images", f"{merge},{WHOLE}", json=[{"id": 1, "name": "uno"}, {"id": 9, "name": "nine"}])
    assert (both.status_code, [row["size"] for row in both.json()]) == (201, [1, None])
    old = ask("POST", "/images", merge, json=[{"id": 1, "name": "eins"}])
    assert (old.status_code, old.headers["preference-applied"]) == (200, merge)
    assert names(project) == ["eins", "two", "three", "nine"]


def test_ignoring_duplicates_leaves_them_and_gives_back_what_is_new(ask: Asking) -> None:
    rows = [{"id": 1, "name": "other"}, {"id": 9, "name": "nine"}]
    answer = ask("POST", "/images?select=id", f"resolution=ignore-duplicates,{WHOLE}", json=rows)
    assert (answer.status_code, answer.json()) == (201, [{"id": 9}])


def test_duplicates_are_of_the_columns_that_are_named_or_of_the_primary_key(ask: Asking) -> None:
    ask("POST", "/parts", json={"label": "x", "mood": "calm"})
    merge = f"resolution=merge-duplicates,{WHOLE}"
    merged = ask("POST", "/parts?on_conflict=label&select=label,mood", merge, json={"label": "x", "mood": "wild"})
    assert (merged.status_code, merged.json()) == (200, [{"label": "x", "mood": "wild"}])
    assert ask.refusal("POST", "/parts", merge, json={"label": "x"}) == (409, "23505")
    pair = {"a": 1, "b": 2, "note": "first"}
    assert ask("POST", "/pairs", merge, json=pair).status_code == 201
    assert ask("POST", "/pairs", merge, json=pair | {"note": "second"}).json() == [pair | {"note": "second"}]
    assert ask.refusal("POST", "/images?on_conflict=name", merge, json={"name": "x"}) == (400, "42P10")


def test_the_same_key_twice_in_one_upsert_is_an_error_of_the_database(ask: Asking) -> None:
    rows = [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]
    assert ask.refusal("POST", "/images", "resolution=merge-duplicates", json=rows) == (500, "21000")


def test_headers_only_tell_where_the_row_is(ask: Asking) -> None:
    answer = ask("POST", "/pairs", "return=headers-only", json={"a": 1, "b": 2})
    assert (answer.status_code, answer.headers["location"]) == (201, "/pairs?a=eq.1&b=eq.2")
    many = ask("POST", "/pairs", "return=headers-only", json=[{"a": 1, "b": 3}, {"a": 1, "b": 4}])
    assert "location" not in many.headers


def test_rows_that_conditions_name_are_changed(ask: Asking, project: SupabaseProject) -> None:
    answer = ask("PATCH", "/images?id=gt.1&select=id,size&order=id.desc", WHOLE, json={"size": 50, "name": "many"})
    assert (answer.status_code, answer.json()) == (200, [{"id": 3, "size": 50}, {"id": 2, "size": 50}])
    assert answer.headers["content-range"] == "0-1/*"
    assert names(project) == ["one", "many", "many"]
    quiet = ask("PATCH", "/images?name=eq.nobody", "count=exact", json={"size": 1})
    assert (quiet.status_code, quiet.content, quiet.headers["content-range"]) == (204, b"", "*/0")
    empty = ask("PATCH", "/images?id=eq.1", WHOLE, json={})
    assert (empty.status_code, empty.json()) == (200, [])


def test_rows_that_conditions_name_are_deleted(ask: Asking, project: SupabaseProject) -> None:
    answer = ask("DELETE", "/images?id=in.(1,3)&select=name", f"{WHOLE},count=exact")
    assert (answer.status_code, answer.headers["content-range"]) == (200, "*/2")
    assert sorted(row["name"] for row in answer.json()) == ["one", "three"]
    assert ask("DELETE", "/images?id=eq.2").status_code == 204
    assert names(project) == []


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_change_that_names_no_rows_is_refused_as_on_hosted(
    ask: Asking, project: SupabaseProject, method: str
) -> None:
    assert ask.refusal(method, "/images", json={"size": 0}) == (400, "21000")
    assert len(names(project)) == 3


def test_more_rows_than_allowed_undo_it_only_when_handling_is_strict(ask: Asking, project: SupabaseProject) -> None:
    strict = "handling=strict,max-affected=1"
    assert ask.refusal("DELETE", "/images?id=gt.1", strict) == (400, "PGRST124")
    assert ask.refusal("PATCH", "/images?id=gt.1", strict, json={"size": 0}) == (400, "PGRST124")
    assert len(names(project)) == 3
    one = ask("DELETE", "/images?id=eq.3", strict)
    assert (one.status_code, one.headers["preference-applied"]) == (204, "handling=strict, max-affected=1")
    assert ask("DELETE", "/images?id=gt.0", "max-affected=1").status_code == 204


def test_an_unknown_preference_matters_only_when_handling_is_strict(ask: Asking) -> None:
    assert ask("DELETE", "/images?id=eq.1", "speed=high").status_code == 204
    assert ask.refusal("DELETE", "/images?id=eq.2", "speed=high,handling=strict") == (400, "PGRST122")


def test_a_change_that_does_not_come_to_one_object_is_undone(ask: Asking, project: SupabaseProject) -> None:
    one = {"Accept": "application/vnd.pgrst.object+json"}
    answer = ask("PATCH", "/images?id=gt.1", WHOLE, json={"size": 0}, **one)
    assert (answer.status_code, answer.json()["code"]) == (406, "PGRST116")
    assert project.sql("select count(*) from images where size = 0") == [(0,)]
    assert ask("POST", "/images?select=id", WHOLE, json={"name": "x"}, **one).json() == {"id": 4}


def test_a_change_can_be_tried_and_rolled_back(ask: Asking, project: SupabaseProject) -> None:
    answer = ask("DELETE", "/images?id=gt.0", f"tx=rollback,{WHOLE}")
    assert (len(answer.json()), answer.headers["preference-applied"]) == (3, f"{WHOLE}, tx=rollback")
    assert len(names(project)) == 3


def test_a_row_that_its_writer_may_not_see_is_written_only_quietly(ask: Asking, project: SupabaseProject) -> None:
    token = project.token("00000000-0000-0000-0000-000000000001")
    assert ask.refusal("POST", "/hidden", token=token, json={"id": 1}) == (403, "42501")
    project.sql("create policy writes on hidden for insert to authenticated with check (id < 10)")
    assert ask("POST", "/hidden", token=token, json={"id": 1}).status_code == 201
    assert ask.refusal("POST", "/hidden", WHOLE, token=token, json={"id": 2}) == (403, "42501")
    answer = ask("POST", "/hidden", token=token, json={"id": 11})
    assert answer.json()["message"] == 'new row violates row-level security policy for table "hidden"'


def test_a_table_or_column_that_was_made_a_moment_ago_is_known(ask: Asking, project: SupabaseProject) -> None:
    assert ask.refusal("GET", "/fresh") == (404, "PGRST205")
    project.sql("create table fresh (id int); grant all on fresh to service_role")
    assert ask("POST", "/fresh", WHOLE, json={"id": 1}).json() == [{"id": 1}]
    project.sql("alter table fresh add column more text")
    assert ask("POST", "/fresh", WHOLE, json={"id": 2, "more": "x"}).json() == [{"id": 2, "more": "x"}]
    project.sql("drop table fresh")
    assert ask.refusal("GET", "/fresh")[0] == 404
