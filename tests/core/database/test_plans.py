"""What PostgreSQL does to answer our questions of large tables: an index, never a walk through all of it."""

from __future__ import annotations

import re

import psycopg
import pytest

from tests.core.database.projects import Project, change
from tests.servers.postgres import postgres

ROWS = 20_000


@pytest.fixture(scope="module")
def large(shared: Project) -> Project:
    project = shared
    project.make_bucket("big")
    project.put("big", [f"{n % 50:02d}/{n:06d}.jpg" for n in range(ROWS)])
    project.sql(
        "create table pictures (id uuid primary key default gen_random_uuid(), path text, year int, number int, "
        "object uuid references storage.objects (id), unique (year, number))"
    )
    project.sql("create index pictures_path on pictures (path); create index pictures_object on pictures (object)")
    project.sql(
        "insert into pictures (path, year, number) "
        f"select i || '.jpg', mod(i, 9), i from generate_series(1, {ROWS}) as i"
    )
    project.sql("analyze storage.objects; analyze pictures")
    return project


def _plan(project: Project, statement: str) -> str:
    return "\n".join(str(line) for (line,) in project.sql(f"explain {statement}"))


def _sql(project: Project, function: str, *args: object) -> str:
    places = ", ".join(["%s"] * len(args))
    return str(project.value(f"select bucketdesk.{function}({places})", *args))


@pytest.mark.parametrize(
    ("prefix", "after", "until"),
    [("", "", ""), ("", "25/010000", ""), ("3", "31/01", ""), ("", "49/019999.jpg", ""), ("", "25/010000", "26/")],
)
def test_a_page_of_objects_walks_the_index_in_bytewise_order(
    large: Project, prefix: str, after: str, until: str
) -> None:
    plan = _plan(large, _sql(large, "page_sql", "big", prefix, after, until, 500))
    assert "idx_objects_bucket_id_name" in plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("after", ["", "31/000500"])
def test_a_page_of_a_small_folder_reads_no_more_than_the_folder(large: Project, after: str) -> None:
    plan = _plan(large, _sql(large, "page_sql", "big", "31/", after, "", 500))
    assert re.search(r"Index Cond: .*'31/'", plan)
    assert "Seq Scan" not in plan


@pytest.mark.parametrize("after", [None, ["0"]])
def test_a_page_of_rows_walks_the_keys_index(large: Project, after: list[str] | None) -> None:
    last = None if after is None else ["00000000-0000-0000-0000-000000000000"]
    statement = _sql(
        large, "rows_page_sql", large.value("select 'pictures'::regclass::oid"), ["id"], ["path"], last, 500
    )
    plan = _plan(large, statement)
    assert "pictures_pkey" in plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan


def test_a_page_of_rows_with_a_key_of_two_columns_walks_its_index(large: Project) -> None:
    rel = large.value("select 'pictures'::regclass::oid")
    statement = _sql(large, "rows_page_sql", rel, ["year", "number"], ["path"], ["4", "1000"], 500)
    plan = _plan(large, statement)
    assert "Index Cond: (ROW(year, number) > ROW(4, 1000))" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize(("column", "index"), [("path", "pictures_path"), ("object", "pictures_object")])
def test_finding_rows_by_value_uses_the_columns_index(large: Project, column: str, index: str) -> None:
    statement = _sql(large, "find_sql", large.value("select 'pictures'::regclass::oid"), ["id"], column)
    plan = _plan(large, statement.replace("$1", "array['1.jpg', 'b8b1e3a0-0000-4000-8000-000000000000']"))
    assert index in plan
    assert "Seq Scan" not in plan


def test_policies_look_at_the_registry_once_not_for_every_object(large: Project) -> None:
    large.sql("select setup_image_bucket_policies('big')")
    with large.acting("authenticated", "staff") as staff:
        lines = staff.sql("explain (analyze, costs off, timing off) select count(*) from storage.objects")
    plan = "\n".join(str(line) for (line,) in lines)
    assert "InitPlan" in plan
    assert "hashed SubPlan" in plan
    assert "loops=20000" not in plan


def test_pages_of_a_listing_add_up_and_are_in_bytewise_order(large: Project) -> None:
    large.make_bucket("odd")
    large.put("odd", ["a", "a-1", "a.bak", "a/b", "B", "_", "x y", "Zebra", "images", "images2/1"])
    for bucket, size, amount in (("odd", 3, 10), ("big", 7000, ROWS)):
        seen: list[str] = []
        more, after = True, ""
        while more:
            page = large.value("select bucketdesk_list_objects(%s, '', %s, %s)", bucket, after, size)
            assert isinstance(page, dict)
            assert page["sees_all"] is page["bucket"] is True
            seen += [one[0] for one in page["objects"]]
            more, after = page["more"], seen[-1]
        assert len(seen) == amount
        assert seen == sorted(seen, key=str.encode)


def test_a_page_after_a_key_with_null_is_refused_for_it_would_look_like_the_end(large: Project) -> None:
    with pytest.raises(psycopg.errors.NullValueNotAllowed, match="Some rows of pictures have no key"):
        large.sql("select bucketdesk_read_rows('pictures', '{year,number}', '{}', '{4,NULL}')")


def test_keys_of_a_type_that_an_extension_brought_are_compared_by_its_own_operators(large: Project) -> None:
    if not large.value("select exists (select from pg_available_extensions where name = 'vector')"):
        pytest.skip("this PostgreSQL has no extension to take a type from")
    with postgres().connect(large.name) as connection:
        connection.execute(
            "create schema if not exists elsewhere; create extension if not exists vector schema elsewhere"
        )
        connection.execute("grant usage on schema elsewhere to public")
    large.sql("create table spots (place elsewhere.vector(2) primary key, name text)")
    large.sql("insert into spots select format('[%s,0]', n)::elsewhere.vector, n from generate_series(1, 9) as n")
    page = large.value("select bucketdesk_read_rows('spots', '{place}', '{name}', '{\"[7,0]\"}')")
    assert isinstance(page, dict)
    assert page["rows"] == [["[8,0]", "8"], ["[9,0]", "9"]]
    assert large.value("select bucketdesk_rows_by_key('spots', '{place}', '[[\"[2,0]\"]]') -> 0 ->> 'name'") == "2"
    wanted = change("update", "spots", {"place": "[3,0]"}, {"name": "3"}, {"place": "[3,1]"})
    assert large.results(wanted) == ["done"]
    assert large.value("select bucketdesk_check_key('spots', '{place}') ->> 'problem'") is None


def test_pages_of_rows_add_up(large: Project) -> None:
    seen: list[object] = []
    after: list[object] | None = None
    while True:
        page = large.value(
            "select bucketdesk_read_rows('pictures', '{year,number}', '{path}', %s::text[], 6000)", after
        )
        assert isinstance(page, dict)
        if not page["rows"]:
            break
        seen += [tuple(row) for row in page["rows"]]
        after = page["rows"][-1][:2]
    assert len(seen) == len(set(seen)) == ROWS
