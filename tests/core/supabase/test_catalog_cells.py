"""Cells on their way between PostgreSQL and the program."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clients.supabase.cells import INTEGERS, is_storable, key_texts, to_text, to_value
from core.clients.supabase.described import may_hold_text
from core.models import Value

NUMBERS = st.sampled_from(sorted(INTEGERS)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.integers(-INTEGERS[kind], INTEGERS[kind] - 1))
)
TEXTS = st.tuples(st.sampled_from(["text", "jsonb", "numeric", "uuid", "text[]"]), st.text())


@given(NUMBERS | TEXTS)
def test_what_is_written_is_what_was_read(cell: tuple[str, Value]) -> None:
    kind, value = cell
    assert to_value(to_text(value), kind) == value


def test_only_whole_numbers_are_numbers() -> None:
    assert to_value("12", "bigint") == 12 and to_value("12", "numeric") == "12"
    assert to_value("true", "boolean") == "true" and to_value(None, "bigint") is None
    assert to_text(b"\x00\xff") == "\\x00ff" and to_text(0.1) == "0.1"


@pytest.mark.parametrize(
    ("key", "kinds", "texts"),
    [
        ((5, "a"), ("integer", "text"), ("5", "a")),
        (("5",), ("integer",), None),
        ((5,), ("text",), None),
        ((1 << 31,), ("integer",), None),
        ((1 << 31,), ("bigint",), (str(1 << 31),)),
        (("a\0",), ("text",), None),
        (("\ud800",), ("text",), None),
        ((None,), ("text",), None),
        ((True,), ("integer",), None),
    ],
)
def test_a_key_that_no_row_can_have_is_known_without_asking(
    key: tuple[Value, ...], kinds: tuple[str, ...], texts: tuple[str, ...] | None
) -> None:
    assert key_texts(key, kinds) == texts


@given(st.text())
def test_storable_is_what_utf8_can_hold_and_has_no_nul(text: str) -> None:
    try:
        text.encode()
        valid = "\0" not in text
    except UnicodeEncodeError:
        valid = False
    assert is_storable(text) is valid


def test_the_types_that_may_name_objects() -> None:
    texts = ("text", "character varying(255)", "text[]", "jsonb", "json", "citext", "mood", "xml", "name")
    assert all(map(may_hold_text, texts))
    others = ("integer", "bigint", "uuid", "numeric(10,2)", "timestamp with time zone", "timestamp(3)", "boolean")
    assert not any(map(may_hold_text, (*others, "double precision", "uuid[]", "date", "bytea")))
