"""A folder has one row, whatever happens: found again, brought up to date, in the words and types of its table."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.clients.local_catalog import LocalCatalog
from core.clients.practice_store import PracticeStore
from core.errors import Unavailable, Usage
from core.journal import add_run
from core.models import Column, Outcome, RowChange, Table, Value
from core.profiles import Destination, Profile, RowMapping
from core.profiles.key_template import Home
from core.profiles.row_fields import OF_FOLDERS, OF_IMAGES, USUAL_OF_FOLDERS, USUAL_OF_IMAGES
from core.single_upload import KIND
from core.uploads.scanning.stats import Stats
from core.uploads.tables.cells import DoesNotFit, cell
from core.uploads.tables.mapping import of_folders
from core.uploads.tables.row_records import RowRecords
from core.uploads.tables.row_settling import settle_rows
from core.uploads.tables.row_values import Folder, Placed, folder_values, image_values
from core.uploads.tables.rows import Rows
from core.uploads.tables.table_rows import Written
from core.uploads.tracker import Tracker
from core.workspace import Workspace

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
TABLE = """
CREATE TABLE device_test (
    id INTEGER PRIMARY KEY, folder_name TEXT NOT NULL, folder_path TEXT, test_status TEXT, stats JSON,
    image_paths TEXT, image_count INTEGER, created_at TEXT, colour TEXT DEFAULT 'green'
);
"""
PLAIN = "CREATE TABLE device_test (id INTEGER PRIMARY KEY, image_paths TEXT, test_status TEXT, created_at TEXT);"
TRIGGER = """
CREATE TRIGGER no BEFORE INSERT ON device_test WHEN new.folder_name = 'a' BEGIN SELECT RAISE(FAIL, 'no a'); END
"""
STATS = Stats({"status": "passed", "load": {"max": [7, 9]}}, "passed")


class Died(BaseException):
    """The program ended here."""


class Catalog(LocalCatalog):
    """A catalog with moods: it `dies` before or after it writes, or loses an answer."""

    mood = ""

    async def add_rows(self, table: str, rows: Sequence[Mapping[str, Value]]) -> tuple[Outcome, ...]:
        return await self._moody(lambda: super(Catalog, self).add_rows(table, rows))

    async def change(self, changes: Sequence[RowChange]) -> tuple[Outcome, ...]:
        return await self._moody(lambda: super(Catalog, self).change(changes))

    async def _moody(self, work: Callable[[], object]) -> tuple[Outcome, ...]:
        mood, self.mood = self.mood, ""
        if mood == "dies before":
            raise Died
        if mood == "does not answer":
            raise Unavailable("The catalog is out of reach.")
        done: tuple[Outcome, ...] = await work()  # type: ignore[misc]
        if mood == "dies after":
            raise Died
        if mood == "answer lost":
            raise Unavailable("The line broke.")
        return done


class World:
    """A catalog with the table, a tracker and a journal."""

    def __init__(self, folder: Path, tracker: Tracker, workspace: Workspace) -> None:
        self.folder, self.tracker, self.workspace = folder, tracker, workspace
        self.path = folder / "catalog.db"
        self.destination = Destination("devices", "devices", folder_rows=RowMapping("device_test"))
        self.profile = Profile("p", "practice", folder, self.path)
        self.store = PracticeStore(folder / "storage", folder / "quarantine", self.path)
        self.numbers = itertools.count(1)
        self.run_id = ""

    def run(self, sql: str) -> list[tuple[object, ...]]:
        """Asks the catalog directly."""
        with closing(sqlite3.connect(self.path)) as c, c:
            return c.execute(sql).fetchall()

    async def begin(self) -> None:
        """A run of uploads begins."""
        self.run_id = f"run{next(self.numbers)}"
        await self.workspace.journal.write(lambda c: add_run(c, self.run_id, KIND, self.profile.project))

    async def write(self, *folders: Folder, mood: str = "") -> list[Written]:
        """Writes rows as a program that was just started would."""
        catalog = Catalog(self.path)
        try:
            await settle_rows(self.workspace, catalog, self.profile.project, self.tracker)
            rows = await Rows.open(catalog, self.store, self.tracker, self.profile, self.destination)
            catalog.mood = mood
            return await rows.write(self.records(), folders)
        finally:
            await catalog.close()

    def records(self) -> RowRecords:
        """What the run notes."""

        async def note(work: Callable[[sqlite3.Connection], None]) -> None:
            await self.workspace.journal.write(work)

        return RowRecords(self.workspace, self.run_id, note, lambda: next(self.numbers))

    async def steps(self) -> list[tuple[str, str]]:
        """Kind and state of every step in the journal."""
        sql = "SELECT kind, state FROM steps ORDER BY run_id, n"
        return [tuple(row) for row in await self.workspace.journal.read(lambda c: c.execute(sql).fetchall())]


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    tracker = await Tracker.open(tmp_path / "tracker.db")
    workspace = await Workspace.open(tmp_path / "workspace", "p")
    made = World(tmp_path, tracker, workspace)
    made.run(TABLE)
    await made.begin()
    yield made
    await made.store.close()
    await workspace.close()
    await tracker.close()


def _folder(name: str = "a", *images: str, stats: Stats | None = STATS, at: datetime = AT) -> Folder:
    files = tuple(Placed(image, "devices", f"{name}/{image}", 7, "ab" * 32, True) for image in images or ("1.jpg",))
    return Folder(f"/tree/{name}", Home("tree", name, "night", at), "devices", files, stats, at)


def _track(world: World, *folders: Folder) -> None:
    with closing(sqlite3.connect(world.tracker.path)) as c, c:
        rows = [(one.path,) for one in folders]
        c.executemany("INSERT OR IGNORE INTO folder_status (folder_path) VALUES (?)", rows)


async def test_only_columns_that_the_table_has_are_filled(world: World) -> None:
    (written,) = await world.write(_folder("a", "1.jpg", "2.jpg"))
    assert (written.error, written.table) == ("", "device_test")
    assert world.run("SELECT id, folder_name, folder_path, test_status, image_count, colour FROM device_test") == [
        (1, "a", "/tree/a", "passed", 2, "green")
    ]
    ((paths, stats),) = world.run("SELECT image_paths, stats FROM device_test")
    assert json.loads(str(paths)) == ["a/1.jpg", "a/2.jpg"]
    assert json.loads(str(stats)) == STATS.data
    assert written.row is not None and written.row["id"] == 1
    assert await world.steps() == [("insert_row", "done")]


async def test_a_mapping_says_others(world: World) -> None:
    world.run(
        "CREATE TABLE runs (nr INTEGER PRIMARY KEY, place TEXT, load REAL, bench TEXT, good INTEGER, at INTEGER);"
    )
    columns = (
        ("place", "path"),
        ("load", "stats.load.max.1"),
        ("bench", "=seven"),
        ("good", "stats.x"),
        ("at", "date"),
    )
    world.destination = replace(world.destination, folder_rows=RowMapping("runs", columns))
    await world.write(_folder())
    assert world.run("SELECT * FROM runs") == [(1, "/tree/a", 9.0, "seven", None, int(AT.timestamp()))]


@pytest.mark.parametrize("script", [TABLE, PLAIN], ids=["path", "no path"])
@pytest.mark.parametrize("mood", ["", "dies before", "dies after", "does not answer", "answer lost"])
async def test_a_folder_has_one_row_whatever_ends_the_program(world: World, script: str, mood: str) -> None:
    world.run("DROP TABLE device_test")
    world.run(script)
    first, other = _folder("a"), _folder("b", at=AT + timedelta(microseconds=1))
    _track(world, first, other)
    try:
        found = await world.write(first, other, mood=mood)
        assert [bool(one.error) for one in found] == [mood != ""] * 2
        assert all(one.passes for one in found if one.error)
    except Died:
        await world.begin()
    again = replace(first, stats=Stats({"status": "failed"}, "failed"), at=AT + timedelta(hours=1))
    assert [one.error for one in await world.write(again, other)] == ["", ""]
    assert world.run("SELECT test_status FROM device_test ORDER BY image_paths") == [("failed",), ("passed",)]
    assert {state for _, state in await world.steps()} <= {"done", "failed"}
    created = {str(at) for (at,) in world.run("SELECT created_at FROM device_test")}
    assert mood in ("dies before", "does not answer") or created == {AT.isoformat(), other.at.isoformat()}


async def test_a_row_of_an_earlier_tracker_is_found_by_its_path_and_changed_only_where_it_differs(world: World) -> None:
    world.run("INSERT INTO device_test (id, folder_name, folder_path, colour) VALUES (5, 'a', '/tree/a', 'blue');")
    (written,) = await world.write(_folder())
    assert world.run("SELECT id, test_status, colour FROM device_test") == [(5, "passed", "blue")]
    assert await world.steps() == [("update_row", "done")]
    assert (await world.write(_folder(at=AT + timedelta(days=1))))[0].row == written.row
    assert await world.steps() == [("update_row", "done")]


async def test_two_rows_about_one_folder_are_left_alone_and_told(world: World) -> None:
    world.run("INSERT INTO device_test (folder_name, folder_path) VALUES ('a', '/tree/a'), ('a', '/tree/a');")
    found = await world.write(_folder(), _folder("b"))
    assert [one.error for one in found] == ["2 rows of device_test are about it already.", ""]
    assert world.run("SELECT count(*) FROM device_test") == [(3,)]


async def test_a_row_that_the_table_refuses_fails_its_folder_alone(world: World) -> None:
    world.run(TRIGGER)
    found = await world.write(_folder(), _folder("b"))
    assert ["no a" in one.error for one in found] == [True, False]
    assert not found[0].passes
    assert world.run("SELECT folder_name FROM device_test") == [("b",)]
    assert await world.steps() == [("insert_row", "failed"), ("insert_row", "done")]


async def test_images_get_rows_of_their_own_found_by_bucket_and_key(world: World) -> None:
    world.run("CREATE TABLE shots (path TEXT, bucket TEXT, wide INTEGER, run TEXT, PRIMARY KEY (bucket, path));")
    world.run("INSERT INTO shots VALUES ('a/1.png', 'other', 1, 'x');")
    columns = (("path", "key"), ("bucket", "bucket"), ("wide", "width"), ("run", "stats.status"))
    world.destination = replace(world.destination, image_rows=RowMapping("shots", columns))
    place = world.folder / "a"
    place.mkdir()
    Image.new("RGB", (5, 3)).save(place / "1.png")
    folder = replace(_folder("a", "1.png", "2.png"), path=str(place))
    for _ in range(2):
        assert [one.error for one in await world.write(folder)] == [""]
    assert world.run("SELECT * FROM shots WHERE bucket = 'devices' ORDER BY path") == [
        ("a/1.png", "devices", 5, "passed"),
        ("a/2.png", "devices", None, "passed"),
    ]
    assert world.run("SELECT count(*) FROM shots") == [(3,)] and world.run("SELECT count(*) FROM device_test") == [(1,)]


async def test_images_that_are_one_object_have_one_row(world: World) -> None:
    world.run("CREATE TABLE shots (id INTEGER PRIMARY KEY, path TEXT, bucket TEXT)")
    world.destination = replace(world.destination, image_rows=RowMapping("shots"))
    twin = Placed("2.jpg", "devices", "a/1.jpg", 7, "ab" * 32, True)
    first, other = _folder("a"), _folder("b")
    found = await world.write(replace(first, files=(*first.files, twin)), replace(other, files=(twin,)))
    assert [one.error for one in found] == ["", ""]
    assert world.run("SELECT path, bucket FROM shots") == [("a/1.jpg", "devices")]
    assert world.run("SELECT count(*) FROM device_test") == [(2,)]


@pytest.mark.parametrize(
    ("rows", "script", "said"),
    [
        (RowMapping("nothing"), "", "there is no such table"),
        (RowMapping("device_test", (("size", "bytes"),)), "", "no column “size”"),
        (RowMapping("device_test", (("folder_name", "folder"),)), "", "Nothing in the rows of device_test"),
        (RowMapping("device_test", (("folder_path", "path"),)), "", "folder_name of device_test must hold something"),
        (RowMapping("t"), "CREATE TABLE t (folder_path TEXT)", "declares no key"),
        (RowMapping("t"), "CREATE TABLE t (id TEXT PRIMARY KEY, folder_path TEXT)", "id of t must hold something"),
        (
            RowMapping("t", key=("ward",)),
            "CREATE TABLE t (ward TEXT, folder_path TEXT); INSERT INTO t VALUES ('a', '1'), ('a', '2')",
            "ward is not unique in t",
        ),
    ],
)
async def test_a_table_that_cannot_hold_the_rows_is_said_before_anything_goes_up(
    world: World, rows: RowMapping, script: str, said: str
) -> None:
    with closing(sqlite3.connect(world.path)) as c:
        c.executescript(script)
    world.destination = replace(world.destination, folder_rows=rows)
    with pytest.raises(Usage, match=said):
        await world.write(_folder())


@pytest.mark.parametrize(
    ("value", "kind", "service", "expected"),
    [
        (["a b", 'c"', "d", ""], "text[]", True, '{"a b","c\\"",d,""}'),
        ("x", "text[]", True, "{x}"),
        ([1, None], "integer[]", True, "{1,NULL}"),
        (["a"], "TEXT", False, '["a"]'),
        ({"ü": 1}, "jsonb", True, '{"ü": 1}'),
        ("word", "json", False, '"word"'),
        (True, "boolean", True, "true"),
        ("no", "BOOLEAN", False, 0),
        (7.0, "integer", True, 7),
        ("12", "BIGINT", False, 12),
        (1.5, "double precision", True, "1.5"),
        ("1.5", "NUMERIC", False, 1.5),
        (AT, "timestamp with time zone", True, "2026-11-21 10:00:00+00:00"),
        (AT, "REAL", False, AT.timestamp()),
        (AT, "text", True, "2026-11-21T10:00:00+00:00"),
        (3, "text", True, "3"),
        (3, "", False, 3),
        (None, "text", True, None),
    ],
)
def test_a_cell_has_the_form_of_its_column(value: object, kind: str, service: bool, expected: Value) -> None:
    made = cell(value, Column("c", kind, True, False, True), service=service)
    assert made == expected and type(made) is type(expected)


@pytest.mark.parametrize(("value", "kind"), [("x", "integer"), (1.5, "bigint"), ("x", "real"), ("maybe", "boolean")])
def test_what_a_column_cannot_hold_is_said(value: object, kind: str) -> None:
    with pytest.raises(DoesNotFit, match=str(value)):
        cell(value, Column("c", kind, True, False, True), service=True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
KINDS = ["text", "jsonb", "text[]", "json", "integer", "double precision", "boolean", "timestamptz", "", "TEXT", "uuid"]


@given(JSON, st.sampled_from(KINDS), st.booleans())
def test_any_json_is_a_cell_of_any_column_or_does_not_fit(value: object, kind: str, service: bool) -> None:
    try:
        made = cell(value, Column("c", kind, True, False, True), service=service)
    except DoesNotFit:
        return
    assert (made is None) is (value is None)
    if service and made is not None:
        assert isinstance(made, int if kind == "integer" else str)
    if kind in ("json", "jsonb") and value is not None:
        assert json.loads(str(made)) == value


def test_every_field_that_is_promised_is_there() -> None:
    folder = _folder()
    promised = set(folder_values(folder)) | {"stats_note"}
    assert promised == set(OF_FOLDERS)
    (values,) = image_values(folder, (), lambda bucket, key: None).values()
    assert set(values) == set(OF_IMAGES)
    assert set(USUAL_OF_FOLDERS.values()) <= promised and set(USUAL_OF_IMAGES.values()) <= set(OF_IMAGES)


@given(JSON)
def test_a_path_into_any_json_leads_to_its_value_or_to_nothing(data: object) -> None:
    columns = (("path", "path"), ("a", "stats.a"), ("n", "stats.0"))
    kinds = [Column(name, "text", True, False, True) for name in ("id", "path", "a", "n")]
    table = Table("t", tuple(kinds), ("path",), (), delete_trigger=False)
    row = of_folders(RowMapping("t", columns), table, service=True).row(
        folder_values(replace(_folder(), stats=Stats(data)))
    )
    inside = data.get("a") if isinstance(data, dict) else None
    assert (row["a"] is None) is (inside is None)
