"""Catalog values survive JSON unchanged."""

from __future__ import annotations

import json
import sqlite3

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.models import Value
from core.values import decode, decode_key, decode_row, encode, encode_key, encode_row, same

BROKEN_TEXT = st.binary(max_size=40).map(lambda raw: raw.decode(errors="surrogateescape"))
ANY_TEXT = st.one_of(st.text(), BROKEN_TEXT, st.text(st.characters(categories=["Cs", "Lu"])))
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.none(), st.integers(), st.integers(-(2**200), 2**200), st.floats(), ANY_TEXT, st.binary()
)


@given(VALUES)
@example(-0.0)
@example(float("inf"))
@example(float("nan"))
@example("\udcc3\udca9")
@example("\ud800")
@example("a\x00b\u2028c\nd")
@example('{"$blob":"AA=="}')
def test_a_value_comes_back_as_it_went_in(value: Value) -> None:
    text = json.dumps(encode(value), ensure_ascii=False)
    text.encode()
    assert same(decode(json.loads(text)), value)


@given(st.lists(VALUES, max_size=4).map(tuple), st.lists(VALUES, max_size=4).map(tuple))
@example((1,), (1.0,))
@example((1,), ("1",))
@example((0.0,), (-0.0,))
@example((b"a",), ("a",))
def test_row_keys_have_equal_texts_only_when_they_are_equal(one: tuple[Value, ...], other: tuple[Value, ...]) -> None:
    alike = len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    assert (encode_key(one) == encode_key(other)) is alike
    assert encode_key(decode_key(encode_key(one))) == encode_key(one)


@given(st.dictionaries(st.text(), VALUES))
def test_a_row_comes_back_whole(row: dict[str, Value]) -> None:
    back = decode_row(json.loads(json.dumps(encode_row(row))))
    assert back.keys() == row.keys()
    assert all(same(back[name], row[name]) for name in row)


@given(st.lists(VALUES, min_size=1, max_size=3).map(tuple))
def test_a_row_key_can_be_stored_in_the_workspace(key: tuple[Value, ...]) -> None:
    with sqlite3.connect(":memory:") as connection:
        (stored,) = connection.execute("SELECT ?", (encode_key(key),)).fetchone()
    connection.close()
    assert stored == encode_key(key)


@pytest.mark.parametrize("data", [{}, {"$blob": 1}, {"$blob": "%"}, {"$blob": "AA==", "x": 1}, [1], {"a": "b"}])
def test_what_was_never_written_is_not_read(data: object) -> None:
    with pytest.raises(ValueError):
        decode(data)
