"""The queue keeps its order and loses nobody, whatever people do to it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotFound
from core.uploads.queueing.acts import ALL, Chosen, check_known, leave_out, put_first, put_last, retry, take_back
from core.uploads.queueing.queue import EVERYTHING, Queued, Scope, due, due_amount
from core.uploads.sending.batches import begin_batch, end_broken_batches
from core.uploads.status.counts import are_wrong, count_anew, count_below, read_counts
from core.uploads.status.folder_rows import FolderFilter, FolderState, folder_numbers
from core.uploads.status.state import read_state

Row = tuple[str, int, int, int, int]
Rows = st.lists(
    st.tuples(
        st.sampled_from(["pending", "success", "failed"]),
        st.integers(0, 4),
        st.integers(-2, 2),
        st.integers(0, 3),  # 1: left out, 2: gone, 3: asks
        st.integers(0, 2),  # the tree
    ),
    max_size=12,
)


@pytest.fixture
def c() -> Iterator[sqlite3.Connection]:
    with closing(_tracker([])) as connection:
        yield connection


def _tracker(rows: list[Row]) -> sqlite3.Connection:
    c = sqlite3.connect(":memory:")
    c.executescript(resources.files("resources").joinpath("uploads", "tracker.sql").read_text("utf-8"))
    for n, (state, retries, place, out, root) in enumerate(rows, 1):
        c.execute(
            "INSERT INTO folder_status (rowid, folder_path, upload_status, retry_count, place, skipped, gone_at, "
            "question, root, file_count, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 2, ?)",
            (
                n,
                f"/t{root}/{n}",
                state,
                retries,
                place,
                "no" if out == 1 else None,
                1.0 if out == 2 else None,
                "{}" if out == 3 else None,
                root or None,
                n,
            ),
        )
    count_anew(c)
    return c


def _waiting(c: sqlite3.Connection, scope: Scope = EVERYTHING) -> list[int]:
    return [one.number for one in due(c, 0, 0, 100, scope)]


@given(Rows, st.integers(1, 4))
def test_what_is_due_is_the_whole_queue_in_order_however_it_is_taken(rows: list[Row], size: int) -> None:
    with closing(_tracker(rows)) as c:
        numbered = enumerate(rows, 1)
        wanted = [n for _, n in sorted((row[2], n) for n, row in numbered if row[0] == "pending" and row[3] == 0)]
        amount, seen = due_amount(c, 0, 0), list[int]()
        while taken := due(c, 0, 0, size):
            seen += [one.number for one in taken]
            begin_batch(c, "", taken, 1.0)  # what a batch holds is not due
        assert (seen, amount) == (wanted, len(wanted))
        end_broken_batches(c, 2.0)
        assert _waiting(c) == wanted


@given(Rows)
def test_a_run_of_some_trees_stops_where_a_folder_of_the_others_is_next(rows: list[Row]) -> None:
    with closing(_tracker(rows)) as c:
        whole = _waiting(c)
        roots = {n: row[4] for n, row in enumerate(rows, 1)}
        mine = _waiting(c, Scope((1,), (0, 2)))
        other = next((at for at, number in enumerate(whole) if roots[number] != 1), len(whole))
        assert mine == whole[:other]
        assert _waiting(c, Scope((1,))) == [number for number in whole if roots[number] == 1]


@given(Rows, st.integers(0, 5))
def test_failed_folders_come_after_waiting_ones_while_tries_are_left(rows: list[Row], tries: int) -> None:
    with closing(_tracker(rows)) as c:
        found = due(c, tries, 1.0, 100)
        waiting = _waiting(c)
        assert [one.number for one in found[: len(waiting)]] == waiting
        again = {one.number for one in found[len(waiting) :]}
        numbered = enumerate(rows, 1)
        assert again == {n for n, row in numbered if row[0] == "failed" and row[3] not in (1, 2) and row[1] < tries}
        assert due_amount(c, tries, 1.0) == len(found)


@given(Rows)
def test_what_is_counted_along_is_what_there_is(rows: list[Row]) -> None:
    with closing(_tracker(rows)) as c:
        begin_batch(c, "", due(c, 3, 1.0, 2), 1.0)
        leave_out(c, 2.0, Chosen(range(1, 4)))
        retry(c, 2.0, Chosen(range(3, 7)))
        c.execute("DELETE FROM folder_status WHERE rowid = 5")
        for is_running in (True, False):
            counted = read_counts(c, is_running=is_running)
            assert counted == count_below(c, [], is_running=is_running)
            state = read_state(c, is_running=is_running).folders
            assert state.found == counted.found.folders == c.execute("SELECT count(*) FROM folder_status").fetchone()[0]
            assert state.found == state.success + state.skipped + state.failed + state.queued + state.in_flight


def test_rows_that_another_program_replaced_are_counted_anew(c: sqlite3.Connection) -> None:
    for status in ("pending", "success"):
        c.execute("INSERT OR REPLACE INTO folder_status (folder_path, upload_status) VALUES ('/a', ?)", (status,))
    assert are_wrong(c)
    count_anew(c)
    assert (read_counts(c, is_running=False).found.folders, read_counts(c, is_running=False).done.folders) == (1, 1)


@given(Rows, st.data())
@pytest.mark.parametrize("act", [put_first, put_last])
def test_whoever_is_put_first_or_last_is_so(
    act: Callable[[sqlite3.Connection, Chosen], int], rows: list[Row], data: st.DataObject
) -> None:
    with closing(_tracker(rows)) as c:
        before = _waiting(c)
        chosen = data.draw(st.lists(st.sampled_from(before), unique=True)) if before else []
        assert act(c, Chosen(chosen)) == len(chosen)
        rest = [number for number in _ordered(before, rows) if number not in chosen]
        assert _waiting(c) == ([*chosen, *rest] if act is put_first else [*rest, *chosen])


@given(Rows, st.sampled_from([put_first, put_last]))
def test_a_whole_tree_is_put_first_or_last_in_its_order(
    rows: list[Row], act: Callable[[sqlite3.Connection, Chosen], int]
) -> None:
    with closing(_tracker(rows)) as c:
        put_first(c, Chosen([]))
        act(c, Chosen(below=["/t1"]))
        before = _ordered([n for n, row in enumerate(rows, 1) if row[0] == "pending" and row[3] == 0], rows)
        mine = [n for n in before if rows[n - 1][4] == 1]
        rest = [n for n in before if n not in mine]
        assert _waiting(c) == (mine + rest if act is put_first else rest + mine)


def _ordered(numbers: list[int], rows: list[Row]) -> list[int]:
    """In the order of their places, once what has none has its number for one."""
    return sorted(numbers, key=lambda n: (rows[n - 1][2] or n, n))


def test_what_is_left_out_can_be_had_back(c: sqlite3.Connection) -> None:
    for n, state in enumerate(("pending", "failed", "success"), 1):
        c.execute(
            "INSERT INTO folder_status (folder_path, upload_status, retry_count) VALUES (?, ?, 3)", (f"/t/{n}", state)
        )
    assert leave_out(c, 4.0, Chosen(below=["/t"]), "You left it out.") == 2
    assert (read_state(c).folders.skipped, read_state(c).folders.success) == (2, 1)
    assert retry(c, 5.0, ALL) == 0
    assert take_back(c, 5.0, Chosen([1])) == 1
    assert take_back(c, 5.0, Chosen(below=["/t/2"])) == 1
    assert [(one.number, one.state, one.retries) for one in due(c, 9, 9.0, 9)] == [
        (1, "pending", 3),
        (2, "failed", 3),
    ]
    assert leave_out(c, 6.0, Chosen([])) == 0 == retry(c, 6.0, Chosen([]))


def test_what_a_batch_holds_is_not_left_out(c: sqlite3.Connection) -> None:
    for n in (1, 2):
        c.execute("INSERT INTO folder_status (folder_path) VALUES (?)", (f"/t/{n}",))
    begin_batch(c, "", due(c, 3, 1.0, 1), 1.0)
    assert leave_out(c, 2.0, Chosen(below=["/t"])) == 1
    assert read_counts(c, is_running=True).under_way.folders == 1


def test_a_path_of_which_nothing_is_known_is_refused(c: sqlite3.Connection) -> None:
    c.execute("INSERT INTO folder_status (folder_path) VALUES ('/t/a')")
    check_known(c, ["/t", "/t/a"])
    with pytest.raises(NotFound, match="No folder at or below /t/a/b"):
        check_known(c, ["/t/a/b"])


def test_folders_say_to_which_tree_they_belong(c: sqlite3.Connection) -> None:
    c.execute("INSERT INTO folder_status (folder_path, root) VALUES ('/t/a', 7)")
    assert [(one.root, one.number) for one in due(c, 1, 0, 9)] == [(7, 1)]
    assert isinstance(due(c, 1, 0, 9)[0], Queued)


def test_what_is_asked_again_and_again_does_not_look_at_every_folder(c: sqlite3.Connection) -> None:
    c.execute("INSERT INTO folder_status (folder_path, upload_status, root) VALUES ('/t1/1', 'pending', 1)")
    asked: list[str] = []
    c.set_trace_callback(asked.append)
    due(c, 3, 1e9, 50, Scope((1,)))
    due_amount(c, 3, 1e9, Scope((1,)))
    read_state(c, is_running=True)
    for state in (FolderState.FAILED, FolderState.ASKING, FolderState.UPLOADING):
        folder_numbers(c, FolderFilter(state), "", False, True)
    c.set_trace_callback(None)
    plans = [str(row[3]) for sql in asked for row in c.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert len(asked) > 8
    assert [line for line in plans if re.fullmatch(r"SCAN (folder_status|f)( USING .*autoindex.*)?", line)] == []
    assert [line for line in plans if line.startswith("SEARCH f ") and "PRIMARY KEY" not in line] == []
