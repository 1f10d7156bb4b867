"""Changing one element of an array leaves every other character of the cell alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cells import read_array, replace_in_array

WORDS = st.sampled_from(["a.jpg", "b c.jpg", 'q"uo\\te', "NULL", "", "ü,{}.png", "a/b"]) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=6
)
OTHERS = (
    st.none() | st.integers() | st.booleans() | st.dictionaries(WORDS, WORDS, max_size=2) | st.lists(WORDS, max_size=2)
)


def postgres(words: list[str]) -> str:
    return "{" + ",".join('"' + w.replace("\\", "\\\\").replace('"', '\\"') + '"' for w in words) + "}"


@given(st.lists(WORDS | OTHERS), WORDS, WORDS | st.none(), st.sampled_from([None, 1]))
def test_a_json_array_changes_only_where_it_is_told_to(
    items: list[object], old: str, new: str | None, indent: int | None
) -> None:
    cell = json.dumps(items, indent=indent, ensure_ascii=False)
    changed = replace_in_array(cell, [old], new)
    assert changed is not None
    expected = [new if item == old and isinstance(item, str) else item for item in items]
    if new is None:
        expected = [item for item in items if not (isinstance(item, str) and item == old)]
    assert json.loads(changed) == expected
    if old not in items:
        assert changed == cell


@given(st.lists(WORDS), WORDS, WORDS | st.none())
def test_a_postgres_array_changes_only_where_it_is_told_to(words: list[str], old: str, new: str | None) -> None:
    changed = replace_in_array(postgres(words), [old], new)
    assert changed is not None
    array = read_array(changed)
    assert array is not None
    expected = [w if w != old else new for w in words]
    assert [e.text for e in array.elements] == [w for w in expected if w is not None]


@pytest.mark.parametrize(
    ("cell", "old", "new", "expected"),
    [
        ('[ "a" ,\t"b", "c" ]', "b", None, '[ "a" ,\t"c" ]'),
        ('[ "a" ,\t"b", "c" ]', "c", None, '[ "a" ,\t"b" ]'),
        ('["a"]', "a", None, "[]"),
        ('["\\u0061", 1.50, {"x":  2}]', "a", "z", '["z", 1.50, {"x":  2}]'),
        ("{a, b c ,NULL}", "b c", "x y", '{a, "x y" ,NULL}'),
        ("{a,b,a}", "a", None, "{b}"),
        ("{NULL}", "NULL", "x", "{NULL}"),
        ("{a,b}", "a", "\u00a0", "{\u00a0,b}"),
        ("{\u00a0a\u00a0}", "\u00a0a\u00a0", "c", "{c}"),
    ],
)
def test_spaces_numbers_and_spellings_of_the_others_stay(cell: str, old: str, new: str | None, expected: str) -> None:
    assert replace_in_array(cell, [old], new) == expected


@pytest.mark.parametrize(
    "cell", ["", "a.jpg", "[", '["a"', '["a",]', "{a", "{{a}}", '{"a": 1}', '["a"] x', "{,a}", "[1 2]"]
)
def test_what_is_no_flat_array_is_left_alone(cell: str) -> None:
    assert replace_in_array(cell, ["a"], "b") is None
