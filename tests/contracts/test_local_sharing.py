"""A SQLite file that another program owns: read without a changed byte, waited for with patience, never broken."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from core.clients import foreign_sqlite, local_catalog
from core.clients.foreign_sqlite import ForeignFile
from core.clients.local_catalog import LocalCatalog
from core.clients.local_copies import CopyRecords
from core.errors import CoreError, NotAllowed, NotFound, Unavailable, Unreadable
from core.models import Result, RowAction, RowChange

OTHER_PROGRAM = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2].split(";"):
    connection.execute(statement).fetchall()
print("ready", flush=True)
sys.stdin.readline()
os._exit(0)  # as kill -9 would: nothing is closed
"""
START = "CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, 'b');"
MORE = "INSERT INTO t VALUES (3, 'c')"
Look = dict[str, tuple[bytes, int, int]]


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five seconds are for people."""
    monkeypatch.setattr(foreign_sqlite, "PATIENCE_SECONDS", 0.2)


@contextmanager
def another_program(path: Path, sql: str) -> Iterator[None]:
    """A process that ran some SQL and still has the file open; then it dies."""
    command = [sys.executable, "-c", OTHER_PROGRAM, str(path), sql]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield
        finally:
            process.stdin.close()
            process.wait(10)


def complaint_of_another_program(path: Path, sql: str) -> str:
    """What a process that runs some SQL and ends says of it."""
    command = [sys.executable, "-c", OTHER_PROGRAM, str(path), sql]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False).stderr


def make(folder: Path, journal: str = "DELETE") -> Path:
    path = folder / "it's 100% #1?.db"
    folder.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode={journal}")
        connection.executescript(START)
    return path


def look(folder: Path) -> Look:
    """Every file's bytes, time and number."""
    found = {path.name: (path.read_bytes(), path.stat()) for path in folder.iterdir()}
    return {name: (data, status.st_mtime_ns, status.st_ino) for name, (data, status) in found.items()}


async def read_everything(path: Path) -> list[object]:
    catalog = LocalCatalog(path)
    try:
        await catalog.change_token()
        await catalog.check_key("t", ["id"])
        await catalog.check_key("t", ["v"])
        await catalog.count("t")
        await catalog.find("t", ["id"], "v", ["a"])
        (row,) = await catalog.rows("t", ["id"], [(1,)])
        assert row is not None
        await catalog.dependents("t", row)
        assert await catalog.tables() == (await catalog.table("t"),)
        return [row.values["v"] for row in (await catalog.read("t", ["id"], ["v"])).rows]
    finally:
        await catalog.close()


@pytest.mark.parametrize("journal", ["DELETE", "TRUNCATE", "PERSIST", "WAL"])
async def test_reading_changes_no_byte_and_leaves_nothing_behind(tmp_path: Path, journal: str) -> None:
    path = make(tmp_path / "theirs", journal)
    before = look(path.parent)
    assert await read_everything(path) == ["a", "b"]
    assert look(path.parent) == before


async def test_what_is_only_in_the_log_of_a_running_program_is_read_too(tmp_path: Path) -> None:
    path = make(tmp_path / "theirs", "WAL")
    with another_program(path, MORE):
        before = look(path.parent)
        assert await read_everything(path) == ["a", "b", "c"]
        assert look(path.parent) == before


async def test_a_log_left_by_a_crash_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    path = make(tmp_path / "theirs", "WAL")
    with another_program(path, MORE):
        pass
    before = look(path.parent)
    assert len(before) == 3
    assert await read_everything(path) == ["a", "b", "c"]
    assert look(path.parent) == before
    foreign_sqlite.side_file(path, "-shm").unlink()
    before = look(path.parent)
    assert await read_everything(path) == ["a", "b", "c"]
    assert look(path.parent) == before


async def test_a_program_that_is_in_the_middle_of_writing_is_not_hindered(tmp_path: Path) -> None:
    path = make(tmp_path / "theirs")
    with another_program(path, f"BEGIN IMMEDIATE; {MORE}"):
        before = look(path.parent)
        assert await read_everything(path) == ["a", "b"]
        assert look(path.parent) == before


