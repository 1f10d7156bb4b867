"""Writing names and values into PostgREST's URLs so that any character may be in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar
from urllib.parse import quote as percent

T = TypeVar("T")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
LIST_LENGTH = 100
"""Most values that one request lists (facts.md A5: gateways refuse URLs from some 400 UUIDs on)."""
LIST_BYTES = 5_000
"""Most bytes that the columns and values of one request take in its URL: some gateways refuse 8,000."""
_LEAST_BYTES = 1_000


def name(column: str) -> str:
    """A column's name as it stands in `select`, `order` and filters."""
    return column if _PLAIN.fullmatch(column) else quoted(column)


def quoted(text: str) -> str:
    """A value inside a list or a group of conditions: there commas, dots and brackets mean something."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def equal(key: Sequence[str], values: Sequence[str]) -> str:
    """A condition that a row with this key meets."""
    parts = [f"{name(column)}.eq.{quoted(value)}" for column, value in zip(key, values, strict=True)]
    return parts[0] if len(parts) == 1 else f"and({','.join(parts)})"


def any_of(conditions: Sequence[str]) -> str:
    """A condition that rows meet which meet one of these."""
    return conditions[0] if len(conditions) == 1 else f"or({','.join(conditions)})"


def beyond(key: Sequence[str], values: Sequence[str]) -> str:
    """A condition that rows after this key meet, in order of all of its columns."""
    parts = []
    for place, column in enumerate(key):
        further = f"{name(column)}.gt.{quoted(values[place])}"
        equals = [f"{name(c)}.eq.{quoted(v)}" for c, v in zip(key[:place], values[:place], strict=True)]
        parts.append(f"and({','.join([*equals, further])})" if place else further)
    return any_of(parts)


def among(column: str, values: Iterable[str]) -> str:
    """A condition that rows with one of these values meet."""
    written = [quoted(value) for value in values]
    if len(written) == 1:  # PostgREST takes a list of nothing but an empty text for an empty list
        return f"{name(column)}.eq.{written[0]}"
    return f"{name(column)}.in.({','.join(written)})"


def in_batches(items: Iterable[T], texts: Iterable[Sequence[str]], taken: int = 0) -> Iterator[list[T]]:
    """The items in groups that fit a URL of which so many bytes are taken; `texts` says what each item puts there."""
    room = max(LIST_BYTES - taken, _LEAST_BYTES)
    batch: list[T] = []
    size = 0
    for item, written in zip(items, texts, strict=True):
        cost = sum(len(percent(text, safe="")) + 12 for text in written)
        if batch and (len(batch) == LIST_LENGTH or size + cost > room):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += cost
    if batch:
        yield batch
