"""Scanning what cannot be listed whole: what is asked for instead, and what a reader who may not see all can prove."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import Unavailable
from core.inventory import SourceReport
from core.models import Kind, State
from tests.core.desk import Desk, source
from tests.core.fakes import FakeCatalog, FakeStore, failing

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


async def test_where_a_listing_failed_what_rows_name_is_asked_for_one_by_one(desk: Desk) -> None:
    desk.store.page_fault = failing(Unavailable("The storage took too long."), at=1)
    report = await desk.scan()
    assert not said(report.sources, "images").complete
    assert await desk.found(Kind.ROW_WITHOUT_FILE, State.OPEN) == ["images/gone.png"]
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == []
    assert said(report.sources, "parts").not_understood == 0


async def test_asking_one_by_one_sees_other_spellings_and_makes_no_orphan_of_them(desk: Desk) -> None:
    desk.store.put("images", "two words.png")
    made = {"made": LONG_AGO}
    desk.catalog.content["parts"].rows += [
        {"id": 10, "path": "two%20words.png", **made},
        {"id": 11, "path": "images/a.png", **made},
    ]
    desk.store.page_fault = failing(Unavailable("The storage took too long."), at=1)
    await desk.scan()
    assert await desk.found(Kind.ROW_WITHOUT_FILE, State.OPEN) == ["images/gone.png"]


async def test_what_is_hidden_from_this_reader_proves_nothing(desk: Desk) -> None:
    sentence = "Row level security may hide objects from this key."
    desk.store.page_fault = lambda number, page: replace(page, hidden=sentence)
    report = await desk.scan()
    images = said(report.sources, "images")
    assert (images.complete, images.why, images.items) == (False, sentence, 5)
    assert State.OPEN not in await desk.states()


@pytest.mark.parametrize("sees_all", [True, False])
async def test_a_listing_that_breaks_off_at_once_proves_something_only_to_who_sees_all(
    desk: Desk, sees_all: bool
) -> None:
    desk.store.page_fault = failing(Unavailable("The storage took too long."), at=1)
    if not sees_all:
        desk.store.shows_a_part.add("images")
        del desk.store.objects["images"]["d.png"]  # it is there, for others
    report = await desk.scan()
    assert await desk.found(Kind.ROW_WITHOUT_FILE, State.OPEN) == (["images/gone.png"] if sees_all else [])
    assert said(report.sources, "parts").not_understood == (0 if sees_all else 5)


async def test_a_table_that_may_hide_rows_proves_no_orphan(desk: Desk) -> None:
    desk.catalog.page_fault = lambda page: replace(page, hidden="Row level security may hide rows.")
    report = await desk.scan()
    parts = said(report.sources, "parts")
    assert (parts.complete, parts.why) == (False, "Row level security may hide rows.")
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == []


@pytest.mark.parametrize(("came", "complete"), [(1, True), (0, True), (-1, False)])
async def test_without_a_token_rows_that_came_meanwhile_explain_a_difference_and_no_more(
    desk: Desk, came: int, complete: bool
) -> None:
    desk.catalog.token = None
    rows = desk.catalog.content["parts"].rows

    def insert_behind(table: str, page: int) -> None:
        if came > 0:
            rows.append({"id": -page, "path": None, "made": LONG_AGO})

    desk.catalog.on_read = insert_behind
    if came < 0:  # a page that loses a row
        desk.catalog.page_fault = lambda page: replace(page, rows=page.rows[1:])
    report = await desk.scan()
    assert said(report.sources, "parts").complete is complete
