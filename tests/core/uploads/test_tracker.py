"""Trackers: a predecessor's opens with its history, and no other file comes to harm."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import NotFound, WorkspaceError
from core.uploads.queueing.queue import due
from core.uploads.queueing.roots import adopt
from core.uploads.status.listing import FolderFilter, Listing
from core.uploads.status.state import read_state
from core.uploads.tracker import Tracker, empty_tracker
from tests.core.uploads.trees import OLD, Desk, device, predecessor, put

FOLDERS = (
    "folder_path folder_name last_modified file_count file_hash upload_status upload_timestamp error_message "
    "retry_count created_at updated_at"
)
BATCHES = "batch_id batch_name total_folders successful_uploads failed_uploads start_time end_time status created_at"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_a_new_tracker_has_the_tables_and_columns_that_others_know(desk: Desk) -> None:
    await (await Tracker.open(desk.path)).close()
    columns = {
        table: [(name, kind, key) for _, name, kind, _, _, key in desk.sql(f"PRAGMA table_info({table})")]
        for table in ("folder_status", "upload_batches")
    }
    assert [name for name, _, _ in columns["folder_status"]][:11] == FOLDERS.split()
    assert [name for name, _, _ in columns["upload_batches"]][:9] == BATCHES.split()
    assert [name for found in columns.values() for name, _, key in found if key] == ["folder_path", "batch_id"]
    times = {"last_modified", "upload_timestamp", "created_at", "updated_at", "start_time", "end_time"}
    assert {kind for found in columns.values() for name, kind, _ in found if name in times} == {"REAL"}


async def test_a_predecessors_history_is_kept_and_told(desk: Desk) -> None:
    rows = [
        ("/old/a", 2, "success", None, 0),
        ("/old/b", 2, "failed", "time-out", 3),
        ("/old/c", 2, "pending", None, 0),
    ]
    predecessor(desk.path, *rows)
    before = desk.sql("SELECT * FROM folder_status")

    state = await desk.state()

    assert desk.sql(f"SELECT {FOLDERS.replace(' ', ', ')} FROM folder_status") == before
    assert (state.folders.success, state.folders.failed, state.folders.pending) == (1, 1, 1)
    (batch,) = state.batches
    assert (batch.name, batch.folders, batch.done, batch.failed, batch.state) == ("night", 3, 2, 1, "completed")
    assert batch.started is not None and batch.started.timestamp() == OLD
    assert [(one.reason, one.retries) for one in state.failures] == [("time-out", 3)]
    tables = {name for (name,) in desk.sql("SELECT name FROM sqlite_master")}
    assert {"idx_status", "upload_attempts", "scan_troubles"} <= tables


async def test_what_a_predecessor_uploaded_is_not_uploaded_again_unless_it_changed(desk: Desk) -> None:
    for name in ("as-it-was", "with-receipt", "pictures-counted", "one-more", "newer", "waiting"):
        device(desk.root, name)
    os.utime(desk.root / "pictures-counted", (OLD, OLD))
    put(desk.root / "one-more/back.jpg")
    put(desk.root / "newer/front.jpg", at=OLD + 600)
    counts = {"with-receipt": 3, "pictures-counted": 1}
    rows = [
        (desk.root / name, counts.get(name, 2), status, None, 0)
        for name, status in [
            ("as-it-was", "success"),
            ("with-receipt", "success"),
            ("pictures-counted", "success"),
            ("one-more", "success"),
            ("newer", "success"),
            ("waiting", "pending"),
        ]
    ]
    predecessor(desk.path, *rows)

    found = await desk.scan()
    uploaded = {name for name, status in desk.statuses().items() if status == "success"}
    assert uploaded == {"as-it-was", "with-receipt", "pictures-counted"}
    assert (found.new, found.changed, found.unchanged) == (0, 3, 3)

    put(desk.root / "as-it-was/front.jpg", b"changed since, and dated back")
    await desk.scan()
    assert desk.statuses()["as-it-was"] == "pending"


async def test_files_that_are_no_tracker_stay_as_they_are(tmp_path: Path) -> None:
    picture, other = put(tmp_path / "a.jpg"), tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as c, c:
        c.execute("CREATE TABLE notes (text)")
    for path in (picture, other):
        before = path.read_bytes()
        with pytest.raises(WorkspaceError, match="no upload tracker"):
            await Tracker.open(path)
        assert path.read_bytes() == before
    with pytest.raises(WorkspaceError, match="is a folder"):
        await Tracker.open(tmp_path)
    for make in (True, False):
        with pytest.raises(WorkspaceError, match="cannot be reached"):
            await Tracker.open(tmp_path / ("x" * 300), make=make)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jpg", "other.db"]


async def test_a_tracker_that_was_named_must_be_there_to_be_asked(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no tracker"):
        await Tracker.open(tmp_path / "missing.db", make=False)
    assert not list(tmp_path.iterdir())


async def test_an_emptied_tracker_is_open_to_be_filled_again(desk: Desk) -> None:
    device(desk.root, "a")
    await desk.scan()
    empty_tracker(desk.path)
    assert (await desk.state()).folders.found == 0
    assert (await desk.scan()).new == 1


async def test_a_tracker_of_an_earlier_version_gets_what_it_lacks(desk: Desk) -> None:
    device(desk.root, "a")
    await desk.scan()
    for kind, name in desk.sql("SELECT type, name FROM sqlite_master WHERE name LIKE 'queue%' OR type = 'trigger'"):
        desk.sql(f"DROP {kind} {name}")
    for table, column in (("folder_status", "question"), ("scanned_roots", "destination")):
        desk.sql(f"ALTER TABLE {table} DROP COLUMN {column}")
    for table in ("uploaded_files", "folder_counts"):
        desk.sql(f"DROP TABLE {table}")

    assert (await desk.state()).folders.pending == 1
    assert desk.sql("SELECT question FROM folder_status") == [(None,)]
    assert desk.sql("SELECT destination FROM scanned_roots") == [(None,)]
    assert desk.sql("SELECT count(*) FROM uploaded_files") == [(0,)]


async def test_a_predecessors_odd_values_stop_nothing(desk: Desk) -> None:
    predecessor(desk.path)
    odd = [
        ("/old/a", "many", "uploading", "yesterday", "twice"),
        ("/old/b", None, None, None, None),
        ("/old/c", -1, "failed", "2023-01-01 10:00:00", "1"),
        ("/old/d", 2.5, "PENDING", 1e300, -3),
    ]
    with closing(sqlite3.connect(desk.path)) as c, c:
        c.execute("DROP TABLE folder_status")
        c.execute(
            "CREATE TABLE folder_status (folder_path TEXT PRIMARY KEY, folder_name TEXT, last_modified REAL, "
            "file_count INTEGER, file_hash TEXT, upload_status TEXT, upload_timestamp REAL, error_message TEXT, "
            "retry_count INTEGER, created_at REAL, updated_at REAL)"
        )
        sql = (
            "INSERT INTO folder_status (folder_path, file_count, upload_status, updated_at, retry_count) "
            "VALUES (?, ?, ?, ?, ?)"
        )
        c.executemany(sql, odd)
        c.execute("UPDATE upload_batches SET total_folders = 'some', start_time = 'then', end_time = 1e300")
    folders = (await desk.state()).folders
    assert (folders.pending, folders.failed) == (3, 1)
    listing = Listing(desk.path)
    rows = await listing.folders(await listing.numbers(FolderFilter(), "when"))
    assert len(rows) == (await listing.amounts()).found == 4
    (batch,) = await listing.batches(await listing.batch_numbers())
    assert (batch.folders, batch.started, batch.ended) == (0, None, None)
    await listing.close()
    tracker = await Tracker.open(desk.path)
    assert await tracker.write(lambda c: adopt(c, "wards", 5.0)) == 3
    found = await tracker.read(lambda c: due(c, 9, 1e9, 9))
    assert sorted(Path(one.path).name for one in found) == ["a", "b", "c", "d"]
    assert {type(one.retries) for one in found} == {type(one.files) for one in found} == {int}
    await tracker.close()


async def test_a_damaged_tracker_says_what_to_do(desk: Desk) -> None:
    for number in range(200):
        device(desk.root, str(number))
    await desk.scan()
    data = bytearray(desk.path.read_bytes())
    data[4096 : len(data) // 2] = b"\xff" * (len(data) // 2 - 4096)
    desk.path.write_bytes(data)
    with pytest.raises(WorkspaceError) as raised:
        await desk.state()
    assert "recognised, and not sent twice" in raised.value.hint


async def test_a_tracker_that_another_program_writes_to_is_waited_for(desk: Desk) -> None:
    device(desk.root, "a")
    await desk.scan()
    tracker = await Tracker.open(desk.path)
    with closing(sqlite3.connect(desk.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert (await tracker.read(read_state)).folders.pending == 1  # reading goes on
        writing = asyncio.ensure_future(tracker.write(lambda c: adopt(c, "wards", 5.0)))
        await tracker.read(read_state)
        assert not writing.done()
        other.execute("COMMIT")
    assert await writing == 0
    await tracker.close()
