"""Takes declared fields out of parsed TOML, each with a sentence when it is of the wrong kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from core.errors import BadProfile

_MOST = 2**63 - 1
"""What the workspace can hold; no bucket and no time is longer."""


class Fields:
    """The fields of one file; `what` names it in sentences."""

    def __init__(self, what: str) -> None:
        self.what = what

    def _bad(self, key: str, wanted: str, hint: str = "") -> BadProfile:
        return BadProfile(f"In the {self.what}, “{key}” is not {wanted}.", hint)

    def text(self, part: Mapping[str, object], key: str, default: str | None = None) -> str:
        """A text. Raises `BadProfile` without one and without a default."""
        value = part.get(key, default)
        if value is None:
            raise BadProfile(f"The {self.what} lacks “{key}”.")
        if not isinstance(value, str):
            raise self._bad(key, "a text")
        return value

    def optional(self, part: Mapping[str, object], key: str) -> str | None:
        """A text that may be missing or empty."""
        return self.text(part, key) if part.get(key) not in (None, "") else None

    def folder(self, part: Mapping[str, object], key: str) -> Path:
        """A folder; `~` is the person's own."""
        return Path(self.text(part, key)).expanduser()

    def flag(self, part: Mapping[str, object], key: str) -> bool:
        """True or false; false when missing."""
        value = part.get(key, False)
        if not isinstance(value, bool):
            raise self._bad(key, "true or false")
        return value

    def number(
        self, part: Mapping[str, object], key: str, default: float, low: float = 0, high: float = float("inf")
    ) -> float:
        """A number within these bounds; TOML also knows `inf`, which is none."""
        value = part.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= min(high, _MOST):
            bounds = f"a number of at least {low:g}" + (f" and at most {high:g}" if high < 1e9 else "")
            raise self._bad(key, bounds, "It is a share: 0.85 stands for 85 %." if (low, high) == (0, 1) else "")
        return float(value)

    def words(self, part: Mapping[str, object], key: str) -> tuple[str, ...]:
        """A list of texts; empty when missing."""
        value = part.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise self._bad(key, "a list of texts")
        return tuple(value)

    def part(self, data: Mapping[str, object], key: str) -> Mapping[str, object]:
        """A table; empty when missing."""
        value = data.get(key, {})
        if not isinstance(value, dict):
            raise self._bad(key, "a table")
        return value

    def parts(self, data: Mapping[str, object], key: str) -> Iterable[Mapping[str, object]]:
        """A list of tables; empty when missing."""
        value = data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise self._bad(key, "a list of tables")
        return value
