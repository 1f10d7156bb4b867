"""A listing is complete, in bytewise order, and the same however it is cut into pages."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import NotFound, Usage
from core.models import QUARANTINE
from core.ports import ObjectStore
from tests.contracts.worlds import ASCII, StoreWorld, listing

FEW = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
HARD = [
    "e\u0301",
    "\u00e9",
    "😀",
    "Foto.JPG",
    "foto.jpg",
    "a.",
    "a ",
    "#",
    "?",
    "%41",
    "+",
    "&",
    "~",
    "[x]",
    "\u2028",
    "\\",
]


def segments(kind: str) -> st.SearchStrategy[str]:
    plain = st.text(ASCII, min_size=1, max_size=4)
    names = plain if kind != "local" else plain | st.sampled_from(HARD) | st.text(min_size=1, max_size=4)
    return names.filter(lambda s: s not in (".", "..") and "/" not in s and "\0" not in s and _is_text(s))


def keys(kind: str, most: int = 25) -> st.SearchStrategy[list[str]]:
    """Keys that one file system can hold together."""
    paths = st.lists(segments(kind), min_size=1, max_size=4).map("/".join)
    return st.lists(paths, max_size=most, unique=True).map(_without_clashes)


def _is_text(text: str) -> bool:
    return text.encode(errors="replace").decode() == text


def _without_clashes(paths: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for path in paths:
        if not any(path.startswith(other + "/") or other.startswith(path + "/") for other in kept):
            kept.append(path)
    return kept


def bytewise(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: name.encode())


@FEW
@given(st.data())
async def test_a_listing_holds_every_object_once_in_bytewise_order(world: StoreWorld, data: st.DataObject) -> None:
    names = data.draw(keys(world.kind))
    world.clear()
    for name in names:
        world.put("photos", name)
    assert [found.key for found in await listing(world.store, "photos")] == bytewise(names)


@FEW
@given(st.data(), st.integers(1, 7))
async def test_pages_of_any_size_make_the_same_listing(world: StoreWorld, data: st.DataObject, limit: int) -> None:
    names = data.draw(keys(world.kind))
    world.clear()
    for name in names:
        world.put("photos", name)
    assert [found.key for found in await listing(world.store, "photos", limit=limit)] == bytewise(names)


@FEW
@given(st.data(), st.integers(1, 5))
async def test_another_client_goes_on_from_any_cursor(world: StoreWorld, data: st.DataObject, limit: int) -> None:
    names = data.draw(keys(world.kind))
    world.clear()
    for name in names:
        world.put("photos", name)
    found: list[str] = []
    cursor: str | None = None
    while True:
        other = await world.another()
        page = await other.list_objects("photos", cursor=cursor, limit=limit)
        await other.close()
        found += [item.key for item in page.items]
        if (cursor := page.cursor) is None:
            break
    assert found == bytewise(names)


@FEW
@given(st.data())
async def test_a_prefix_cuts_out_a_part_of_the_listing(world: StoreWorld, data: st.DataObject) -> None:
    names = data.draw(keys(world.kind))
    prefix = data.draw(st.sampled_from([*names, "a"])) if names else "a"
    prefix = prefix[: data.draw(st.integers(0, len(prefix)))]
    world.clear()
    for name in names:
        world.put("photos", name)
    found = await listing(world.store, "photos", prefix=prefix, limit=3)
    assert [item.key for item in found] == [name for name in bytewise(names) if name.startswith(prefix)]


@FEW
@given(st.data())
async def test_what_was_there_all_the_time_is_met_once_while_others_come_and_go(
    world: StoreWorld, data: st.DataObject
) -> None:
    names = data.draw(keys(world.kind, most=40))
    cut = data.draw(st.integers(0, len(names)))
    stays, comes = names[:cut], names[cut:]
    goes = set(data.draw(st.lists(st.sampled_from(stays), max_size=4))) if stays else set()
    world.clear()
    for name in stays:
        world.put("photos", name)
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = await world.store.list_objects("photos", cursor=cursor, limit=2)
        found += [item.key for item in page.items]
        if (cursor := page.cursor) is None:
            break
        if comes:
            world.put("photos", comes.pop())
        if goes:
            world.drop("photos", goes.pop())
    assert found == bytewise(set(found))
    assert {name for name in stays if world.content("photos", name) is not None} <= set(found)


async def test_names_that_bleed_into_one_another_stay_apart(world: StoreWorld, store: ObjectStore) -> None:
    names = ["a-1", "a.bak", "a/b", "a0", "images/x", "images-old/x", "images2/x", "images.txt", "Dir/x", "dir/x"]
    for name in names:
        world.put("photos", name)
    world.put("photos-1", "a/b")
    assert [item.key for item in await listing(store, "photos", limit=1)] == bytewise(names)
    assert [item.key for item in await listing(store, "photos", prefix="images/")] == ["images/x"]


async def test_a_listing_says_what_stat_says(world: StoreWorld, store: ObjectStore) -> None:
    world.put("photos", "ward/one.jpg", b"12345")
    world.put("photos", "two.webp", b"")
    listed = await listing(store, "photos")
    assert tuple(listed) == await store.stat("photos", ["two.webp", "ward/one.jpg"])
    assert [(item.bucket, item.size_bytes, item.content_type) for item in listed] == [
        ("photos", 0, "image/webp"),
        ("photos", 5, "image/jpeg"),
    ]
    now = await store.now()
    assert all(item.changed is not None and abs((now - item.changed).total_seconds()) < 60 for item in listed)


async def test_a_version_differs_once_the_content_does(world: StoreWorld, store: ObjectStore) -> None:
    world.put("photos", "one.jpg", b"before")
    before = (await store.stat("photos", ["one.jpg"]))[0]
    world.put("photos", "one.jpg", b"after that")
    after = (await store.stat("photos", ["one.jpg"]))[0]
    assert before is not None and after is not None
    assert before.version != after.version


async def test_a_missing_bucket_lists_as_empty_and_says_so_when_asked_for(store: ObjectStore) -> None:
    page = await store.list_objects("nowhere")
    assert (page.items, page.cursor) == ((), None)
    with pytest.raises(NotFound, match="nowhere") as caught:
        await store.bucket("nowhere")
    assert "photos" in caught.value.hint


async def test_the_quarantine_is_no_bucket_of_the_project(store: ObjectStore) -> None:
    assert [bucket.name for bucket in await store.buckets()] == ["photos", "photos-1"]
    assert await listing(store, QUARANTINE) == []


async def test_more_than_a_call_may_hold_is_refused(store: ObjectStore) -> None:
    with pytest.raises(Usage):
        await store.list_objects("photos", limit=store.limits.page_size + 1)
    with pytest.raises(Usage):
        await store.list_objects("photos", limit=0)
    with pytest.raises(Usage):
        await store.stat("photos", ["x"] * (store.limits.batch_size + 1))


async def test_a_key_that_no_object_can_have_is_simply_not_there(store: ObjectStore) -> None:
    assert await store.stat("photos", ["", "/", "a//b", "../photos-1/x", "./x", "a/", "x\0y"]) == (None,) * 7
    assert await store.content_hashes("photos", ["../x"]) == (None,)
