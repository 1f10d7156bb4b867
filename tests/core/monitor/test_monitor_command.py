"""`monitor` and `alerts` on the command line, on a practice project that somebody fills."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cli.__main__ import main
from core.monitor.schedule import SystemClock
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
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()][-1]

    return command


def fill(bucket: str, share: float) -> None:
    """Makes a bucket so full, whatever it holds."""
    profile = practice_profile()
    family = profile.family_of(bucket)
    assert profile.storage is not None and family is not None
    folder = profile.storage / bucket
    held = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.name != "filling.png")
    (folder / "filling.png").write_bytes(b"x" * max(0, round(share * family.capacity_bytes) - held))


def test_a_family_that_fills_is_told_of_gets_its_next_bucket_and_is_acknowledged(run: Run) -> None:
    fill("patient-images", 0.88)
    fill("patient-images-1", 0.5)
    code, first = run("monitor", "--once")
    assert (code, first["news"], first["done"], first["trouble"]) == (0, ["filling:patient-images"], [], None)
    assert run("monitor", "--once")[1]["news"] == []
    fill("patient-images", 0.96)
    fill("patient-images-1", 0.96)
    code, second = run("monitor", "--once")
    (deed,) = second["done"]
    assert (deed["kind"], deed["about"]) == ("overflow", "patient-images-2")
    code, told = run("alerts", "--acknowledge", "filling:patient-images")
    assert code == 0
    assert {one["id"] for one in told["items"] if one["acknowledged"]} == {"filling:patient-images"}
    assert all(one["acknowledged"] for one in run("alerts", "--acknowledge-all")[1]["items"])
    assert run("undo", deed["run_id"], "--yes")[0] == 0
    third = run("monitor", "--once")[1]
    assert (third["done"], third["news"]) == ([], ["no-overflow:patient-images"])
    fill("patient-images", 0.1)
    fill("patient-images-1", 0.1)
    assert run("monitor", "--once")[1]["alerts"] == []
    assert run("alerts", "--past")[1]["total"] == 4


def test_a_storage_that_is_away_ends_with_1_and_says_so(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    profile = practice_profile()
    assert profile.storage is not None
    profile.storage.rename(profile.storage.with_name("away"))
    code, told = run("monitor", "--once")
    assert code == 1
    assert "is not there" in told["trouble"]["message"]
    assert main(["--practice", "monitor", "--once"]) == 1
    said = capsys.readouterr().out
    assert "not measured" in said and "all is well" not in said


def test_ctrl_c_ends_it_with_130_after_whole_rounds(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def interrupted(self: SystemClock, seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(SystemClock, "sleep", interrupted)
    code, told = run("monitor")
    assert (code, told["error"]["kind"]) == (130, "interrupted")


def test_an_alert_that_is_not_there_is_named(run: Run) -> None:
    code, told = run("alerts", "--acknowledge", "filling:nothing")
    assert (code, told["error"]["kind"]) == (1, "not_found")


def test_retention_runs_by_itself_only_after_its_preview_was_confirmed(run: Run) -> None:
    code, told = run("monitor", "--allow", "patient-images")
    assert (code, told["error"]["kind"]) == (2, "needs_confirmation")
    assert "apply" not in practice_profile().families[0].automatic
    code, told = run("monitor", "--allow", "patient-images", "--yes")
    assert (code, told["allowed"]) == (0, True)
    assert sum(one["objects"] for one in told["would_take"]) > 0
    assert {"plan", "apply"} <= practice_profile().families[0].automatic
    assert run("runs")[1]["runs"] == []
    code, told = run("monitor", "--forbid", "patient-images")
    assert (code, told["allowed"]) == (0, False)
    assert "apply" not in practice_profile().families[0].automatic
    assert run("monitor", "--once", "--allow", "patient-images")[0] == 2
