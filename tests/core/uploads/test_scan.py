"""Scans see every folder once, take nothing for gone that may come back, and stumble over nothing."""

from __future__ import annotations

import asyncio
import builtins
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Busy, NotFound, Usage
from core.uploads.scanning import folders
from core.uploads.scanning.folders import ScanRules, branch_of, walk
from core.uploads.scanning.names import SERVICE
from core.uploads.scanning.scan import scan
from core.uploads.tracker import Tracker
from tests.core.uploads.trees import OLD, Desk, device, put


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_folders_with_pictures_or_a_stats_file_count_and_others_do_not(desk: Desk) -> None:
    device(desk.root, "a/both")
    device(desk.root, "only-pictures", "IMG.JPEG", "x.WebP")
    device(desk.root, "only-stats", "stats.json")
    device(desk.root, "neither", "notes.txt", "Stats.json.bak")
    (desk.root / "nothing").mkdir()
    put(desk.root / "at-the-root.png")

    found = await desk.scan()

    assert set(desk.statuses()) == {".", "a/both", "only-pictures", "only-stats"}
    assert set(desk.statuses().values()) == {"pending"}
    assert (found.folders, found.new, found.files, found.complete) == (4, 4, 6, True)
    columns = "folder_name, file_count, last_modified, retry_count"
    assert desk.sql(f"SELECT {columns} FROM folder_status WHERE folder_path LIKE '%both'") == [("both", 2, OLD, 0)]


async def test_only_what_changed_is_queued_anew(desk: Desk) -> None:
    for name in ("same", "grown", "touched", "renamed", "more"):
        device(desk.root, name)
    await desk.scan()
    desk.sql("UPDATE folder_status SET upload_status = 'success', upload_timestamp = 1, retry_count = 1")

    put(desk.root / "grown/front.jpg", b"another picture")
    put(desk.root / "touched/front.jpg", at=OLD + 10)
    (desk.root / "renamed/front.jpg").rename(desk.root / "renamed/back.jpg")
    put(desk.root / "more/notes.txt")
    found = await desk.scan()

    assert (found.new, found.changed, found.unchanged) == (0, 4, 1)
    assert [name for name, status in desk.statuses().items() if status == "success"] == ["same"]
    assert desk.sql("SELECT DISTINCT retry_count FROM folder_status WHERE upload_status = 'pending'") == [(0,)]


async def test_receipts_are_no_change_whoever_wrote_them(desk: Desk) -> None:
    device(desk.root, "a")
    await desk.scan()
    put(desk.root / "a/success.json", b"{}")
    put(desk.root / "a/failed.json", b"{}")
    put(desk.root / "a/.bucketdesk-success.json", b"{")
    found = await desk.scan()
    assert (found.unchanged, found.changed, found.files) == (1, 0, 2)


async def test_a_tracker_that_lies_among_the_pictures_is_no_change(desk: Desk) -> None:
    put(desk.root / "1.jpg")
    desk.path = desk.root / "upload_tracker.db"
    assert [(await desk.scan()).unchanged for _ in range(3)] == [0, 1, 1]
    assert desk.sql("SELECT file_count FROM folder_status") == [(1,)]


async def test_a_failed_folder_that_did_not_change_stays_failed_with_its_attempts(desk: Desk) -> None:
    device(desk.root, "a")
    await desk.scan()
    desk.sql("UPDATE folder_status SET upload_status = 'failed', error_message = 'no room', retry_count = 2")
    await desk.scan()
    (failure,) = (await desk.state()).failures
    assert (failure.reason, failure.retries) == ("no room", 2)


async def test_what_went_is_noted_and_what_comes_back_is_as_it_was(desk: Desk) -> None:
    device(desk.root, "stays")
    device(desk.root, "goes")
    device(desk.root, "loses-its-pictures", "a.jpg", "notes.txt")
    await desk.scan()
    desk.sql("UPDATE folder_status SET upload_status = 'success'")
    shutil.move(desk.root / "goes", desk.root.parent / "aside")
    (desk.root / "loses-its-pictures/a.jpg").unlink()

    found = await desk.scan()
    assert (found.gone, found.out_of_reach, found.folders) == (2, 0, 1)
    assert set(desk.statuses()) == {"stays"}

    shutil.move(desk.root.parent / "aside", desk.root / "goes")
    again = await desk.scan()
    assert (again.gone, again.unchanged, desk.statuses()["goes"]) == (0, 2, "success")


async def test_a_sibling_with_a_similar_name_is_not_below_the_scanned_folder(desk: Desk) -> None:
    for name in ("a/x", "a-1/x", "a.b/x", "ab/x"):
        device(desk.root, name)
    await desk.scan()
    shutil.rmtree(desk.root / "a/x")
    shutil.rmtree(desk.root / "a-1")
    put(desk.root / "a/keeps-it-from-looking-empty.txt")
    assert (await desk.scan(desk.root / "a")).gone == 1
    assert set(desk.statuses()) == {"a-1/x", "a.b/x", "ab/x"}


@pytest.mark.parametrize("mount", ["", "mnt/card"])
async def test_a_drive_that_is_not_connected_loses_no_folder(desk: Desk, mount: str) -> None:
    device(desk.root, "mnt/card/x")
    device(desk.root, "mnt/card/y/z")
    await desk.scan()
    shutil.rmtree(desk.root / mount)
    (desk.root / mount).mkdir()

    found = await desk.scan()

    assert (found.gone, found.out_of_reach, found.complete) == (0, 2, False)
    ((path, reason),) = (await desk.state()).troubles
    assert path == str(desk.root / mount).rstrip("/") and "2 folders" in reason
    assert (await desk.state()).folders.pending == 2


