"""The queue keeps its order and loses nobody, page by page."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Usage
from core.uploads.queue import Mark, due, leave_out, page, put_first, retry
from core.uploads.state import read_state

Rows = st.lists(
    st.tuples(
        st.sampled_from(["pending", "success", "failed"]), st.integers(0, 4), st.integers(-2, 2), st.integers(0, 3)
    ),
    max_size=12,
)


@pytest.fixture
def c() -> Iterator[sqlite3.Connection]:
    with closing(_tracker([])) as connection:
        yield connection


def _tracker(rows: list[tuple[str, int, int, int]]) -> sqlite3.Connection:
    """Rows as (state, retries, place, 1: left out, 2: gone)."""
    c = sqlite3.connect(":memory:")
    c.executescript(resources.files("resources").joinpath("uploads", "tracker.sql").read_text("utf-8"))
    for n, (state, retries, place, out) in enumerate(rows, 1):
        c.execute(
            "INSERT INTO folder_status (rowid, folder_path, upload_status, retry_count, place, skipped, gone_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (n, f"/t/{n}", state, retries, place, "no" if out == 1 else None, 1.0 if out == 2 else None),
        )
    return c


@given(Rows, st.integers(1, 4))
def test_pages_together_are_the_whole_queue_in_order(rows: list[tuple[str, int, int, int]], size: int) -> None:
    with closing(_tracker(rows)) as c:
        for state in ("pending", "success", "failed"):
            numbered = enumerate(rows, 1)
            wanted = sorted((place, n) for n, (s, _, place, out) in numbered if s == state and out not in (1, 2))
            seen: list[tuple[int, int]] = []
            after = None
            while found := page(c, state, after, size):
                seen += [(one.place, one.number) for one in found]
                after = Mark(*seen[-1])
            assert seen == wanted


@given(Rows)
def test_every_folder_is_in_one_state(rows: list[tuple[str, int, int, int]]) -> None:
    with closing(_tracker(rows)) as c:
        folders = read_state(c).folders
        assert folders.found == len(rows)
        assert folders.pending == len(page(c, "pending", None, 100))
        assert folders.failed == len(page(c, "failed", None, 100))


@given(Rows, st.integers(0, 5))
def test_failed_folders_come_after_waiting_ones_while_tries_are_left(
    rows: list[tuple[str, int, int, int]], tries: int
) -> None:
    with closing(_tracker(rows)) as c:
        found = due(c, tries, 1.0, 100)
        waiting = page(c, "pending", None, 100)
        assert found[: len(waiting)] == waiting
        again = found[len(waiting) :]
        assert set(again) == {one for one in page(c, "failed", None, 100) if one.retries < tries}


@given(Rows, st.data())
def test_whoever_is_put_first_is_first(rows: list[tuple[str, int, int, int]], data: st.DataObject) -> None:
    with closing(_tracker(rows)) as c:
        before = [one.number for one in page(c, "pending", None, 100)]
        chosen = data.draw(st.lists(st.sampled_from(before), unique=True)) if before else []
        put_first(c, chosen)
        rest = [number for number in before if number not in chosen]
        assert [one.number for one in page(c, "pending", None, 100)] == [*chosen, *rest]


def test_what_is_left_out_can_be_had_back(c: sqlite3.Connection) -> None:
    for n, state in enumerate(("pending", "failed", "success"), 1):
        c.execute(
            "INSERT INTO folder_status (folder_path, upload_status, retry_count) VALUES (?, ?, 3)", (str(n), state)
        )
    assert leave_out(c, [1, 2, 3], "You left it out.") == 2
    assert (read_state(c).folders.skipped, read_state(c).folders.success) == (2, 1)
    assert retry(c, 5.0) == 0
    assert retry(c, 5.0, [1, 2, 3]) == 2
    assert {(one.number, one.retries) for one in page(c, "pending")} == {(1, 0), (2, 0)}


def test_a_state_that_is_none_is_refused(c: sqlite3.Connection) -> None:
    with pytest.raises(Usage):
        page(c, "done")
