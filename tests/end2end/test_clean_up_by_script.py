"""A script cleans a project up and takes it back, by the documents and exit codes that design.md promises."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.end2end.desk import Desk


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.md5(path.read_bytes()).hexdigest() for path in files}


def test_from_a_fresh_home_to_a_clean_up_applied_and_undone(desk: Desk) -> None:
    made = desk.json("practice", "reset", "--objects", "200", "--seed", "11")
    assert made["objects"] == 200
    storage = Path(made["folder"]) / "storage"
    before, rows_before = contents(storage), desk.sql("SELECT * FROM images ORDER BY id")

    nothing_yet = desk.json("--practice", "status")
    assert nothing_yet["scanned_at"] is None
    assert nothing_yet["next"]

    scan = desk.json("scan")
    assert scan["complete"] is True
    assert (scan["objects"], scan["rows"], scan["assets"]) == (200, made["rows"], 0)
    keys = {"name", "items", "pages", "references", "not_understood", "complete", "doubted", "why"}
    assert all(source.keys() >= keys for source in scan["sources"])

    status = desk.json("status")
    assert status["findings"] == made["planted"]
    assert (status["objects"], status["rows"], status["complete"]) == (200, made["rows"], True)
    assert status["bytes"] == sum(path.stat().st_size for path in storage.rglob("*") if path.is_file())
    links = status["links"]
    assert links["total"] == links["ok"] + links["missing"] + links["expired"] + links["expiring"]
    assert links["missing"] == made["planted"]["link_missing"]

    lost = desk.json("findings", "--kind", "file_without_row", "--state", "open")
    assert lost["total"] == len(lost["items"]) == made["planted"]["file_without_row"]
    plan = desk.home / "plan.jsonl"
    head = desk.json("plan", "cleanup", "--kind", "file_without_row", "-o", plan)
    assert head["by_kind"] == {"delete_object": lost["total"]}
    assert head["steps"] == lost["total"]
    assert head["bytes"] == sum(item["bytes"] for item in lost["items"])
    assert head["guard"] is None
    assert len(plan.read_text("utf-8").splitlines()) == head["steps"] + 1
    assert contents(storage) == before, "a plan changes nothing"

    run = desk.json("apply", plan, "--yes")
    assert (run["done"], run["skipped"], run["failed"], run["drifted"]) == (head["steps"], 0, 0, 0)
    assert run["bytes"] == head["bytes"]
    gone = {f"{item['bucket']}/{item['key']}" for item in lost["items"]}
    assert before.keys() - contents(storage).keys() == gone

    again = desk.json("apply", plan, "--yes")
    assert again["run_id"] == run["run_id"]
    assert again["done"] == run["done"]
    listed = desk.json("runs")["runs"]
    assert [(r["run_id"], r["state"], r["undoable"]) for r in listed] == [(run["run_id"], "done", True)]

    undone = desk.json("undo", run["run_id"], "--yes")
    assert (undone["done"], undone["failed"], undone["drifted"]) == (run["done"], 0, 0)
    assert contents(storage) == before
    assert desk.sql("SELECT * FROM images ORDER BY id") == rows_before
    assert desk.json("runs")["runs"][0]["kind"] == "undo"
    assert desk.fail("apply", plan, "--yes", code=2)["kind"] == "bad_plan"


def test_the_usual_clean_up_repairs_everything_that_it_is_for_and_then_has_nothing_to_do(desk: Desk) -> None:
    planted = desk.practice()
    head = desk.json("plan", "cleanup", "-o", desk.home / "plan.jsonl")
    assert head["guard"] is None
    assert desk.json("apply", desk.home / "plan.jsonl", "--yes")["failed"] == 0
    desk.json("scan")
    found = desk.json("status")["findings"]
    assert found["file_without_row"] == found["wrong_prefix"] == 0
    assert found["duplicate_content"] == planted["duplicate_content"]


def test_every_document_has_the_keys_that_programs_rely_on(desk: Desk) -> None:
    desk.practice()
    item = desk.json("findings", "--limit", "1")["items"][0]
    told = {"id", "kind", "bucket", "key", "table", "row_key", "column", "bytes", "first_seen", "last_seen", "state"}
    assert item.keys() >= told | {"evidence"}
    stored = desk.json("objects", "--limit", "3")
    assert stored["total"] == 200
    assert len(stored["items"]) == 3
    assert stored["items"][0].keys() >= {"bucket", "key", "bytes", "type", "etag", "changed", "rows"}
    head = desk.json("plan", "cleanup", "-o", desk.home / "p.jsonl")
    assert head.keys() >= {
        "format",
        "project",
        "scan_id",
        "created",
        "plan_id",
        "sha256",
        "steps",
        "by_kind",
        "bytes",
        "guard",
    }
    run = desk.json("apply", desk.home / "p.jsonl", "--yes")
    assert run.keys() >= {"run_id", "done", "skipped", "failed", "drifted", "bytes", "seconds"}
    assert run["done"] + run["skipped"] + run["failed"] + run["drifted"] == head["steps"]
    listed = desk.json("runs", run["run_id"])["runs"][0]
    assert listed.keys() >= {"run_id", "kind", "started", "state", "done", "failed", "undoable"}


def test_objects_and_findings_can_be_narrowed_and_paged(desk: Desk) -> None:
    desk.practice()
    everything = desk.json("objects")["items"]
    one = desk.json("objects", "--bucket", "patient-images")["items"]
    assert one == [item for item in everything if item["bucket"] == "patient-images"]
    assert {item["key"] for item in desk.json("objects", "--bucket", "sop-images", "--prefix", "a")["items"]} >= {"a-1"}
    assert desk.json("objects", "--limit", "0") == {"total": 200, "items": []}
    found = desk.json("findings")
    pages = [desk.json("findings", "--limit", "40", "--offset", str(start))["items"] for start in range(0, 200, 40)]
    assert [item for page in pages for item in page] == found["items"]
    states = {item["state"] for item in found["items"]}
    assert states == {"open", "young", "unproven"}


def test_what_is_kept_stays_away_until_it_is_freed(desk: Desk) -> None:
    planted = desk.practice()["file_without_row"]
    chosen = desk.json("findings", "--kind", "file_without_row", "--state", "open", "--limit", "2")["items"]
    ids = [item["id"] for item in chosen]
    assert desk.json("keep", *ids, "--reason", "printed on posters") == {"kept": 2}
    assert desk.json("status")["findings"]["file_without_row"] == planted - 2
    kept = desk.json("findings", "--state", "kept")["items"]
    assert sorted(item["id"] for item in kept) == sorted(ids)
    assert desk.json("plan", "cleanup", "--kind", "file_without_row", "-o", "p.jsonl")["steps"] == planted - 2
    assert desk.json("unkeep", *ids) == {"unkept": 2}
    assert desk.json("status")["findings"]["file_without_row"] == planted


def test_a_plan_can_be_handed_on_as_csv_and_sql(desk: Desk) -> None:
    desk.practice()
    plan = desk.home / "p.jsonl"
    head = desk.json("plan", "cleanup", "-o", plan)
    table = desk("plan", "export", plan, "--csv")
    assert table.code == 0
    assert len(table.out.splitlines()) == head["steps"] + 1
    assert desk.json("plan", "export", plan, "--sql", "-o", "p.sql")["form"] == "sql"
    statements = (desk.home / "p.sql").read_text("utf-8")
    assert "BEGIN" in statements
    assert "storage." not in statements.replace("--", "").split("BEGIN")[0]
    assert desk.fail("plan", "export", plan, "--csv", code=2)["hint"] == "Say -o FILE."


def test_a_scheduled_command_may_run_while_another_one_reads(desk: Desk) -> None:
    desk.practice()
    reading = [desk.start("status", "--json") for _ in range(3)]
    desk.json("scan")
    for one in reading:
        assert one.wait(60) == 0
        one.communicate()


def test_an_empty_list_says_whether_anything_was_scanned(desk: Desk) -> None:
    desk.practice(scan=False)
    assert "scanned yet" in desk("findings").out
    assert "scanned yet" in desk("objects").out
    desk.json("scan")
    assert "Nothing matches" in desk("objects", "--prefix", "no-such-folder/").out


def test_people_see_tables_and_the_next_command(desk: Desk) -> None:
    desk.practice()
    assert "files without a row" in desk("status").out
    found = desk("findings", "--kind", "file_without_row")
    assert "a.bak" in found.out
    assert "Project: practice" in found.err
    plan = desk("plan", "cleanup", "-o", "p.jsonl")
    assert "Next: bucketdesk-cli apply p.jsonl" in plan.out
    run = desk("apply", "p.jsonl", "--yes")
    assert "bucketdesk-cli undo" in run.out
    assert "can be undone" in desk("runs").out
    assert "\x1b[" not in plan.out + run.out
