"""Where to cut a listing so that its parts can be read side by side, guessed from a few keys.

Keys are read as numbers whose digits at each place are the signs seen there. A wrong guess only makes
parts uneven.
"""

from __future__ import annotations

import string
from collections.abc import Sequence

_PLACES = 8
_CLASSES = (string.digits, "0123456789abcdef", "0123456789ABCDEF", string.ascii_lowercase, string.ascii_uppercase)


def share(sample: Sequence[str], last: str) -> float:
    """What part of the way from the first key of the sample to `last` its last key is, over 0 and at most 1."""
    if last <= sample[-1]:
        return 1.0
    scale = _Scale(sample, last)
    low, here, high = scale.number(sample[0]), scale.number(sample[-1]), scale.number(last)
    return min(1.0, max((here - low) / (high - low), 1e-9)) if high > low else 1.0


def cuts(sample: Sequence[str], last: str, parts: int) -> list[str]:
    """At most `parts` - 1 keys, ascending, strictly between the last key of the sample and `last`, at even distances as
    far as can be told."""
    if parts < 2 or last <= sample[-1]:
        return []
    scale = _Scale(sample, last)
    low, high = scale.number(sample[-1]), scale.number(last)
    found = [scale.text(low + (high - low) * number / parts) for number in range(1, parts)]
    return sorted({cut for cut in found if sample[-1] < cut < last})


class _Scale:
    """Numbers from 0 to 1 for the keys that share the prefix of sample and last key."""

    def __init__(self, sample: Sequence[str], last: str) -> None:
        self._prefix = _shared(sample[0], last)
        start = len(self._prefix)
        self._signs = [
            _alphabet({key[place] for key in (*sample, last) if len(key) > place and key.startswith(self._prefix)})
            for place in range(start, start + _PLACES)
        ]

    def number(self, key: str) -> float:
        """Where a key lies."""
        found, unit = 0.0, 1.0
        for sign, signs in zip(key[len(self._prefix) :], self._signs, strict=False):
            unit /= len(signs) + 1
            found += unit * (1 + _rank(sign, signs))
        return found

    def text(self, number: float) -> str:
        """A key that lies about there."""
        found = self._prefix
        for signs in self._signs:
            number *= len(signs) + 1
            rank = min(int(number), len(signs)) - 1
            if rank < 0:
                break
            found += signs[rank]
            number -= rank + 1
        return found


def _shared(one: str, other: str) -> str:
    """What both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return one[: next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))]


def _alphabet(seen: set[str]) -> str:
    """The signs that a place may hold: those seen there, and their like."""
    like = next((signs for signs in _CLASSES if seen and seen <= set(signs)), "")
    return "".join(sorted(seen | set(like)))


def _rank(sign: str, signs: str) -> float:
    return signs.index(sign) if sign in signs else sum(one < sign for one in signs) - 0.5
