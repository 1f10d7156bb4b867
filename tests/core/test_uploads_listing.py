"""Looking into a tracker: every folder is in one state, in the order asked for, and a batch that broke off waits."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from core.uploads.queueing.acts import Chosen, leave_out
from core.uploads.queueing.queue import due
from core.uploads.scanning.scan import scan
from core.uploads.sending.batches import Attempt, Ending, begin_batch, end_batch, end_folders
from core.uploads.status.listing import Amounts, FolderFilter, FolderState, Listing
from core.uploads.tracker import Tracker

NAMES = ("a", "b", "c", "d", "e")


async def made(home: Path) -> Path:
    """A tracker in which a is done, b failed, c is left out, d is under way, and e waits."""
    for name in NAMES:
        (home / "wards" / name).mkdir(parents=True)
        (home / "wards" / name / "one.jpg").write_bytes(b"x" * (NAMES.index(name) + 1))
    (home / "wards" / "link").symlink_to(home / "wards")
    tracker = await Tracker.open(home / "tracker.db")
    await scan(tracker, home / "wards")
    await tracker.write(work)
    await tracker.close()
    return home / "tracker.db"


def work(c: sqlite3.Connection) -> None:
    known = {Path(one.path).name: one for one in due(c, 3, 0, 10)}
    first = begin_batch(c, "", [known["a"], known["b"]], 100)
    lost = (Attempt(100, 101, "It was full."), Attempt(102, 103, "It was gone."))
    endings = [
        Ending(known["a"].number, known["a"].path, None, (Attempt(100, 101),)),
        Ending(known["b"].number, known["b"].path, None, lost),
    ]
    end_folders(c, first, 110, endings)
    end_batch(c, first, 110)
    leave_out(c, 115, Chosen([known["c"].number]), "Nobody wants it.")
    begin_batch(c, "", [known["d"]], 120)


async def test_every_folder_is_in_one_state_and_a_batch_that_broke_off_waits(tmp_path: Path) -> None:
    path = await made(tmp_path)
    for is_uploading in (True, False):
        listing = Listing(path, lambda now=is_uploading: now)  # type: ignore[misc]
        amounts = await listing.amounts()
        assert amounts.found == len(NAMES) == len(await listing.numbers(FolderFilter()))
        assert (amounts.done, amounts.failed, amounts.skipped) == (1, 1, 1)
        assert (amounts.uploading, amounts.queued) == ((1, 1) if is_uploading else (0, 2))
        assert (amounts.batches, amounts.troubles) == (2, 1)
        for state in FolderState:
            rows = await listing.folders(await listing.numbers(FolderFilter(state)))
            assert len(rows) == amounts.of(state) and {row.state for row in rows} <= {state}
        await listing.close()


async def test_a_folder_tells_its_reason_and_every_attempt_and_can_be_queued_anew(tmp_path: Path) -> None:
    listing = Listing(await made(tmp_path))
    (failed,) = await listing.folders(await listing.numbers(FolderFilter(FolderState.FAILED, "WARDS/B")))
    assert (Path(failed.path).name, failed.reason, failed.attempts) == ("b", "It was gone.", 2)
    assert [one.error for one in await listing.attempts(failed.path)] == ["It was gone.", "It was full."]
    assert await listing.retry([failed.number]) == 1
    (row,) = await listing.folders([failed.number])
    assert (row.state, row.reason) == (FolderState.QUEUED, "")
    newest, oldest = await listing.batches(await listing.batch_numbers())
    assert (newest.folders, newest.seconds, oldest.failed, oldest.seconds) == (1, None, 1, 10)
    (trouble,) = await listing.troubles(await listing.trouble_numbers())
    assert trouble.path.endswith("link") and trouble.reason
    await listing.close()


async def test_rows_come_in_the_order_asked_for(tmp_path: Path) -> None:
    listing = Listing(await made(tmp_path))
    for sort, of in (("folder", lambda row: row.path), ("bytes", lambda row: row.size_bytes)):
        for descending in (False, True):
            rows = await listing.folders(await listing.numbers(FolderFilter(), sort, descending))
            assert list(rows) == sorted(rows, key=of, reverse=descending)
    await listing.close()


async def test_a_project_that_never_uploaded_has_nothing_and_no_file_is_made(tmp_path: Path) -> None:
    listing = Listing(tmp_path / "none.db")
    assert await listing.amounts() == Amounts()
    assert not len(await listing.numbers(FolderFilter())) and await listing.retry() == 0
    assert list(tmp_path.iterdir()) == []


@given(st.lists(st.integers(0, 9_999), min_size=8, max_size=8))
def test_what_was_found_is_the_sum_of_all_states(amounts: list[int]) -> None:
    held = Amounts(*amounts)
    assert held.found == sum(held.of(state) for state in FolderState) == held.of(None)
