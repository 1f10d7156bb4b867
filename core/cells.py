"""Changing one reference inside a cell while every other character of the cell stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

_SPACES = " \t\n\r\v\f"
"""What PostgreSQL takes for space around an element; any other one, as U+00A0, belongs to the text."""
_SPACE = re.compile(rf"[{_SPACES}]*")
_BARE = re.compile(rf"[^,{{}}\"\\{_SPACES}][^,{{}}\"\\]*")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NEEDS_QUOTES = re.compile(r'[{}",\\ \t\n\r\v\f]')


@dataclass(frozen=True, slots=True)
class Element:
    """One element of an array and where it stands in the cell; `text` is None unless it is a text."""

    start: int
    end: int
    text: str | None


@dataclass(frozen=True, slots=True)
class Array:
    """An array as it is written in a cell: as JSON, or as Postgres writes arrays."""

    cell: str
    elements: tuple[Element, ...]
    is_json: bool

    def put(self, at: Element, text: str) -> str:
        """The cell with another text in an element's place."""
        written = json.dumps(text, ensure_ascii=False) if self.is_json else _quote(text)
        return self.cell[: at.start] + written + self.cell[at.end :]

    def without(self, at: Element) -> str:
        """The cell with an element and its comma taken out."""
        place = self.elements.index(at)
        if place + 1 < len(self.elements):
            return self.cell[: at.start] + self.cell[self.elements[place + 1].start :]
        start = self.elements[place - 1].end if place else at.start
        return self.cell[:start] + self.cell[at.end :]


def read_array(cell: str) -> Array | None:
    """The elements of a cell that holds a flat array; None when it is no array."""
    opening = cell.lstrip()[:1]
    if opening == "[":
        elements = _json_elements(cell)
    elif opening == "{":
        elements = _postgres_elements(cell)
    else:
        return None
    return None if elements is None else Array(cell, tuple(elements), opening == "[")


def replace_in_array(cell: str, old: Iterable[str], new: str | None) -> str | None:
    """The cell with every element among `old` replaced by `new`, or taken out when that is None. None when the cell
    is no array."""
    wanted = frozenset(old)
    array = read_array(cell)
    if array is None:
        return None
    # From the end, so that the places of the others hold; taking out looks again, because commas move.
    for element in reversed([e for e in array.elements if e.text in wanted]):
        cell = array.without(element) if new is None else array.put(element, new)
        array = read_array(cell) if new is None else Array(cell, array.elements, array.is_json)
        if array is None:
            return None
    return cell


def _json_elements(cell: str) -> list[Element] | None:
    decoder = json.JSONDecoder()
    at = _skip(cell, cell.index("[") + 1)
    found: list[Element] = []
    try:
        while cell[at] != "]":
            if found:
                if cell[at] != ",":
                    return None
                at = _skip(cell, at + 1)
            value, end = decoder.raw_decode(cell, at)
            found.append(Element(at, end, value if isinstance(value, str) else None))
            at = _skip(cell, end)
    except (ValueError, IndexError, RecursionError):
        return None
    return found if not cell[at + 1 :].strip() else None


def _postgres_elements(cell: str) -> list[Element] | None:
    at = _skip(cell, cell.index("{") + 1)
    found: list[Element] = []
    while at < len(cell) and cell[at] != "}":
        if found:
            if cell[at] != ",":
                return None
            at = _skip(cell, at + 1)
        element = _postgres_element(cell, at)
        if element is None:
            return None
        found.append(element)
        at = _skip(cell, element.end)
    return found if at < len(cell) and not cell[at + 1 :].strip(_SPACES) else None


def _postgres_element(cell: str, at: int) -> Element | None:
    if quoted := _QUOTED.match(cell, at):
        return Element(at, quoted.end(), re.sub(r"\\(.)", r"\1", quoted[0][1:-1], flags=re.DOTALL))
    if bare := _BARE.match(cell, at):
        text = bare[0].rstrip(_SPACES)
        return Element(at, at + len(text), None if text.upper() == "NULL" else text)
    return None


def _quote(text: str) -> str:
    """As PostgreSQL itself prints an element: what it would print otherwise would look like a change of somebody's."""
    if text and not _NEEDS_QUOTES.search(text) and text.upper() != "NULL":
        return text
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def _skip(cell: str, at: int) -> int:
    space = _SPACE.match(cell, at)
    return space.end() if space else at
