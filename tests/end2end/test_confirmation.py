"""Nothing is changed without a yes, and nothing is removed for good without its name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end2end.desk import COMMAND, Desk


def files(desk: Desk) -> set[str]:
    storage = desk.home / "practice" / "storage"
    return {path.relative_to(storage).as_posix() for path in storage.rglob("*") if path.is_file()}


def plan(desk: Desk) -> Path:
    desk.practice()
    desk.json("plan", "cleanup", "--kind", "file_without_row", "-o", "p.jsonl")
    return desk.home / "p.jsonl"


def test_without_a_terminal_and_without_yes_nothing_is_done(desk: Desk) -> None:
    path, before = plan(desk), files(desk)
    error = desk.fail("apply", path, code=2)
    assert error["kind"] == "needs_confirmation"
    assert "--yes" in error["hint"]
    assert desk("apply", path, text="y\n").code == 2, "what is piped in is nobody at a terminal"
    assert files(desk) == before
    run = desk.json("apply", path, "--yes")
    assert desk.fail("undo", run["run_id"], code=2)["kind"] == "needs_confirmation"
    assert len(files(desk)) == len(before) - run["done"]


def test_a_plan_without_steps_has_nothing_to_do_and_is_no_run(desk: Desk) -> None:
    desk.json("apply", plan(desk), "--yes")
    head = desk.json("plan", "cleanup", "--kind", "file_without_row", "-o", "nothing.jsonl")
    assert head["steps"] == 0
    run = desk.json("apply", "nothing.jsonl")
    assert {run[key] for key in ("steps", "done", "skipped", "failed", "drifted", "bytes", "seconds")} == {0}
    assert (run["run_id"], run["plan_id"]) == ("", head["plan_id"])
    assert "nothing to do" in desk("apply", "nothing.jsonl").out
    assert len(desk.json("runs")["runs"]) == 1


def test_a_purge_wants_the_name_and_yes_is_not_enough(desk: Desk) -> None:
    done = desk.json("apply", plan(desk), "--yes")["done"]
    quarantine = desk.home / "practice" / "quarantine"
    head = desk.json("plan", "purge", "-o", "purge.jsonl")
    assert head["by_kind"] == {"purge_object": done}
    waiting = sum(1 for path in quarantine.rglob("*") if path.is_file())
    assert desk.fail("apply", "purge.jsonl", "--yes", code=2)["kind"] == "needs_confirmation"
    assert desk.fail("apply", "purge.jsonl", "--yes", "--confirm", "wrong", code=2)["kind"] == "needs_confirmation"
    assert sum(1 for path in quarantine.rglob("*") if path.is_file()) == waiting
    assert desk.json("apply", "purge.jsonl", "--confirm", "practice")["done"] == done
    assert not any(path.suffix in (".png", ".jpg", ".webp") for path in quarantine.rglob("*"))


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals to try it on")
@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 2), ("", 2)])
def test_on_a_terminal_the_person_is_asked(desk: Desk, answer: str, code: int) -> None:
    path, before = plan(desk), files(desk)
    ours, theirs = os.openpty()
    command = [*COMMAND, "apply", str(path)]
    process = subprocess.Popen(
        command, cwd=desk.home, env=desk.environment, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, text=True
    )
    os.close(theirs)
    shown = ""
    while "[y/N]" not in shown:
        shown += os.read(ours, 1000).decode()
    assert "to quarantine?" in shown
    os.write(ours, f"{answer}\n".encode())
    assert process.wait(60) == code
    process.communicate()
    os.close(ours)
    assert (files(desk) != before) == (code == 0)
