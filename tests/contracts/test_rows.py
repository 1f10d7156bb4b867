"""Reading a catalog: complete pages, whole rows, clear words about wrong names."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import NotFound, Unavailable, Unreadable, Usage
from core.models import Row, RowKey
from core.ports import Catalog
from tests.contracts.catalog_worlds import LOCAL, PLAIN, READING, CatalogWorld, catalog_world

FEW = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
IMAGES = """
CREATE TABLE images (id INTEGER PRIMARY KEY, path TEXT NOT NULL, size INTEGER);
INSERT INTO images VALUES (1, 'a.jpg', 10), (2, 'b.jpg', NULL), (5, 'a.jpg', 30), (9, 'd''x.jpg', 40);
"""


@pytest.fixture(params=READING)
def catalog_kind(request: pytest.FixtureRequest) -> str:
    """Plain PostgREST reads as everybody else does."""
    return str(request.param)


async def pages(
    catalog: Catalog, table: str, key: list[str], columns: list[str], limit: int | None = None
) -> list[Row]:
    found: list[Row] = []
    after: RowKey | None = None
    while True:
        page = await catalog.read(table, key, columns, after, limit)
        found += page.rows
        if page.cursor is None:
            return found
        assert page.cursor != after
        after = page.cursor


KEYS = st.sets(st.tuples(st.text("aAbB1", max_size=2), st.integers(-2, 3)), max_size=25)


@pytest.mark.parametrize("kind", LOCAL)
@FEW
@given(KEYS, st.integers(1, 6))
async def test_pages_of_any_size_hold_every_row_once(kind: str, keys: set[tuple[str, int]], limit: int) -> None:
    await hold_every_row_once(kind, keys, limit)


@pytest.mark.parametrize("kind", ["supabase", PLAIN])
@settings(FEW, max_examples=4)
@given(KEYS, st.integers(2, 6))
async def test_pages_of_a_service_hold_every_row_once(kind: str, keys: set[tuple[str, int]], limit: int) -> None:
    await hold_every_row_once(kind, keys, limit)


async def hold_every_row_once(kind: str, keys: set[tuple[str, int]], limit: int) -> None:
    async with catalog_world(kind) as world:
        world.run("CREATE TABLE t (word TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (word, number))")
        world.insert("t", list(keys))
        found = await pages(world.catalog, "t", ["word", "number"], ["number"], limit)
        assert sorted(row.key for row in found) == sorted(keys)
        assert all(row.values == {"number": row.key[1]} for row in found)
        whole = await pages(world.catalog, "t", ["word", "number"], ["number"])
        assert whole == found


async def test_tables_are_described(catalogs: CatalogWorld, catalog: Catalog) -> None:
    catalogs.run(IMAGES + "CREATE TABLE tags (image INTEGER REFERENCES images ON DELETE CASCADE, tag TEXT);")
    everything = await catalog.tables()
    assert [table.name for table in everything] == sorted(table.name for table in everything)
    tables = [table for table in everything if table.name in ("images", "tags")]  # ours stand beside them
    assert [table.name for table in tables] == ["images", "tags"]
    images = await catalog.table("images")
    assert images == tables[0]
    assert images.primary_key == ("id",) and not images.delete_trigger
    assert [(c.name, c.nullable, c.generated, c.text_like) for c in images.columns][1:] == [
        ("path", False, False, True),
        ("size", True, False, False),
    ]
    (foreign,) = images.referenced_by
    assert (foreign.table, foreign.columns, foreign.to_columns) == ("tags", ("image",), ("id",))
    assert foreign.on_delete == ("not told" if catalogs.kind == PLAIN else "cascade") and tables[1].referenced_by == ()


async def test_a_delete_trigger_is_seen(catalogs: CatalogWorld, catalog: Catalog) -> None:
    catalogs.run(IMAGES + "CREATE TRIGGER on_insert AFTER INSERT ON images BEGIN SELECT 1; END;")
    assert not (await catalog.table("images")).delete_trigger
    catalogs.run("CREATE TRIGGER gone BEFORE DELETE ON images BEGIN SELECT 1; END;")
    assert (await catalog.table("images")).delete_trigger is (catalogs.kind != PLAIN)


async def test_wrong_names_get_a_sentence_that_lists_the_right_ones(catalogs: CatalogWorld, catalog: Catalog) -> None:
    catalogs.run(IMAGES)
    with pytest.raises(NotFound, match="imagse") as caught:
        await catalog.table("imagse")
    assert "images" in caught.value.hint
    for attempt in (
        catalog.read("images", ["id"], ["pfad"]),
        catalog.read("images", ["pfad"], []),
        catalog.check_key("images", ["pfad"]),
        catalog.find("images", ["id"], "pfad", ["x"]),
        catalog.rows("images", ["pfad"], [(1,)]),
    ):
        with pytest.raises(NotFound, match="pfad") as caught:
            await attempt
        assert "id, path, size" in caught.value.hint
    with pytest.raises(NotFound):
        await catalog.count("nothing")


async def test_a_key_must_be_unique_and_never_null(catalogs: CatalogWorld, catalog: Catalog) -> None:
    catalogs.run(IMAGES)
    await catalog.check_key("images", ["id"])
    await catalog.check_key("images", ["path", "id"])
    for key, why in ((["path"], "not unique"), (["size"], "NULL|have no"), ([], "No key")):
        with pytest.raises(Unreadable, match=why):
            await catalog.check_key("images", key)
    catalogs.run("UPDATE images SET path = 'c.jpg' WHERE id = 5")
    await catalog.check_key("images", ["path"])


async def test_whole_rows_come_in_the_order_asked_for(catalogs: CatalogWorld, catalog: Catalog) -> None:
    catalogs.run(IMAGES)
    found = await catalog.rows("images", ["id"], [(5,), (7,), (1,), (5,), ("1",), (1 << 80,)])
    five = Row((5,), {"id": 5, "path": "a.jpg", "size": 30})
    assert found == (five, None, Row((1,), {"id": 1, "path": "a.jpg", "size": 10}), five, None, None)
    assert await catalog.rows("images", ["id"], []) == ()


async def test_many_rows_are_found_in_one_call(catalogs: CatalogWorld, catalog: Catalog) -> None:
    catalogs.run("CREATE TABLE t (a INTEGER NOT NULL, b TEXT NOT NULL, PRIMARY KEY (a, b))")
    keys = [(number, f"{number:04}") for number in range(900)]
    catalogs.insert("t", keys)
    found = await catalog.rows("t", ["b", "a"], [(b, a) for a, b in keys])
    assert [row and row.values["a"] for row in found] == list(range(900))
    named = await catalog.find("t", ["a", "b"], "b", [b for _, b in keys])
    assert sorted(named) == [(key, key[1]) for key in keys]


async def test_rows_are_found_by_a_columns_value(catalogs: CatalogWorld, catalog: Catalog) -> None:
    catalogs.run(IMAGES)
    found = await catalog.find("images", ["id"], "path", ["a.jpg", "d'x.jpg", "A.jpg", "nothing"])
    assert sorted(found) == [((1,), "a.jpg"), ((5,), "a.jpg"), ((9,), "d'x.jpg")]
    assert await catalog.find("images", ["id"], "path", []) == ()


async def test_rows_are_counted(catalogs: CatalogWorld, catalog: Catalog) -> None:
    catalogs.run(IMAGES)
    assert await catalog.count("images") == 4


async def test_a_page_is_bounded(catalogs: CatalogWorld, catalog: Catalog) -> None:
    catalogs.run(IMAGES)
    for limit in (0, catalog.page_size + 1):
        with pytest.raises(Usage):
            await catalog.read("images", ["id"], [], None, limit)
    page = await catalog.read("images", ["id"], ["path"], (2,), 1)
    assert page.rows == (Row((5,), {"path": "a.jpg"}),) and page.cursor == (5,)
    assert page.hidden == ""


async def test_dependents_are_whole_rows_with_their_keys(catalogs: CatalogWorld, catalog: Catalog) -> None:
    catalogs.run(IMAGES)
    catalogs.run(
        """CREATE TABLE tags (id INTEGER PRIMARY KEY, image INTEGER REFERENCES images ON DELETE CASCADE, tag TEXT);
        CREATE TABLE covers (name TEXT NOT NULL PRIMARY KEY, image INTEGER REFERENCES images (id) ON DELETE SET NULL);
        INSERT INTO tags VALUES (1, 5, 'sun'), (2, 5, NULL), (3, 1, 'rain');
        INSERT INTO covers VALUES ('front', 5);"""
    )
    row = (await catalog.rows("images", ["id"], [(5,)]))[0]
    assert row is not None
    if catalogs.kind == PLAIN:
        with pytest.raises(Unreadable, match="functions"):
            await catalog.dependents("images", row)
        return
    found = await catalog.dependents("images", row)
    assert sorted((table, columns, child.key, action) for table, columns, child, action in found) == [
        ("covers", ("name",), ("front",), "set null"),
        ("tags", ("id",), (1,), "cascade"),
        ("tags", ("id",), (2,), "cascade"),
    ]
    assert next(child.values for table, _, child, _ in found if child.key == (2,)) == {"id": 2, "image": 5, "tag": None}
    nine = (await catalog.rows("images", ["id"], [(9,)]))[0]
    assert nine is not None and await catalog.dependents("images", nine) == ()


async def test_a_closed_catalog_says_so(catalogs: CatalogWorld) -> None:
    other = await catalogs.another()
    await other.tables()
    await other.close()
    await other.close()
    with pytest.raises(Unavailable, match="closed"):
        await other.tables()


async def test_the_token_changes_when_somebody_else_commits(catalogs: CatalogWorld, catalog: Catalog) -> None:
    catalogs.run(IMAGES)
    await catalog.read("images", ["id"], [])
    first = await catalog.change_token()
    await catalog.read("images", ["id"], [])
    assert await catalog.change_token() == first
    catalogs.run("UPDATE images SET size = 1")
    second = await catalog.change_token()
    assert (second != first) is catalogs.tells_changes
    assert await catalog.change_token() == second
