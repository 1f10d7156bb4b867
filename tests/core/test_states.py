"""States: what is proven, old enough, unmentioned and not kept is open, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core import doubts, keeps
from core.errors import NotFound, Usage
from core.findings import states
from core.models import FindingFilter, Kind, Selection, State, Value
from core.profiles import Source
from tests.core.desk import Desk, source
from tests.core.fakes import NOW, FakeCatalog, FakeStore, FakeTable

LONG_AGO = "2026-01-01T00:00:00"
GOOD = [f"good-{n}.png" for n in range(10)]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Two buckets with one orphan and one dangling row each."""
    store = FakeStore({name: [*GOOD, "orphan.png"] for name in ("cms", "sop")})
    desk = Desk(tmp_path, store, FakeCatalog(), parts("cms"), parts("sop"))
    for bucket in ("cms", "sop"):
        rows(desk, f"{bucket}_rows", *GOOD, "gone.png")
    yield desk
    await desk.close()


def parts(bucket: str, **more: object) -> Source:
    return source(f"{bucket}_rows", ("path", "path"), **{"bucket": bucket, "time_column": "made", **more})


def rows(desk: Desk, table: str, *paths: Value) -> None:
    desk.catalog.add(table, *({"id": n, "path": path, "made": LONG_AGO} for n, path in enumerate(paths)))


async def ids(desk: Desk, kind: Kind) -> list[str]:
    workspace = await desk.workspace()
    sql = "SELECT id FROM findings WHERE kind = ? ORDER BY n"
    return [row[0] for row in await workspace.inventory.read(lambda c: c.execute(sql, (kind.value,)).fetchall())]


# --- young -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "state"),
    [
        (timedelta(minutes=59), State.YOUNG),
        (timedelta(hours=23, minutes=59), State.YOUNG),
        (timedelta(hours=24), State.OPEN),
        (timedelta(hours=-1), State.YOUNG),  # the future, or a clock that was set back
        (timedelta(days=-900), State.YOUNG),
    ],
)
async def test_only_what_is_older_than_the_grace_period_is_open(desk: Desk, age: timedelta, state: State) -> None:
    desk.store.put("cms", "orphan.png", changed=NOW - age)
    made = (NOW - age).isoformat()
    desk.catalog.content["cms_rows"].rows[-1]["made"] = made
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, state) == ["cms/orphan.png"] + ["sop/orphan.png"] * (state == "open")
    assert await desk.found(Kind.ROW_WITHOUT_FILE, state) == ["cms/gone.png"] + ["sop/gone.png"] * (state == "open")


async def test_without_a_grace_period_only_the_future_is_young(desk: Desk) -> None:
    desk.grace(0)
    desk.store.put("cms", "orphan.png", changed=NOW)
    desk.store.put("sop", "orphan.png", changed=NOW + timedelta(seconds=1))
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["cms/orphan.png"]
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.YOUNG) == ["sop/orphan.png"]


async def test_a_changed_mapping_makes_what_rests_on_it_new_and_young(desk: Desk) -> None:
    await desk.scan()
    assert await desk.states() == {State.OPEN}
    desk.store.now_is += timedelta(days=2)
    desk.remap(parts("cms", status_column="path"), parts("sop"))
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.YOUNG) == ["cms/orphan.png"]
    assert await desk.found(Kind.ROW_WITHOUT_FILE, State.YOUNG) == ["cms/gone.png"]
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["sop/orphan.png"]
    workspace = await desk.workspace()
    new = await workspace.inventory.read(
        lambda c: c.execute("SELECT bucket FROM findings WHERE first_seen = last_seen").fetchall()
    )
    assert set(new) == {("cms",)}
    desk.store.now_is += timedelta(days=2)
    await desk.scan()
    assert await desk.states() == {State.OPEN}


