"""The traps of reading and changing rows on Supabase (facts.md A5), each on a real PostgreSQL."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence

import pytest

from core.clients.supabase.catalog import SupabaseCatalog
from core.clients.supabase.probe import probe
from core.errors import NotAllowed, NotFound
from core.models import Outcome, Result, Row, RowAction, RowChange, RowKey, Value
from tests.contracts.catalog_worlds import open_catalog
from tests.core.supabase.scripted import Token, connected
from tests.servers.project import SupabaseProject, supabase_project

OPEN = "; grant all on all tables in schema public to anon, authenticated, service_role"


@pytest.fixture(params=["functions", "plain"])
def project(request: pytest.FixtureRequest) -> Iterator[SupabaseProject]:
    """A project, set up or not."""
    with supabase_project(migrated=request.param == "functions") as made:
        yield made


@contextlib.asynccontextmanager
async def opened(project: SupabaseProject, key: str = "", token: str = "") -> AsyncIterator[SupabaseCatalog]:
    catalog = await open_catalog(project, key, token)
    try:
        yield catalog
    finally:
        await catalog.close()


async def walk(catalog: SupabaseCatalog, table: str, key: Sequence[str], columns: Sequence[str]) -> list[Row]:
    found: list[Row] = []
    after: RowKey | None = None
    while True:
        page = await catalog.read(table, key, columns, after)
        found += page.rows
        if page.cursor is None:
            return found
        after = page.cursor


async def test_a_service_that_cuts_answers_short_hides_no_row(project: SupabaseProject) -> None:
    project.settings.max_rows = 7
    project.sql(f"create table t (id int primary key, path text){OPEN}")
    project.sql("insert into t select n, 'p' || n % 10 from generate_series(1, 200) n")
    async with opened(project) as catalog:
        rows = await walk(catalog, "t", ["id"], ["path"])
        assert [row.key for row in rows] == [(n,) for n in range(1, 201)]
        assert len(await catalog.rows("t", ["id"], [(n,) for n in range(50, 100)])) == 50
        assert None not in await catalog.rows("t", ["id"], [(n,) for n in range(50, 100)])
        assert len(await catalog.find("t", ["id"], "path", ["p3", "p4"])) == 40
        assert await catalog.count("t") == 200
        await catalog.check_key("t", ["id", "path"])


HARD = [
    "a,b",
    'a"b',
    "a\\b",
    "a)b",
    "a.b",
    "in.(x)",
    "null",
    "",
    " ",
    "é",
    "a'b",
    "a%20b",
    "a+b&c=d#e",
    "{x}",
    "*",
    "\n",
]


async def test_no_character_of_a_name_or_value_is_misread(project: SupabaseProject) -> None:
    project.sql(f'create table "My, table" ("a,b" text, "or" text, "select" text, primary key ("a,b", "or")){OPEN}')
    pairs = [(one, other) for one in HARD for other in HARD]
    for one, other in pairs:
        project.sql('insert into "My, table" values (%s, %s, %s)', one, other, one + other)
    async with opened(project) as catalog:
        key = ["a,b", "or"]
        rows = await walk(catalog, "My, table", key, ["select"])
        assert sorted(row.key for row in rows) == sorted(pairs)
        assert all(row.values["select"] == "".join(map(str, row.key)) for row in rows)
        small = [page async for page in small_pages(catalog, "My, table", key)]
        assert [row.key for row in small] == [row.key for row in rows]
        found = await catalog.rows("My, table", key, pairs)
        assert [row and row.key for row in found] == pairs
        for value in HARD:
            named = await catalog.find("My, table", key, "a,b", [value])
            assert sorted(named) == sorted(((value, other), value) for other in HARD)


async def small_pages(catalog: SupabaseCatalog, table: str, key: Sequence[str]) -> AsyncIterator[Row]:
    after: RowKey | None = None
    while True:
        page = await catalog.read(table, key, [], after, 5)
        for row in page.rows:
            yield row
        if page.cursor is None:
            return
        after = page.cursor


async def test_no_url_grows_too_long(project: SupabaseProject) -> None:
    project.sql(f"create table t (id uuid primary key default gen_random_uuid(), path text){OPEN}")
    project.sql("insert into t (path) select repeat('ö', 100) || n from generate_series(1, 300) n")
    async with opened(project) as catalog:
        rows = await walk(catalog, "t", ["id"], ["path"])
        again = await catalog.rows("t", ["id"], [row.key for row in rows])
        assert [row and row.values["path"] for row in again] == [row.values["path"] for row in rows]
        named = await catalog.find("t", ["id"], "path", [str(row.values["path"]) for row in rows])
        assert len(named) == 300
    assert max(len(request.query) for request in project.requests) < 8_000


async def test_rows_that_policies_hide_are_never_taken_for_missing(project: SupabaseProject) -> None:
    project.sql(f"create table t (id int primary key, path text){OPEN}")
    project.sql("insert into t values (1, 'a'), (2, 'b')")
    project.sql(
        "alter table t enable row level security; create policy p on t for select to authenticated using (id = 1)"
    )
    staff = project.token(uuid.uuid4(), "staff")
    async with opened(project, project.anon_key, staff) as catalog:
        page = await catalog.read("t", ["id"], ["path"])
        assert [row.key for row in page.rows] == [(1,)] and "hide rows of t" in page.hidden
    manager = project.token(uuid.uuid4(), "manager")
    async with opened(project, project.anon_key, manager) as catalog:
        page = await catalog.read("t", ["id"], ["path"])
        assert bool(page.hidden) is (len(page.rows) < 2)
    async with opened(project) as catalog:
        page = await catalog.read("t", ["id"], ["path"])
        assert len(page.rows) == 2 and page.hidden == ""


async def test_a_row_security_that_binds_even_the_owner_is_noticed(supabase: SupabaseProject) -> None:
    supabase.sql(f"create table t (id int primary key){OPEN}")
    supabase.sql("insert into t values (1)")
    supabase.sql("alter table t enable row level security; alter table t force row level security")
    async with opened(supabase, supabase.anon_key, supabase.token(uuid.uuid4(), "manager")) as catalog:
        page = await catalog.read("t", ["id"], [])
        assert len(page.rows) == 1 or page.hidden


async def test_other_schemas_go_by_their_name(project: SupabaseProject) -> None:
    project.sql("create schema api; grant usage on schema api to service_role; create table api.t (id int primary key)")
    project.sql("grant all on api.t to service_role; insert into api.t values (1)")
    async with opened(project) as catalog:
        try:
            assert (await catalog.read("api.t", ["id"], [])).rows == (Row((1,), {}),)
            assert await catalog.count("api.t") == 1
        except NotAllowed as refused:  # PostgREST serves only the schemas that it is told to
            assert "api" in refused.message and refused.hint
        with pytest.raises((NotFound, NotAllowed)):
            await catalog.table("nowhere.t")


async def test_values_are_the_same_text_with_the_functions_and_without() -> None:
    found = []
    for migrated in (True, False):
        with supabase_project(migrated=migrated) as project:
            project.sql(KINDS)
            project.sql(FILLED)
            async with opened(project) as catalog:
                (row,) = await catalog.rows("kinds", ["id"], [(1,)])
                columns = [column.name for column in (await catalog.table("kinds")).columns]
                page = await catalog.read("kinds", ["id"], columns)
                assert row is not None and row.values.items() <= page.rows[0].values.items()
                found.append(page.rows[0].values)
    assert found[0] == found[1] and found[0]["names"] == '{a,"b c","d\\"e",NULL}'


KINDS = f"""
create type mood as enum ('good', 'bad');
create table kinds (id bigint generated always as identity primary key, small smallint, ratio double precision,
    exact numeric, flag boolean, at timestamptz, plain timestamp, day date, took interval, data jsonb, raw json,
    bytes bytea, names text[], numbers int[], number uuid, how mood, net inet,
    twice bigint generated always as (small * 2) stored, "Mixed, case" varchar(20)){OPEN}"""
FILLED = """
insert into kinds (small, ratio, exact, flag, at, plain, day, took, data, raw, bytes, names, numbers, number, how, net,
    "Mixed, case") values (7, 0.1::float8 + 0.2, '12345678901234567890.1200', true, '2026-01-02 03:04:05.678901+02',
    '2026-01-02 03:04', '2026-01-02', '1 day 02:03', '{"b": [1, 2.50], "a": "é"}', '{"b":1,  "a":2}', '\\x00ff',
    array['a', 'b c', 'd"e', null], array[1, null], '6f1c1f43-4f6c-4c1f-8f5e-000000000001', 'good', '10.0.0.1', 'x')"""


async def test_every_type_survives_deletion_and_return(supabase: SupabaseProject) -> None:
    supabase.sql(KINDS)
    supabase.sql(FILLED)
    before = supabase.sql("select k::text from kinds k")
    async with opened(supabase) as catalog:
        (row,) = await catalog.rows("kinds", ["id"], [(1,)])
        assert row is not None and row.values["id"] == 1 and row.values["exact"] == "12345678901234567890.1200"
        deleted = RowChange(RowAction.DELETE, "kinds", ("id",), (1,), row.values, None)
        assert await catalog.change([deleted]) == (Outcome(Result.DONE),)
        back = RowChange(RowAction.INSERT, "kinds", ("id",), (1,), None, row.values)
        (ended,) = await catalog.change([back])
        assert ended.result is Result.DONE and ended.row == row.values
    assert supabase.sql("select k::text from kinds k") == before


CHANGED: dict[str, Value] = {
    "small": -3,
    "exact": "0.10",
    "at": "2026-05-05 00:00:00+00",
    "data": '{"a": null}',
    "bytes": "\\x",
    "names": '{x,"y z"}',
    "how": "bad",
    "flag": "false",
    "number": None,
}


async def test_every_type_can_be_changed_and_changed_back(supabase: SupabaseProject) -> None:
    supabase.sql(KINDS)
    supabase.sql(FILLED)
    before = supabase.sql("select k::text from kinds k")
    async with opened(supabase) as catalog:
        (row,) = await catalog.rows("kinds", ["id"], [(1,)])
        assert row is not None
        (ended,) = await catalog.change([RowChange(RowAction.UPDATE, "kinds", ("id",), (1,), row.values, CHANGED)])
        assert ended.result is Result.DONE and ended.row is not None, ended.reason
        assert ended.row.items() >= CHANGED.items()
        undo = {name: row.values[name] for name in CHANGED}
        (again,) = await catalog.change([RowChange(RowAction.UPDATE, "kinds", ("id",), (1,), ended.row, undo)])
        assert again.result is Result.DONE
    assert supabase.sql("select k::text from kinds k") == before


async def test_columns_that_point_at_objects_by_id_are_told_by_name(supabase: SupabaseProject) -> None:
    number = supabase.put("photos", "a/b c.jpg")
    other = supabase.put("photos-1", "x.jpg")
    supabase.sql(
        "create table t (id int primary key, object uuid references storage.objects (id), spare uuid references"
        f" storage.objects (id)){OPEN}"
    )
    supabase.sql("insert into t values (1, %s, null), (2, %s, %s)", number, other, number)
    async with opened(supabase) as catalog:
        table = await catalog.table("t")
        assert [(c.name, c.text_like) for c in table.columns] == [("id", False), ("object", True), ("spare", True)]
        page = await catalog.read("t", ["id"], ["object", "spare"])
        assert [tuple(row.values.values()) for row in page.rows] == [
            ("photos/a/b c.jpg", None),
            ("photos-1/x.jpg", "photos/a/b c.jpg"),
        ]
        found = await catalog.find("t", ["id"], "object", ["photos/a/b c.jpg", "photos/none", "nothing", number])
        assert sorted(found) == [((1,), number), ((1,), "photos/a/b c.jpg")]
        (row,) = await catalog.rows("t", ["id"], [(1,)])
        assert row is not None and row.values["object"] == number


async def test_a_change_whose_answer_gets_lost_is_made_once(supabase: SupabaseProject) -> None:
    supabase.sql(f"create table t (id bigint generated always as identity primary key, path text){OPEN}")
    insert = RowChange(RowAction.INSERT, "t", ("id",), (None,), None, {"path": "a"})
    place = "POST /rest/v1/rpc/bucketdesk_apply_batch"
    async with opened(supabase) as catalog:
        await catalog.tables()
        for details in ({}, {"value": 5}):
            lost = supabase.faults.add(place, "reset", side="response", times=1, **details)
            (ended,) = await catalog.change([insert])
            assert lost.hits == 1 and ended.result is Result.DONE
            update = RowChange(RowAction.UPDATE, "t", ("id",), (1,), {"id": 1, "path": "a"}, {"path": "b"})
            back = RowChange(RowAction.UPDATE, "t", ("id",), (1,), {"id": 1, "path": "b"}, {"path": "a"})
            supabase.faults.add(place, "reset", side="response", times=1, **details)
            assert [(await catalog.change([one]))[0].result for one in (update, back)] == [Result.DONE, Result.DONE]
    assert supabase.sql("select id, path from t") == [(1, "a")]


async def test_a_key_may_be_generated_and_a_table_wide(project: SupabaseProject) -> None:
    wide = ", ".join(f"a_column_with_a_long_name_{n} text" for n in range(120))
    project.sql(
        f"create table t (a int, id text generated always as (a::text || 'k') stored primary key, {wide}){OPEN}"
    )
    project.sql("insert into t (a) select n from generate_series(0, 49) n")
    with_keys = [(f"{n}k",) for n in range(50)]
    async with opened(project) as catalog:
        found = await catalog.rows("t", ["id"], [*with_keys, ("nothing",)])
        assert [row and row.key for row in found] == [*with_keys, None]
        assert [row and row.values["a"] for row in found[:3]] == [0, 1, 2]
    assert max(len(request.query) for request in project.requests) < 8_000


async def test_a_unique_index_over_required_columns_is_as_good_as_a_primary_key(supabase: SupabaseProject) -> None:
    supabase.sql(f"create table t (a text not null, b int not null, c text, unique (b, a), unique (c)){OPEN}")
    supabase.sql("create table loose (a text unique)")
    async with opened(supabase) as catalog:
        assert (await catalog.table("t")).primary_key == ("b", "a")
        await catalog.check_key("t", ["b", "a"])
        assert (await catalog.table("loose")).primary_key == ()


async def test_testing_a_connection_reads_for_real(project: SupabaseProject) -> None:
    project.sql(f"create table t (id int primary key, path text){OPEN}")
    project.put("a b & c", "a.jpg")
    async with connected(project.url, Token(key=project.service_key)) as session:
        found = await probe(session, ["t", "gone"])
    assert found.tried == {"buckets": "", "objects": "", "tables": "", "rows": ""}
    assert found.sources["t"] == "" and "gone" in found.sources["gone"]
    lines = {line.name: line for line in found.lines()}
    assert (lines["Table t"].state, lines["Table gone"].state) == ("yes", "no") and lines["Table gone"].next_step
