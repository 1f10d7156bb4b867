"""`bucket` on the command line: what it prints for programs, what it asks, and what it refuses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cli.__main__ import main
from core.engine import open_engine
from core.errors import Usage
from core.practice import practice_profile, reset

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command with --json; its exit code and document."""
    monkeypatch.setenv("BUCKETDESK_HOME", str(tmp_path))
    asyncio.run(reset(objects=60, seed=3))

    def command(*words: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = main(["--practice", "--json", *words])
        return code, json.loads(capsys.readouterr().out)

    return command


def test_buckets_are_listed_with_their_families(run: Run) -> None:
    code, told = run("bucket", "list")
    assert code == 0
    by_name = {one["name"]: one for one in told["buckets"]}
    assert by_name["patient-images-1"] == {
        "name": "patient-images-1",
        "public": False,
        "size_limit_bytes": None,
        "mime_types": [],
        "family": "patient-images",
        "registered": None,
        "foreign": "",
    }
    assert by_name["sop-images"]["family"] == "sop-images"


def test_the_next_bucket_of_a_family_is_made_once_and_undone(run: Run) -> None:
    code, made = run("bucket", "create", "--family", "patient-images", "--yes")
    assert (code, made["name"], made["made"]) == (0, "patient-images-2", True)
    assert run("bucket", "create", "--family", "patient-images", "--yes")[1]["made"] is False
    code, undone = run("undo", made["run_id"], "--yes")
    assert (code, undone["done"]) == (0, 1)
    assert "patient-images-2" not in [one["name"] for one in run("bucket", "list")[1]["buckets"]]


def test_settings_change_and_say_what_would_break(run: Run) -> None:
    code, told = run("bucket", "public", "cms-images", "--yes")
    assert (code, told["public"], told["would_break"]["breaks"]) == (0, True, 0)
    assert run("bucket", "private", "cms-images", "--yes")[1]["would_break"]["links"]["public"] >= 0
    code, told = run("bucket", "limits", "cms-images", "--size-limit", "5000", "--type", "image/*", "--yes")
    assert (told["size_limit_bytes"], told["mime_types"]) == (5000, ["image/*"])
    code, told = run("bucket", "limits", "cms-images", "--any-size", "--yes")
    assert (told["size_limit_bytes"], told["mime_types"]) == (None, ["image/*"])


@pytest.mark.parametrize(
    ("words", "code", "kind"),
    [
        (("create",), 2, "usage"),
        (("create", "x", "--family", "y", "--yes"), 2, "usage"),
        (("create", "--family", "unknown", "--yes"), 1, "not_found"),
        (("create", "patient-images", "--yes"), 1, "already_exists"),
        (("create", "new"), 2, "needs_confirmation"),
        (("private", "cms-images"), 2, "usage"),  # it is: nobody is asked about it
        (("public", "nowhere", "--yes"), 1, "not_found"),
        (("limits", "cms-images", "--yes"), 2, "usage"),
        (("empty", "nowhere"), 1, "not_found"),
    ],
)
def test_what_cannot_be_done_is_an_error_of_its_kind(run: Run, words: tuple[str, ...], code: int, kind: str) -> None:
    ended, told = run("bucket", *words)
    assert (ended, told["error"]["kind"]) == (code, kind)


def test_what_if_more_came_says_which_buckets_fill_and_how_many_it_takes(run: Run) -> None:
    _, now = run("capacity")
    room = {one["name"]: one["capacity_bytes"] * one["overflow_at"] - one["bytes"] for one in now["buckets"]}
    coming = round(room["patient-images"] + room["patient-images-1"]) + 1
    code, told = run("capacity", "--more", f"patient-images={coming}", "--days", "3")
    assert (code, told["days"], told["new_buckets"]) == (0, 3, {"patient-images": ["patient-images-2"]})
    filled = {one["bucket"]: (one["family"], one["made"]) for one in told["filled"]}
    assert filled["patient-images"] == filled["patient-images-1"] == ("patient-images", False)
    assert run("capacity", "--more", "nowhere=5")[1]["error"]["kind"] == "not_found"
    assert run("capacity", "--more", "patient-images=-5")[0] == 2
    assert run("capacity", "--more", f"patient-images={'9' * 400}")[0] == 2
    assert run("capacity", "--more", "5")[1]["error"]["hint"].startswith("For example")


@pytest.mark.parametrize(
    "words",
    [
        ("bucket", "limits", "cms-images", "--size-limit"),
        ("bucket", "create", "more", "--size-limit"),
        ("bucket", "estimate", "cms-images", "--above"),
    ],
)
def test_a_size_that_no_computer_counts_to_is_wrong_usage(run: Run, words: tuple[str, ...]) -> None:
    code, told = run(*words, "9" * 30)
    assert (code, told["error"]["kind"]) == (2, "usage")


def test_emptying_wants_the_name_of_the_bucket(run: Run, tmp_path: Path) -> None:
    plan = tmp_path / "empty.jsonl"
    code, head = run("bucket", "empty", "patient-images-1", "-o", str(plan))
    assert (code, head["by_kind"], head["file"]) == (0, {"delete_object": head["steps"]}, str(plan))
    assert run("apply", str(plan), "--yes")[1]["error"]["kind"] == "needs_confirmation"
    code, told = run("apply", str(plan), "--confirm", "patient-images-1")
    assert (code, told["done"], told["kind"]) == (0, head["steps"], "empty")


async def test_of_the_families_of_the_practice_project_one_must_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUCKETDESK_HOME", str(tmp_path))
    await reset(objects=60, seed=3)
    engine = await open_engine(practice_profile())
    try:
        with pytest.raises(Usage):
            engine.families.family("")
        assert engine.families.family("patient-images-1").name == "patient-images"
    finally:
        await engine.close()


def test_what_re_encoding_would_have_saved_is_a_document(run: Run) -> None:
    run("scan")
    code, told = run("bucket", "estimate", "sop-images", "--above", "0", "--form", "jpeg")
    assert (code, told["sampled"] > 0, told["became_bytes"] <= told["sampled_bytes"]) == (0, True, True)
    assert run("bucket", "estimate", "sop-images", "--form", "gif")[1]["error"]["kind"] == "usage"


def test_in_production_a_yes_is_not_enough(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "collection" / "photos").mkdir(parents=True)
    (tmp_path / "notes.db").touch()
    (tmp_path / "profiles").mkdir(exist_ok=True)
    places = f"storage = '{tmp_path / 'collection'}'\ncatalog = '{tmp_path / 'notes.db'}'\n"
    text = f"kind = 'local'\nproduction = true\n[local]\n{places}[[families]]\nname = 'photos'\n"
    (tmp_path / "profiles" / "shop.toml").write_text(text, "utf-8")

    def command(*words: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = main(["--profile", "shop", "--json", "bucket", "create", "--family", "photos", *words])
        return code, json.loads(capsys.readouterr().out)

    for words in (("--yes",), ("--confirm", "photos"), ()):
        assert command(*words)[1]["error"]["kind"] == "needs_confirmation"
    assert [path.name for path in (tmp_path / "collection").iterdir()] == ["photos"]
    assert command("--confirm", "shop")[1]["name"] == "photos-1"
    (tmp_path / "collection" / "photos" / "a.png").write_bytes(b"a")
    capsys.readouterr()
    assert main(["--profile", "shop", "bucket", "empty", "photos", "-o", str(tmp_path / "empty.jsonl")]) == 0
    told = capsys.readouterr()
    assert "--confirm shop" in told.out, "the line that is proposed works as it stands"
    assert "No scan has seen photos yet" in told.err
    (tmp_path / "profiles" / "shop.toml").write_text(text.replace("'photos'", "'fotos'"), "utf-8")
    assert main(["--profile", "shop", "bucket", "list"]) == 0
    assert "No bucket belongs to the family fotos" in capsys.readouterr().err


def test_files_are_uploaded_into_a_family_and_a_folder_is_told_of(run: Run, tmp_path: Path) -> None:
    (tmp_path / "new.txt").write_text("new")
    code, told = run(
        "bucket", "upload", str(tmp_path / "new.txt"), "--family", "cms-images", "--prefix", "in/", "--yes"
    )
    assert (code, told["stored"], told["failed"], told["new_buckets"]) == (0, 1, 0, [])
    assert (told["files"][0]["bucket"], told["files"][0]["key"]) == ("cms-images", "in/new.txt")
    code, told = run("bucket", "upload", str(tmp_path), "--family", "cms-images", "--yes")
    assert (code, told["failed"], told["files"][0]["stored"]) == (1, 1, False)
