"""Trees that move, hide or hold what no tree should: every one is scanned to its end, and what is wrong is said."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from core.uploads.scanning import folders, ledger, walkers
from core.uploads.scanning.folders import ScanRules, branch_of, walk
from core.uploads.scanning.names import SERVICE
from core.uploads.scanning.scan import scan
from core.uploads.tracker import Tracker
from tests.core.uploads.trees import Desk, device, put

NOBODY = 65_534
needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has none of these")
_scandir = os.scandir


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def meanwhile(monkeypatch: pytest.MonkeyPatch, folder: Path, happen: Callable[[], object]) -> None:
    """Something happens once, between the listing of this folder and the look at what is in it."""

    @contextmanager
    def listed(path: str) -> Iterator[list[os.DirEntry[str]]]:
        with _scandir(path) as entries:
            found = list(entries)
        monkeypatch.setattr(os, "scandir", _scandir)
        happen()
        yield found

    def scandir(path: str) -> AbstractContextManager[object]:
        return listed(path) if str(path) == str(folder) else _scandir(path)

    monkeypatch.setattr(os, "scandir", scandir)


async def test_what_goes_while_its_folder_is_read_is_no_trouble(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = device(desk.root, "a", "1.jpg", "2.jpg", "3.jpg")
    (folder / "4.jpg").symlink_to("1.jpg")

    def go() -> None:
        (folder / "2.jpg").unlink()
        (folder / "4.jpg").unlink()

    meanwhile(monkeypatch, folder, go)
    found = await desk.scan()
    assert (found.folders, found.files, found.troubles, found.complete) == (1, 2, 0, True)


async def test_a_folder_that_goes_while_it_is_read_counts_for_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = device(desk.root, "goes")
    device(desk.root, "stays")
    meanwhile(monkeypatch, folder, lambda: shutil.rmtree(folder))
    found = await desk.scan()
    assert (found.folders, found.troubles, found.complete, set(desk.statuses())) == (1, 0, True, {"stays"})


async def test_a_file_that_becomes_a_folder_and_the_other_way_round(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = device(desk.root, "a", "1.jpg", "2.jpg")

    def turn() -> None:
        (folder / "2.jpg").unlink()
        device(folder, "2.jpg", "inside.jpg")

    meanwhile(monkeypatch, folder, turn)
    assert (await desk.scan()).complete
    then = await desk.scan()
    assert (then.folders, then.files, then.troubles) == (2, 2, 0)
    assert set(desk.statuses()) == {"a", "a/2.jpg"}
    shutil.rmtree(folder / "2.jpg")
    put(folder / "2.jpg")
    back = await desk.scan()
    assert (back.folders, back.files, back.gone, set(desk.statuses())) == (1, 2, 1, {"a"})


async def test_a_folder_that_is_listed_twice_counts_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    device(desk.root, "a")
    with _scandir(desk.root) as entries:
        (entry,) = entries
    real = walk(branch_of(str(desk.root)), ScanRules())
    monkeypatch.setattr("core.uploads.scanning.sieve.walk", lambda *_: real._replace(found=[*real.found, *real.found]))
    found = await desk.scan()
    assert (found.folders, found.new, found.gone) == (1, 1, 0) and entry.is_dir()


@pytest.mark.parametrize("comes_back", [False, True])
async def test_a_root_that_vanishes_in_the_middle_loses_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, comes_back: bool
) -> None:
    for number in range(200):
        device(desk.root, f"{number}", "a.jpg")
    await desk.scan()
    aside = desk.root.with_name("aside")
    real = branch_of

    def begin(root: str) -> folders.Branch:
        Path(root).rename(aside)  # what is below a mount is an empty folder
        if comes_back:
            Path(root).mkdir()
        return real(root)

    monkeypatch.setattr(walkers, "branch_of", begin)
    found = await desk.scan()
    assert (found.folders, found.gone, found.out_of_reach, found.complete) == (0, 0, 0, False)
    assert (await desk.state()).folders.pending == 200
    ((path, reason),) = (await desk.state()).troubles
    assert path == str(desk.root) and "was a drive removed?" in reason
    shutil.rmtree(desk.root, ignore_errors=True)
    aside.rename(desk.root)
    monkeypatch.setattr(walkers, "branch_of", real)
    again = await desk.scan()
    assert (again.unchanged, again.gone, again.complete) == (200, 0, True)


@needs_posix
def test_what_the_system_refuses_to_somebody_is_listed_with_the_reason() -> None:
    script = (
        "import json, sys; from core.uploads.scanning.folders import ScanRules, branch_of, walk; "
        "haul = walk(branch_of(sys.argv[1]), ScanRules()); print(json.dumps([haul.found, haul.troubles]))"
    )
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)
        for name in ("open", "no-listing", "no-entry"):
            device(root, name)
        (root / "no-listing").chmod(0o311)  # whoever knows a name in it gets in
        (root / "no-entry").chmod(0o644)  # names can be read, and nothing about them
        somebody = {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}
        try:
            ended = subprocess.run(  # type: ignore[call-overload]
                [sys.executable, "-c", script, folder], cwd=walkers._HOME, capture_output=True, text=True, **somebody
            )
        except PermissionError:
            pytest.skip("nobody else may start this interpreter")
        finally:
            (root / "no-listing").chmod(0o755)
            (root / "no-entry").chmod(0o755)
    if somebody and ("ModuleNotFoundError" in ended.stderr or "PermissionError" in ended.stderr):
        pytest.skip("nobody else may read this program")
    found, troubles = json.loads(ended.stdout)
    assert [Path(path).name for path, *_ in found] == ["open"]
    told = {str(Path(path).relative_to(folder)): (reason, hides) for path, reason, hides in troubles}
    refused = "It cannot be read: you have no right to it."
    assert told == {
        "no-listing": (refused, True),
        "no-entry/front.jpg": (refused, False),
        "no-entry/stats.json": (refused, False),
    }


@needs_posix
async def test_what_is_no_file_whatever_its_name_says(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = device(desk.root, "a", "1.jpg")
    os.mkfifo(folder / "pipe.jpg")
    (folder / "to-a-pipe.jpg").symlink_to("pipe.jpg")
    (folder / "to-a-folder.jpg").symlink_to(desk.root)
    expected = {"pipe.jpg", "to-a-pipe.jpg", "to-a-folder.jpg", "socket.jpg"}
    with socket.socket(socket.AF_UNIX) as listening:
        monkeypatch.chdir(folder)  # the path of a socket has few signs
        listening.bind("socket.jpg")
        try:
            os.mknod(folder / "device.jpg", stat.S_IFCHR | 0o600, os.makedev(1, 3))
            expected.add("device.jpg")
        except PermissionError:
            pass
        found = await desk.scan()
    assert (found.folders, found.files, found.complete) == (1, 1, True)
    assert {Path(path).name for path, _ in (await desk.state()).troubles} == expected


@needs_posix
async def test_a_path_too_long_for_the_system_is_said_and_hides_what_is_below(desk: Desk) -> None:
    above = os.open(device(desk.root, "a"), os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=above)
        below = os.open("d" * 250, os.O_RDONLY, dir_fd=above)
        os.close(above)
        above = below
    os.close(os.open("deep.jpg", os.O_CREAT, dir_fd=above))
    os.close(above)
    found = await desk.scan()
    assert (found.folders, found.complete) == (1, False)
    ((path, reason),) = (await desk.state()).troubles
    assert len(path) > 3_500 and "too long" in reason


async def test_names_and_keys_as_long_as_they_may_be(desk: Desk) -> None:
    device(desk.root, "n" * 251, "b" * 251 + ".jpg")
    put(desk.root / ("ü" * 125) / ("ü" * 125 + ".jpg"))
    tracker = await Tracker.open(desk.path)
    found = await scan(tracker, desk.root, ScanRules(keys=SERVICE))
    await tracker.close()
    assert (found.folders, found.files, found.complete) == (2, 2, True)
    assert all("takes no “ü”" in reason for _, reason in (await desk.state()).troubles) and found.troubles == 2


async def test_empty_and_huge_files_are_counted_by_what_the_system_says(desk: Desk) -> None:
    folder = device(desk.root, "a", "1.jpg")
    (folder / "1.jpg").write_bytes(b"")
    with (folder / "huge.png").open("wb") as file:
        try:
            file.truncate(6 << 30)
        except OSError:
            pytest.skip("this file system has no files of 6 GB")
    assert (await desk.scan()).size_bytes == 6 << 30


async def test_a_folder_of_very_many_files_is_digested_in_little_memory(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "_SORTED", 1_000)
    kept: list[int] = []
    real = folders.sum_up

    def sum_up(lines: list[str], summed: int) -> int:
        kept.append(len(lines))
        return real(lines, summed)

    monkeypatch.setattr(folders, "sum_up", sum_up)
    (desk.root / "a").mkdir()
    for number in range(3_500):
        os.close(os.open(desk.root / f"a/{number}.jpg", os.O_CREAT))
    assert (await desk.scan()).files == 3_500
    assert max(kept) == 1_001 and len(kept) == 4
    assert (await desk.scan()).unchanged == 1
    (desk.root / "a/17.jpg").rename(desk.root / "a/seventeen.jpg")
    assert (await desk.scan()).changed == 1


async def test_of_very_many_bad_names_in_a_folder_the_first_are_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "_NAMED", 3)
    device(desk.root, "a", *(f" {number}.jpg" for number in range(5)))
    await desk.scan()
    told = [reason for _, reason in (await desk.state()).troubles]
    assert len(told) == 4 and told[-1] == "2 more of its files have such names."


@needs_posix
async def test_the_whole_disk_can_be_scanned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device(tmp_path / "disk", "a", "1.jpg")
    put(tmp_path / "disk/at-the-root.jpg")
    monkeypatch.setattr(os, "scandir", lambda path: _scandir(f"{tmp_path}/disk{path}"))
    tracker = await Tracker.open(tmp_path / "upload_tracker.db")
    first = await scan(tracker, Path("/"))
    (tmp_path / "disk/a/1.jpg").unlink()
    second = await scan(tracker, Path("/"))
    rows = await tracker.read(
        lambda c: c.execute("SELECT folder_path, folder_name, gone_at IS NULL FROM folder_status ORDER BY 1").fetchall()
    )
    await tracker.close()
    assert (first.folders, second.folders, second.gone) == (2, 1, 1)
    assert rows == [("/", "", 1), ("/a", "a", 0)]
    assert ledger.below("/") == ("/", "0")


async def test_trees_within_trees_know_each_folder_once(desk: Desk) -> None:
    for name in ("x", "inner/a", "inner/b"):
        device(desk.root, name)
    assert (await desk.scan()).new == 3
    desk.sql("UPDATE folder_status SET upload_status = 'success', upload_timestamp = 1 WHERE folder_name = 'a'")

    inner = await desk.scan(desk.root / "inner")

    assert (inner.new, inner.unchanged) == (0, 2)
    rows = desk.sql("SELECT folder_name, path FROM folder_status f JOIN scanned_roots r ON r.id = f.root")
    roots = {str(name): path for name, path in rows}
    # what waits goes by the tree that was scanned last; what went up from another one has its keys there
    assert roots == {"x": str(desk.root), "a": str(desk.root), "b": str(desk.root / "inner")}
    put(desk.root / "inner/a/more.jpg")
    assert (await desk.scan(desk.root / "inner")).changed == 1
    assert desk.sql("SELECT root FROM folder_status WHERE folder_name = 'a'") == [(1,)]
    shutil.rmtree(desk.root / "inner/b")
    assert [(await desk.scan(root)).gone for root in (desk.root / "inner", desk.root)] == [1, 0]


async def test_a_clock_that_jumps_is_no_change(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    device(desk.root, "a")
    put(desk.root / "from-the-future/1.jpg", at=4_000_000_000)
    put(desk.root / "before-there-were-computers/1.jpg", at=-1_000_000_000)
    for now in (4_100_000_000.0, 86_400.0, 1_700_000_000.0):
        monkeypatch.setattr("core.uploads.scanning.scan.now_seconds", lambda now=now: now)
        found = await desk.scan()
    assert (found.unchanged, found.changed, found.new) == (3, 0, 0)
    put(desk.root / "from-the-future/1.jpg", at=3_999_999_999)
    assert (await desk.scan()).changed == 1


async def test_what_was_found_is_recorded_while_the_scan_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.uploads.scanning.scan._WRITTEN_SECONDS", 0)
    monkeypatch.setattr("core.uploads.scanning.sieve.walk", lambda branch, rules: walk(branch, rules, 1))
    for number in range(4):
        device(desk.root, f"{number}")
    recorded: list[int] = []
    tracker = await Tracker.open(desk.path)
    await scan(tracker, desk.root, report=lambda _: recorded.append(len(desk.sql("SELECT 1 FROM folder_status"))))
    await tracker.close()
    assert recorded[-1] == 4 and any(0 < amount < 4 for amount in recorded)
