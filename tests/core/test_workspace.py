"""The workspace outlives damage, a second process and kill -9."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from core.database import Database, schema_steps
from core.errors import Busy, WorkspaceError
from core.workspace import Workspace, from_micros, system_now, to_micros

ROOT = Path(__file__).parents[2]


async def _note(workspace: Workspace, name: str, value: str) -> None:
    await workspace.journal.write(lambda c: c.execute("INSERT INTO meta VALUES (?, ?)", (name, value)).rowcount)


async def _notes(database: Database) -> dict[str, str]:
    return await database.read(lambda c: dict(c.execute("SELECT name, value FROM meta").fetchall()))


async def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    first = await Workspace.open(tmp_path, "p")
    await _note(first, "a", "1")
    await first.close()
    again = await Workspace.open(tmp_path, "p")
    assert await _notes(again.journal) == {"a": "1"}
    assert again.notices == []
    await again.close()


async def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    workspace = await Workspace.open(tmp_path, "p")

    def half(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO meta VALUES ('a', '1')")
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        await workspace.journal.write(half)
    assert await _notes(workspace.journal) == {}
    await _note(workspace, "b", "2")
    assert await _notes(workspace.journal) == {"b": "2"}
    await workspace.close()


@pytest.mark.parametrize("damage", [b"garbage" * 2000, b"SQLite format 3\0" + b"\xff" * 9000])
async def test_a_damaged_inventory_is_made_anew_and_said(tmp_path: Path, damage: bytes) -> None:
    first = await Workspace.open(tmp_path, "p")
    await _note(first, "kept", "yes")
    await first.close()
    (tmp_path / "inventory.db").write_bytes(damage)
    again = await Workspace.open(tmp_path, "p")
    assert any("inventory was damaged" in notice for notice in again.notices)
    assert await _notes(again.inventory) == {"project": "p"}
    assert await _notes(again.journal) == {"kept": "yes"}
    await again.close()


async def test_a_damaged_journal_is_set_aside_and_not_thrown_away(tmp_path: Path) -> None:
    await (await Workspace.open(tmp_path, "p")).close()
    (tmp_path / "journal.db").write_bytes(b"garbage" * 2000)
    again = await Workspace.open(tmp_path, "p")
    assert any("journal was damaged" in notice for notice in again.notices)
    (aside,) = tmp_path.glob("journal-damaged-*.db")
    assert aside.read_bytes() == b"garbage" * 2000
    assert await _notes(again.journal) == {}
    await again.close()


async def test_damage_found_in_use_is_put_right_at_the_next_start(tmp_path: Path) -> None:
    workspace = await Workspace.open(tmp_path, "p")

    def damaged(connection: sqlite3.Connection) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    with pytest.raises(WorkspaceError, match="damaged"):
        await workspace.inventory.read(damaged)
    await workspace.close()
    again = await Workspace.open(tmp_path, "p")
    assert any("made anew" in notice for notice in again.notices)
    await again.close()
    third = await Workspace.open(tmp_path, "p")
    assert third.notices == []
    await third.close()


async def test_a_profile_that_points_elsewhere_forgets_its_inventory_and_keeps_its_journal(tmp_path: Path) -> None:
    first = await Workspace.open(tmp_path, "p")
    await _note(first, "kept", "yes")
    await first.inventory.write(lambda c: c.execute("INSERT INTO meta VALUES ('old', '1')").rowcount)
    await first.close()
    again = await Workspace.open(tmp_path, "another")
    assert await _notes(again.inventory) == {"project": "another"}
    assert await _notes(again.journal) == {"kept": "yes"}
    await again.close()


async def test_a_newer_workspace_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    await (await Workspace.open(tmp_path, "p")).close()
    connection = sqlite3.connect(tmp_path / "journal.db")
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(WorkspaceError, match="newer Bucketdesk"):
        await Workspace.open(tmp_path, "p")


async def test_a_full_disk_is_a_sentence_and_the_earlier_state_holds(tmp_path: Path) -> None:
    workspace = await Workspace.open(tmp_path, "p")
    await _note(workspace, "a", "1")

    def too_much(connection: sqlite3.Connection) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")
        connection.executemany("INSERT INTO meta VALUES (?, ?)", ((f"k{i}", "x" * 500) for i in range(1000)))

    with pytest.raises(WorkspaceError, match="full") as caught:
        await workspace.journal.write(too_much)
    assert "goes on from where it stopped" in caught.value.hint
    assert await _notes(workspace.journal) == {"a": "1"}
    await workspace.close()


async def test_the_writer_lock_is_held_once_and_ends_with_its_process(tmp_path: Path) -> None:
    workspace = await Workspace.open(tmp_path, "p")
    holder = _python(_HOLD_LOCK, tmp_path)
    try:
        assert holder.stdout is not None
        assert (await asyncio.to_thread(holder.stdout.readline)).strip() == b"held"
        with pytest.raises(Busy, match="Another window or command"):
            async with workspace.lock():
                pass
        assert await _notes(workspace.inventory) == {"project": "p"}  # reading always works
    finally:
        holder.kill()
        await asyncio.to_thread(holder.communicate)
    async with workspace.lock(wait_seconds=5):
        pass
    await workspace.close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this platform has no SIGKILL")
async def test_every_write_that_returned_is_there_after_kill_9(tmp_path: Path) -> None:
    writer = _python(_WRITE_FOR_EVER, tmp_path)
    assert writer.stdout is not None
    for _ in range(50):
        await asyncio.to_thread(writer.stdout.readline)
    writer.kill()
    rest, _ = await asyncio.to_thread(writer.communicate)
    said = 50 + rest.count(b"\n")
    workspace = await Workspace.open(tmp_path, "p")
    assert len(await _notes(workspace.journal)) >= said
    assert workspace.notices == []
    await workspace.close()


async def test_those_that_open_a_new_workspace_at_once_all_succeed(tmp_path: Path) -> None:
    for workspace in await asyncio.gather(*(Workspace.open(tmp_path, "p") for _ in range(4))):
        assert workspace.notices == []
        await workspace.close()


def test_times_survive_the_round_trip() -> None:
    now = system_now()
    assert from_micros(to_micros(now)) == now


def test_schema_steps_come_in_order() -> None:
    assert "CREATE TABLE objects" in schema_steps("inventory")[0]
    assert "CREATE TABLE runs" in schema_steps("journal")[0]


def _python(script: str, folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", textwrap.dedent(script), str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)


_HOLD_LOCK = """
    import asyncio, sys
    from pathlib import Path
    from core.workspace import Workspace
    async def main():
        workspace = await Workspace.open(Path(sys.argv[1]), "p")
        async with workspace.lock():
            print("held", flush=True)
            await asyncio.sleep(60)
    asyncio.run(main())
"""

_WRITE_FOR_EVER = """
    import asyncio, sys
    from pathlib import Path
    from core.workspace import Workspace
    async def main():
        workspace = await Workspace.open(Path(sys.argv[1]), "p")
        for i in range(10**9):
            await workspace.journal.write(lambda c: c.execute("INSERT INTO meta VALUES (?, '')", (f"{i:09}",)).rowcount)
            print(i, flush=True)
    asyncio.run(main())
"""
