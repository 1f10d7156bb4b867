"""A world that moved on is reported as such, with the reason, and never overwritten."""

from __future__ import annotations

from tests.end2end.desk import Desk


def test_what_changed_since_the_plan_is_left_alone_and_said(desk: Desk) -> None:
    desk.practice()
    head = desk.json("plan", "cleanup", "--kind", "file_without_row", "-o", "p.jsonl")
    changed = desk.home / "practice" / "storage" / "sop-images" / "a.bak"
    changed.write_bytes(b"somebody put another file here")
    run = desk.json("apply", "p.jsonl", "--yes")
    assert (run["done"], run["failed"], run["drifted"]) == (head["steps"] - 1, 0, 1)
    (trouble,) = run["troubles"]
    assert (trouble["state"], trouble["where"], trouble["steps"]) == ("drifted", "sop-images/a.bak", 1)
    assert changed.read_bytes().startswith(b"somebody")
    told = desk("runs", run["run_id"])
    assert trouble["reason"] in told.err
    assert desk.json("runs", run["run_id"])["runs"][0]["troubles"] == run["troubles"]


def test_an_undo_that_finds_something_in_the_way_ends_with_1_and_leaves_it(desk: Desk) -> None:
    desk.practice()
    desk.json("plan", "cleanup", "--kind", "file_without_row", "-o", "p.jsonl")
    run = desk.json("apply", "p.jsonl", "--yes")
    in_the_way = desk.home / "practice" / "storage" / "sop-images" / "a.bak"
    in_the_way.write_bytes(b"new")
    undone = desk.json("undo", run["run_id"], "--yes", code=1)
    assert (undone["done"], undone["drifted"]) == (run["done"] - 1, 1)
    assert in_the_way.read_bytes() == b"new"


def test_what_takes_too_much_is_planned_with_a_warning_and_refused_by_apply(desk: Desk) -> None:
    desk.practice(scan=False)
    desk.sql("DELETE FROM part_images WHERE id BETWEEN 30 AND 80")
    scan = desk.json("scan")
    assert scan["complete"]
    head = desk.json("plan", "cleanup", "--kind", "file_without_row", "-o", "p.jsonl")
    assert head["guard"]["where"] == "sop-images"
    assert head["guard"]["share"] > head["guard"]["limit"] == 0.2
    error = desk.fail("apply", "p.jsonl", "--yes", code=3)
    assert error["kind"] == "refused"
    assert "--allow-share" in error["message"] + error["hint"]
    assert desk.json("objects", "--limit", "0")["total"] == 200
    assert desk.json("apply", "p.jsonl", "--yes", "--allow-share", "0.9")["done"] == head["steps"]


def test_a_doubted_source_must_be_accepted_before_what_rests_on_it_is_cleaned_up(desk: Desk) -> None:
    desk.practice()
    desk.sql("DELETE FROM part_images WHERE id > 60")
    sources = {source["name"]: source for source in desk.json("scan")["sources"]}
    assert sources["part_images"]["doubted"] is True
    assert sources["part_images"]["why"]
    found = desk.json("findings", "--kind", "file_without_row", "--state", "open")["items"]
    assert not [item for item in found if item["bucket"] == "sop-images"]
    assert any("--accept-source part_images" in sentence for sentence in desk.json("status")["next"])
    desk.json("plan", "cleanup", "--kind", "file_without_row", "-o", "p.jsonl")
    desk.json("apply", "p.jsonl", "--yes", "--accept-source", "part_images")
    found = desk.json("findings", "--kind", "file_without_row", "--state", "open")["items"]
    assert [item for item in found if item["bucket"] == "sop-images"]


def test_accepting_a_source_that_is_not_there_is_wrong(desk: Desk) -> None:
    desk.practice()
    desk.json("plan", "cleanup", "--kind", "file_without_row", "-o", "p.jsonl")
    error = desk("apply", "p.jsonl", "--yes", "--accept-source", "nonsense", "--json").error
    assert "nonsense" in error["message"]
    assert desk.json("runs") == {"runs": []}
