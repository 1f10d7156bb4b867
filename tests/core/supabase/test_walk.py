"""Reading ahead, several parts side by side: the reader sees one listing, complete and in order, whatever happens."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clients.supabase.pages import Page
from core.clients.supabase.walk import READERS, Walk
from core.errors import Unavailable
from core.models import Object

NAMES = st.text("ab01/.- ", min_size=1, max_size=5)


class Shelf:
    """Pages over a list of keys; `end` is what it tells of the last key, and may be wrong. `trouble` fails reading
    behind a key, once."""

    def __init__(self, keys: Sequence[str], size: int, end: str | None = None) -> None:
        self.keys = sorted(keys)
        self.size = size
        self.end = (self.keys[-1] if self.keys else "") if end is None else end
        self.trouble: str | None = None
        self.at_once = self.most_at_once = self.reads = 0

    async def read(self, bucket: str, prefix: str, after: str, limit: int, until: str | None = None) -> Page:
        self.at_once += 1
        self.reads += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if self.trouble is not None and after >= self.trouble:
            self.trouble = None
            raise Unavailable("Out of reach.")
        start = bisect_right(self.keys, after)
        found = self.keys[start : start + limit]
        more = start + limit < len(self.keys)
        items = tuple(Object(bucket, key, 1, "image/png", None, "1", None) for key in found)
        return Page(items, found[-1] if more else None)

    async def last_key(self, bucket: str, prefix: str) -> str:
        await asyncio.sleep(0)
        return self.end


async def walk_on(shelf: Shelf) -> list[str]:
    """The first page by hand, the others by a walk."""
    first = await shelf.read("photos", "", "", shelf.size)
    found = [item.key for item in first.items]
    if first.last is None:
        return found
    walk = Walk(shelf, shelf, "photos", "", found)  # type: ignore[arg-type]
    try:
        while True:
            assert walk.next_after == found[-1]
            page = await walk.next_page()
            found += [item.key for item in page.items]
            if page.last is None:
                return found
            assert page.items and page.last == walk.next_after
    finally:
        await walk.close()


@settings(max_examples=150)
@given(st.sets(NAMES, max_size=120), st.integers(1, 6), st.none() | NAMES)
async def test_every_key_is_met_once_and_in_order(keys: set[str], size: int, end: str | None) -> None:
    assert await walk_on(Shelf(list(keys), size, end)) == sorted(keys)


async def test_a_long_listing_is_read_in_parts_and_hardly_a_page_twice() -> None:
    shelf = Shelf([f"folder-{n // 100:04d}/img-{n % 100:02d}.jpg" for n in range(100_000)], 1_000)
    assert await walk_on(shelf) == shelf.keys
    assert shelf.most_at_once == READERS
    assert shelf.reads < 100 * 1.2


async def test_no_more_is_read_ahead_than_a_few_pages_of_a_few_parts() -> None:
    shelf = Shelf([f"{n:06d}" for n in range(200_000)], 1_000)
    first = await shelf.read("photos", "", "", 1_000)
    walk = Walk(shelf, shelf, "photos", "", [item.key for item in first.items])  # type: ignore[arg-type]
    for _ in range(2_000):
        await asyncio.sleep(0)
    assert shelf.reads <= 70
    await walk.close()


async def test_a_part_that_cannot_be_read_is_told_in_its_turn() -> None:
    shelf = Shelf([f"{n:04d}" for n in range(2_000)], 10)
    shelf.trouble = "1000"
    with pytest.raises(Unavailable):
        await walk_on(shelf)
    assert await walk_on(shelf) == shelf.keys


async def test_what_appears_behind_the_reader_does_not_disturb() -> None:
    shelf = Shelf([f"{n:04d}" for n in range(1_000)], 10)
    first = await shelf.read("photos", "", "", 10)
    found = [item.key for item in first.items]
    walk = Walk(shelf, shelf, "photos", "", found)  # type: ignore[arg-type]
    while True:
        shelf.keys = sorted({*shelf.keys, f"{found[-1]}-new"} - {found[0]})
        page = await walk.next_page()
        found += [item.key for item in page.items]
        if page.last is None:
            break
    await walk.close()
    assert found == sorted(set(found))
    assert {f"{n:04d}" for n in range(1_000)} <= set(found)
