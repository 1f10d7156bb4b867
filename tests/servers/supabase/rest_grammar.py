"""The small language of PostgREST's query strings: fields, JSON paths, values, conditions and trees of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.servers.supabase.rest_scanner import Scanner, read_dashed, read_name, read_quoted

COMPARISONS = {
    "eq": "=",
    "gte": ">=",
    "gt": ">",
    "lte": "<=",
    "lt": "<",
    "like": "like",
    "ilike": "ilike",
    "match": "~",
    "imatch": "~*",
}
"""Operators that may be followed by (any) or (all)."""
RELATIONS = {
    "neq": "<>",
    "cs": "@>",
    "cd": "<@",
    "ov": "&&",
    "sl": "<<",
    "sr": ">>",
    "nxr": "&<",
    "nxl": "&>",
    "adj": "-|-",
}
SEARCHES = {
    "fts": "to_tsquery",
    "plfts": "plainto_tsquery",
    "phfts": "phraseto_tsquery",
    "wfts": "websearch_to_tsquery",
}
STATES = {"null": "NULL", "not_null": "NOT NULL", "true": "TRUE", "false": "FALSE", "unknown": "UNKNOWN"}

_KEY_PART = re.compile(r"[^(\-:.,>)]+")
_INDEX = re.compile(r"-?\d+(?=->|::|\.|,|$)")
_IN_BRACES = re.compile(r"\{[^{}]*\}")
_UNQUOTED = re.compile(r"[^,)]*")
_LETTERS = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class Step:
    """One arrow of a JSON path; as text for ->>; the key is a place in an array when it is a number."""

    key: str | int
    as_text: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A column, or what lies inside it."""

    name: str
    path: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """`field operator value`; a tuple of values for `in`."""

    field: Field
    operator: str
    value: str | tuple[str, ...]
    negated: bool = False
    quantifier: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Logic:
    """`and(…)` or `or(…)` of conditions and of further ones like it."""

    joiner: str
    parts: tuple[Condition | Logic, ...]
    negated: bool = False


def read_path(scanner: Scanner) -> tuple[Step, ...]:
    steps: list[Step] = []
    while scanner.sees("->"):
        as_text = scanner.take("->>") or not scanner.take("->")
        index = scanner.match(_INDEX)
        if index:
            steps.append(Step(int(index), as_text))
            continue
        key = read_quoted(scanner)
        if key is None:
            key = read_dashed(scanner, _KEY_PART, "any non reserved character different from: .,>()")
        steps.append(Step(key, as_text))
    return tuple(steps)


def read_field(scanner: Scanner) -> Field:
    scanner.skip_blanks()
    field = Field(read_name(scanner), read_path(scanner))
    scanner.skip_blanks()
    return field


def read_rest(scanner: Scanner) -> str:
    """The value of a condition that stands alone: all that is left."""
    value = scanner.text[scanner.place :]
    scanner.place = len(scanner.text)
    return value


def read_listed(scanner: Scanner) -> str:
    """A value inside or=(…): in quotes, in braces, or up to the next comma or bracket."""
    if scanner.sees("{"):
        return scanner.match(_IN_BRACES) or scanner.match(_UNQUOTED)
    return _read_element(scanner)


def _read_element(scanner: Scanner) -> str:
    start = scanner.place
    quoted = read_quoted(scanner)
    if quoted is not None and (scanner.at_end or scanner.text[scanner.place] in ",)"):
        return quoted
    scanner.place = start
    return scanner.match(_UNQUOTED)


def _read_elements(scanner: Scanner) -> tuple[str, ...]:
    scanner.skip_blanks()
    scanner.need("(")
    scanner.skip_blanks()
    elements = [_read_element(scanner)]
    while scanner.take(","):
        elements.append(_read_element(scanner))
    scanner.need(")")
    scanner.skip_blanks()
    return () if elements == [""] else tuple(elements)


def _read_state(scanner: Scanner) -> str:
    for word in sorted(STATES, key=len, reverse=True):
        if scanner.text[scanner.place :].lower().startswith(word):
            scanner.place += len(word)
            return word
    raise scanner.refusal("isVal: (null, not_null, true, false, unknown)")


def _read_option(scanner: Scanner, pattern: str) -> str:
    """What stands in brackets after an operator: (any), (all), (english)."""
    found = scanner.match(re.compile(rf"\((?:{pattern})\)"))
    return found[1:-1]


def read_condition(scanner: Scanner, field: Field, read_value: Callable[[Scanner], str]) -> Condition:
    """`not.operator.value`, of which the field is read already.

    Raises:
        RestError: PGRST100, it is not a condition.
    """
    negated = scanner.take("not.")
    start = scanner.place
    operator = scanner.match(_LETTERS)
    if operator == "in" and scanner.take("."):
        return Condition(field, "in", _read_elements(scanner), negated)
    if operator == "is" and scanner.take("."):
        return Condition(field, "is", _read_state(scanner), negated)
    quantifier = _read_option(scanner, "any|all") if operator in COMPARISONS else ""
    language = _read_option(scanner, r"[\w $]+").strip() if operator in SEARCHES else ""
    known = operator in COMPARISONS or operator in RELATIONS or operator in SEARCHES or operator == "isdistinct"
    if not known or not scanner.take("."):
        scanner.place = start
        raise scanner.refusal("operator (eq, gt, ...)" if negated else '"not" or operator (eq, gt, ...)')
    return Condition(field, operator, read_value(scanner), negated, quantifier, language)


def read_logic(scanner: Scanner) -> Condition | Logic:
    """One part of a tree: another tree, or a condition with its field."""
    start = scanner.place
    negated = scanner.take("not.")
    for joiner in ("and", "or"):
        before = scanner.place
        if scanner.take(joiner):
            scanner.skip_blanks()
            if scanner.take("("):
                return Logic(joiner, _read_parts(scanner), negated)
        scanner.place = before
    scanner.place = start
    field = read_field(scanner)
    scanner.need(".")
    return read_condition(scanner, field, read_listed)


def _read_parts(scanner: Scanner) -> tuple[Condition | Logic, ...]:
    parts = []
    while True:
        scanner.skip_blanks()
        parts.append(read_logic(scanner))
        scanner.skip_blanks()
        if not scanner.take(","):
            break
    scanner.need(")")
    scanner.skip_blanks()
    return tuple(parts)