async def test_a_source_that_is_added_later_is_as_new_as_a_changed_one(desk: Desk) -> None:
    desk.remap(parts("sop"))
    await desk.scan()
    desk.store.now_is += timedelta(days=2)
    desk.remap(parts("cms"), parts("sop"))
    await desk.scan()
    assert await desk.found(Kind.ROW_WITHOUT_FILE, State.YOUNG) == ["cms/gone.png"]
    assert await desk.found(Kind.ROW_WITHOUT_FILE, State.OPEN) == ["sop/gone.png"]
    desk.store.now_is += timedelta(days=2)
    await desk.scan()
    assert await desk.states() == {State.OPEN}


async def test_a_source_that_is_taken_away_makes_its_bucket_young(desk: Desk) -> None:
    desk.remap(parts("cms"), parts("sop"), parts("cms", name="more"))
    await desk.scan()
    desk.store.now_is += timedelta(days=2)
    desk.remap(parts("cms"), parts("sop"))
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.YOUNG) == ["cms/orphan.png"]


async def test_a_table_that_the_radar_passes_over_makes_everything_young(desk: Desk) -> None:
    await desk.scan()
    desk.exclude(["anything"])
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == []


# --- doubts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["column", "empty column", "bucket", "missing bucket", "holds"])
async def test_with_a_wrong_mapping_everything_is_unproven_rather_than_open(desk: Desk, wrong: str) -> None:
    table = desk.catalog.content["sop_rows"]
    table.columns = (*table.columns, "note", "blank")
    for row in table.rows:
        row.update(note=f"note {row['id']}.txt", blank=None)
    mapped = {
        "column": replace(parts("sop"), columns=source("x", ("note", "path")).columns),
        "empty column": replace(parts("sop"), columns=source("x", ("blank", "path")).columns),
        "bucket": replace(parts("sop"), bucket="third"),
        "missing bucket": replace(parts("sop"), bucket="nowhere"),
        "holds": replace(parts("sop"), columns=source("x", ("path", "bucket_path")).columns),
    }[wrong]
    desk.store.put("third", "x.png")
    desk.remap(parts("cms"), mapped)
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.UNPROVEN) != []
    assert await desk.states(Kind.FILE_WITHOUT_ROW) == {State.UNPROVEN}
    assert await desk.found(Kind.ROW_WITHOUT_FILE, State.OPEN) == ["cms/gone.png"]  # that source is mapped well


async def test_a_writing_in_which_nothing_is_named_is_doubted_too(desk: Desk) -> None:
    desk.remap(source("cms_rows", ("made", "html"), bucket="cms", describes=False))
    await desk.scan()
    assert State.OPEN not in await desk.states()


async def test_a_bucket_that_no_source_can_name_is_unproven(desk: Desk) -> None:
    desk.remap(parts("cms"))
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["cms/orphan.png"]
    assert len(await desk.found(Kind.FILE_WITHOUT_ROW, State.UNPROVEN)) == 11


async def test_a_table_wiped_among_several_orphans_nothing(desk: Desk) -> None:
    await desk.scan()
    desk.catalog.content["cms_rows"].rows.clear()
    desk.store.now_is += timedelta(days=1)
    report = await desk.scan()
    doubted = {s.name: s.doubted for s in report.sources if s.doubted}
    assert list(doubted) == ["cms_rows"]
    assert "had 11" in doubted["cms_rows"]
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["sop/orphan.png"]
    assert len(await desk.found(Kind.FILE_WITHOUT_ROW, State.UNPROVEN)) == 11


async def test_a_week_later_a_wiped_table_is_not_remembered_any_more(desk: Desk) -> None:
    await desk.scan()
    desk.catalog.content["cms_rows"].rows[8:] = []
    desk.store.now_is += timedelta(days=8)
    report = await desk.scan()
    assert [s.name for s in report.sources if s.doubted] == []


