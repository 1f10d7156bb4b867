"""The guard stops what takes too much of a place, and nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.guard import Place, Toll, allowance, measure, place_of, taking_of, weigh
from core.models import Step, StepKind
from core.ports import Catalog
from core.workspace import Workspace, to_micros

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
PHOTOS = Place("photos", True)
IMAGES = Place("images", False)
COUNTS = st.integers(0, 500)
TOLLS = st.builds(Toll, st.sampled_from("abc"), COUNTS, COUNTS, COUNTS, COUNTS)


class Counted:
    """A catalog that only counts."""

    async def count(self, table: str) -> int:
        return {"images": 1000}[table]


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    desk = await Workspace.open(tmp_path / "desk", "here")
    yield desk
    await desk.close()


async def list_photos(workspace: Workspace, count: int, started: datetime) -> None:
    def work(c: sqlite3.Connection) -> None:
        c.execute(
            "INSERT INTO scans (id, started, state, service_now) VALUES (1, ?, 'done', ?)", (to_micros(started),) * 2
        )
        c.execute("INSERT INTO listings (id, scan, what, name, current) VALUES (1, 1, 'bucket', 'photos', 1)")
        c.executemany(
            "INSERT INTO objects (listing, key, size, type, version) VALUES (1, ?, 1, '', 'v')",
            ((f"{n}",) for n in range(count)),
        )

    await workspace.inventory.write(work)


async def record(
    workspace: Workspace,
    run: str,
    kind: StepKind,
    place: str,
    count: int,
    at: datetime,
    state: str = "done",
    run_state: str = "done",
) -> None:
    column = "bucket" if kind is StepKind.DELETE_OBJECT else "tbl"

    def work(c: sqlite3.Connection) -> None:
        c.execute(
            "INSERT OR IGNORE INTO runs (run_id, kind, plan_id, project, started, state) "
            "VALUES (?, 'cleanup', ?, 'here', ?, ?)",
            (run, run, to_micros(at), run_state),
        )
        first = c.execute("SELECT coalesce(max(n), 0) + 1 FROM steps WHERE run_id = ?", (run,)).fetchone()[0]
        c.executemany(
            f"INSERT INTO steps (run_id, n, state, kind, {column}, step, at) VALUES (?, ?, ?, ?, ?, '', ?)",
            ((run, n, state, str(kind), place, to_micros(at)) for n in range(first, first + count)),
        )

    await workspace.journal.write(work)


async def toll(workspace: Workspace, taking: dict[Place, int], run_id: str = "") -> Toll:
    (only,) = await weigh(workspace, cast(Catalog, Counted()), taking, NOW, run_id)
    return only


@pytest.mark.parametrize(
    ("steps", "there", "stops"),
    [(20, 100, False), (21, 100, True), (21, 105, False), (20, 21, False), (20, 20, True), (1, 1, True), (0, 0, False)],
)
def test_more_than_a_fifth_and_more_than_twenty_stops_and_so_does_all_of_it(
    steps: int, there: int, stops: bool
) -> None:
    assert (measure([Toll("photos", steps, 0, there, 0)], 0.2) is not None) is stops


@given(st.lists(TOLLS), st.floats(0, 1))
def test_the_worst_place_is_named_exactly_when_one_is_over(tolls: list[Toll], limit: float) -> None:
    hit = measure(tolls, limit)
    over = [one for one in tolls if one.over(limit)]
    assert (hit is None) is (not over)
    if hit is not None:
        assert hit.where in {one.where for one in over}
        assert all(one.share <= hit.share + 1e-6 for one in over)


@given(TOLLS, st.floats(0, 1), st.integers(1, 50))
def test_taking_more_never_gets_past_a_guard_that_stopped_less(one: Toll, limit: float, more: int) -> None:
    if one.over(limit):
        assert Toll(one.where, one.steps + more, one.others, one.there, one.gone).over(limit)


def test_only_removals_and_changes_of_rows_take_something() -> None:
    taking = {kind: place_of(Step(1, kind, bucket="photos", table="images")) for kind in StepKind}
    assert {kind: place for kind, place in taking.items() if place is not None} == {
        StepKind.DELETE_OBJECT: PHOTOS,
        StepKind.UPDATE_ROW: IMAGES,
        StepKind.DELETE_ROW: IMAGES,
    }  # a bucket is dropped only while it is empty


async def test_a_table_is_counted_now_and_a_bucket_as_scanned(workspace: Workspace) -> None:
    await list_photos(workspace, 200, NOW)
    assert await toll(workspace, {PHOTOS: 5}) == Toll("photos", 5, 0, 200, 0, is_bucket=True)
    assert await toll(workspace, {IMAGES: 5}) == Toll("images", 5, 0, 1000, 0)


async def test_what_other_runs_took_since_the_scan_is_taken_and_no_longer_there(workspace: Workspace) -> None:
    await list_photos(workspace, 200, NOW - timedelta(hours=2))
    await record(workspace, "r1", StepKind.DELETE_OBJECT, "photos", 30, NOW - timedelta(hours=1))
    one = await toll(workspace, {PHOTOS: 15})
    assert one == Toll("photos", 15, 30, 170, 30, is_bucket=True)
    assert one.over(0.2)


async def test_slices_that_each_pass_add_up_over_a_scan_between_them(workspace: Workspace) -> None:
    await record(workspace, "r1", StepKind.DELETE_OBJECT, "photos", 30, NOW - timedelta(hours=3))
    await list_photos(workspace, 170, NOW - timedelta(hours=2))
    assert await toll(workspace, {PHOTOS: 15}) == Toll("photos", 15, 30, 170, 30, is_bucket=True)


@pytest.mark.parametrize(
    ("ago", "state", "run_state", "counts"),
    [
        (timedelta(hours=25), "done", "done", False),
        (timedelta(hours=23), "done", "partly", True),
        (timedelta(hours=23), "done", "interrupted", True),
        (timedelta(hours=1), "undone", "done", False),
        (timedelta(hours=1), "done", "undone", False),
        (timedelta(hours=1), "drifted", "done", False),
        (timedelta(hours=1), "intent", "running", True),
        (timedelta(days=-400), "done", "done", True),
    ],
)
async def test_other_runs_count_for_a_day_unless_undone(
    workspace: Workspace, ago: timedelta, state: str, run_state: str, counts: bool
) -> None:
    await record(workspace, "r1", StepKind.UPDATE_ROW, "images", 40, NOW - ago, state, run_state)
    assert await toll(workspace, {IMAGES: 5}) == Toll("images", 5, 40 if counts else 0, 1000, 0)


async def test_a_run_that_goes_on_counts_its_own_removals_once(workspace: Workspace) -> None:
    await record(workspace, "r1", StepKind.DELETE_ROW, "images", 60, NOW)
    await record(workspace, "r1", StepKind.DELETE_ROW, "images", 40, NOW, state="waiting")
    taking = await workspace.journal.read(lambda c: taking_of(c, "r1"))
    assert taking == {IMAGES: 100}
    assert await toll(workspace, taking, "r1") == Toll("images", 100, 0, 1000, 60)


@pytest.mark.parametrize(("share", "said"), [(0.3311, "0.34"), (0.4, "0.4"), (0.996, "1"), (1.0, "1")])
def test_what_has_to_be_allowed_is_said_in_one_way_and_is_enough(share: float, said: str) -> None:
    assert allowance(share) == said
    assert float(said) >= share
