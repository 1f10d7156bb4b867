"""Names and values that would like to be SQL: they are names and values, and nothing else."""

from __future__ import annotations

import json

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.core.database.projects import Project, change

NASTY = [
    "x; drop table victims; --",
    'x"; drop table victims; --',
    "x'; drop table victims; --",
    "victims where true or (select 1) = 1",
    "pg_catalog.pg_authid",
    "storage.objects",
    "storage.buckets",
    "auth.users",
    "bucketdesk.buckets",
    "information_schema.tables",
    "pg_class",
    "$$",
    "%I",
    "%1$s",
    "",
]


@pytest.fixture(scope="module")
def desk(shared: Project) -> Project:
    shared.sql("create table victims (id int primary key, word text); insert into victims values (1, 'safe')")
    shared.sql('create schema "odd schema"')
    shared.sql('create table "odd schema"."a.b ""c"" %I" ("k\'ey" int primary key, "va;lue %s" text)')
    shared.sql("""insert into "odd schema"."a.b ""c"" %I" values (1, 'x')""")
    shared.make_bucket("b")
    shared.put("b", ["it's", 'a"b', "a\\b", "100%s"])
    return shared


def _untouched(desk: Project) -> bool:
    return desk.sql("select * from victims") == [(1, "safe")]


@pytest.mark.parametrize("name", NASTY)
def test_a_table_that_is_none_of_the_users_is_not_found(desk: Project, name: str) -> None:
    for call in (
        "select bucketdesk_read_rows(%s, '{id}', '{}')",
        "select bucketdesk_count_rows(%s)",
        "select bucketdesk_guard_table(%s)",
        "select bucketdesk_dependents(%s, '{}')",
        "select bucketdesk_rows_by_key(%s, '{id}', '[[\"1\"]]')",
    ):
        with pytest.raises(psycopg.errors.UndefinedTable, match="There is no table"):
            desk.sql(call, name)
    assert desk.batch(change("delete", name, {"id": "1"}))[0]["result"] == "failed"
    assert _untouched(desk)


@pytest.mark.parametrize("name", NASTY)
def test_a_column_that_is_none_is_not_found(desk: Project, name: str) -> None:
    for call, args in (
        ("select bucketdesk_read_rows('victims', %s, '{}')", [name]),
        ("select bucketdesk_read_rows('victims', '{id}', %s)", [name]),
        ("select bucketdesk_rows_by_key('victims', %s, '[]')", [name]),
    ):
        with pytest.raises(psycopg.errors.UndefinedColumn, match="has no column"):
            desk.sql(call, args)
    with pytest.raises(psycopg.errors.UndefinedColumn):
        desk.sql("select bucketdesk_find_rows('victims', '{id}', %s, '{x}')", name)
    problem = desk.value("select bucketdesk_check_key('victims', %s) ->> 'problem'", [name])
    assert "has no column" in str(problem)
    assert desk.results(
        change("update", "victims", {name: "1"}, None, {"word": "x"}),
        change("update", "victims", {"id": "1"}, {name: "x"}, {"word": "x"}),
        change("update", "victims", {"id": "1"}, None, {name: "x"}),
    ) == ["failed", "drifted", "failed"]
    assert _untouched(desk)


@settings(max_examples=40)
@given(
    value=some.one_of(
        some.sampled_from(NASTY), some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
    )
)
def test_a_value_is_only_ever_a_value(desk: Project, value: str) -> None:
    desk.sql("delete from victims where id = 2")
    (made,) = desk.batch(change("insert", "victims", {"id": "2"}, None, {"id": "2", "word": value}))
    assert made["row"] == {"id": "2", "word": value}
    found = desk.value("select bucketdesk_find_rows('victims', '{id}', 'word', %s)", [value])
    assert ["2", value] in found  # type: ignore[operator]
    page = desk.value("select bucketdesk_list_objects('b', %s, %s)", value, value)
    assert isinstance(page, dict)
    assert _word(desk) == "safe"


def _word(desk: Project) -> object:
    return desk.value("select word from victims where id = 1")


@pytest.mark.parametrize("value", ["1; drop table victims", "1' or '1'='1", "1)::int) or ((1"])
def test_a_key_that_is_no_number_is_refused_by_its_type(desk: Project, value: str) -> None:
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        desk.sql("select bucketdesk_read_rows('victims', '{id}', '{}', %s)", [value])
    (answer,) = desk.batch(change("delete", "victims", {"id": value}))
    assert answer["result"] == "failed"
    assert _word(desk) == "safe"


def test_odd_names_work_like_any_other(desk: Project) -> None:
    name = 'odd schema.a.b "c" %I'
    tables = desk.value("select bucketdesk_tables()")
    assert isinstance(tables, list)
    assert ("odd schema", 'a.b "c" %I') in {(one["schema"], one["name"]) for one in tables}
    page = desk.value("select bucketdesk_read_rows(%s, %s, %s)", name, ["k'ey"], ["va;lue %s"])
    assert isinstance(page, dict)
    assert page["rows"] == [["1", "x"]]
    (answer,) = desk.batch(change("update", name, {"k'ey": "1"}, {"va;lue %s": "x"}, {"va;lue %s": "y'"}))
    assert answer["row"] == {"k'ey": "1", "va;lue %s": "y'"}
    desk.sql("select bucketdesk_guard_table(%s)", name)
    desk.sql("select bucketdesk_unguard_table(%s)", name)
    desk.batch(change("update", name, {"k'ey": "1"}, None, {"va;lue %s": "x"}))


def test_objects_with_quotes_in_their_names_are_found(desk: Project) -> None:
    names = ["it's", 'a"b', "a\\b", "100%s"]
    found = desk.value("select bucketdesk_stat_objects('b', %s)", names)
    assert isinstance(found, list)
    assert [one[0] for one in found] == names
    for name in names:
        page = desk.value("select bucketdesk_list_objects('b', %s)", name)
        assert isinstance(page, dict)
        assert [one[0] for one in page["objects"]] == [name]


def test_a_type_whose_name_is_sql_is_only_a_type(desk: Project) -> None:
    desk.sql('create domain "text; drop table victims; --" as text')
    desk.sql('create table typed (id "text; drop table victims; --" primary key)')
    desk.sql("insert into typed values ('a'), ('b')")
    page = desk.value("select bucketdesk_read_rows('typed', '{id}', '{}', '{a}')")
    assert isinstance(page, dict)
    assert page["rows"] == [["b"]]
    assert _word(desk) == "safe"


def test_functions_and_operators_that_somebody_slips_into_public_are_not_called(desk: Project) -> None:
    desk.sql("create function public.format(text, variadic text[]) returns text language sql as 'select (1/0)::text'")
    desk.sql("create function public.evil(int, int) returns bool language plpgsql as 'begin raise ''evil''; end'")
    desk.sql("create operator public.= (leftarg = int, rightarg = int, function = public.evil)")
    rows = desk.value("select bucketdesk_rows_by_key('victims', '{id}', %s)", json.dumps([["1"]]))
    assert rows == [{"id": "1", "word": "safe"}]
    assert desk.results(change("update", "victims", {"id": "1"}, {"word": "safe"}, {"word": "safe!"})) == ["done"]
    assert desk.results(change("update", "victims", {"id": "1"}, {"word": "safe!"}, {"word": "safe"})) == ["done"]
