"""Receipts tell what became of a folder, and never cost anybody a file."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.uploads.scanning.folders import ScanRules, branch_of, walk
from core.uploads.sending.receipts import Receipt, Receipts, SentFile
from tests.core.uploads.trees import device, put


@pytest.fixture
def receipt(tmp_path: Path) -> Receipt:
    folder = device(tmp_path, "tree/DEV-1")
    sent = SentFile("front.jpg", "devices", "DEV-1/front.jpg", 7, "ab12")
    return Receipt(str(folder), datetime(2026, 11, 21, tzinfo=UTC), "b7", (sent,), "device_test", {"id": 3})


def test_a_receipt_says_what_went_where(receipt: Receipt) -> None:
    assert Receipts().write(receipt) == ""
    said = json.loads((Path(receipt.folder) / "success.json").read_text("utf-8"))
    assert (said["state"], said["batch"], said["at"]) == ("success", "b7", "2026-11-21T00:00:00+00:00")
    assert said["files"] == [
        {"name": "front.jpg", "bucket": "devices", "key": "DEV-1/front.jpg", "bytes": 7, "sha256": "ab12"}
    ]
    assert (said["table"], said["row"], said["error"]) == ("device_test", {"id": 3}, None)


def test_the_last_word_counts_and_nothing_else_is_left(receipt: Receipt) -> None:
    folder = Path(receipt.folder)
    before = walk(branch_of(receipt.folder), ScanRules()).found
    assert Receipts().write(replace(receipt, error="No room.")) == ""
    assert json.loads((folder / "failed.json").read_text("utf-8"))["error"] == "No room."
    put(folder / ".bucketdesk-success.json", b"what a killed program left")
    assert Receipts().write(receipt) == "" and Receipts().write(receipt) == ""
    assert sorted(path.name for path in folder.iterdir()) == ["front.jpg", "stats.json", "success.json"]
    assert walk(branch_of(receipt.folder), ScanRules()).found == before


@pytest.mark.parametrize("content", [b'{"status": "uploaded", "by": "another program"}', b"", b"{"])
def test_somebody_elses_file_of_that_name_stays(receipt: Receipt, content: bytes) -> None:
    folder = Path(receipt.folder)
    for name in ("success.json", "failed.json"):
        put(folder / name, content)
    for one in (receipt, replace(receipt, error="No room.")):
        assert "was left as it is" in Receipts().write(one)
    assert {(folder / name).read_bytes() for name in ("success.json", "failed.json")} == {content}
    assert len(list(folder.iterdir())) == 4


def test_a_link_or_folder_of_that_name_stays(receipt: Receipt, tmp_path: Path) -> None:
    elsewhere = put(tmp_path / "elsewhere")
    (Path(receipt.folder) / "success.json").symlink_to(elsewhere)
    (Path(receipt.folder) / "failed.json").mkdir()
    assert "left as it is" in Receipts().write(receipt)
    assert "left as it is" in Receipts().write(replace(receipt, error="x"))
    assert elsewhere.read_bytes() == b"picture"


def test_a_file_that_comes_in_between_is_not_overwritten(receipt: Receipt, monkeypatch: pytest.MonkeyPatch) -> None:
    target, real = Path(receipt.folder) / "success.json", os.link

    def late(source: Path, to: Path) -> None:
        put(target, b"theirs")
        real(source, to)

    monkeypatch.setattr(os, "link", late)
    assert "left as it is" in Receipts().write(receipt)
    assert target.read_bytes() == b"theirs"


def test_a_tree_of_their_own_keeps_receipts_of_folders_apart(receipt: Receipt, tmp_path: Path) -> None:
    other = device(tmp_path, "elsewhere/DEV-1")
    receipts = Receipts(tmp_path / "receipts")
    assert receipts.write(receipt) == "" and receipts.write(replace(receipt, folder=str(other))) == ""
    written = {json.loads(path.read_text("utf-8"))["folder"] for path in (tmp_path / "receipts").rglob("success.json")}
    assert written == {receipt.folder, str(other)}
    assert sorted(path.name for path in Path(receipt.folder).iterdir()) == ["front.jpg", "stats.json"]


def test_a_folder_that_went_or_takes_nothing_is_a_sentence(receipt: Receipt, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "could not be written" in Receipts().write(replace(receipt, folder=receipt.folder + "-gone"))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "No space left" in Receipts().write(receipt)
    assert sorted(path.name for path in Path(receipt.folder).iterdir()) == ["front.jpg", "stats.json"]
