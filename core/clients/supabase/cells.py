"""The form of a cell on its way between PostgreSQL and the program: whole numbers as numbers, all else as text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from core.models import RowKey, Value

INTEGERS: Mapping[str, int] = {"smallint": 1 << 15, "integer": 1 << 31, "bigint": 1 << 63}
"""The types whose values are numbers here, and below which number."""


def to_value(text: object, kind: str) -> Value:
    """What a cell's text means in a column of this type."""
    if text is None:
        return None
    written = text if isinstance(text, str) else _as_text(text)
    if kind in INTEGERS:
        try:
            return int(written)
        except ValueError:
            return written
    return written


def to_text(value: Value) -> str | None:
    """The text that PostgreSQL reads as the value; `to_value` gives the value back."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    return repr(value)


def key_texts(key: RowKey, kinds: Sequence[str]) -> tuple[str, ...] | None:
    """A row's key as texts; None when no row of columns of these types can have it: a text where numbers are, a number
    that is too large, a character that PostgreSQL does not hold."""
    texts: list[str] = []
    for value, kind in zip(key, kinds, strict=True):
        most = INTEGERS.get(kind)
        if most is not None:
            if not isinstance(value, int) or isinstance(value, bool) or not -most <= value < most:
                return None
            texts.append(str(value))
        elif isinstance(value, str) and is_storable(value):
            texts.append(value)
        else:
            return None
    return tuple(texts)


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold a text: it has no NUL, and lone surrogates are no UTF-8."""
    return "\0" not in text and (text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text))


def _as_text(value: object) -> str:
    """A cell that came as JSON after all, as PostgreSQL writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else json.dumps(value, ensure_ascii=False)
