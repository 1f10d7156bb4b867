"""What a bucket is made of, folder by folder."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.capacity import breakdown
from core.capacity.breakdown import OTHERS, read_breakdown
from core.capacity.models import Part
from core.capacity.thinning import DAY
from core.errors import NotFound, Usage
from core.workspace import Workspace, to_micros

NOW = to_micros(datetime(2026, 11, 21, tzinfo=UTC))
Line = tuple[str, int, str, int | None]
KEYS = st.text("a/é0~", min_size=1, max_size=7)
LINES = st.dictionaries(KEYS, st.tuples(st.integers(-5, 2000), st.sampled_from(["", "image/png", "*"])), max_size=25)


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    made = await Workspace.open(tmp_path / "desk", "p")
    yield made
    await made.close()


async def hold(workspace: Workspace, lines: Sequence[Line]) -> None:
    """The bucket `b` holds these objects, and another one something else."""

    def work(c: sqlite3.Connection) -> None:
        c.execute("DELETE FROM objects")
        c.execute("DELETE FROM listings")
        sql = "INSERT INTO listings (id, scan, what, name, current, finished) VALUES (?, 1, 'bucket', ?, 1, ?)"
        c.executemany(sql, [(1, "b", NOW), (2, "other", NOW)])
        sql = "INSERT INTO objects (listing, key, size, type, version, changed) VALUES (?, ?, ?, ?, '', ?)"
        c.executemany(sql, [(1, *line) for line in lines] + [(2, "a/x", 5, "", NOW)])

    await workspace.inventory.write(work)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES, st.sampled_from(["", "a/", "/", "a/a/", "é/"]), st.sampled_from([0, 2, 5_000]))
async def test_every_part_adds_up_however_it_is_read(
    workspace: Workspace, lines: dict[str, tuple[int, str]], folder: str, by_index: int
) -> None:
    await hold(workspace, [(key, size, kind, NOW) for key, (size, kind) in lines.items()])
    before, breakdown._FOLDERS_BY_INDEX = breakdown._FOLDERS_BY_INDEX, by_index
    try:
        found = await read_breakdown(workspace, "b", folder)
    finally:
        breakdown._FOLDERS_BY_INDEX = before
    inside = {key: max(0, size) for key, (size, _) in lines.items() if key.startswith(folder)}
    for parts in (found.types, found.folders, found.ages):
        assert sum(part.objects for part in parts) == len(inside)
        assert sum(part.bytes for part in parts) == sum(inside.values())
    expected: dict[str, tuple[int, int]] = {}
    for key, size in inside.items():
        slash = key.find("/", len(folder))
        name = folder if slash < 0 else key[: slash + 1]
        objects, total = expected.get(name, (0, 0))
        expected[name] = (objects + 1, total + size)
    assert {part.name: (part.objects, part.bytes) for part in found.folders} == expected


async def test_the_largest_part_comes_first_and_the_youngest_age(workspace: Workspace) -> None:
    await hold(
        workspace,
        [("a", 1, "image/png", NOW), ("c/b", 9, "image/webp", NOW - 40 * DAY), ("c/d", 2, "", None), ("d", 0, "", NOW)],
    )
    found = await read_breakdown(workspace, "b")
    assert found.folders == (Part("c/", 2, 11), Part("", 2, 1))
    assert found.types == (Part("image/webp", 1, 9), Part("", 2, 2), Part("image/png", 1, 1))
    assert [(part.name, part.objects) for part in found.ages if part.objects] == [
        ("under a day", 2),
        ("one to three months", 1),
        ("over two years", 1),
    ]
    assert found.largest == (("c/b", 9), ("c/d", 2), ("a", 1))


async def test_a_time_in_the_future_is_young(workspace: Workspace) -> None:
    await hold(workspace, [("a", 1, "", NOW + 900 * DAY)])
    assert (await read_breakdown(workspace, "b")).ages[0].objects == 1


async def test_folders_without_number_are_summed_up(workspace: Workspace) -> None:
    await hold(workspace, [(f"{n:05}/x", 1, "", NOW) for n in range(6_000)])
    found = await read_breakdown(workspace, "b")
    assert len(found.folders) == breakdown.MOST + 1
    assert found.folders[-1] == Part(OTHERS, 6_000 - breakdown.MOST, 6_000 - breakdown.MOST)


async def test_an_empty_bucket_is_made_of_nothing(workspace: Workspace) -> None:
    await hold(workspace, [])
    found = await read_breakdown(workspace, "b")
    assert (found.types, found.folders, found.largest) == ((), (), ())


async def test_a_bucket_that_no_scan_has_seen_is_named(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="“gone”"):
        await read_breakdown(workspace, "gone")
    await hold(workspace, [])
    with pytest.raises(Usage, match="not a folder"):
        await read_breakdown(workspace, "b", "half")
