"""Opening another program's SQLite file while that program starts, ends, or is gone without a word."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from core.clients import foreign_sqlite
from core.clients.foreign_sqlite import ForeignFile
from core.errors import Unavailable

PROGRAM = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    connection.execute(statement).fetchall()
print("there", flush=True)
sys.stdin.readline()
connection.close()
"""
ALONE = "PRAGMA locking_mode = EXCLUSIVE"
WRITE = "INSERT INTO notes VALUES (2)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "collection" / "notes.db"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY)")
        connection.execute("INSERT INTO notes VALUES (1)")
        connection.commit()
    return path


@contextmanager
def program(path: Path, *statements: str) -> Iterator[subprocess.Popen[str]]:
    """Another program that has the file open."""
    command = (sys.executable, "-c", PROGRAM, str(path), *statements)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "there\n"
        yield other
        if other.poll() is None:
            other.communicate("\n")


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.iterdir()}


def notes(path: Path) -> list[int]:
    connection, _ = ForeignFile(path).open_to_read()
    with closing(connection):
        return [n for (n,) in connection.execute("SELECT id FROM notes ORDER BY id").fetchall()]


def test_a_file_that_nobody_has_open_is_read_and_left_as_it_was(path: Path) -> None:
    before = state(path.parent)
    assert notes(path) == [1]
    assert state(path.parent) == before


def test_what_a_program_wrote_a_moment_ago_is_read_with_nothing_changed(path: Path) -> None:
    with program(path, WRITE):
        before = state(path.parent)
        assert notes(path) == [1, 2]
        assert state(path.parent) == before


@pytest.mark.parametrize("statements", [(WRITE,), (ALONE, WRITE)], ids=["shared", "alone"])
def test_what_a_killed_program_left_is_read_with_nothing_changed(path: Path, statements: tuple[str, ...]) -> None:
    with program(path, *statements) as other:
        other.kill()
    before = state(path.parent)
    assert "notes.db-wal" in before
    assert notes(path) == [1, 2]
    assert state(path.parent) == before


def test_a_program_that_wants_the_file_for_itself_keeps_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign_sqlite, "PATIENCE_SECONDS", 0)
    with program(path, ALONE, WRITE):
        before = state(path.parent)
        with pytest.raises(Unavailable, match="in use by another program"):
            notes(path)
        assert state(path.parent) == before


def test_a_program_that_ends_at_just_that_moment_leaves_nothing_behind(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = foreign_sqlite._connect
    with program(path, ALONE, WRITE) as other:

        def late(which: Path, query: str) -> sqlite3.Connection:
            if other.poll() is None:
                other.communicate("\n")
            return connect(which, query)

        monkeypatch.setattr(foreign_sqlite, "_connect", late)
        assert notes(path) == [1, 2]
    assert [p.name for p in path.parent.iterdir()] == ["notes.db"]
