"""A destination that is told of other endings uploads what counts now and did not before, and nothing a second time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from core.profiles import Duplicates
from core.uploads.scanning.folders import IMAGES
from core.workspace import system_now
from tests.core.uploads.trees import put
from tests.scenarios.folder_desk import DEEP, FolderDesk, open_local


async def upload(desk: FolderDesk, key: str, **says: object) -> list[str]:
    """The keys that are sent when the destination says so."""
    said = replace(DEEP, key=key, duplicates=Duplicates.ASK, **says)  # type: ignore[arg-type]
    desk.profile = replace(desk.profile, destinations=(said,))
    sent: list[str] = []
    desk.before = lambda key, path: sent.append(key)
    await desk.upload()
    assert desk.reasons() == {} and (await desk.state()).folders.questions == 0
    return sorted(sent)


@pytest.mark.parametrize("key", [DEEP.key, "{batch}/{relative}/{name}"])
async def test_what_counts_now_goes_up_and_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    days = count()
    monkeypatch.setattr("core.uploads.sending.transfer.system_now", lambda: system_now() + timedelta(days=next(days)))
    async with open_local(tmp_path) as desk:
        for path in ("a/1.jpg", "a/2.tif", "a/notes.txt", "b/1.jpg", "c/1.tif", "d/1.jpg", "d/notes.txt"):
            put(desk.root / path, path.encode())

        def names(keys: list[str]) -> list[str]:
            return ["/".join(one.rsplit("/", 2)[-2:]) for one in keys]

        assert names(await upload(desk, key)) == ["a/1.jpg", "b/1.jpg", "d/1.jpg"]
        assert names(await upload(desk, key, images=(*IMAGES, ".tif"))) == ["a/2.tif", "c/1.tif"]
        assert await upload(desk, key, images=(*IMAGES, ".tif")) == []
        assert names(await upload(desk, key, images=(*IMAGES, ".tif"), files="all")) == ["a/notes.txt", "d/notes.txt"]
        assert await upload(desk, key) == []
        assert len(desk.objects()) == 7
