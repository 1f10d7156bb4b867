"""The ZIP files that removed objects are archived in: whole and read back, or not there at all."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.apply.archived import lies_where, taken_out
from core.apply.zip_archive import Item, contents, digest_in, member_for, write_archive
from core.errors import WorkspaceError
from core.traces import Trace

WHEN = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def item(folder: Path, n: int, content: bytes, key: str = "") -> Item:
    """An object that was downloaded."""
    key = key or f"ward/{n}.png"
    file = folder / f"in-{n}"
    file.write_bytes(content)
    about = {"step": n, "bucket": "b", "key": key}
    return Item(member_for("b", key, n), file, hashlib.sha256(content).hexdigest(), WHEN, about)


async def test_what_goes_in_comes_out_and_the_manifest_says_what_it_is(tmp_path: Path) -> None:
    items = [
        item(tmp_path, 1, b"one"),
        item(tmp_path, 2, b"", "no/../name"),
        item(tmp_path, 3, bytes(range(256)) * 999),
    ]
    path = tmp_path / "run" / "000000001.zip"
    path.parent.mkdir()

    write_archive(path, {"run_id": "run"}, items)

    with zipfile.ZipFile(path) as archive:
        told = json.loads(archive.read("manifest.json"))
        assert archive.testzip() is None
        assert archive.getinfo("b/ward/1.png").date_time[:5] == (2024, 5, 6, 7, 8)
    assert told["run_id"] == "run"
    assert [one["member"] for one in told["objects"]] == ["b/ward/1.png", "_/2", "b/ward/3.png"]
    assert [one["sha256"] for one in told["objects"]] == [one.digest for one in items]
    where = lies_where(tmp_path, "run")
    for n, one in enumerate(items, 1):
        out = await taken_out(where[n], tmp_path)
        assert out is not None and out.read_bytes() == one.file.read_bytes()
        assert out.stat().st_mtime_ns == one.file.stat().st_mtime_ns
    assert sorted(p.name for p in path.parent.iterdir()) == ["000000001.zip"]


def test_an_object_that_reads_back_differently_is_no_archive(tmp_path: Path) -> None:
    wrong = Item("b/x", tmp_path / "x", "0" * 64, None, {"step": 1})
    wrong.file.write_bytes(b"other bytes")
    with pytest.raises(WorkspaceError, match="reads back differently"):
        write_archive(tmp_path / "a.zip", {}, [wrong])
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_where_no_archive_can_be_written_a_sentence_says_so(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="cannot be written") as raised:
        write_archive(tmp_path / "nowhere" / "a.zip", {}, [item(tmp_path, 1, b"one")])
    assert raised.value.hint


@given(st.data())
async def test_a_damaged_archive_gives_nothing_back_or_the_very_bytes(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    one = item(folder, 1, b"precious bytes" * 9)
    path = folder / "a.zip"
    write_archive(path, {}, [one])
    whole = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(bytes(whole))

    out = await taken_out(Trace(archived=str(path), member=one.member, digest=one.digest), folder)

    assert out is None or out.read_bytes() == b"precious bytes" * 9
    assert digest_in(path, one.member) in ("", one.digest) or out is None


def test_what_is_no_archive_of_ours_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK no")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as other:
        other.writestr("manifest.json", "[1]")
    assert contents(tmp_path / "a.zip") == contents(tmp_path / "b.zip") == contents(tmp_path / "none.zip") == {}


@pytest.mark.skipif(os.name == "nt", reason="Windows syncs no folders")
def test_the_name_of_an_archive_is_on_the_disk_before_anything_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run" / "000000001.zip"
    path.parent.mkdir()
    synced: list[tuple[int, bool]] = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        synced.append((os.fstat(descriptor).st_ino, path.exists()))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    write_archive(path, {"run_id": "run"}, [item(tmp_path, 1, b"one")])
    assert (path.parent.stat().st_ino, True) in synced
    assert (tmp_path.stat().st_ino, True) in synced
