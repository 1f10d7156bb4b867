"""Scanning: what is read, what counts as complete, and what an interruption leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import Busy, NotFound, Unavailable, Unreadable
from core.inventory import SourceReport, scan, session
from core.models import Kind, ObjectPage, State, Unlisted
from core.progress import Progress
from tests.core.desk import Desk, source
from tests.core.fakes import NOW, FakeCatalog, FakeStore, failing, out_of_reach

LONG_AGO = "2026-01-01T00:00:00"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Five objects; five rows, one of which names nothing that is there."""
    store = FakeStore({"images": ["a.png", "b.png", "c.png", "d.png", "orphan.png"]})
    catalog = FakeCatalog()
    paths = ["a.png", "b.png", "c.png", "d.png", "gone.png"]
    catalog.add("parts", *({"id": n, "path": p, "made": LONG_AGO} for n, p in enumerate(paths)))
    desk = Desk(tmp_path, store, catalog, source("parts", ("path", "path"), bucket="images", time_column="made"))
    yield desk
    await desk.close()


def said(sources: tuple[SourceReport, ...], name: str) -> SourceReport:
    return next(s for s in sources if s.name == name)


async def test_a_scan_reads_everything_and_finds_orphans_both_ways(desk: Desk) -> None:
    report = await desk.scan()
    assert (report.objects, report.rows, report.complete) == (5, 5, True)
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["images/orphan.png"]
    assert await desk.found(Kind.ROW_WITHOUT_FILE, State.OPEN) == ["images/gone.png"]
    assert await desk.states() == {State.OPEN}


async def test_a_second_scan_finds_the_same_under_the_same_ids(desk: Desk) -> None:
    workspace = await desk.workspace()
    ids = "SELECT id, first_seen FROM findings ORDER BY n"
    await desk.scan()
    first = await workspace.inventory.read(lambda c: c.execute(ids).fetchall())
    desk.store.now_is += timedelta(days=1)
    await desk.scan()
    assert await workspace.inventory.read(lambda c: c.execute(ids).fetchall()) == first
    times = await workspace.inventory.read(
        lambda c: c.execute("SELECT first_seen < last_seen FROM findings").fetchall()
    )
    assert times == [(1,), (1,)]


async def test_nothing_of_an_earlier_scan_stays_behind(desk: Desk) -> None:
    workspace = await desk.workspace()
    for _ in range(3):
        await desk.scan()
    for table, count in (("objects", 5), ("rows", 5), ("refs", 5), ("listings", 2)):
        found = await workspace.inventory.read(lambda c, t=table: c.execute(f"SELECT count(*) FROM {t}").fetchone())  # type: ignore[misc]
        assert found == (count,), table


async def test_a_failed_listing_says_why_and_proves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.store.page_fault = failing(Unavailable("The storage took too long."), at=2)
    monkeypatch.setattr(desk.store, "stat", out_of_reach)
    report = await desk.scan()
    images = said(report.sources, "images")
    assert (report.complete, images.complete, images.items) == (False, False, 3)
    assert "took too long" in images.why
    assert State.OPEN not in await desk.states()
    assert await desk.found(Kind.ROW_WITHOUT_FILE) == []  # the bucket was not listed completely: not understood
    assert said(report.sources, "parts").not_understood == 5


async def test_a_source_is_not_doubted_for_a_listing_that_failed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.store.page_fault = failing(Unavailable("The storage took too long."), at=1)
    monkeypatch.setattr(desk.store, "stat", out_of_reach)
    report = await desk.scan()
    assert said(report.sources, "parts").doubted == ""
    assert said(report.sources, "parts").not_understood == 5


async def test_a_bucket_that_is_missing_is_said_and_not_taken_for_empty(desk: Desk) -> None:
    await desk.scan()
    desk.store.vanished.add("images")
    desk.profile = replace(desk.profile, buckets=("images",))
    report = await desk.scan()
    assert not report.complete
    assert "no bucket “images”" in said(report.sources, "images").why
    assert await desk.found(Kind.ROW_WITHOUT_FILE, State.OPEN) == []


async def test_a_prefix_that_blocks_makes_the_listing_incomplete_and_is_not_understood(desk: Desk) -> None:
    desk.catalog.content["parts"].rows.append({"id": 99, "path": "secret/x.png", "made": LONG_AGO})
    desk.store.unlisted["images"] = (Unlisted("secret/", "The folder cannot be read.", blocks=True),)
    report = await desk.scan()
    assert not said(report.sources, "images").complete
    desk.store.unlisted["images"] = (Unlisted("secret/", "It is a link that leads nowhere.", blocks=False),)
    report = await desk.scan()
    assert report.complete
    assert await desk.found(Kind.ROW_WITHOUT_FILE) == ["images/gone.png"]
    assert said(report.sources, "parts").not_understood == 1


