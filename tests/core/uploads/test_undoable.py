"""What is done with chosen folders can be taken back, and touches only folders that it fits."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib import resources

import pytest

from core.uploads.queueing.questions import AskedFile, Kind, Question
from core.uploads.queueing.queue import Queued, due
from core.uploads.queueing.undoable import go_first, go_last, leave_out_waiting, put_back, take_back, weigh
from core.uploads.sending.batches import Attempt, Ending, begin_batch, end_folders
from core.uploads.status.counts import read_counts


@pytest.fixture
def c() -> Iterator[sqlite3.Connection]:
    """Six folders that wait: 1 to 6."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(resources.files("resources").joinpath("uploads", "tracker.sql").read_text("utf-8"))
    connection.executemany(
        "INSERT INTO folder_status (rowid, folder_path, upload_status, file_count, bytes) "
        "VALUES (?, ?, 'pending', 2, 9)",
        [(number, f"/wards/{number}") for number in range(1, 7)],
    )
    yield connection
    connection.close()


def order(c: sqlite3.Connection) -> list[int]:
    return [one.number for one in due(c, 3, 0, 10)]


def test_folders_that_wait_or_failed_are_left_out_and_taken_back_as_they_were(c: sqlite3.Connection) -> None:
    c.execute(
        "UPDATE folder_status SET upload_status = 'failed', retry_count = 2, error_message = 'no' WHERE rowid = 2"
    )
    c.execute("UPDATE folder_status SET upload_status = 'success' WHERE rowid = 3")
    assert leave_out_waiting(c, [1, 2, 3]) == (1, 2)
    assert order(c) == [4, 5, 6]
    assert take_back(c, [1, 2, 3, 4]) == (1, 2)
    assert order(c) == [1, 4, 5, 6]
    kept = c.execute("SELECT upload_status, retry_count, error_message FROM folder_status WHERE rowid = 2").fetchone()
    assert kept == ("failed", 2, "no")


def test_a_folder_under_way_is_not_left_out(c: sqlite3.Connection) -> None:
    batch = begin_batch(c, "", due(c, 3, 0, 2), 100.0)
    assert leave_out_waiting(c, [1, 2, 3]) == (3,)
    end_folders(c, batch, 101.0, [Ending(1, "/wards/1", left_out="so")])
    assert order(c) == [4, 5, 6]


def test_a_folder_that_asks_after_a_try_failed_has_not_failed(c: sqlite3.Connection) -> None:
    batch = begin_batch(c, "", due(c, 3, 0, 1), 100.0)
    asked = Question(Kind.EXISTING, (AskedFile("x.jpg", "1/x.jpg", "b", "b/1/x.jpg", 9),))
    tried = (Attempt(100.0, 100.5, "The line broke."),)
    end_folders(c, batch, 101.0, [Ending(1, "/wards/1", attempts=tried, question=asked.text)])
    assert read_counts(c, is_running=False).asking.folders == 1
    assert c.execute("SELECT failed_uploads FROM upload_batches").fetchone() == (0,)


def test_folders_go_first_and_last_in_the_order_they_were_chosen_and_back(c: sqlite3.Connection) -> None:
    before = go_first(c, [5, 3])
    assert order(c) == [5, 3, 1, 2, 4, 6]
    then = go_last(c, [1, 5])
    assert order(c) == [3, 2, 4, 6, 1, 5]
    put_back(c, then)
    put_back(c, before)
    assert order(c) == [1, 2, 3, 4, 5, 6]


def test_what_does_not_wait_is_not_moved(c: sqlite3.Connection) -> None:
    c.execute("UPDATE folder_status SET upload_status = 'success' WHERE rowid = 6")
    assert go_first(c, [6]) == go_last(c, [6]) == ()
    assert isinstance(due(c, 3, 0, 1)[0], Queued)


def test_the_chosen_are_weighed_however_many_they_are(c: sqlite3.Connection) -> None:
    assert weigh(c, [1, 2, 9]) == (4, 18)
    assert weigh(c, [*range(1, 7), *range(100, 30_000)]) == (12, 54)