async def test_a_folder_that_cannot_be_read_hides_and_loses_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    device(desk.root, "closed/a")
    device(desk.root, "open/a")
    await desk.scan()
    real = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = await desk.scan()
    assert (found.gone, found.out_of_reach, found.unchanged, found.complete) == (0, 1, 1, False)
    assert [path for path, _ in (await desk.state()).troubles] == [str(desk.root / "closed")]


async def test_links_and_odd_names_are_listed_with_the_reason(desk: Desk) -> None:
    device(desk.root, "a/b")
    (desk.root / "a/b/loop").symlink_to(desk.root / "a")
    (desk.root / "a/b/elsewhere").symlink_to(device(desk.root.parent, "other"))
    (desk.root / "a/b/broken.jpg").symlink_to("nowhere")
    (desk.root / "a/b/circle.jpg").symlink_to("circle.jpg")
    (desk.root / "a/b/linked.jpg").symlink_to("front.jpg")
    os.mkfifo(desk.root / "a/b/pipe.jpg")
    put(Path(os.fsdecode(os.fsencode(desk.root) + b"/a/b/\xff.jpg")))
    put(Path(os.fsdecode(os.fsencode(desk.root) + b"/\xfe/front.jpg")))

    found = await desk.scan()

    troubles = {path.rpartition("/")[2]: reason for path, reason in (await desk.state()).troubles}
    assert "never end" in troubles.pop("loop")
    assert "not followed" in troubles.pop("elsewhere")
    assert "nowhere" in troubles.pop("broken.jpg")
    assert "circle" in troubles.pop("circle.jpg")
    assert "neither" in troubles.pop("pipe.jpg")
    assert "not text" in troubles.pop("\\udcff.jpg") and "not text" in troubles.pop("\\udcfe")
    assert troubles == {}
    assert (found.folders, found.files) == (1, 4)


def test_names_are_measured_by_what_the_storage_takes(tmp_path: Path) -> None:
    for name in ("Übung.jpg", "a?.jpg", "fine (1).jpg", "ü.txt"):
        put(tmp_path / "Gerät" / name)
    haul = walk(branch_of(str(tmp_path)), ScanRules(keys=SERVICE))
    assert sorted(Path(one.path).name for one in haul.troubles) == ["Gerät", "a?.jpg", "Übung.jpg"]
    assert not walk(branch_of(str(tmp_path)), ScanRules()).troubles


def test_no_file_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device(tmp_path, "a")

    def refuse(*_: object, **__: object) -> object:
        raise AssertionError("a scan opens no file")

    monkeypatch.setattr(builtins, "open", refuse)
    monkeypatch.setattr(os, "open", refuse)
    assert len(walk(branch_of(str(tmp_path)), ScanRules()).found) == 1


def test_a_tree_is_read_whole_whatever_the_portions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_AT_ONCE", 4)
    monkeypatch.setattr(folders, "_HANDED_ON", 2)
    for number in range(23):
        device(tmp_path, f"{number % 3}/{number}/deeper")
    for budget in (1, 3, 500):
        waiting, found, read = [branch_of(str(tmp_path))], [], 0
        while waiting:
            haul = walk(waiting.pop(), ScanRules(), budget)
            assert haul.folders <= budget
            waiting += haul.rest
            found += haul.found
            read += haul.folders
        assert len({one.path for one in found}) == len(found) == 23
        assert read == 1 + 3 + 23 + 23


async def test_a_scan_that_was_broken_off_leaves_what_it_saw_and_the_next_sees_the_rest(desk: Desk) -> None:
    for number in range(40):
        device(desk.root, str(number))
    tracker = await Tracker.open(desk.path)
    task = asyncio.ensure_future(scan(tracker, desk.root, report=lambda _: task.cancel()))
    with pytest.raises(asyncio.CancelledError):
        await task
    await tracker.close()
    assert desk.sql("SELECT ended IS NULL, complete FROM scanned_roots") == [(1, 0)]
    found = await desk.scan()
    assert (found.folders, found.gone, found.complete) == (40, 0, True)


async def test_two_programs_do_not_work_with_one_tracker(desk: Desk) -> None:
    first, second = await Tracker.open(desk.path), await Tracker.open(desk.path)
    async with first.lock():
        with pytest.raises(Busy, match="Another program is working with the tracker"):
            await scan(second, desk.root)
        async with first.lock():
            pass
        with pytest.raises(Busy):
            await scan(second, desk.root)
    assert (await scan(second, desk.root)).complete
    await first.close()
    await second.close()


async def test_what_is_no_folder_is_refused_before_anything_is_noted(desk: Desk) -> None:
    with pytest.raises(NotFound, match="There is no folder"):
        await desk.scan(desk.root / "missing")
    with pytest.raises(Usage, match="is no folder"):
        await desk.scan(put(desk.root / "a.jpg"))
    assert desk.sql("SELECT * FROM scanned_roots") == []


Files = st.dictionaries(st.text("ab\n0", min_size=1, max_size=3), st.tuples(st.integers(0, 12), st.integers(0, 12)))


def _signature(files: dict[str, tuple[int, int]], limit: int) -> str:
    lines: list[str] = []
    summed = 0
    for name, (size, changed) in files.items():
        lines.append(f"{name}\0{size}\0{changed}\n")
        if len(lines) > limit:
            summed = folders.sum_up(lines, summed)
    return folders.signature(lines, summed, len(files))


@given(Files, Files, st.sampled_from([0, 2, 100]))
def test_signatures_are_equal_exactly_where_names_sizes_and_times_are(
    one: dict[str, tuple[int, int]], other: dict[str, tuple[int, int]], limit: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folders, "_SORTED", limit)
        backwards = dict(reversed(other.items()))
        assert (_signature(one, limit) == _signature(backwards, limit)) == (one == other)