async def test_a_row_source_that_keeps_changing_is_incomplete_after_three_readings(desk: Desk) -> None:
    def touch(table: str, page: int) -> None:
        desk.catalog.token += 1

    desk.catalog.on_read = touch
    report = await desk.scan()
    parts = said(report.sources, "parts")
    assert not parts.complete
    assert "kept changing" in parts.why
    assert parts.items == 5
    assert State.OPEN not in await desk.states()


async def test_a_row_source_that_changed_once_is_read_again(desk: Desk) -> None:
    def insert_once(table: str, page: int) -> None:
        if page == 2:
            desk.catalog.token += 1
            desk.catalog.content["parts"].rows.append({"id": -5, "path": "orphan.png", "made": LONG_AGO})

    desk.catalog.on_read = insert_once
    report = await desk.scan()
    assert report.complete
    assert report.rows == 6
    assert await desk.found(Kind.FILE_WITHOUT_ROW) == []


async def test_a_row_that_appears_unnoticed_is_noticed_by_the_count(desk: Desk) -> None:
    def insert(table: str, page: int) -> None:
        desk.catalog.content["parts"].rows.append({"id": -page, "path": None, "made": LONG_AGO})

    desk.catalog.on_read = insert
    report = await desk.scan()
    assert not said(report.sources, "parts").complete


@pytest.mark.parametrize(
    ("columns", "word"), [({"columns": "nowhere"}, "nowhere"), ({"table": "gone"}, "gone"), ({"key": "made"}, "key")]
)
async def test_a_wrong_mapping_gets_a_sentence_and_finds_nothing_open(
    desk: Desk, columns: dict[str, str], word: str
) -> None:
    (mapped,) = desk.profile.sources
    if "columns" in columns:
        mapped = replace(mapped, columns=source("parts", ("nowhere", "path")).columns)
    if "table" in columns:
        mapped = replace(mapped, table="gone")
    if "key" in columns:
        mapped = replace(mapped, key=("made",))
    desk.remap(mapped)
    report = await desk.scan()
    assert word in said(report.sources, "parts").why
    assert State.OPEN not in await desk.states()


async def test_a_cancelled_scan_leaves_the_earlier_one_in_force(desk: Desk) -> None:
    await desk.scan()
    workspace = await desk.workspace()
    before = await workspace.inventory.read(lambda c: c.execute("SELECT * FROM findings").fetchall())
    desk.store.put("images", "new.png")

    async def cancel_at(note: str) -> None:
        def report(progress: Progress) -> None:
            if progress.note.startswith(note):
                task.cancel()

        task = asyncio.ensure_future(scan(desk.store, desk.catalog, workspace, desk.profile, (), report))
        with pytest.raises(asyncio.CancelledError):
            await task

    for number, note in enumerate(("Listing", "Comparing files", "Reading", "Comparing storage")):
        desk.store.put("images", f"{number}.png")
        await cancel_at(note)
        assert await workspace.inventory.read(lambda c: c.execute("SELECT * FROM findings").fetchall()) == before
        assert await workspace.inventory.read(
            lambda c: c.execute("SELECT count(*) FROM listings WHERE current = 1").fetchone()
        ) == (2,)
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == [
        *(f"images/{number}.png" for number in range(4)),
        "images/new.png",
        "images/orphan.png",
    ]


async def test_an_interrupted_scan_goes_on_with_its_cursor(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "WORTH_RESUMING", 1)
    workspace = await desk.workspace()
    desk.store.page_fault = _interrupt(at=2)
    with pytest.raises(RuntimeError):
        await desk.scan()
    desk.store.pages_served = 0
    desk.store.page_fault = lambda number, page: page
    report = await desk.scan()
    assert desk.store.pages_served == 1  # the second and last page only
    assert (report.objects, report.complete) == (5, True)
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["images/orphan.png"]
    assert await workspace.inventory.read(lambda c: c.execute("SELECT count(*) FROM objects").fetchone()) == (5,)


async def test_an_interrupted_scan_begins_anew_after_an_hour_or_with_another_mapping(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "WORTH_RESUMING", 1)
    for change in ("time", "mapping"):
        desk.store.page_fault = _interrupt(at=desk.store.pages_served + 2)
        with pytest.raises(RuntimeError):
            await desk.scan()
        if change == "time":
            desk.store.now_is += timedelta(hours=2)
        else:
            desk.remap(replace(desk.profile.sources[0], status_column="made"))
        desk.store.page_fault = lambda number, page: page
        served = desk.store.pages_served
        assert (await desk.scan()).complete
        assert desk.store.pages_served == served + 2, change


async def test_an_interrupted_scan_of_a_small_bucket_sees_what_changed_since(desk: Desk) -> None:
    desk.store.page_fault = _interrupt(at=2)
    with pytest.raises(RuntimeError):
        await desk.scan()
    desk.store.page_fault = lambda number, page: page
    desk.store.drop("images", "a.png")
    report = await desk.scan()
    assert (report.objects, report.complete) == (4, True)
    assert await desk.found(Kind.ROW_WITHOUT_FILE) == ["images/a.png", "images/gone.png"]


