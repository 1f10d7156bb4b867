"""What retention chooses: oldest first until a share, never what is kept or needed, and never past the guard unsaid."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Usage
from core.findings import ages
from core.guard import Toll, limit_of, measure
from core.keeps import keep
from core.models import FindingFilter, Kind, Object, Selection, Value
from core.plan_files import read_verified
from core.profiles import Family, Profile, RetentionRule
from core.retention import Wish, plan_retention
from core.retention.choice import Measure, down_to
from core.retention.rules import days_kept, is_over, limits
from tests.core.desk import Desk, source
from tests.core.fakes import NOW, FakeCatalog, FakeStore, FakeTable

SIZES = st.none() | st.integers(-50, 1000)


@given(st.lists(SIZES), st.integers(-10, 5000), st.none() | st.integers(0, 5000))
def test_as_few_of_the_oldest_are_taken_as_bring_a_bucket_down(
    sizes: list[int | None], held: int, target: int | None
) -> None:
    left = Measure(held, target)
    taken = left.take(sizes)

    def after(count: int) -> int:
        return held - sum(max(0, size or 0) for size in sizes[:count])

    if target is None:
        assert taken == len(sizes)
    else:
        assert taken == len(sizes) or after(taken) <= target
        assert taken == 0 or after(taken - 1) > target
    assert left.left_bytes == after(taken)


@given(st.lists(SIZES), st.integers(0, 5000), st.integers(0, 5000), st.integers(1, 9))
def test_pages_choose_what_one_list_would(sizes: list[int | None], held: int, target: int, page: int) -> None:
    whole, parts = Measure(held, target), Measure(held, target)
    taken = sum(parts.take(sizes[start : start + page]) for start in range(0, len(sizes), page))
    assert (taken, parts) == (whole.take(sizes), whole)


def test_a_capacity_of_nothing_leaves_nothing() -> None:
    assert (down_to(0, 0.7), down_to(-5, 0.7), down_to(100, None), down_to(1000, 0.7)) == (0, 0, None, 700)


RULES = st.builds(
    RetentionRule,
    days=st.integers(1, 60),
    prefix=st.sampled_from(["", "a/", "a/b", "%", "_", "ü"]),
    types=st.lists(st.sampled_from(["image/png", "image/*", "IMAGE/TIFF", "text/plain"]), max_size=2).map(tuple),
)
FAMILIES = st.lists(
    st.builds(
        Family,
        name=st.just("b"),
        retention_days=st.none() | st.integers(1, 60),
        rules=st.lists(RULES, max_size=3).map(tuple),
    ),
    min_size=1,
    max_size=2,
)
THINGS = st.lists(
    st.tuples(
        st.sampled_from(["a/x", "a/b/c", "%x", "_", "x", "ü/1", "A/x"]),
        st.sampled_from(["image/png", "image/tiff; q=1", "text/plain", "", "imagex/png"]),
        st.integers(-5, 80),
    ),
    unique_by=lambda thing: thing[0],
)


@given(FAMILIES, THINGS)
def test_a_scan_finds_over_age_what_the_rules_say(
    families: list[Family], things: Sequence[tuple[str, str, int]]
) -> None:
    profile = Profile("p", "local", families=tuple(families))
    day, now = 86_400_000_000, 100 * 86_400_000_000
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(
            "CREATE TABLE objects (listing, key, size, type, changed, first_seen, version);"
            "CREATE TABLE refs (n, key); CREATE TEMP TABLE near (ref, bucket, key);"
        )
        connection.executemany(
            "INSERT INTO objects VALUES (1, ?, 1, ?, ?, NULL, 'v')",
            [(key, kind, now - days * day - 1) for key, kind, days in things],
        )
        selected = ages.select(profile, "b")
        found = set()
        if selected is not None:
            parameters = {**selected[1], "bucket": "b", "listing": 1, "now": now}
            found = {row[1] for row in connection.execute(selected[0], parameters)}
    clock = NOW + timedelta(days=100)
    assert found == {
        key
        for key, kind, days in things
        if is_over(days_kept(profile, "b", key, kind), clock - timedelta(days=days, microseconds=1), clock)
    }


@given(st.integers(0, 60), st.integers(0, 60), st.floats(0, 1))
def test_the_guard_of_a_bucket_is_its_authors_and_all_of_it_always_stops(taken: int, stays: int, share: float) -> None:
    profile = Profile("p", "local", families=(Family("b", retention_share=share),))
    toll = Toll("b", taken, 0, stays + taken, 0, is_bucket=True)
    own = limits(profile, ["b", "other"])
    assert own == {"b": share} and limit_of(replace(toll, where="other"), 0.2, own) == 0.2
    hit = measure([toll], 0.2, own)
    too_much = taken > 20 and taken / (taken + stays) > share
    assert (hit is not None) == (taken > 0 and (too_much or stays == 0))


@dataclass(frozen=True)
class Image:
    """One image to come. `row`: none, over age like it, younger than the limit, or of a table that needs it."""

    days: int
    size: int
    kept: bool
    row: str

    @property
    def may_go(self) -> bool:
        return self.days > 30 and not self.kept and self.row in ("none", "old")


IMAGES = st.lists(
    st.builds(
        Image,
        days=st.integers(-40, 90),
        size=st.integers(-5, 300),
        kept=st.booleans(),
        row=st.sampled_from(["none", "old", "old", "young", "needed"]),
    ),
    max_size=9,
)


async def furnished(folder: Path, images: Sequence[Image]) -> Desk:
    store, catalog = FakeStore(lists_etags=True), FakeCatalog()
    rows: dict[str, list[dict[str, Value]]] = {"image_patient_associations": [], "reports": []}
    store.objects["ward"] = {}
    for number, image in enumerate(images):
        key, changed = f"{number}.png", NOW - timedelta(days=image.days) + timedelta(seconds=number)
        store.objects["ward"][key] = Object("ward", key, image.size, "image/png", f"e{key}", f"v{key}", changed)
        if image.row in ("old", "young"):
            made = changed if image.row == "old" else NOW - timedelta(days=3)
            rows["image_patient_associations"].append({"id": number, "path": key, "made": made.isoformat()})
        elif image.row == "needed":
            rows["reports"].append({"id": number, "path": key, "made": changed.isoformat()})
    for table, some in rows.items():
        catalog.content[table] = FakeTable(("id", "path", "made"), list(some))
    mapped = [source(table, ("path", "path"), describes=False, bucket="ward", time_column="made") for table in rows]
    desk = Desk(folder, store, catalog, *mapped)
    desk.families(Family("ward", retention_days=30, capacity_bytes=1000, retention_share=1.0))
    return desk


@settings(max_examples=20)
@given(IMAGES, st.none() | st.sampled_from([0.0, 0.2, 0.5, 0.9]))
async def test_of_any_ward_the_oldest_that_may_go_are_taken_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, images: list[Image], until_share: float | None
) -> None:
    desk = await furnished(tmp_path_factory.mktemp("ward"), images)
    await desk.scan()
    workspace = await desk.workspace()
    kept = [f"{n}.png" for n, image in enumerate(images) if image.kept]
    ids = dict(
        await workspace.inventory.read(
            lambda c: c.execute("SELECT key, id FROM findings WHERE kind = ?", (Kind.OVER_AGE,)).fetchall()
        )
    )
    marked = frozenset(ids[key] for key in kept if key in ids)
    if marked:
        await keep(workspace, Selection(FindingFilter(), marked), "mine")
    path = desk.folder / "plan.jsonl"

    head = (
        await plan_retention(workspace, desk.catalog, desk.store, desk.profile, Wish(until_share=until_share), path)
        if any(image.days > 30 for image in images)
        else None
    )

    steps = list(read_verified(path)) if head else []
    eligible = sorted((n for n, i in enumerate(images) if i.may_go), key=lambda n: (-images[n].days, n))
    held = sum(max(0, image.size) for image in images)
    count = Measure(held, down_to(1000, until_share)).take([images[n].size for n in eligible])
    assert [step.key for step in steps if step.bucket] == [f"{n}.png" for n in eligible[:count]]
    assert {step.row_key for step in steps if step.table} == {(n,) for n in eligible[:count] if images[n].row == "old"}
    assert all(step.table in ("", "image_patient_associations") for step in steps)
    if head is not None:
        assert (head.guard is not None) == (count > 0 and (count == len(images) or _all_rows(images, eligible[:count])))
    await desk.close()


def _all_rows(images: Sequence[Image], taken: Sequence[int]) -> bool:
    """Whether no row of the associations would be left."""
    rows = [n for n, image in enumerate(images) if image.row in ("old", "young")]
    return bool(rows) and set(rows) <= set(taken)


async def test_a_family_without_capacity_has_no_share_to_go_down_to(tmp_path: Path) -> None:
    desk = await furnished(tmp_path, [Image(60, 5, False, "none")])
    desk.families(Family("ward", retention_days=30, capacity_bytes=0))
    await desk.scan()
    with pytest.raises(Usage, match="“ward” has no capacity"):
        await plan_retention(
            await desk.workspace(), desk.catalog, desk.store, desk.profile, Wish(until_share=0.5), tmp_path / "p.jsonl"
        )
    await desk.close()
