"""Scenario 10 with folders: the same name with other bytes is another object, with the same bytes it is no second one,
whichever came first and however often it is tried."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from core.profiles import Destination, Duplicates, Existing
from tests.core.uploads.trees import put
from tests.scenarios.folder_desk import FolderDesk, open_local, open_project
from tests.servers.project import SupabaseProject

NAMES = ("test.jpg", "other.png")
SHARED = Destination("shared", "devices", duplicates=Duplicates.UPLOAD, batch_size=3)
"""By its template, folders of one name share their keys, wherever they are."""


def fill(desk: FolderDesk, dice: random.Random) -> dict[str, set[bytes]]:
    """Folders of few names with files of few names and few contents; which contents each key is wanted for."""
    wanted: dict[str, set[bytes]] = {}
    for number in range(14):
        folder = dice.choice(["DEV-1", "DEV-2"])
        for name in dice.sample(NAMES, dice.randint(1, 2)):
            content = dice.choice([b"one", b"two", b"a third one"])
            put(desk.root / f"{number}/{folder}/{name}", content)
            wanted.setdefault(f"{folder}/{name}", set()).add(content)
    return wanted


def check(desk: FolderDesk, wanted: dict[str, set[bytes]]) -> None:
    """For each key and content one object: one of them under that very key, the others under names beside it."""
    found: dict[str, list[bytes]] = {}
    for key, content in desk.objects().items():
        path = PurePosixPath(key)
        plain = path.with_name(path.stem.partition("-")[0] + path.suffix)
        found.setdefault(str(plain), []).append(content)
    assert {key: sorted(contents) for key, contents in found.items()} == {
        key: sorted(contents) for key, contents in wanted.items()
    }
    assert set(wanted) <= set(desk.objects())


async def go_round(desk: FolderDesk, dice: random.Random) -> None:
    wanted = fill(desk, dice)
    await desk.upload("shared")
    check(desk, wanted)
    assert set(desk.statuses().values()) == {"success"}
    before = desk.objects()

    desk.sent = 0
    await desk.upload("shared")
    assert desk.sent == 0
    desk.tracker.unlink()  # a tracker that knows nothing finds everything there
    ran = await desk.upload("shared")
    assert (ran.did.failed, desk.sent) == (0, 0)
    assert desk.objects() == before


@pytest.mark.parametrize("existing", [Existing.RENAME, Existing.VERSION])
@pytest.mark.parametrize("seed", range(3))
async def test_each_content_of_a_name_is_one_object(tmp_path: Path, seed: int, existing: Existing) -> None:
    async with open_local(tmp_path) as desk:
        desk.profile = replace(desk.profile, destinations=(replace(SHARED, existing=existing),))
        await go_round(desk, random.Random(seed))


async def test_each_content_of_a_name_is_one_object_of_a_project(project: SupabaseProject, tmp_path: Path) -> None:
    async with open_project(project, tmp_path) as desk:
        desk.profile = replace(desk.profile, destinations=(SHARED,))
        await go_round(desk, random.Random(7))


async def test_where_it_is_to_fail_nothing_is_touched_and_said(tmp_path: Path) -> None:
    async with open_local(tmp_path) as desk:
        desk.profile = replace(desk.profile, destinations=(replace(SHARED, existing=Existing.FAIL, batch_size=1),))
        for number, content in enumerate((b"one", b"two", b"one")):
            put(desk.root / f"{number}/DEV/test.jpg", content)
        await desk.upload("shared")
        (content,) = desk.objects().values()
        assert sorted(desk.statuses().values(), key=str) in (
            ["failed", "success", "success"],
            ["failed"] * 2 + ["success"],
        )
        assert all("test.jpg" in why and "other content" in why for why in desk.reasons().values())
        assert content in (b"one", b"two")
