"""Any SQLite file, whatever wrote it: every value, every key, every odd name."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import values
from core.clients import local_rows
from core.clients.local_catalog import LocalCatalog
from core.errors import NotFound, Unreadable
from core.models import Result, Row, RowAction, RowChange, RowKey, Value
from core.ports import Catalog
from tests.contracts.catalog_worlds import CatalogWorld, catalog_world

FEW = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
WORDS = ["", "a", "A", "a ", "b", "B", "1", "1.0", "é", "É", "\0", "a\0b", "😀", "\udcff", "a\udce9"]
CELLS = (
    st.none()
    | st.integers(-(1 << 63), (1 << 63) - 1)
    | st.integers(-3, 3)
    | st.floats(allow_nan=False)
    | st.sampled_from([0.0, 1.0, -1.5, 1e300, float("inf"), -float("inf")])
    | st.sampled_from(WORDS)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
    | st.binary(max_size=5)
    | st.sampled_from([b"", b"a", b"1", b"\xff"])
)
TYPES = ["", "TEXT", "INTEGER", "REAL", "NUMERIC", "BLOB", "VARCHAR(10)", "DATETIME"]
COLLATIONS = ["", "COLLATE NOCASE", "COLLATE RTRIM", "COLLATE BINARY"]


@pytest_asyncio.fixture
async def world() -> AsyncIterator[CatalogWorld]:
    async with catalog_world("local") as made:
        yield made


def put(world: CatalogWorld, table: str, row: Sequence[Value]) -> bool:
    """Whether the row could be stored; text that is not UTF-8 goes in as its bytes."""
    marks = ["CAST(? AS TEXT)" if isinstance(cell, str) and not cell.isascii() else "?" for cell in row]
    cells = [c.encode("utf-8", "surrogateescape") if isinstance(c, str) and not c.isascii() else c for c in row]
    try:
        world.other.execute(f"INSERT INTO {table} VALUES ({', '.join(marks)})", cells)
    except sqlite3.IntegrityError:
        return False
    return True


async def pages(catalog: Catalog, table: str, key: list[str], limit: int) -> list[Row]:
    found: list[Row] = []
    after: RowKey | None = None
    while True:
        page = await catalog.read(table, key, key, after, limit)
        found += page.rows
        if (after := page.cursor) is None:
            return found


@FEW
@given(
    st.lists(st.tuples(CELLS, CELLS), max_size=25),
    st.sampled_from(TYPES),
    st.sampled_from(COLLATIONS),
    st.sampled_from(COLLATIONS),
    st.sampled_from(
        ["PRIMARY KEY (a, b)", "PRIMARY KEY (b, a)", "UNIQUE (a COLLATE NOCASE, b)", "UNIQUE (a)", "CHECK (1)"]
    ),
    st.sampled_from(["", "WITHOUT ROWID"]),
    st.integers(1, 6),
)
async def test_keys_of_any_type_and_collation_are_paged_without_loss(
    rows: list[tuple[Value, Value]], kind: str, first: str, second: str, unique: str, tail: str, limit: int
) -> None:
    async with catalog_world("local") as world:
        tail = tail if unique.startswith("PRIMARY") else ""
        world.run(f"CREATE TABLE t (a {kind} {first} NOT NULL, b {kind} {second} NOT NULL, {unique}) {tail}")
        stored = [row for row in rows if put(world, "t", row)]
        try:
            await world.catalog.check_key("t", ["a", "b"])
        except Unreadable:
            assert unique == "CHECK (1)" and len(stored) > 1  # two rows that are equal byte by byte
            return
        found = await pages(world.catalog, "t", ["a", "b"], limit)
        keys = [values.encode_key(row.key) for row in found]
        assert len(keys) == len(set(keys)) == len(stored)
        whole = await world.catalog.rows("t", ["a", "b"], [row.key for row in found])
        assert [row and values.encode_key(row.key) for row in whole] == keys
        backwards = await world.catalog.rows("t", ["b", "a"], [row.key[::-1] for row in found])
        assert None not in backwards


@FEW
@given(st.lists(CELLS, min_size=1, max_size=8), st.sampled_from(TYPES))
async def test_every_value_survives_delete_and_insert(cells: list[Value], kind: str) -> None:
    async with catalog_world("local") as world:
        world.run(f"CREATE TABLE t (id INTEGER PRIMARY KEY, v {kind}, typed AS (typeof(v) || hex(v)))")
        for number, cell in enumerate(cells):
            marks = "CAST(? AS TEXT)" if isinstance(cell, str) else "?"
            data = cell.encode("utf-8", "surrogateescape") if isinstance(cell, str) else cell
            world.other.execute(f"INSERT INTO t VALUES (?, {marks})", (number, data))
        sql = "SELECT id, typeof(v), hex(CAST(v AS BLOB)), typed FROM t ORDER BY id"
        before = world.rows(sql)
        found = await world.catalog.rows("t", ["id"], [(n,) for n in range(len(cells))])
        kept = [values.decode_row(values.encode_row(row.values)) for row in found if row]
        gone = [RowChange(RowAction.DELETE, "t", ("id",), (n,), row, None) for n, row in enumerate(kept)]
        assert {one.result for one in await world.catalog.change(gone)} == {Result.DONE}
        assert world.rows("SELECT * FROM t") == []
        back = [RowChange(RowAction.INSERT, "t", ("id",), (n,), None, row) for n, row in enumerate(kept)]
        assert {one.result for one in await world.catalog.change(back)} == {Result.DONE}
        assert world.rows(sql) == before


async def test_the_hidden_number_of_a_row_is_kept(world: CatalogWorld) -> None:
    world.run("CREATE TABLE t (word TEXT); INSERT INTO t (rowid, word) VALUES (7, 'x'), (900, 'x')")
    await world.catalog.check_key("t", ["rowid"])
    assert [row.key for row in await pages(world.catalog, "t", ["rowid"], 1)] == [(7,), (900,)]
    row = (await world.catalog.rows("t", ["rowid"], [(900,)]))[0]
    assert row is not None and row.values == {"rowid": 900, "word": "x"}
    await world.catalog.change([RowChange(RowAction.DELETE, "t", ("rowid",), (900,), row.values, None)])
    await world.catalog.change([RowChange(RowAction.INSERT, "t", ("rowid",), (900,), None, row.values)])
    assert world.rows("SELECT rowid, word FROM t") == [(7, "x"), (900, "x")]


async def test_long_texts_make_short_pages(world: CatalogWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_rows, "PAGE_BYTES", 1000)
    world.run("CREATE TABLE t (id INTEGER PRIMARY KEY, v)")
    sizes = [10, 1000, 400, 400, 400, 5000, 1, 1000]
    world.other.executemany("INSERT INTO t VALUES (?, ?)", [(n, "x" * size) for n, size in enumerate(sizes)])
    page = await world.catalog.read("t", ["id"], ["v"])
    assert ([row.key for row in page.rows], page.cursor) == ([(0,), (1,)], (1,))
    found = list(page.rows)
    while page.cursor is not None:
        page = await world.catalog.read("t", ["id"], ["v"], page.cursor)
        found += page.rows
    assert [len(str(row.values["v"])) for row in found] == sizes


async def test_a_column_called_rowid_is_a_column(world: CatalogWorld) -> None:
    world.run("CREATE TABLE t (rowid TEXT PRIMARY KEY, v); INSERT INTO t VALUES ('a', 1)")
    assert (await world.catalog.rows("t", ["rowid"], [("a",)]))[0] == Row(("a",), {"rowid": "a", "v": 1})
    world.run("CREATE TABLE w (k TEXT PRIMARY KEY) WITHOUT ROWID")
    with pytest.raises(NotFound):
        await world.catalog.check_key("w", ["rowid"])


async def test_generated_columns_are_read_and_not_written(world: CatalogWorld) -> None:
    world.run("CREATE TABLE t (id INTEGER PRIMARY KEY, a, up AS (upper(a)), low AS (lower(a)) STORED)")
    world.run("INSERT INTO t (id, a) VALUES (1, 'Ab')")
    table = await world.catalog.table("t")
    assert [column.name for column in table.columns if column.generated] == ["up", "low"]
    assert (await world.catalog.read("t", ["id"], ["up", "low"])).rows[0].values == {"up": "AB", "low": "ab"}
    assert (await world.catalog.rows("t", ["id"], [(1,)]))[0] == Row((1,), {"id": 1, "a": "Ab"})
    outcome = await world.catalog.change([RowChange(RowAction.UPDATE, "t", ("id",), (1,), {"id": 1}, {"up": "X"})])
    assert outcome[0].result is Result.FAILED


async def test_any_name_of_a_table_or_column_works(world: CatalogWorld) -> None:
    for name in (
        "select",
        "with space",
        'quo"te',
        "it's",
        "a.b",
        "[x]",
        "grüße",
        "%_",
        "1st",
        "--",
        "`",
        "column1",
        "its",
    ):
        quoted = '"' + name.replace('"', '""') + '"'
        world.run(f"CREATE TABLE {quoted} ({quoted} INTEGER PRIMARY KEY, v); INSERT INTO {quoted} VALUES (1, 'x')")
        await world.catalog.check_key(name, [name])
        assert (await world.catalog.read(name, [name], ["v"])).rows == (Row((1,), {"v": "x"}),)
        assert await world.catalog.find(name, [name], "v", ["x"]) == (((1,), "x"),)
        assert await world.catalog.rows(name, [name], [(1,)]) == (Row((1,), {name: 1, "v": "x"}),)
        row: dict[str, Value] = {name: 1, "v": "x"}
        change = RowChange(RowAction.UPDATE, name, (name,), (1,), row, {"v": "y"})
        assert (await world.catalog.change([change]))[0].result is Result.DONE
        assert not (await world.catalog.table(name)).delete_trigger
    assert len(await world.catalog.tables()) == 13


async def test_views_and_what_belongs_to_sqlite_are_no_tables(world: CatalogWorld) -> None:
    world.run(
        """CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, v); CREATE VIEW seen AS SELECT * FROM t;
        CREATE VIRTUAL TABLE words USING fts5(body); ANALYZE; INSERT INTO words VALUES ('a.jpg')"""
    )
    assert [table.name for table in await world.catalog.tables()] == ["t", "words"]
    await world.catalog.check_key("words", ["body"])
    assert (await world.catalog.read("words", ["body"], [])).rows == (Row(("a.jpg",), {}),)


async def test_a_table_of_an_unknown_kind_comes_without_columns(world: CatalogWorld) -> None:
    world.run("CREATE TABLE t (id INTEGER PRIMARY KEY); PRAGMA writable_schema=ON;")
    world.run(
        """INSERT INTO sqlite_master VALUES ('table', 'maps', 'maps', 0, 'CREATE VIRTUAL TABLE maps USING unheard(x)');
        PRAGMA writable_schema=OFF; PRAGMA schema_version=99;"""
    )
    tables = {table.name: table.columns for table in await world.catalog.tables()}
    assert tables["maps"] == () and len(tables["t"]) == 1


async def test_every_way_of_writing_a_delete_trigger_is_understood(world: CatalogWorld) -> None:
    triggers = {
        "a": 'CREATE TRIGGER "insert on" /* x */ AFTER DELETE ON a BEGIN SELECT 1; END',
        "b": "create trigger if not exists [update] delete on b begin select 1; end",
        "c": "CREATE TRIGGER c1 -- delete\n BEFORE INSERT ON c BEGIN DELETE FROM c; END",
        "d": "CREATE TRIGGER main.d1 UPDATE OF x ON d BEGIN DELETE FROM d; END",
        "e": "CREATE TEMP TRIGGER e1 DELETE ON e BEGIN SELECT 1; END",
    }
    for name, sql in triggers.items():
        world.run(f"CREATE TABLE {name} (x); {sql};")
    assert [table.name for table in await world.catalog.tables() if table.delete_trigger] == ["a", "b"]


async def test_a_foreign_key_is_followed_as_sqlite_follows_it(world: CatalogWorld) -> None:
    world.run(
        """CREATE TABLE Parent (code TEXT COLLATE NOCASE PRIMARY KEY, n INTEGER UNIQUE, x, y, UNIQUE (x, y));
        CREATE TABLE loose (v REFERENCES PARENT); CREATE TABLE typed (v TEXT REFERENCES parent (n));
        CREATE TABLE pair (p, q, FOREIGN KEY (q, p) REFERENCES parent (y, x) ON DELETE CASCADE);
        CREATE TABLE self (id INTEGER PRIMARY KEY, up INTEGER REFERENCES self);
        INSERT INTO parent VALUES ('ab', 1, 5, 'z'), ('none', 2, NULL, 'z');
        INSERT INTO loose VALUES ('AB'), (NULL), ('c');
        INSERT INTO typed VALUES ('1'), ('10'); INSERT INTO pair VALUES (5, 'z'), (NULL, 'z');
        INSERT INTO self VALUES (1, 1), (2, 1);"""
    )
    row, other = await world.catalog.rows("Parent", ["code"], [("ab",), ("none",)])
    assert row is not None and other is not None
    found = await world.catalog.dependents("Parent", row)
    assert {(table, tuple(child.values.values())[1:]) for table, _, child, _ in found} == {
        ("loose", ("AB",)),
        ("typed", ("1",)),
        ("pair", (5, "z")),
    }
    assert await world.catalog.dependents("Parent", other) == ()
    alone: dict[str, Value] = {"id": 2, "up": 1}
    assert (await world.catalog.change([RowChange(RowAction.DELETE, "self", ("id",), (2,), alone, None)]))[
        0
    ].row is None
    itself: dict[str, Value] = {"id": 1, "up": 1}
    ended = await world.catalog.change([RowChange(RowAction.DELETE, "self", ("id",), (1,), itself, None)])
    assert ended[0].result is Result.DONE and world.rows("SELECT * FROM self") == []


async def test_a_foreign_key_that_leads_nowhere_is_unreadable(world: CatalogWorld) -> None:
    world.run(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v); CREATE TABLE c (x REFERENCES t (no)); INSERT INTO t VALUES (1, 1)"
    )
    row = (await world.catalog.rows("t", ["id"], [(1,)]))[0]
    assert row is not None
    with pytest.raises((Unreadable, NotFound)):
        await world.catalog.dependents("t", row)
    ended = await world.catalog.change([RowChange(RowAction.DELETE, "t", ("id",), (1,), row.values, None)])
    assert ended[0].result is Result.FAILED


async def test_paths_kept_as_blobs_are_found_by_their_text(world: CatalogWorld) -> None:
    world.run("CREATE TABLE items (id INTEGER PRIMARY KEY, path BLOB)")
    world.other.execute("INSERT INTO items VALUES (1, ?), (2, ?)", ("é/x.mp3".encode(), b"\xff.mp3"))
    found = await world.catalog.find("items", ["id"], "path", ["é/x.mp3", "\udcff.mp3"])
    assert sorted(found) == [((1,), "é/x.mp3"), ((2,), "\udcff.mp3")]


async def test_a_rule_of_order_that_only_its_program_knows_is_walked_around(world: CatalogWorld) -> None:
    world.other.create_collation("unicase", lambda a, b: (a.lower() > b.lower()) - (a.lower() < b.lower()))
    world.run(
        """CREATE TABLE n (id INTEGER PRIMARY KEY, name TEXT COLLATE unicase UNIQUE, v); CREATE INDEX i ON n (name);
        CREATE TABLE w (name TEXT COLLATE unicase PRIMARY KEY) WITHOUT ROWID;
        INSERT INTO n VALUES (1, 'B', 1), (2, 'a', 2), (3, 'É', 3); INSERT INTO w VALUES ('x'), ('y')"""
    )
    catalog = LocalCatalog(world.path)
    assert [row.key for row in await pages(catalog, "n", ["id"], 2)] == [(1,), (2,), (3,)]
    assert [row.key for row in await pages(catalog, "n", ["name"], 1)] == [("B",), ("a",), ("É",)]
    assert await catalog.count("n") == 3
    assert await catalog.find("n", ["id"], "name", ["a", "É"]) == (((2,), "a"), ((3,), "É"))
    await catalog.check_key("n", ["name"])
    assert [row.key for row in await pages(catalog, "w", ["name"], 1)] == [("x",), ("y",)]
    row: dict[str, Value] = {"id": 1, "name": "B", "v": 1}
    gone = await catalog.change([RowChange(RowAction.DELETE, "n", ("id",), (1,), row, None)])
    assert gone[0].result is Result.FAILED and "unicase" in gone[0].reason
    kept = await catalog.change([RowChange(RowAction.UPDATE, "n", ("id",), (1,), row, {"v": 9})])
    assert kept[0].result is Result.DONE
    await catalog.close()
