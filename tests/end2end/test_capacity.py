"""`capacity` by script: where buckets stand, and what they are made of."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from tests.end2end.desk import Desk

KEYS = {"name", "family", "objects", "bytes", "capacity_bytes", "share", "state", "days_until_full"}


def folder_project(desk: Desk, capacity: int) -> Path:
    """A profile `mine` of a folder with the buckets `photos` (1,000 bytes) and `photos-1` (empty)."""
    storage = desk.home / "files"
    (storage / "photos" / "a" / "b").mkdir(parents=True)
    (storage / "photos-1").mkdir()
    (storage / "photos" / "a" / "b" / "x.png").write_bytes(b"x" * 900)
    (storage / "photos" / "y.jpg").write_bytes(b"y" * 100)
    sqlite3.connect(desk.home / "c.db").close()
    (desk.home / "c.db").touch()
    profiles = desk.home / "profiles"
    profiles.mkdir()
    (profiles / "mine.toml").write_text(
        f"kind = 'local'\n[local]\nstorage = '{storage}'\ncatalog = '{desk.home / 'c.db'}'\n"
        f"[[families]]\nname = 'photos'\ncapacity_bytes = {capacity}\nregion = 'Ward 3'\n",
        "utf-8",
    )
    return storage


def test_every_bucket_of_the_practice_project_is_told_of_without_a_scan(desk: Desk) -> None:
    desk.practice(scan=False)
    found = desk.json("capacity")
    assert all(set(use) >= KEYS for use in found["buckets"])
    assert found["objects"] == sum(use["objects"] for use in found["buckets"]) > 0
    by_name = {use["name"]: use for use in found["buckets"]}
    assert by_name["patient-images"]["family"] == "patient-images"
    assert by_name["patient-images"]["days_until_full"] > 0
    assert by_name["cms-images"]["family"] == "cms-images"
    assert "patient-images" in desk("capacity").out


def test_what_a_run_took_away_is_reclaimable_and_an_undo_brings_it_back(desk: Desk) -> None:
    desk.practice()
    before = desk.json("capacity")
    desk.json("plan", "cleanup", "--kind", "file_without_row", "-o", "p.jsonl")
    run = desk.json("apply", "p.jsonl", "--yes")
    after = desk.json("capacity")
    assert before["objects"] - after["objects"] == run["done"]
    assert before["bytes"] - after["bytes"] == run["bytes"]
    assert sum(use["reclaimable_bytes"] for use in after["buckets"]) == run["bytes"] <= after["reclaimable_bytes"]
    desk.json("undo", run["run_id"], "--yes")
    again = desk.json("capacity")
    assert (again["bytes"], again["reclaimable_bytes"]) == (before["bytes"], 0)


def test_a_folder_stands_at_the_threshold_it_reached(desk: Desk) -> None:
    storage = folder_project(desk, capacity=1_100)
    (use, other) = desk.json("--profile", "mine", "capacity")["buckets"]
    assert (use["name"], use["state"], use["days_until_full"], use["region"]) == ("photos", "clean_up", None, "Ward 3")
    assert (use["objects"], use["bytes"], other["bytes"]) == (2, 1_000, 0)
    assert use["share"] == round(1_000 / 1_100, 6)
    shutil.rmtree(storage / "photos-1")
    assert [use["name"] for use in desk.json("--profile", "mine", "capacity")["buckets"]] == ["photos"]


def test_a_bucket_is_told_by_type_folder_and_age(desk: Desk) -> None:
    folder_project(desk, capacity=1_100)
    error = desk.fail("--profile", "mine", "capacity", "--bucket", "photos", code=1)
    assert error["kind"] == "not_found"
    desk.json("--profile", "mine", "scan")
    found = desk.json("--profile", "mine", "capacity", "--bucket", "photos")
    assert found["types"] == [
        {"name": "image/png", "objects": 1, "bytes": 900},
        {"name": "image/jpeg", "objects": 1, "bytes": 100},
    ]
    assert [part["name"] for part in found["folders"]] == ["a/", ""]
    inside = desk.json("--profile", "mine", "capacity", "--bucket", "photos", "--folder", "a/")
    assert inside["folders"] == [{"name": "a/b/", "objects": 1, "bytes": 900}]
    assert inside["largest"] == [{"key": "a/b/x.png", "bytes": 900}]


def test_wrong_usage_is_said(desk: Desk) -> None:
    folder_project(desk, capacity=1_100)
    assert desk.fail("--profile", "mine", "capacity", "--folder", "a/", code=2)["kind"] == "usage"
    desk.json("--profile", "mine", "scan")
    assert desk.fail("--profile", "mine", "capacity", "--bucket", "photos", "--folder", "a", code=2)["kind"] == "usage"
    assert "Nothing lies there." in desk("--profile", "mine", "capacity", "--bucket", "photos", "--folder", "z/").out


def test_a_family_without_capacity_is_refused_in_a_sentence(desk: Desk) -> None:
    folder_project(desk, capacity=0)
    error = desk.fail("--profile", "mine", "capacity", code=2)
    assert error["kind"] == "bad_profile"
    assert "capacity_bytes" in error["message"]
