"""Scenario 4: whatever pages a server makes up, a listing is complete or declared incomplete, and the scan ends."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.models import Kind, ObjectPage, State
from tests.core.desk import Desk, source
from tests.core.fakes import FakeCatalog, FakeStore

KEYS = [f"{n:02}.png" for n in range(12)]


def make(folder: Path) -> Desk:
    catalog = FakeCatalog()
    catalog.add("parts", *({"id": n, "path": key, "made": "2026-01-01"} for n, key in enumerate(KEYS)))
    mapped = source("parts", ("path", "path"), bucket="images", time_column="made")
    return Desk(folder, FakeStore({"images": KEYS}), catalog, mapped)


def duplicate(number: int, page: ObjectPage) -> ObjectPage:
    return replace(page, items=page.items[:1] + page.items) if number == 2 else page


def backwards(number: int, page: ObjectPage) -> ObjectPage:
    return replace(page, items=page.items[::-1]) if number == 2 else page


def circle(number: int, page: ObjectPage) -> ObjectPage:
    return replace(page, cursor="00.png") if number > 2 else page


def endless(number: int, page: ObjectPage) -> ObjectPage:
    return ObjectPage((), f"cursor-{number}") if number > 2 else page


@pytest.mark.parametrize("fault", [duplicate, backwards, circle, endless])
async def test_pages_that_contradict_a_listing_make_it_incomplete(tmp_path: Path, fault: object) -> None:
    desk = make(tmp_path)
    desk.store.page_fault = fault  # type: ignore[assignment]
    report = await desk.scan()
    assert not report.complete
    assert [s.why != "" for s in report.sources if not s.complete] == [True]
    assert await desk.states() <= {State.UNPROVEN}
    await desk.close()


@pytest.mark.parametrize("size", [1, 2, 5])
async def test_a_server_that_caps_pages_below_the_asked_size_is_read_to_the_end(tmp_path: Path, size: int) -> None:
    desk = make(tmp_path)

    def cap(number: int, page: ObjectPage) -> ObjectPage:
        items = page.items[:size]
        return ObjectPage(items, items[-1].key if items and items[-1].key < KEYS[-1] else None)

    desk.store.page_fault = cap
    report = await desk.scan()
    assert (report.complete, report.objects) == (True, len(KEYS))
    assert await desk.states() == set()
    await desk.close()


async def test_an_empty_page_with_a_further_cursor_is_not_the_end(tmp_path: Path) -> None:
    desk = make(tmp_path)
    held: list[ObjectPage] = []

    def stutter(number: int, page: ObjectPage) -> ObjectPage:
        return ObjectPage((), "02.png~") if number == 2 else page

    desk.store.page_fault = stutter
    report = await desk.scan()
    assert (report.complete, report.objects, held) == (True, len(KEYS), [])
    await desk.close()


async def test_an_object_inserted_before_the_cursor_is_no_false_finding(tmp_path: Path) -> None:
    desk = make(tmp_path)

    def insert(number: int, page: ObjectPage) -> ObjectPage:
        if number == 2:
            desk.store.put("images", "00-new.png", changed=desk.store.now_is)
            desk.catalog.content["parts"].rows.append(
                {"id": 99, "path": "00-new.png", "made": desk.store.now_is.isoformat()}
            )
        return page

    desk.store.page_fault = insert
    await desk.scan()
    assert await desk.states() <= {State.YOUNG}
    await desk.close()


@settings(max_examples=40)
@given(st.integers(0, 2**32))
async def test_any_mixture_of_faults_ends_and_offers_nothing_false(seed: int) -> None:
    """Pages lose items, gain some twice, come in another order or with another cursor; the world itself is in order."""
    dice = Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        desk = make(Path(folder))
        honest = dice.random() < 0.3

        def mix(number: int, page: ObjectPage) -> ObjectPage:
            if honest or dice.random() < 0.5:
                return page
            items = list(page.items)
            if dice.random() < 0.5:
                items += dice.sample(items, dice.randint(0, len(items)))
            if dice.random() < 0.5:
                dice.shuffle(items)
            cursor = page.cursor if dice.random() < 0.7 else dice.choice([*KEYS, "", "zz"])
            return ObjectPage(tuple(items), cursor)

        desk.store.page_fault = mix
        report = await desk.scan()
        if report.complete:
            assert await desk.states() == set() or report.objects < len(KEYS)
        assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == []
        await desk.close()
