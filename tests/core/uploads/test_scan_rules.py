"""Other rules of what counts queue exactly those folders anew for which they matter."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.uploads.scanning.folders import ALL, IMAGES, ScanRules, branch_of, walk
from core.uploads.scanning.scan import scan
from core.uploads.tracker import Tracker
from tests.core.uploads.trees import Desk, device, put

WITH_TIF = ScanRules(images=(*IMAGES, ".tif"))
WITH_TEXT = ScanRules(others=(".txt",))
WITH_ALL = ScanRules(others=ALL)
OTHER_STATS = ScanRules(stats="result.json")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def scan_by(desk: Desk, rules: ScanRules) -> set[str]:
    """What one scan by these rules queues, everything queued before having gone up."""
    desk_open = await Tracker.open(desk.path)
    await desk_open.write(lambda c: c.execute("UPDATE folder_status SET upload_status = 'success'"))
    await scan(desk_open, desk.root, rules)
    await desk_open.close()
    return {name for name, status in desk.statuses().items() if status == "pending"}


async def test_folders_without_a_file_that_the_rules_judge_otherwise_stay_uploaded(desk: Desk) -> None:
    device(desk.root, "plain")
    device(desk.root, "scanned", "a.jpg", "b.TIF")
    device(desk.root, "only-tif", "b.tif")
    device(desk.root, "text", "a.jpg", "notes.txt")
    device(desk.root, "result", "a.jpg", "result.json")
    everything = {"plain", "scanned", "text", "result"}

    assert await scan_by(desk, ScanRules()) == everything
    assert await scan_by(desk, WITH_TIF) == {"scanned", "only-tif"}
    assert await scan_by(desk, WITH_TIF) == set()
    assert await scan_by(desk, ScanRules()) == {"scanned"}
    assert "only-tif" not in desk.statuses()  # nothing in it counts by these rules
    assert await scan_by(desk, WITH_TIF) == {"scanned"}
    assert desk.statuses()["only-tif"] == "success"
    assert await scan_by(desk, WITH_TEXT) == {"scanned", "text"}
    assert await scan_by(desk, WITH_ALL) == {"plain", "scanned", "result"}
    assert await scan_by(desk, OTHER_STATS) == everything
    assert await scan_by(desk, OTHER_STATS) == set()


async def test_fewer_endings_leave_what_is_left_as_it_was(desk: Desk) -> None:
    device(desk.root, "jpg", "a.jpg")
    device(desk.root, "both", "a.jpg", "a.gif")
    assert await scan_by(desk, ScanRules()) == {"jpg", "both"}
    assert await scan_by(desk, ScanRules(images=(".jpg",))) == {"both"}


def test_what_goes_up_beside_images_must_have_a_name_that_a_key_can_carry(tmp_path: Path) -> None:
    put(tmp_path / "a.jpg")
    put(tmp_path / " notes.txt")
    for rules, names in ((ScanRules(), []), (WITH_TEXT, [" notes.txt"]), (WITH_ALL, [" notes.txt"])):
        assert [Path(one.path).name for one in walk(branch_of(str(tmp_path)), rules).troubles] == names


Names = st.sets(st.sampled_from(["a.jpg", "B.TIF", "notes.txt", "stats.json", "result.json", "x"]), min_size=1)
Rules = st.builds(
    ScanRules,
    images=st.sampled_from([IMAGES, (".tif",), (*IMAGES, ".tif")]),
    stats=st.sampled_from(["stats.json", "result.json"]),
    others=st.sampled_from([(), (".txt",), ALL]),
)


@given(Names, Rules, Rules)
def test_a_folder_has_one_signature_by_two_rules_exactly_if_they_mean_the_same_files(
    names: set[str], one: ScanRules, other: ScanRules
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            put(Path(folder, name))
        found = [walk(branch_of(folder), rules).found for rules in (one, other)]
    if all(found):
        same = _meant(names, one) == _meant(names, other)
        assert (found[0][0].signature == found[1][0].signature) == same


def _meant(names: Iterable[str], rules: ScanRules) -> set[tuple[str, str]]:
    """What each file is by these rules, for those that are anything."""
    meant = set()
    for name in names:
        if name.lower().endswith(rules.images):
            meant.add((name, "image"))
        else:
            if rules.others and name.lower().endswith(rules.others):
                meant.add((name, "goes up"))
            if name == rules.stats:
                meant.add((name, "stats"))
    return meant