@pytest.mark.parametrize("journal", ["DELETE", "WAL"])
async def test_a_program_may_write_between_two_pages_and_is_noticed(tmp_path: Path, journal: str) -> None:
    path = make(tmp_path / "theirs", journal)
    catalog = LocalCatalog(path)
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0.1)) as other:
        for number in range(3, 20):
            token = await catalog.change_token()
            await catalog.read("t", ["id"], ["v"], None, 1)
            assert await catalog.change_token() == token
            other.execute("INSERT INTO t VALUES (?, 'x')", (number,))
            assert await catalog.change_token() != token
        assert await catalog.count("t") == 19
    await catalog.close()


async def test_changes_are_noticed_across_a_pause(tmp_path: Path) -> None:
    path = make(tmp_path / "theirs")
    catalog = LocalCatalog(path)
    token = await catalog.change_token()
    let_go = catalog._held.let_go
    await asyncio.get_running_loop().run_in_executor(catalog._thread, let_go)
    assert await catalog.change_token() == token
    await asyncio.get_running_loop().run_in_executor(catalog._thread, let_go)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(MORE)
    assert await catalog.change_token() != token
    await catalog.close()


@pytest.mark.skipif(os.name != "posix", reason="Windows does not let an open file be replaced")
async def test_a_file_that_was_replaced_by_a_backup_is_the_one_that_counts(tmp_path: Path) -> None:
    path, backup = make(tmp_path / "theirs"), make(tmp_path / "backup")
    catalog = LocalCatalog(path)
    token = await catalog.change_token()
    with closing(sqlite3.connect(backup, isolation_level=None)) as other:
        other.execute(MORE)
    backup.replace(path)
    assert await catalog.change_token() != token
    assert await catalog.count("t") == 3
    change = RowChange(RowAction.DELETE, "t", ("id",), (3,), {"id": 3, "v": "c"}, None)
    assert (await catalog.change([change]))[0].result is Result.DONE
    assert rows_of(path) == ["a", "b"]
    path.unlink()
    with pytest.raises(NotFound):
        await catalog.count("t")
    await catalog.close()


@pytest.mark.parametrize("hold", ["BEGIN EXCLUSIVE", "PRAGMA locking_mode=EXCLUSIVE; " + MORE])
async def test_a_locked_file_is_said_to_be_in_use(tmp_path: Path, hold: str) -> None:
    path = make(tmp_path / "theirs")
    catalog = LocalCatalog(path)
    with another_program(path, hold):
        with pytest.raises(Unavailable, match="in use by another program"):
            await catalog.tables()
        before = look(path.parent)
        with pytest.raises(Unavailable):
            await catalog.change([RowChange(RowAction.DELETE, "t", ("id",), (1,), {"id": 1, "v": "a"}, None)])
        assert look(path.parent) == before
    assert await catalog.count("t") >= 2
    await catalog.close()


async def test_a_change_waits_for_another_writer_and_then_gives_up_whole(tmp_path: Path) -> None:
    path = make(tmp_path / "theirs")
    catalog = LocalCatalog(path)
    change = RowChange(RowAction.DELETE, "t", ("id",), (1,), {"id": 1, "v": "a"}, None)
    with another_program(path, f"BEGIN IMMEDIATE; {MORE}"), pytest.raises(Unavailable):
        await catalog.change([change])
    assert [one.result for one in await catalog.change([change])] == [Result.DONE]
    await catalog.close()
    assert rows_of(path) == ["b"]


def rows_of(path: Path) -> list[object]:
    """What another program reads."""
    with closing(sqlite3.connect(path)) as connection:
        return [value for (value,) in connection.execute("SELECT v FROM t ORDER BY id")]


