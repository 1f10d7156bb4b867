"""Practice projects whose pictures are drawn once in a test process: the same dice draw the same picture."""

from __future__ import annotations

from collections.abc import Hashable
from random import Random

import core.practice.drawing

_drawn: dict[Hashable, bytes] = {}


def draw_once(bucket: str, key: str, number: int, dice: Random) -> bytes:
    """What `core.practice.drawing.draw` draws, remembered."""
    asked = (bucket, key, number, dice.getstate())
    if asked not in _drawn:
        _drawn[asked] = core.practice.drawing.draw(bucket, key, number, dice)
    return _drawn[asked]
