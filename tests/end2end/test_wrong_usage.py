"""Whatever is asked wrongly gets a sentence, the right exit code, and with --json exactly one document."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.cli.__main__ import main
from tests.end2end.desk import Answer, Desk

WRONG: list[list[str]] = [
    [],
    ["nonsense"],
    ["scan", "--nope"],
    ["scan", "something"],
    ["findings", "--kind", "nonsense"],
    ["findings", "--state", "nonsense"],
    ["findings", "--limit", "-1"],
    ["findings", "--limit", "many"],
    ["keep", "abc"],
    ["keep", "--reason", "x"],
    ["plan"],
    ["plan", "nonsense"],
    ["plan", "cleanup", "--do", "nonsense"],
    ["plan", "cleanup", "-o"],
    ["plan", "export", "x.jsonl"],
    ["plan", "export", "x.jsonl", "--csv", "--sql"],
    ["apply"],
    ["apply", "x.jsonl", "--allow-share", "2"],
    ["undo"],
    ["practice"],
    ["practice", "reset", "--objects", "0"],
    ["practice", "reset", "--objects", "-5"],
    ["practice", "reset", "--seed", "x"],
    ["status", "--profile"],
    ["status", "--profile", "a", "--practice"],
]


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_wrong_usage_is_said_as_one_document(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.cli.__main__.start_log", lambda: None)
    code = main([*words, "--json"])  # in this process: there are many of them
    answer = Answer(code, *capsys.readouterr())
    assert code == 2
    assert answer.error["message"]


def test_the_help_that_is_named_is_the_commands_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.cli.__main__.start_log", lambda: None)
    main(["bucket", "limits", "photos", "--size-limit", "-5"])
    assert "bucketdesk-cli bucket limits --help shows how to ask." in capsys.readouterr().err


@pytest.mark.parametrize("words", [["nonsense"], ["findings", "--limit", "-1"], ["apply"], ["status", "--profile"]])
def test_wrong_usage_is_said_on_stderr_to_a_person(desk: Desk, words: list[str]) -> None:
    answer = desk(*words)
    assert answer.code == 2
    assert answer.out == ""
    assert answer.err.startswith("✗ ")
    assert "Traceback" not in answer.err


def test_without_a_command_the_help_is_shown(desk: Desk) -> None:
    answer = desk()
    assert answer.code == 2
    assert "Usage" in answer.out


def test_help_names_every_command(desk: Desk) -> None:
    answer = desk("--help")
    assert answer.code == 0
    names = ("practice", "scan", "status", "objects", "findings", "keep", "unkeep", "plan", "apply", "undo", "runs")
    assert all(name in answer.out for name in names)
    assert desk("plan", "cleanup", "--help").code == 0


def test_the_release_can_be_asked_for(desk: Desk) -> None:
    assert desk("--version").out.startswith("bucketdesk ")
    assert list(desk.json("--version")) == ["version"]


def test_a_profile_that_is_not_there_is_named_with_those_that_are(desk: Desk) -> None:
    answer = desk("--profile", "nobody", "scan", "--json")
    assert answer.code in (1, 2)
    assert "nobody" in answer.error["message"]
    assert "practice" in answer.error["hint"]


def test_profiles_are_listed_with_what_is_wrong_with_them(desk: Desk) -> None:
    folder = desk.home / "profiles"
    folder.mkdir()
    (folder / "broken.toml").write_text("kind = ")
    found = {one["name"]: one for one in desk.json("profiles")["profiles"]}
    assert found["practice"]["kind"] == "practice"
    assert "TOML" in found["broken"]["problem"]
    assert desk.fail("--profile", "broken", "status", code=2)["kind"] == "bad_profile"


def test_a_practice_project_that_was_never_made_says_how_to_make_it(desk: Desk) -> None:
    answer = desk("scan", "--json")
    assert answer.code != 0
    assert "practice reset" in answer.error["hint"]


def test_a_run_or_finding_that_is_not_there_is_said(desk: Desk) -> None:
    desk.practice()
    assert "no-such" in desk.fail("runs", "no-such", code=1)["message"]
    assert desk("undo", "no-such", "--yes", "--json").error["message"]
    assert desk.fail("undo", "no-such", code=1)["kind"] == "not_found", "nobody is asked about it"
    assert desk("keep", "no-such", "--reason", "x", "--json").error["message"]
    assert desk("plan", "cleanup", "--finding", "no-such", "-o", "p.jsonl", "--json").error["message"]
    assert not (desk.home / "p.jsonl").exists()


def test_a_repair_that_does_not_fit_the_kind_is_refused_as_wrong_usage(desk: Desk) -> None:
    desk.practice()
    error = desk.fail("plan", "cleanup", "--kind", "stale_metadata", "--do", "quarantine", "-o", "p.jsonl", code=2)
    assert error["kind"] == "usage"


def test_a_plan_that_cannot_be_written_is_said(desk: Desk, tmp_path: Path) -> None:
    desk.practice()
    error = desk("plan", "cleanup", "-o", tmp_path / "nowhere" / "p.jsonl", "--json").error
    assert str(tmp_path) in error["message"]