async def test_an_expired_cursor_of_an_interrupted_scan_begins_the_bucket_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "WORTH_RESUMING", 1)
    desk.store.page_fault = _interrupt(at=2)
    with pytest.raises(RuntimeError):
        await desk.scan()
    desk.store.page_fault = failing(Unreadable("The cursor has expired."), at=desk.store.pages_served + 1)
    report = await desk.scan()
    assert (report.objects, report.complete) == (5, True)


def _interrupt(at: int) -> object:
    def fail(number: int, page: ObjectPage) -> ObjectPage:
        if number == at:
            raise RuntimeError("the process ends here")
        return page

    return fail


async def test_a_partial_scan_leaves_other_buckets_in_force_but_unproven(desk: Desk) -> None:
    desk.store.put("other", "x.png")
    desk.store.put("other", "y.png")
    desk.catalog.add(
        "others", {"id": 1, "path": "x.png", "made": LONG_AGO}, {"id": 2, "path": "x.png", "made": LONG_AGO}
    )
    desk.remap(*desk.profile.sources, source("others", ("path", "path"), bucket="other", time_column="made"))
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["images/orphan.png", "other/y.png"]
    report = await desk.scan("images")
    assert [s.name for s in report.sources if s.what == "bucket"] == ["images"]
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["images/orphan.png"]
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.UNPROVEN) == ["other/y.png"]
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["images/orphan.png", "other/y.png"]


async def test_a_bucket_that_the_project_does_not_have_is_refused_with_those_it_has(desk: Desk) -> None:
    with pytest.raises(NotFound) as caught:
        await desk.scan("nowhere")
    assert "images" in caught.value.hint


async def test_a_bucket_that_went_away_leaves_nothing_behind(desk: Desk) -> None:
    desk.store.put("other", "x.png")
    await desk.scan()
    del desk.store.objects["other"]
    report = await desk.scan()
    assert report.objects == 5
    assert [f for f in await desk.found(Kind.FILE_WITHOUT_ROW) if f.startswith("other/")] == []


async def test_the_quarantine_never_enters(desk: Desk) -> None:
    desk.store.put("bucketdesk-quarantine", "run/images/x.png")
    desk.store.put("bucketdesk-quarantine-2", "run/images/x.png")
    assert (await desk.scan()).objects == 5


async def test_two_scans_at_once_are_one_too_many(desk: Desk) -> None:
    workspace = await desk.workspace()
    async with workspace.scanning():
        with pytest.raises(Busy):
            await desk.scan()
    async with workspace.lock():  # whoever removes or changes something is not scanned meanwhile
        with pytest.raises(Busy):
            await desk.scan()


async def test_an_upload_that_lasts_for_days_stops_no_scan(desk: Desk) -> None:
    workspace = await desk.workspace()
    async with workspace.lock(beside_scans=True):
        assert (await desk.scan()).complete
        with pytest.raises(Busy):
            async with workspace.lock():
                pass


async def test_contents_are_hashed_only_among_equal_sizes_and_once(desk: Desk) -> None:
    desk.store.put("images", "odd.png", b"one of its size only, and so it need not be read")
    await desk.scan()
    assert sorted(desk.store.hashed) == ["a.png", "b.png", "c.png", "d.png"]
    await desk.scan()
    assert len(desk.store.hashed) == 4
    desk.store.put("images", "a.png", b"images/z.png")
    await desk.scan()
    assert desk.store.hashed[4:] == ["a.png"]


async def test_keys_that_are_not_text_are_left_out_and_said(desk: Desk) -> None:
    desk.store.put("images", "bad\udcff.png")
    report = await desk.scan()
    assert (report.objects, report.complete) == (5, True)
    workspace = await desk.workspace()
    found = await workspace.inventory.read(lambda c: c.execute("SELECT prefix FROM unlisted").fetchall())
    assert found == [("bad\\udcff.png",)]


async def test_what_carries_no_time_ages_from_the_first_scan_that_saw_it(desk: Desk) -> None:
    desk.store.put("images", "timeless.png", changed=None)
    desk.remap(replace(desk.profile.sources[0], time_column=None))
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.YOUNG) == ["images/timeless.png"]
    assert await desk.found(Kind.ROW_WITHOUT_FILE, State.YOUNG) == ["images/gone.png"]
    desk.store.now_is = NOW + timedelta(hours=25)
    await desk.scan()
    assert await desk.states() == {State.OPEN}


async def test_a_first_scan_of_some_buckets_does_not_doubt_sources_that_name_the_others(desk: Desk) -> None:
    for number in range(9):
        desk.store.put("other", f"{number}.png")
    paths = [f"images/{k}.png" for k in "abcd"] + [f"other/{n}.png" for n in range(9)]
    desk.catalog.add("both", *({"id": n, "path": p, "made": LONG_AGO} for n, p in enumerate(paths)))
    desk.remap(*desk.profile.sources, source("both", ("path", "bucket_path"), time_column="made"))
    report = await desk.scan("images")
    assert [s.doubted for s in report.sources if s.doubted] == []
    assert said(report.sources, "both").not_understood == 9
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["images/orphan.png"]
