"""Damaged files, foreign plans and wrong mappings get a sentence, and nothing is harmed."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.end2end.desk import Desk


def spoil(path: Path) -> None:
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    path.write_bytes(b"this is no database, " * 400)


def test_a_damaged_inventory_is_made_anew(desk: Desk) -> None:
    planted = desk.practice()
    spoil(desk.home / "workspaces" / "practice" / "inventory.db")
    answer = desk("status", "--json")
    assert answer.document["scanned_at"] is None
    assert "scan again" in answer.err
    desk.json("scan")
    assert desk.json("status")["findings"] == planted


def test_a_damaged_journal_is_set_aside_and_said(desk: Desk) -> None:
    desk.practice()
    spoil(desk.home / "workspaces" / "practice" / "journal.db")
    answer = desk("runs", "--json")
    assert answer.code == 0
    assert answer.document == {"runs": []}
    assert "set aside" in answer.err
    assert list((desk.home / "workspaces" / "practice").glob("journal-damaged-*"))


def test_a_plan_that_somebody_changed_is_refused(desk: Desk) -> None:
    desk.practice()
    path = desk.home / "p.jsonl"
    desk.json("plan", "cleanup", "--kind", "file_without_row", "-o", path)
    lines = path.read_text("utf-8").splitlines(keepends=True)
    step = json.loads(lines[1])
    for changed in (
        [lines[0], json.dumps({**step, "key": "parts/bolts/00008-side.jpg"}) + "\n", *lines[2:]],
        lines[:-1],
        [*lines, lines[-1]],
        [json.dumps({**json.loads(lines[0]), "steps": 1}) + "\n", *lines[1:]],
        ["{}\n"],
        ["no plan at all"],
        [],
    ):
        path.write_text("".join(changed), "utf-8")
        assert desk.fail("apply", path, "--yes", code=2)["kind"] == "bad_plan"
    assert desk.json("objects", "--limit", "0")["total"] == 200
    assert desk.json("runs") == {"runs": []}


def test_a_plan_that_is_not_there_is_said(desk: Desk) -> None:
    desk.practice()
    assert "nowhere.jsonl" in desk.fail("apply", "nowhere.jsonl", "--yes", code=2)["message"]


def test_a_plan_of_another_desk_is_foreign(desk: Desk, tmp_path: Path) -> None:
    other = Desk(tmp_path)
    for one in (desk, other):
        one.practice()
    path = tmp_path / "p.jsonl"
    other.json("plan", "cleanup", "-o", path)
    error = desk.fail("apply", path, "--yes", code=2)
    assert error["kind"] == "bad_plan"
    assert "nothing of it was done" in error["message"]


def local_profile(desk: Desk, source: str) -> None:
    storage = desk.home / "mine" / "pictures"
    storage.mkdir(parents=True)
    (storage / "a.png").write_bytes(b"picture")
    with closing(sqlite3.connect(desk.home / "mine" / "my.db")) as connection, connection:
        connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)")
        connection.execute("INSERT INTO notes VALUES (1, '<img src=a.png>')")
    (desk.home / "profiles").mkdir()
    (desk.home / "profiles" / "mine.toml").write_text(
        f'kind = "local"\n[local]\nstorage = "{(desk.home / "mine").as_posix()}"\nbuckets = ["pictures"]\n'
        f'catalog = "{(desk.home / "mine" / "my.db").as_posix()}"\n[[sources]]\nbucket = "pictures"\n{source}\n'
    )


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ('table = "note"\nkey = ["id"]\ncolumns = [{ name = "body", holds = "html" }]', "note"),
        ('table = "notes"\nkey = ["id"]\ncolumns = [{ name = "bodies", holds = "html" }]', "bodies"),
        ('table = "notes"\nkey = ["number"]\ncolumns = [{ name = "body", holds = "html" }]', "number"),
    ],
)
def test_a_table_or_column_that_is_named_wrongly_gets_a_sentence_and_proves_nothing(
    desk: Desk, source: str, name: str
) -> None:
    local_profile(desk, source)
    answer = desk("--profile", "mine", "scan", "--json")
    said = answer.out + answer.err
    assert "Traceback" not in said
    assert name in said
    assert answer.code != 0
    found = desk.json("--profile", "mine", "findings")["items"]
    assert not [item for item in found if item["state"] == "open"]
    if "error" not in answer.document:
        assert answer.document["complete"] is False
        assert any(name in source["why"] for source in answer.document["sources"])


def test_a_right_mapping_of_a_folder_and_a_database_works(desk: Desk) -> None:
    local_profile(desk, 'table = "notes"\nkey = ["id"]\ncolumns = [{ name = "body", holds = "html" }]')
    scan = desk.json("--profile", "mine", "scan")
    assert (scan["objects"], scan["rows"], scan["complete"]) == (1, 1, True)
    assert desk.json("findings", "--profile=mine") == {"total": 0, "items": []}


def test_a_folder_that_cannot_be_public_is_said_before_anybody_is_asked(desk: Desk) -> None:
    local_profile(desk, 'table = "notes"\nkey = ["id"]\ncolumns = [{ name = "body", holds = "html" }]')
    for change in (["public", "pictures"], ["limits", "pictures", "--type", "image/*"]):
        error = desk.fail("--profile", "mine", "bucket", *change, code=3)
        assert (error["kind"], "folder" in error["message"]) == ("refused", True)
    assert desk.fail("--profile", "mine", "bucket", "limits", "nowhere", "--any-size", code=1)["kind"] == "not_found"


def test_a_project_that_another_program_is_changing_is_busy(desk: Desk) -> None:
    desk.practice()
    for name, command in (("scan.db", ["scan"]), ("lock.db", ["practice", "reset", "--objects", "60"])):
        with closing(sqlite3.connect(desk.home / "workspaces" / "practice" / name, isolation_level=None)) as lock:
            lock.execute("BEGIN EXCLUSIVE")
            assert desk.fail(*command, code=1)["kind"] == "busy"
        assert desk.json("status")["objects"] == 200


def test_a_home_that_cannot_be_written_is_said(desk: Desk) -> None:
    (desk.home / "workspaces").write_text("in the way")
    error = desk.fail("practice", "reset", "--objects", "60", code=1)
    assert error["kind"] == "workspace_error"
