"""Changing a catalog: one row exactly, as recorded, or nothing."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.models import Outcome, Result, Row, RowAction, RowChange, Value
from core.ports import Catalog
from tests.contracts.catalog_worlds import CHANGING, CatalogWorld, catalog_world

IMAGES = """
CREATE TABLE images (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, size INTEGER);
INSERT INTO images VALUES (1, 'a.jpg', 10), (2, 'b.jpg', NULL), (3, 'c.jpg', 30);
"""
A: Mapping[str, Value] = {"id": 1, "path": "a.jpg", "size": 10}
B: Mapping[str, Value] = {"id": 2, "path": "b.jpg", "size": None}


def delete(before: Mapping[str, Value], table: str = "images") -> RowChange:
    return RowChange(RowAction.DELETE, table, ("id",), (before["id"],), before, None)


def update(before: Mapping[str, Value], **after: Value) -> RowChange:
    return RowChange(RowAction.UPDATE, "images", ("id",), (before["id"],), before, after)


def insert(after: Mapping[str, Value], *key: Value) -> RowChange:
    return RowChange(RowAction.INSERT, "images", ("id",), key or (after["id"],), None, after)


async def outcome(catalog: Catalog, change: RowChange) -> Outcome:
    (found,) = await catalog.change([change])
    assert (found.reason == "") is (found.result is Result.DONE)
    return found


@pytest.fixture
def images(catalogs: CatalogWorld) -> CatalogWorld:
    catalogs.run(IMAGES)
    return catalogs


async def test_a_row_is_deleted_and_put_back_as_it_was(images: CatalogWorld, catalog: Catalog) -> None:
    before = images.rows("SELECT * FROM images ORDER BY id")
    assert await outcome(catalog, delete(B)) == Outcome(Result.DONE)
    assert images.rows("SELECT id FROM images") == [(1,), (3,)]
    assert await outcome(catalog, insert(B)) == Outcome(Result.DONE, row=B)
    assert images.rows("SELECT * FROM images ORDER BY id") == before


async def test_an_update_returns_the_row_as_it_left_it(images: CatalogWorld, catalog: Catalog) -> None:
    assert (await outcome(catalog, update(A, path="x.jpg", size=None))).row == {"id": 1, "path": "x.jpg", "size": None}
    assert images.rows("SELECT path FROM images WHERE id = 1") == [("x.jpg",)]


async def test_a_row_that_is_not_as_recorded_is_left_alone(images: CatalogWorld, catalog: Catalog) -> None:
    before = images.rows("SELECT * FROM images")
    for change in (
        delete({**A, "size": 11}),
        delete({**A, "size": "10"}),
        delete({**A, "size": 10.0}),
        delete({**A, "size": None}),
        delete({**A, "id": 7}),
        update({**A, "path": "A.jpg"}, size=1),
        update({**A, "vanished": 1}, size=1),
    ):
        assert (await outcome(catalog, change)).result is Result.DRIFTED
    assert images.rows("SELECT * FROM images") == before


async def test_inserting_what_stands_there_already_is_done_and_over_another_row_is_drift(
    images: CatalogWorld, catalog: Catalog
) -> None:
    assert await outcome(catalog, insert(A)) == Outcome(Result.DONE, row=A)
    assert (await outcome(catalog, insert({**A, "size": 99}))).result is Result.DRIFTED
    assert images.rows("SELECT size FROM images WHERE id = 1") == [(10,)]


async def test_a_row_whose_number_the_table_chooses_is_inserted_once(images: CatalogWorld, catalog: Catalog) -> None:
    row: Mapping[str, Value] = {"path": "new.jpg", "size": 5}
    first = await outcome(catalog, insert(row, None))
    assert first.row == {"id": 4, **row}
    assert await outcome(catalog, insert(row, None)) == first
    assert images.rows("SELECT count(*) FROM images") == [(4,)]


async def test_each_change_of_a_call_ends_on_its_own(images: CatalogWorld, catalog: Catalog) -> None:
    changes = [delete(A), update(B, path="c.jpg"), update(B, size=2), insert({"id": 8, "path": None, "size": 1})]
    found = await catalog.change(changes)
    assert [one.result for one in found] == [Result.DONE, Result.FAILED, Result.DONE, Result.FAILED]
    assert images.rows("SELECT id, path, size FROM images ORDER BY id") == [(2, "b.jpg", 2), (3, "c.jpg", 30)]
    assert await catalog.change([]) == ()


@pytest.mark.parametrize("action", ["CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION"])
async def test_a_row_that_others_depend_on_is_not_deleted(images: CatalogWorld, catalog: Catalog, action: str) -> None:
    images.run(
        f"""CREATE TABLE tags (id INTEGER PRIMARY KEY, image INTEGER DEFAULT 3 REFERENCES images ON DELETE {action});
        INSERT INTO tags VALUES (1, 1);"""
    )
    found = await outcome(catalog, delete(A))
    assert found.result is Result.FAILED and "tags" in found.reason
    assert (await outcome(catalog, update(A, id=7))).result is Result.FAILED
    assert images.rows("SELECT * FROM tags") == [(1, 1)]
    assert images.rows("SELECT count(*) FROM images") == [(3,)]
    children = await catalog.change([delete({"id": 1, "image": 1}, "tags"), delete(A)])
    assert [one.result for one in children] == [Result.DONE, Result.DONE]


async def test_a_delete_trigger_refuses_and_no_trigger_reaches_further_rows(
    images: CatalogWorld, catalog: Catalog
) -> None:
    images.run(
        """CREATE TABLE log (line TEXT);
        CREATE TRIGGER more AFTER UPDATE ON images BEGIN INSERT INTO log VALUES ('x'); END;
        CREATE TRIGGER gone AFTER DELETE ON images BEGIN DELETE FROM log; END;"""
    )
    assert "rigger" in (await outcome(catalog, delete(A))).reason
    if images.counts_what_triggers_do:
        assert (await outcome(catalog, update(A, size=11))).result is Result.FAILED
    assert images.rows("SELECT size FROM images WHERE id = 1") == [(10,)]
    assert images.rows("SELECT * FROM log") == []


async def test_a_constraint_that_only_the_commit_checks_fails_its_own_change(
    images: CatalogWorld, catalog: Catalog
) -> None:
    images.run(
        "CREATE TABLE tags (id INTEGER PRIMARY KEY, image INTEGER REFERENCES images DEFERRABLE INITIALLY DEFERRED)"
    )
    wrong = RowChange(RowAction.INSERT, "tags", ("id",), (1,), None, {"id": 1, "image": 99})
    right = RowChange(RowAction.INSERT, "tags", ("id",), (2,), None, {"id": 2, "image": 3})
    found = await catalog.change([delete(A), wrong, right])
    assert [one.result for one in found] == [Result.DONE, Result.FAILED, Result.DONE]
    assert images.rows("SELECT * FROM tags") == [(2, 3)]


async def test_our_own_changes_are_not_somebody_elses(images: CatalogWorld, catalog: Catalog) -> None:
    await outcome(catalog, update(A, size=11))
    token = await catalog.change_token()
    await outcome(catalog, update({**A, "size": 11}, size=12))
    assert await catalog.change_token() == token
    images.run("DELETE FROM images")
    assert (await catalog.change_token() != token) is images.tells_changes


@pytest.mark.parametrize("kind", CHANGING)
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
async def test_undoing_any_changes_in_reverse_gives_the_first_table_again(kind: str, data: st.DataObject) -> None:
    async with catalog_world(kind) as world:
        world.run(IMAGES)
        first = world.rows("SELECT * FROM images ORDER BY id")
        done: list[tuple[RowChange, Outcome]] = []
        for number in range(data.draw(st.integers(0, 8))):
            rows = await world.catalog.rows("images", ["id"], [(n,) for n in (1, 2, 3)])
            row = data.draw(st.sampled_from([r for r in rows if r] or [None]))
            if row is None:
                break
            change = delete(row.values) if data.draw(st.booleans()) else update(row.values, path=f"{number}.jpg")
            done.append((change, await outcome(world.catalog, change)))
        for change, ended in reversed(done):
            assert ended.result is Result.DONE and change.before is not None
            back = insert(change.before) if ended.row is None else update(ended.row, path=change.before["path"])
            assert (await outcome(world.catalog, back)).result is Result.DONE
        assert world.rows("SELECT * FROM images ORDER BY id") == first


async def test_rows_read_and_rows_written_hold_the_same_values(images: CatalogWorld, catalog: Catalog) -> None:
    (row,) = await catalog.rows("images", ["id"], [(3,)])
    assert row == Row((3,), {"id": 3, "path": "c.jpg", "size": 30})
    ended = await outcome(catalog, update(row.values, path="ü 😀\n'\"\\.jpg"))
    assert ended.row == {"id": 3, "path": "ü 😀\n'\"\\.jpg", "size": 30}
    (row,) = await catalog.rows("images", ["id"], [(3,)])
    assert row is not None and row.values == ended.row


async def test_text_that_the_catalog_cannot_hold_is_refused_or_held(images: CatalogWorld, catalog: Catalog) -> None:
    ended = await outcome(catalog, update(A, path="a\0b.jpg"))
    (row,) = await catalog.rows("images", ["id"], [(1,)])
    assert row is not None and row.values == (ended.row or A)
    assert ended.result is (Result.DONE if ended.row else Result.FAILED)