async def test_a_fifth_may_go_and_no_more(desk: Desk) -> None:
    desk.catalog.content["cms_rows"].rows[9:] = []
    desk.catalog.content["sop_rows"].rows[10:] = []
    for table in ("cms_rows", "sop_rows"):
        rows(desk, table, *GOOD)
    await desk.scan()
    desk.catalog.content["cms_rows"].rows[8:] = []
    desk.catalog.content["sop_rows"].rows[7:] = []
    report = await desk.scan()
    assert [s.name for s in report.sources if s.doubted] == ["sop_rows"]


async def test_references_that_were_emptied_count_as_lost(desk: Desk) -> None:
    await desk.scan()
    for row in desk.catalog.content["cms_rows"].rows[:4]:
        row["path"] = None
    report = await desk.scan()
    assert [s.name for s in report.sources if s.doubted] == ["cms_rows"]


async def test_a_mapping_that_changed_is_not_compared_with_what_it_was(desk: Desk) -> None:
    await desk.scan()
    del desk.catalog.content["cms_rows"].rows[5:]
    desk.remap(parts("cms", status_column="path"), parts("sop"))
    report = await desk.scan()
    assert [s.name for s in report.sources if s.doubted] == []


async def test_an_accepted_source_opens_what_rests_on_it_until_it_shrinks_further(desk: Desk) -> None:
    await desk.scan()
    del desk.catalog.content["cms_rows"].rows[:4]
    await desk.scan()
    workspace = await desk.workspace()
    await doubts.accept(workspace, "cms_rows")
    assert len(await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN)) == 6
    report = await desk.scan()
    assert [s.name for s in report.sources if s.doubted] == []
    assert len(await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN)) == 6
    del desk.catalog.content["cms_rows"].rows[:3]
    report = await desk.scan()
    assert [s.name for s in report.sources if s.doubted] == ["cms_rows"]


async def test_accepting_what_is_not_there_names_what_is(desk: Desk) -> None:
    await desk.scan()
    with pytest.raises(NotFound) as caught:
        await doubts.accept(await desk.workspace(), "nothing")
    assert "cms_rows, sop_rows" in caught.value.hint


async def test_rows_that_our_own_runs_deleted_are_not_lost(desk: Desk) -> None:
    await desk.scan()
    del desk.catalog.content["cms_rows"].rows[:4]
    workspace = await desk.workspace()
    at = int(NOW.timestamp() * 1_000_000) + 1
    await workspace.journal.write(
        lambda c: (
            c.executemany(
                "INSERT INTO steps (run_id, n, state, kind, tbl, step, at)"
                " VALUES ('r', ?, 'done', 'delete_row', 'cms_rows', '', ?)",
                [(n, at) for n in range(4)],
            ).rowcount
        )
    )
    report = await desk.scan()
    assert [s.name for s in report.sources if s.doubted] == []


# --- the radar -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["orphan.png", "cms/orphan.png", "https://x.co/storage/v1/object/public/cms/orphan.png?x=1",
     'see <img src="orphan.png">', '{"a": ["cms/orphan.png"]}', "Read https://x.co/storage/v1/object/public/cms/orphan.png."],
)  # fmt: skip
async def test_an_object_that_an_unmapped_table_mentions_is_unproven(desk: Desk, text: str) -> None:
    desk.catalog.add("letters", {"id": 1, "body": text}, {"id": 2, "body": None})
    await desk.scan()
    assert "cms/orphan.png" in await desk.found(Kind.FILE_WITHOUT_ROW, State.UNPROVEN)


async def test_an_unmapped_column_of_a_mapped_table_is_looked_at_too(desk: Desk) -> None:
    desk.catalog.content["cms_rows"].columns += ("other",)
    for row in desk.catalog.content["cms_rows"].rows:
        row["other"] = "orphan.png" if row["id"] == 3 else row["path"]
    desk.store.put("cms", "good-1.png", b"twin-")
    desk.store.put("cms", "good-2.png", b"twin-")
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.UNPROVEN) == ["cms/orphan.png", "sop/orphan.png"]
    assert await desk.found(Kind.DUPLICATE_CONTENT, State.OPEN) == ["cms/good-2.png"]  # its own row says so: no news


