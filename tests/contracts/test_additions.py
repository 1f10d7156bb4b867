"""Adding rows to a catalog: each whole or not at all, with a key that the catalog makes, by whoever may write there."""

from __future__ import annotations

import json

import pytest

from core.errors import NotAllowed, NotFound, Trouble
from core.models import Result, RowAction, RowChange
from core.ports import Catalog
from tests.contracts.catalog_worlds import READING, CatalogWorld, open_catalog
from tests.servers.project import supabase_project

TESTS = "CREATE TABLE tests (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, size INTEGER, note TEXT DEFAULT 'new');"


@pytest.fixture(params=READING)
def catalog_kind(request: pytest.FixtureRequest) -> str:
    """Plain PostgREST adds rows as everybody else does."""
    return str(request.param)


async def test_a_row_is_added_under_a_key_of_the_catalogs_own(catalogs: CatalogWorld, catalog: Catalog) -> None:
    catalogs.run(TESTS + "INSERT INTO tests VALUES (7, 'old', 1, 'x');")
    first, second = await catalog.add_rows("tests", [{"path": "a'\"\\,\n", "size": 3}, {"path": "b", "size": None}])
    assert (first.result, second.result) == (Result.DONE, Result.DONE)
    assert first.row == {"id": 8, "path": "a'\"\\,\n", "size": 3, "note": "new"}
    assert second.row == {"id": 9, "path": "b", "size": None, "note": "new"}
    assert catalogs.rows("SELECT count(*) FROM tests") == [(3,)]


async def test_what_the_table_does_not_take_stops_no_other_row(catalogs: CatalogWorld, catalog: Catalog) -> None:
    catalogs.run(TESTS)
    rows = [{"path": "a"}, {"path": "a"}, {"path": None}, {"path": "b", "size": 1}]
    found = await catalog.add_rows("tests", rows)
    assert [one.result for one in found] == [Result.DONE, Result.FAILED, Result.FAILED, Result.DONE]
    assert all("tests does not allow it" in one.reason for one in found[1:3])
    assert catalogs.rows("SELECT path FROM tests ORDER BY path") == [("a",), ("b",)]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_an_ended_sign_in_says_nothing_about_the_rows(method: str) -> None:
    """What everything would meet is waited out by whoever writes; only what a table refuses is its row's own."""
    with supabase_project(migrated=False) as project:
        project.sql(
            "create table tests (id int primary key, path text); insert into tests values (7, 'old');"
            "grant all on tests to service_role"
        )
        catalog = await open_catalog(project)
        struck = project.faults.add(f"{method} /rest/v1/tests", "expired", times=1)
        values = RowChange(RowAction.UPDATE, "tests", ("id",), (7,), {"path": "old"}, {"path": "new"})
        try:
            with pytest.raises(NotAllowed) as caught:
                await (catalog.add_rows("tests", [{"id": 8}]) if method == "POST" else catalog.update_rows([values]))
        finally:
            await catalog.close()
        assert (caught.value.trouble, struck.hits) == (Trouble.SIGNED_OUT, 1)
        assert project.sql("select * from tests") == [(7, "old")]


async def test_equal_rows_are_added_as_often_as_they_are_asked_for(catalogs: CatalogWorld, catalog: Catalog) -> None:
    catalogs.run("CREATE TABLE notes (id INTEGER PRIMARY KEY, word TEXT)")
    await catalog.add_rows("notes", [{"word": "same"}, {"word": "same"}])
    assert catalogs.rows("SELECT count(*) FROM notes") == [(2,)]
    assert await catalog.add_rows("notes", []) == ()


async def test_wrong_names_are_said_before_anything_is_added(catalogs: CatalogWorld, catalog: Catalog) -> None:
    catalogs.run(TESTS)
    with pytest.raises(NotFound, match="nowhere"):
        await catalog.add_rows("nowhere", [{"path": "a"}])
    if catalogs.kind.startswith("supabase"):
        with pytest.raises(NotFound, match="colour"):
            await catalog.add_rows("tests", [{"path": "a", "colour": "green"}])
    else:
        (found,) = await catalog.add_rows("tests", [{"path": "a", "colour": "green"}])
        assert found.result is Result.FAILED and "colour" in found.reason
    assert catalogs.rows("SELECT count(*) FROM tests") == [(0,)]


async def test_a_row_is_brought_up_to_date_only_if_it_is_as_recorded(catalogs: CatalogWorld, catalog: Catalog) -> None:
    catalogs.run(TESTS + "INSERT INTO tests VALUES (1, 'a', 1, 'x'), (2, 'b', 2, NULL);")
    rows = [row.values for row in await catalog.rows("tests", ["id"], [(1,), (2,)]) if row is not None]
    changes = [
        RowChange(RowAction.UPDATE, "tests", ("id",), (1,), rows[0], {"size": 9, "note": "y\"'"}),
        RowChange(RowAction.UPDATE, "tests", ("id",), (2,), {**rows[1], "size": 3}, {"size": 9}),
        RowChange(RowAction.UPDATE, "tests", ("id",), (2,), rows[1], {"path": "a"}),
        RowChange(RowAction.UPDATE, "tests", ("id",), (7,), rows[1], {"size": 9}),
    ]
    found = await catalog.update_rows(changes)
    assert [one.result for one in found] == [Result.DONE, Result.DRIFTED, Result.FAILED, Result.DRIFTED]
    assert found[0].row == {"id": 1, "path": "a", "size": 9, "note": "y\"'"}
    assert catalogs.rows("SELECT * FROM tests ORDER BY id") == [(1, "a", 9, "y\"'"), (2, "b", 2, None)]


async def test_json_arrays_and_times_arrive_as_what_they_are(catalogs: CatalogWorld, catalog: Catalog) -> None:
    if catalogs.kind not in ("supabase", "supabase-plain"):
        pytest.skip("SQLite has no such types")
    catalogs.run(
        "CREATE TABLE typed (id INTEGER PRIMARY KEY, data jsonb, paths text[], at timestamptz, ok bool, load numeric)"
    )
    data = json.dumps({"a": [1, "x", None], "ü": '"'})
    row = {"data": data, "paths": '{"a,b","c\\"d"}', "at": "2026-11-21T10:00:00.5+00:00", "ok": "true", "load": "1.50"}
    (found,) = await catalog.add_rows("typed", [row])
    assert found.result is Result.DONE, found.reason
    assert catalogs.rows("SELECT data->'a'->>1, paths[1], paths[2], ok, load::text FROM typed") == [
        ("x", "a,b", 'c"d', True, "1.50")
    ]
    assert found.row is not None and str(found.row["at"]).startswith("2026-11-21 10:00:00.5")
    assert (await catalog.rows("typed", ["id"], [(1,)]))[0].values == found.row  # type: ignore[union-attr]
