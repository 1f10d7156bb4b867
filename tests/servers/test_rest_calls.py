"""Calling functions: which one is meant, what it is given, what comes back, and the document that lists it all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.project import SupabaseProject
from tests.servers.rest_asking import SCHEMA, Asking, rest_project

FUNCTIONS = """
create function add(a int, b int default 2) returns int language sql immutable as 'select a + b';
comment on function add is E'Adds\\n\\nTwo numbers.';
create function twice(n int) returns int language sql as 'select n * 2';
create function twice(n int, words text) returns text language sql as 'select words || words';
create function doubtful(a int, b int default 1) returns int language sql as 'select 1';
create function doubtful(a int, c text default '') returns int language sql as 'select 2';
create function numbers(n int) returns setof int language sql stable as 'select generate_series(1, n)';
create function squares(n int) returns table (id int, square int) language sql stable
    as 'select i, i * i from generate_series(1, n) i';
create function all_images() returns setof images language sql stable as 'select * from images';
create function first_image() returns images language sql stable as 'select * from images order by id limit 1';
create function page(n int) returns jsonb language sql stable
    as $$ select jsonb_agg(jsonb_build_array(i, 'é')) from generate_series(1, n) i $$;
create function nothing() returns void language sql as '';
create function whole(json) returns json language sql immutable as 'select $1';
create function echo(t text) returns text language sql immutable as 'select t';
create function joined(variadic words text[]) returns text language sql immutable
    as $$ select array_to_string(words, '+') $$;
create function named(image images) returns text language sql immutable as 'select image.name';
create function write_one() returns int language sql as $$ insert into images (name) values ('w') returning 1 $$;
create function write_stably() returns int language plpgsql stable as
    $$ begin insert into images (name) values ('w'); return 1; end $$;
create function fail(state text, words text) returns void language plpgsql as
    $$ begin raise exception using errcode = state, message = words, detail = 'd', hint = 'h'; end $$;
create function fail_in_full() returns void language plpgsql as $$ begin
    raise sqlstate 'PGRST' using message = '{"code": "MINE", "message": "m", "hint": "h"}',
        detail = '{"status": 418, "headers": {"X-Tea": "pot"}}';
end $$;
create function teapot() returns text language plpgsql as $$ begin
    perform set_config('response.status', '418', true);
    perform set_config('response.headers', '[{"X-Tea": "pot"}, {"Cache-Control": "no-store"}]', true);
    return 'tea';
end $$;
create function asked() returns jsonb language sql stable as $$ select jsonb_build_object(
    'method', current_setting('request.method'), 'path', current_setting('request.path'),
    'agent', current_setting('request.headers')::json ->> 'x-my-agent', 'role', current_user,
    'claims', current_setting('request.jwt.claims')::json ->> 'role', 'searched', current_setting('search_path')) $$;
create function patient() returns text language sql stable set statement_timeout = '60s'
    as $$ select current_setting('statement_timeout') $$;
