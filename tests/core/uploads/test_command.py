"""`upload --scan-only` and `upload --status`, as programs and people read them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core import places
from core.cli.__main__ import main
from tests.core.uploads.trees import device, predecessor


def _json(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, object]:
    assert main(["--practice", "--json", "upload", *words]) == code
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_a_scan_and_the_state_after_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    device(tmp_path, "DEV-1")
    device(tmp_path, "Gerät")
    assert _json(capsys, "--status")["folders"] == {"pending": 0, "success": 0, "failed": 0, "skipped": 0}

    scanned = _json(capsys, str(tmp_path), "--scan-only")
    assert scanned["folders"] == {"pending": 2, "success": 0, "failed": 0, "skipped": 0}
    assert (places.workspace("practice") / "upload_tracker.db").exists()

    status = _json(capsys, "--status")
    assert {name: status[name] for name in ("files", "bytes", "batches", "failures")} == {
        "files": 4,
        "bytes": 28,
        "batches": [],
        "failures": [],
    }
    assert main(["--practice", "upload", "--status"]) == 0
    said = capsys.readouterr().out
    assert "2 folders, 4 files, 28 bytes" in said and "The storage takes no “ä” in a name." in said


def test_a_tracker_of_its_own_and_only_what_was_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a/1", "b/1", "b/2"):
        device(tmp_path, name)
    tracker = str(predecessor(tmp_path / "old.db", ("/old/x", 2, "failed", "time-out", 3)))
    scanned = _json(capsys, str(tmp_path), "--scan-only", "--db-path", tracker)
    assert scanned["folders"] == {"pending": 3, "success": 0, "failed": 0, "skipped": 0}
    asked = _json(capsys, str(tmp_path / "b"), "--status", "--db-path", tracker)
    assert asked["folders"] == {"pending": 2, "success": 0, "failed": 0, "skipped": 0}
    whole = _json(capsys, "--status", "--db-path", tracker)
    assert whole["folders"] == {"pending": 3, "success": 0, "failed": 1, "skipped": 0}
    assert whole["failures"] == [{"folder": "/old/x", "reason": "time-out", "retries": 3}]
    assert [batch["batch_id"] for batch in whole["batches"]] == ["b1"]  # type: ignore[union-attr]
    assert not places.workspace("practice").exists()


@pytest.mark.parametrize("words", [[], ["--scan-only"], ["x", "--scan-only", "--status"]])
def test_half_a_request_is_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert _json(capsys, *words, code=2)["error"]


def test_what_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = _json(capsys, str(tmp_path / "gone"), "--scan-only", code=1)["error"]
    tracker = _json(capsys, "--status", "--db-path", str(tmp_path / "gone.db"), code=1)["error"]
    assert "There is no folder" in str(missing) and "There is no tracker" in str(tracker)


def test_a_path_of_any_length_leaves_room_for_the_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deep = "/".join(["long-name-of-a-folder"] * 20)
    device(tmp_path, f"{deep}/Gerät-7")
    assert main(["--practice", "upload", str(tmp_path), "--scan-only"]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if "takes no" in line)
    assert "…" in line and "/Gerät-7 " in line and len(line) < 200
