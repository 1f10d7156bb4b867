"""How much retention takes of a bucket: all that is over age, or oldest first until it is down to a share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class Measure:
    """What is still to be taken of one bucket. `left_bytes` is what it holds; `down_to_bytes` None takes all there is.
    Sizes that are missing or negative count as nothing."""

    left_bytes: int
    down_to_bytes: int | None = None

    @property
    def is_met(self) -> bool:
        """Whether nothing more needs to go."""
        return self.down_to_bytes is not None and self.left_bytes <= self.down_to_bytes

    def take(self, sizes: Sequence[int | None]) -> int:
        """How many of these, from the first on, are to be taken; what they free is counted as freed."""
        taken = 0
        for size_bytes in sizes:
            if self.is_met:
                break
            self.left_bytes -= max(0, size_bytes or 0)
            taken += 1
        return taken


def down_to(capacity_bytes: int, until_share: float | None) -> int | None:
    """The bytes that a bucket of this capacity may keep; None where everything over age goes."""
    return None if until_share is None else int(max(0, capacity_bytes) * until_share)
