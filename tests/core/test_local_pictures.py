"""Pictures of files on this computer, for previews: whatever lies there."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import pytest
from PIL import Image

from core import local_pictures
from core.local_pictures import LocalPictures
from core.pictures import NoPreview


@pytest.fixture
async def pictures() -> LocalPictures:
    return LocalPictures()


async def test_the_first_picture_by_name_stands_for_a_folder(pictures: LocalPictures, tmp_path: Path) -> None:
    Image.new("RGB", (80, 40), "red").save(tmp_path / "b.png")
    Image.new("RGB", (40, 80), "blue").save(tmp_path / "A.JPG")
    (tmp_path / "0.txt").write_text("none")
    shown = await pictures.first_of(tmp_path, 20)
    assert (shown.width, shown.height, shown.form) == (10, 20, "JPEG")
    assert (await pictures.picture(tmp_path / "b.png", 400)).full_width == 80


async def test_what_is_no_picture_is_said_so(pictures: LocalPictures, tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nand no more")
    os.mkfifo(tmp_path / "pipe.jpg")
    for path, why in (("broken.png", "Not a picture"), ("pipe.jpg", "is no file"), ("gone.png", "not there any more")):
        with pytest.raises(NoPreview, match=why):
            async with asyncio.timeout(20):
                await pictures.picture(tmp_path / path, 20)
    with pytest.raises(NoPreview, match="cannot be read"):
        await pictures.first_of(tmp_path / "nowhere", 20)
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoPreview, match="There is no picture in it"):
        await pictures.first_of(tmp_path / "empty", 20)


async def test_a_drive_that_never_answers_holds_up_nobody(
    pictures: LocalPictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("RGB", (8, 8), "red").save(tmp_path / "a.png")
    never, read = threading.Event(), local_pictures.read_picture
    monkeypatch.setattr(local_pictures, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(local_pictures, "read_picture", lambda path: bytes(never.wait(20)))
    with pytest.raises(NoPreview, match="does not answer"):
        await pictures.picture(tmp_path / "a.png", 8)
    monkeypatch.setattr(local_pictures, "PATIENCE_SECONDS", 20)
    monkeypatch.setattr(local_pictures, "read_picture", read)
    assert (await pictures.picture(tmp_path / "a.png", 8)).width == 8
    never.set()