async def test_a_table_that_cannot_be_read_leaves_objects_unproven_until_it_is_excluded(desk: Desk) -> None:
    desk.catalog.content["locked"] = FakeTable(("id",), readable=False)
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == []
    assert await desk.found(Kind.ROW_WITHOUT_FILE, State.OPEN) == ["cms/gone.png", "sop/gone.png"]
    desk.exclude(["locked"])
    await desk.scan()
    desk.store.now_is += timedelta(days=2)
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["cms/orphan.png", "sop/orphan.png"]


async def test_a_table_without_a_usable_key_is_named(desk: Desk) -> None:
    desk.catalog.add("keyless", {"id": 1, "body": "x"}, {"id": 1, "body": "y"})
    await desk.scan()
    workspace = await desk.workspace()
    unread = await workspace.inventory.read(lambda c: c.execute("SELECT tbl FROM radar WHERE problem <> ''").fetchall())
    assert unread == [("keyless",)]
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == []


# --- keep marks ------------------------------------------------------------------------------------------------------


async def test_a_kept_object_stays_kept_in_every_finding_until_it_changes(desk: Desk) -> None:
    desk.store.put("cms", "orphan.png", b"cms/good-0.png", NOW - timedelta(days=3))
    await desk.scan()
    workspace = await desk.workspace()
    (orphan, _) = await ids(desk, Kind.FILE_WITHOUT_ROW)
    assert await keeps.keep(workspace, Selection(only=frozenset([orphan])), "the logo of the year") == 1
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.KEPT) == ["cms/orphan.png"]
    assert await desk.found(Kind.DUPLICATE_CONTENT, State.KEPT) == ["cms/orphan.png"]
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.KEPT) == ["cms/orphan.png"]
    desk.store.put("cms", "orphan.png", b"another picture", NOW - timedelta(days=2))
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["cms/orphan.png", "sop/orphan.png"]


async def test_a_kept_row_stays_kept_until_what_it_names_changes(desk: Desk) -> None:
    await desk.scan()
    workspace = await desk.workspace()
    (gone, _) = await ids(desk, Kind.ROW_WITHOUT_FILE)
    await keeps.keep(workspace, Selection(only=frozenset([gone])), "it comes back")
    desk.catalog.content["cms_rows"].rows[-1]["made"] = "2026-02-01"
    await desk.scan()
    assert await desk.found(Kind.ROW_WITHOUT_FILE, State.KEPT) == ["cms/gone.png"]
    desk.catalog.content["cms_rows"].rows[-1]["path"] = "gone-too.png"
    await desk.scan()
    assert await desk.found(Kind.ROW_WITHOUT_FILE, State.OPEN) == ["cms/gone-too.png", "sop/gone.png"]


async def test_a_keep_mark_is_taken_off_again(desk: Desk) -> None:
    await desk.scan()
    workspace = await desk.workspace()
    everything = Selection()
    assert await keeps.keep(workspace, everything, "for now") == 4
    assert await desk.states() == {State.KEPT}
    kept = Selection(filter=FindingFilter(states=(State.KEPT,)))
    assert await keeps.unkeep(workspace, kept) == 4
    assert await desk.states() == {State.OPEN}


async def test_a_selection_is_a_filter_less_exceptions(desk: Desk) -> None:
    await desk.scan()
    workspace = await desk.workspace()
    first, second = await ids(desk, Kind.FILE_WITHOUT_ROW)
    kinds = FindingFilter(kinds=(Kind.FILE_WITHOUT_ROW,))
    await keeps.keep(workspace, Selection(filter=kinds, without=frozenset([first])), "why not")
    stated = await workspace.inventory.read(lambda c: states(c, [first, second, "unknown"]))
    assert stated == {first: State.OPEN, second: State.KEPT}


async def test_keeping_wants_a_reason(desk: Desk) -> None:
    await desk.scan()
    with pytest.raises(Usage):
        await keeps.keep(await desk.workspace(), Selection(), "  ")