insert into images (name, size) select 'n' || i, i from generate_series(1, 1500) i;
"""


@pytest.fixture(scope="module")
def project() -> Iterator[SupabaseProject]:
    with rest_project(SCHEMA + FUNCTIONS) as project:
        yield project


@pytest.fixture(scope="module")
def ask(project: SupabaseProject) -> Iterator[Asking]:
    asking = Asking(project)
    yield asking
    asking.close()


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("add", {"a": 1}, 3),
        ("add", {"b": 1, "a": 1}, 2),
        ("add", {"a": "7"}, 9),
        ("twice", {"n": 4}, 8),
        ("twice", {"n": 4, "words": "ab"}, "abab"),
        ("numbers", {"n": 3}, [1, 2, 3]),
        ("numbers", {"n": 0}, []),
        ("squares", {"n": 2}, [{"id": 1, "square": 1}, {"id": 2, "square": 4}]),
        ("page", {"n": 2}, [[1, "é"], [2, "é"]]),
        ("page", {"n": 0}, None),
        ("whole", {"x": [1]}, {"x": [1]}),
        ("whole", [1, 2], [1, 2]),
        ("echo", {"t": None}, None),
        ("echo", {"t": "a\\"}, "a\\"),
        ("joined", {"words": ["a", "b"]}, "a+b"),
        ("named", {"image": {"name": "x"}}, "x"),
    ],
)
def test_arguments_and_answers(ask: Asking, name: str, arguments: object, expected: object) -> None:
    answer = ask("POST", f"/rpc/{name}", json=arguments)
    assert (answer.status_code, answer.json()) == (200, expected)


def test_by_get_arguments_stand_in_the_address(ask: Asking) -> None:
    assert ask.rows("/rpc/add?a=5") == 7
    assert ask.rows("/rpc/joined?words=a&words=b,c") == "a+b,c"
    assert ask.rows("/rpc/squares?n=9&square=gt.40&order=id.desc&select=id&limit=2") == [{"id": 9}, {"id": 8}]


def test_no_body_is_no_arguments(ask: Asking) -> None:
    assert ask("POST", "/rpc/nothing").status_code == 204
    assert ask("POST", "/rpc/asked").json()["method"] == "POST"


def test_rows_that_come_back_are_chosen_ordered_and_cut_like_those_of_a_table(ask: Asking) -> None:
    answer = ask("POST", "/rpc/all_images?select=n:name,meta->>from&id=gt.2&order=id&limit=1", json={})
    assert answer.json() == [{"n": "n3", "from": "scanner"}]
    assert ask("POST", "/rpc/first_image?select=id", json={}).json() == {"id": 1}
    one = ask("POST", "/rpc/all_images?id=eq.2&select=id", json={}, Accept="application/vnd.pgrst.object+json")
    assert one.json() == {"id": 2}


def test_a_thousand_rows_at_most_but_one_value_in_whole(ask: Asking) -> None:
    for name in ("numbers", "squares"):
        answer = ask("POST", f"/rpc/{name}", "count=exact", json={"n": 1500})
        assert (answer.status_code, len(answer.json()), answer.headers["content-range"]) == (206, 1000, "0-999/1500")
    assert len(ask("POST", "/rpc/all_images", json={}).json()) == 1000
    assert len(ask("POST", "/rpc/page", json={"n": 5000}).json()) == 5000


def test_what_does_not_fit_any_function_is_not_found(ask: Asking) -> None:
    answer = ask("POST", "/rpc/add", json={"c": 1})
    assert (answer.status_code, answer.json()["code"]) == (404, "PGRST202")
    assert answer.json()["message"] == "Could not find the function public.add(c) in the schema cache"
    assert answer.json()["hint"] == "Perhaps you meant to call the function public.add(a, b)"
    assert ask.refusal("POST", "/rpc/nobody", json={}) == (404, "PGRST202")
    assert ask.refusal("GET", "/rpc/whole") == (404, "PGRST202")
    assert ask.refusal("DELETE", "/rpc/add") == (405, "PGRST101")


def test_two_functions_that_fit_are_not_chosen_between(ask: Asking) -> None:
    answer = ask("POST", "/rpc/doubtful", json={"a": 1})
    assert (answer.status_code, answer.json()["code"]) == (300, "PGRST203")
    assert "public.doubtful(a => integer, b => integer)" in answer.json()["message"]
    assert ask("POST", "/rpc/doubtful", json={"a": 1, "c": "x"}).json() == 2


def test_only_a_volatile_function_writes_and_only_by_post(ask: Asking) -> None:
    assert ask("POST", "/rpc/write_one", json={}).json() == 1
    assert ask.refusal("GET", "/rpc/write_one") == (405, "25006")
    assert ask.refusal("POST", "/rpc/write_stably", json={}) == (400, "0A000")


@pytest.mark.parametrize(
    ("state", "words", "status"),
    [
        ("P0001", "no", 400),
        ("PT409", "conflict", 409),
        ("42501", "not you", 403),
        ("P0002", "none", 500),
        ("22023", "wrong", 400),
        ("53300", "full", 503),
        ("40001", "again", 500),
        ("57014", "cut", 500),
    ],
)
def test_what_a_function_raises_is_told_in_whole(ask: Asking, state: str, words: str, status: int) -> None:
    answer = ask("POST", "/rpc/fail", json={"state": state, "words": words})
    assert (answer.status_code, answer.json()) == (
        status,
        {"code": state, "details": "d", "hint": "h", "message": words},
    )


def test_a_function_may_write_the_answer_itself(ask: Asking) -> None:
    refused = ask("POST", "/rpc/fail_in_full", json={})
    assert (refused.status_code, refused.headers["x-tea"]) == (418, "pot")
    assert refused.json() == {"code": "MINE", "message": "m", "hint": "h", "details": None}
    answer = ask("POST", "/rpc/teapot", json={})
    assert (answer.status_code, answer.json(), answer.headers["x-tea"]) == (418, "tea", "pot")


def test_a_function_can_ask_about_the_request(ask: Asking) -> None:
    told = ask("POST", "/rpc/asked", json={}, X_My_Agent="desk").json()
    assert told == {
        "method": "POST",
        "path": "/rpc/asked",
        "agent": "desk",
        "role": "service_role",
        "claims": "service_role",
        "searched": '"public", "extensions"',
    }


def test_a_time_limit_of_the_function_holds_for_the_request(ask: Asking) -> None:
    assert ask("POST", "/rpc/patient", json={}).json() == "1min"


def test_a_function_that_changed_is_known_anew_when_the_database_says_so(project: SupabaseProject, ask: Asking) -> None:
    project.sql("create function turned() returns int language sql as 'select 1'")
    assert ask("POST", "/rpc/turned", json={}).json() == 1
    project.sql("drop function turned; create function turned() returns setof int language sql as 'values (1), (2)'")
    project.sql("notify pgrst, 'reload schema'")
    assert ask("POST", "/rpc/turned", json={}).json() == [1, 2]


def test_a_whole_body_of_text_needs_a_function_of_one_text(project: SupabaseProject, ask: Asking) -> None:
    project.sql("create function shout(text) returns text language sql immutable as 'select upper($1)'")
    headers = {"apikey": project.secret_key, "content-type": "text/plain"}
    assert ask.http.post("/rpc/shout", content="hé", headers=headers).json() == "HÉ"
    assert ask.http.post("/rpc/add", content="x", headers=headers).json()["code"] == "PGRST202"


def test_the_document_of_the_api_names_keys_types_defaults_and_functions(ask: Asking) -> None:
    answer = ask("GET", "/")
    assert answer.headers["content-type"] == "application/openapi+json; charset=utf-8"
    document = answer.json()
    images, parts = document["definitions"]["images"], document["definitions"]["parts"]
    assert (images["description"], images["required"]) == ("Pictures\nof everything", ["id", "name"])
    assert images["properties"]["id"] == {
        "description": "Note:\nThis is a Primary Key.<pk/>",
        "format": "int64",
        "type": "integer",
    }
    assert images["properties"]["name"] == {"description": "as typed", "format": "text", "type": "string"}
    assert images["properties"]["tags"] == {"format": "text[]", "items": {"type": "string"}, "type": "array"}
    assert images["properties"]["kind"] == {
        "default": "photo",
        "format": "character varying",
        "maxLength": 10,
        "type": "string",
    }
    told = "Note:\nThis is a Foreign Key to `images.id`.<fk table='images' column='id'/>"
    assert parts["properties"]["image_id"] == {"description": told, "format": "int64", "type": "integer"}
    assert parts["properties"]["mood"] == {"enum": ["calm", "wild"], "format": "public.mood", "type": "string"}
    assert document["paths"]["/images"]["get"]["summary"] == "Pictures"
    assert set(document["paths"]["/big_images"]) == {"get", "post", "patch", "delete"}
    add = document["paths"]["/rpc/add"]
    assert (set(add), add["post"]["summary"], add["post"]["description"]) == ({"get", "post"}, "Adds", "Two numbers.")
    assert add["post"]["parameters"][0]["schema"]["required"] == ["a"]
    assert set(document["paths"]["/rpc/write_one"]) == {"post"}


def test_the_document_is_only_for_the_secret_key(project: SupabaseProject, ask: Asking) -> None:
    assert ask("GET", "/", token=project.anon_key).status_code == 403
    assert ask("GET", "/", token=project.token("00000000-0000-0000-0000-000000000001")).status_code == 403