async def test_a_commit_cut_off_in_the_middle_is_left_to_its_own_program(tmp_path: Path) -> None:
    path = make(tmp_path / "theirs")
    spill = "PRAGMA cache_size=5; BEGIN; INSERT INTO t SELECT value, randomblob(3000) FROM generate; UPDATE t SET v = 1"
    numbers = " UNION ALL ".join(f"SELECT {n} AS value" for n in range(10, 200))
    with another_program(path, spill.replace("generate", f"({numbers})")):
        pass
    assert foreign_sqlite.side_file(path, "-journal").stat().st_size > 0
    before = look(path.parent)
    catalog = LocalCatalog(path)
    with pytest.raises(Unreadable, match="middle of a change"):
        await catalog.tables()
    with pytest.raises(Unreadable, match="middle of a change"):
        await catalog.change([RowChange(RowAction.DELETE, "t", ("id",), (1,), {"id": 1, "v": "a"}, None)])
    await catalog.close()
    assert look(path.parent) == before


async def test_opening_it_once_more_lets_no_other_program_into_our_own_change(tmp_path: Path) -> None:
    path = make(tmp_path / "theirs")
    ours = ForeignFile(path).open_to_write()
    with closing(ours):
        ours.execute("PRAGMA query_only=0")
        ours.execute("BEGIN IMMEDIATE")
        ForeignFile(path).open_to_read()[0].close()
        catalog = LocalCatalog(path)
        assert await catalog.count("t") == 2
        await catalog.close()
        assert "database is locked" in complaint_of_another_program(path, f"PRAGMA busy_timeout=50; {MORE}")


@pytest.mark.parametrize("journal", ["DELETE", "WAL"])
async def test_a_change_adds_no_table_and_leaves_no_file(tmp_path: Path, journal: str) -> None:
    path = make(tmp_path / "theirs", journal)
    catalog = LocalCatalog(path)
    change = RowChange(RowAction.UPDATE, "t", ("id",), (1,), {"id": 1, "v": "a"}, {"v": "z"})
    assert (await catalog.change([change]))[0].row == {"id": 1, "v": "z"}
    await catalog.close()
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("t",)]
        assert connection.execute("PRAGMA journal_mode").fetchall() == [(journal.lower(),)]
        assert connection.execute("PRAGMA user_version").fetchall() == [(0,)]


async def test_what_is_no_readable_database_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("dear diary, " * 500)
    shutil.copyfile(make(tmp_path / "theirs"), tmp_path / "cut.db")
    os.truncate(tmp_path / "cut.db", 4096)
    (tmp_path / "folder.db").mkdir()
    (tmp_path / "empty.db").touch()
    for name, error in (
        ("text.db", Unreadable),
        ("folder.db", Unreadable),
        ("none.db", NotFound),
        ("cut.db", Unreadable),
    ):
        catalog = LocalCatalog(tmp_path / name)
        with pytest.raises(error) as caught:
            await catalog.read("t", ["id"], ["v"])
        assert name in caught.value.message and isinstance(caught.value, CoreError)
        await catalog.close()
    catalog = LocalCatalog(tmp_path / "empty.db")
    assert await catalog.tables() == ()
    await catalog.close()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="an administrator may read everything")
async def test_a_file_that_may_not_be_read_gets_a_sentence(tmp_path: Path) -> None:
    path = make(tmp_path / "theirs")
    path.chmod(0)
    catalog = LocalCatalog(path)
    with pytest.raises(NotAllowed):
        await catalog.tables()
    await catalog.close()


async def test_several_calls_at_once_leave_no_clock_running_when_it_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "notes.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY)")
    monkeypatch.setattr(local_catalog, "_IDLE_SECONDS", 0.01)
    catalog = LocalCatalog(path)
    await asyncio.gather(*(catalog.count("notes") for _ in range(4)))
    await catalog.close()
    ended = asyncio.Event()
    asyncio.get_running_loop().call_later(0.02, ended.set)
    await ended.wait()  # a clock left over would go off before this one, and fail the test by its error


def test_a_copy_begins_though_another_one_just_took_the_folder_of_notes_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records, real, times = CopyRecords(tmp_path / "notes"), Path.mkdir, 0

    def mkdir(self: Path, *rest: object, **more: object) -> None:
        nonlocal times
        times += 1
        if times == 1:
            raise FileExistsError(self)  # it was there, and is gone when it is looked at
        real(self, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "mkdir", mkdir)
    target = tmp_path / "copy.png"
    records.begin(target)
    target.touch()
    assert records.made(target, target.stat()) and times == 2
