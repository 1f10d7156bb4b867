"""`plan retention` by script: what is over age goes and comes back, byte for byte, and a rule gone wrong is stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end2end.desk import Desk

TABLES = ("image_patient_associations", "patients", "storage_objects")


def picture(desk: Desk) -> dict[str, object]:
    """Every object with its bytes and time, and every row that has to do with them."""
    root = desk.home / "practice" / "storage"
    found: dict[str, object] = {
        path.relative_to(root).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in root.rglob("*")
        if path.is_file()
    }
    return {**found, **{table: sorted(desk.sql(f"SELECT * FROM {table}"), key=repr) for table in TABLES}}


def patient_rule(desk: Desk, days: int) -> None:
    """Changes for how long the practice project keeps images of patients."""
    path = desk.home / "practice" / "families.toml"
    path.write_text(path.read_text("utf-8").replace("retention_days = 30", f"retention_days = {days}"), "utf-8")


@pytest.mark.parametrize("destination", ["--quarantine", "--archive"])
def test_one_command_plans_for_all_buckets_and_undo_brings_everything_back(desk: Desk, destination: str) -> None:
    planted = desk.practice()
    before = picture(desk)
    plan = desk.home / "p.jsonl"
    head = desk.json("plan", "retention", destination, "-o", plan)
    assert (head["kind"], head["removal"], head["guard"]) == ("retention", destination[2:], None)
    assert head["by_kind"]["delete_object"] == planted["over_age"] == sum(one["objects"] for one in head["buckets"])
    assert head["by_kind"]["delete_row"] == sum(one["rows"] for one in head["buckets"])
    assert picture(desk) == before
    run = desk.json("apply", plan, "--yes")
    assert (run["kind"], run["done"], run["failed"]) == ("retention", head["steps"], 0)
    assert len(list((desk.home / "practice" / "archive").rglob("*.zip"))) == (1 if destination == "--archive" else 0)
    gone = picture(desk)
    assert len(before) - len(gone) == planted["over_age"] and gone["patients"] == before["patients"]
    assert desk.json("undo", run["run_id"], "--yes")["done"] == head["steps"]
    assert picture(desk) == before


def test_the_words_name_each_bucket_and_what_goes_of_it(desk: Desk) -> None:
    desk.practice()
    said = desk("plan", "retention", "-o", desk.home / "p.jsonl").out
    assert "patient-images: 6 objects" in said and "patient-images-1: 3 objects" in said
    assert "associated rows" in said and "In all: 9 objects of 2 buckets" in said
    one = desk("plan", "retention", "--bucket", "patient-images-1", "-o", Path("q.jsonl")).out
    assert "patient-images-1: 3 objects" in one and "In all" not in one


def test_a_rule_that_would_take_everything_is_refused_with_a_sentence(desk: Desk) -> None:
    desk.practice()
    patient_rule(desk, 1)
    desk.json("scan")
    before = picture(desk)
    plan = desk.home / "p.jsonl"
    head = desk.json("plan", "retention", "-o", plan)
    assert head["guard"]["share"] > 0.9 and head["guard"]["where"].startswith("patient-images")
    error = desk.fail("apply", plan, "--yes", code=3)
    assert "this would take" in error["message"] and "--allow-share" in error["hint"]
    assert picture(desk) == before


def test_what_cannot_be_meant_is_wrong_usage(desk: Desk) -> None:
    desk.practice()
    assert desk.fail("plan", "retention", "--archive", "--quarantine", code=2)["message"]
    assert desk.fail("plan", "retention", "--until-share", "1.5", code=2)["message"]
    assert "No family" in desk.fail("plan", "retention", "--bucket", "cms-images", code=2)["message"]
    assert desk.fail("plan", "retention", "--bucket", "nowhere", code=1)["hint"]
