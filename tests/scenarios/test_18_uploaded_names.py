"""Scenario 18 with folders: every file of a tree goes up under a key that is its name byte for byte, or its folder says
why it does not; nobody is stopped by another one's name."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.profiles import Spelling
from tests.core.uploads.trees import put
from tests.scenarios.folder_desk import DEEP, FolderDesk, open_local, open_project
from tests.servers.project import SupabaseProject

TAKEN = [
    "Foto.JPG", "foto.jpg", "a+b.jpg", "a b.jpg", "r&d.jpg", "semi;colon,comma.jpg", "it's (1)!.jpg", "$@=:.jpg",
    "*.jpg", "-dash.jpg", "--.jpg", ".hidden.jpg", "dots...jpg", "inner .jpg",
    "n" * 251 + ".jpg",
]  # fmt: skip
REFUSED = [
    "caf\u00e9.jpg", "cafe\u0301.jpg", "日本語.jpg", "🐈‍⬛.jpg", "hash#tag.jpg", "100%.jpg", "a%20b.jpg", "why?.jpg",
    "[1].jpg", "{name}.jpg", "~tilde.jpg", 'quote".jpg', "back\\slash.jpg", "new\nline.jpg", " lead.jpg", "…jpg.jpg",
]  # fmt: skip
FOLDERS = ["dot.", "space ", " lead", "Ordner", "ordner", "caf\u00e9", "cafe\u0301", "#", "100%", "🐈"]
REFUSED_FOLDERS = ["space ", " lead", "caf\u00e9", "cafe\u0301", "#", "100%", "🐈"]
LONGEST = "/".join(["d" * 200] * 5) + "/" + "k" * 15 + ".jpg"
"""A key of 1,024 bytes."""


def furnish(desk: FolderDesk) -> dict[str, bytes]:
    """Each name in a folder of its own, so that each has an answer of its own; what there is, by its path."""
    paths = [f"{number}/{name}" for number, name in enumerate([*TAKEN, *REFUSED])]
    paths += [f"in/{name}/1.jpg" for name in FOLDERS]
    paths += [
        "both/Foto.JPG",
        "both/foto.jpg",
        "twins/caf\u00e9.jpg",
        "twins/cafe\u0301.jpg",
        "fine/1.jpg",
        "empty/0.jpg",
    ]
    paths += [LONGEST, LONGEST.replace("/k", "x/k")]
    there = {}
    for path in paths:
        content = b"" if path.startswith("empty") else path.encode()
        put(desk.root / path, content)
        there[path] = content
    (desk.root / "fine/loop").symlink_to(desk.root)
    (desk.root / "fine/itself.jpg").symlink_to("itself.jpg")
    return there


def refused_by_a_service(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return name in REFUSED or folder.removeprefix("in/") in REFUSED_FOLDERS or len(path.encode()) > 1_024


def refused_by_a_disk(path: str) -> bool:
    return "/ " in path or " /" in path or "\n" in path or len(path.encode()) > 1_024


async def check(desk: FolderDesk, is_refused: Callable[[str], bool]) -> None:
    """Those go up that the storage takes, each exactly as it is; of the others it is said why not."""
    there = furnish(desk)
    refused = {path for path in there if is_refused(path)}
    await desk.upload()
    assert desk.objects() == {path: content for path, content in there.items() if path not in refused}
    reasons = desk.reasons()
    assert set(reasons) == {path.rpartition("/")[0] for path in refused}
    assert all(why.endswith((".", "files)")) and len(why) > 20 for why in reasons.values())
    told = {os.path.relpath(path, desk.root) for path, _ in (await desk.state()).troubles}
    assert {"fine/loop", "fine/itself.jpg"} <= told
    before = desk.objects()
    await desk.upload()
    assert desk.objects() == before


async def test_a_service_takes_what_it_can_carry_and_says_why_not(tmp_path: Path) -> None:
    async with open_local(tmp_path) as desk:
        await check(desk, refused_by_a_service)


async def test_so_does_a_project(project: SupabaseProject, tmp_path: Path) -> None:
    async with open_project(project, tmp_path) as desk:
        await check(desk, refused_by_a_service)


@pytest.mark.skipif(sys.platform != "linux", reason="other file systems fold names")
async def test_a_folder_of_this_machine_takes_every_name(tmp_path: Path) -> None:
    async with open_local(tmp_path, takes_any_name=True) as desk:
        await check(desk, refused_by_a_disk)


async def test_plain_spelling_finds_a_key_for_every_name_and_keeps_twins_apart(tmp_path: Path) -> None:
    async with open_local(tmp_path) as desk:
        desk.profile = replace(desk.profile, destinations=(replace(DEEP, spelling=Spelling.PLAIN),))
        there = furnish(desk)
        await desk.upload()
        reasons = desk.reasons()
        assert "would get the same key" in reasons.pop("twins")
        assert all("1,024 bytes" in why for why in reasons.values()) and len(reasons) == 1
        arrived = {path: content for path, content in there.items() if not path.startswith("twins/")}
        assert sorted(desk.objects().values()) == sorted(
            content for path, content in arrived.items() if len(path) <= 1_024
        )
        assert all(key.isascii() for key in desk.objects())


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="such names do not exist there")
async def test_names_that_are_no_text_stop_nobody(tmp_path: Path) -> None:
    async with open_local(tmp_path) as desk:
        put(desk.root / "fine/1.jpg")
        put(Path(os.fsdecode(os.fsencode(desk.root) + b"/bad/\xff.jpg")))
        put(Path(os.fsdecode(os.fsencode(desk.root) + b"/\xfe/1.jpg")))
        await desk.upload()
        assert list(desk.objects()) == ["fine/1.jpg"]
        assert "not text" in desk.reasons()["bad"] and desk.statuses() == {"fine": "success", "bad": "failed"}
        assert sorted("not text" in why for _, why in (await desk.state()).troubles) == [True, True]
