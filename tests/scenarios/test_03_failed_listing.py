"""Scenario 3: a failed listing is not an empty bucket. Whatever fails, nothing is offered for removal; it says why."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from core.errors import NotAllowed, ServiceError, Unavailable, Unreadable
from core.models import Kind, ObjectPage, State
from tests.core.desk import Desk, source
from tests.core.fakes import FakeCatalog, FakeStore, failing

KEYS = [f"{n:02}.png" for n in range(10)]
ERRORS = (
    NotAllowed("The key is not allowed to list this bucket."),
    Unavailable("The storage answered 503."),
    Unavailable("The storage took longer than 8 seconds."),
    Unreadable("The answer broke off in the middle."),
)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    store = FakeStore({"images": KEYS})
    catalog = FakeCatalog()
    catalog.add("parts", *({"id": n, "path": key, "made": "2026-01-01"} for n, key in enumerate(KEYS[1:])))
    desk = Desk(tmp_path, store, catalog, source("parts", ("path", "path"), bucket="images", time_column="made"))
    yield desk
    await desk.close()


@pytest.mark.parametrize("at", [1, 2, 4])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.message)
async def test_an_error_on_any_page_offers_nothing_and_says_why(desk: Desk, at: int, error: ServiceError) -> None:
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["images/00.png"]
    desk.store.page_fault = failing(error, at=desk.store.pages_served + at)
    report = await desk.scan()
    assert not report.complete
    assert [s.why for s in report.sources if not s.complete] == [error.message]
    assert State.OPEN not in await desk.states()


@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.message)
async def test_an_error_in_a_table_offers_nothing_and_says_why(desk: Desk, at: int, error: ServiceError) -> None:
    def fail(table: str, page: int) -> None:
        if page == at:
            raise error

    desk.catalog.on_read = fail
    report = await desk.scan()
    assert [s.why for s in report.sources if not s.complete] == [error.message]
    assert State.OPEN not in await desk.states()


@pytest.mark.parametrize(
    "cut",
    [
        lambda page: ObjectPage((), None),
        lambda page: ObjectPage(page.items[:1], None),
    ],
    ids=["empty", "truncated"],
)
async def test_a_listing_that_ends_early_as_if_it_were_whole_orphans_no_row(
    desk: Desk, cut: Callable[[ObjectPage], ObjectPage]
) -> None:
    """Nobody can tell such a listing from a bucket that was emptied: most rows name nothing, so they are doubted."""
    await desk.scan()
    desk.store.page_fault = lambda number, page: cut(page)
    await desk.scan()
    assert State.OPEN not in await desk.states(Kind.ROW_WITHOUT_FILE, Kind.FILE_WITHOUT_ROW)


async def test_a_storage_that_cannot_be_reached_at_all_leaves_the_earlier_scan_in_force(desk: Desk) -> None:
    await desk.scan()

    async def refuse() -> None:
        raise Unavailable("The storage cannot be reached.")

    desk.store.buckets = refuse  # type: ignore[method-assign, assignment]
    with pytest.raises(Unavailable):
        await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["images/00.png"]
