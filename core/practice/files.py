"""Writes the practice project's objects as ordinary files, dated as its catalog says."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath

from core.practice.comments import with_comment
from core.practice.drawing import draw
from core.practice.mapping import BUCKETS
from core.practice.names import FileRules
from core.practice.registers import Moment
from core.practice.world import Item, World

_ALL_DIFFERENT = 5000
"""Up to so many objects each has a picture of its own; beyond, pictures repeat, with differing comments in them."""
_REPEATING = 170
"""How many pictures there are then, in each bucket and format."""


def file_rules(folder: Path) -> FileRules:
    """What the file system of this folder can hold, tried out there."""
    probe = folder / "Case"
    probe.touch()
    two_cases = not (folder / "case").exists()
    probe.unlink()
    return FileRules(two_cases=two_cases, any_punctuation=os.name != "nt")


class Painter:
    """Draws a world's pictures into a storage folder. Threads may share one."""

    def __init__(self, world: World, storage: Path, moment: Moment) -> None:
        self._world = world
        self._storage = storage
        self._moment = moment
        self._span = _REPEATING if len(world.items) > _ALL_DIFFERENT else len(world.items)
        self._models: dict[tuple[str, str, int], Item] = {}
        for item in world.items:
            self._models.setdefault(self._model(item), item)
        self._draw = lru_cache(maxsize=None)(self._draw_item)
        for bucket in BUCKETS:
            (storage / bucket).mkdir(parents=True)

    def paint(self, items: Sequence[Item]) -> list[int]:
        """Writes these items' files and returns their sizes in bytes, in order."""
        return [self._write(item) for item in items]

    def _write(self, item: Item) -> int:
        model = self._models[self._model(self._world.items[item.subject])]
        picture = with_comment(self._draw(model.number), f"practice {self._world.seed}-{item.subject}")
        path = self._storage / item.bucket / item.key
        try:
            path.write_bytes(picture)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(picture)
        when = self._moment.file_time_ns(item.age)
        os.utime(path, ns=(when, when))
        return len(picture)

    def _model(self, item: Item) -> tuple[str, str, int]:
        return item.bucket, PurePosixPath(item.key).suffix, item.number % self._span

    def _draw_item(self, number: int) -> bytes:
        item = self._world.items[number]
        return draw(item.bucket, item.key, number, self._world.dice(f"picture {number}"))
