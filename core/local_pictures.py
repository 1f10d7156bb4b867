"""Pictures of files on this computer, decoded small enough to show, one after another."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable
from pathlib import Path

from core.pictures import LIMIT_BYTES, NoPreview, Picture, decode
from core.uploads.scanning.folders import IMAGES
from core.uploads.scanning.reach import answered

PATIENCE_SECONDS = 10.0
_LOOKED_AT = 2_000
"""So many entries of a folder are looked at for its first picture: one of a hundred thousand files is as quick."""


class LocalPictures:
    """Decodes off the loop; a drive that never answers holds up neither the window nor its end. Who is cancelled before
    its turn costs nothing. Every question may raise `NoPreview`."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()  # one at a time: decoding must leave the window its share

    async def picture(self, path: Path, side: int) -> Picture:
        """The picture in a file, at most `side` pixels on its longer side."""
        return await self._run(lambda: decode(read_picture(path), side))

    async def first_of(self, folder: Path, side: int) -> Picture:
        """The first picture in a folder by its name, of the entries that are looked at."""
        return await self._run(lambda: decode(read_picture(first_picture(folder)), side))

    async def _run(self, work: Callable[[], Picture]) -> Picture:
        async with self._turn:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    return await answered(work, lambda _seconds: None)
            except TimeoutError as exc:
                raise NoPreview("The drive does not answer.") from exc


def first_picture(folder: Path) -> Path:
    """The picture that stands for a folder. Blocks. Raises `NoPreview` where there is none."""
    names: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number >= _LOOKED_AT and names:
                    break
                if entry.name.lower().endswith(IMAGES) and entry.is_file():
                    names.append(entry.name)
    except OSError as exc:
        raise NoPreview(f"The folder cannot be read: {exc.strerror or exc}.") from exc
    if not names:
        raise NoPreview("There is no picture in it.")
    return folder / min(names)


def read_picture(path: Path) -> bytes:
    """The bytes of a file that may be a picture. Blocks, but not on a pipe of that name. Raises `NoPreview`."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise NoPreview(f"{path.name} is no file.")
            return file.read(LIMIT_BYTES + 1)
    except FileNotFoundError as exc:
        raise NoPreview("It is not there any more.") from exc
    except OSError as exc:
        raise NoPreview(f"{path.name} cannot be read: {exc.strerror or exc}.") from exc
