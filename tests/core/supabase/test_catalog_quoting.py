"""Names and values in PostgREST's URLs: any character may be in them, and no URL grows too long."""

from __future__ import annotations

from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from core.clients.supabase.quoting import LIST_LENGTH, among, beyond, equal, in_batches, name


def read_quoted(text: str, at: int) -> tuple[str, int]:
    """Reads a quoted value as PostgREST's grammar does, and where it ends."""
    assert text[at] == '"'
    found, at = [], at + 1
    while text[at] != '"':
        at += text[at] == "\\"
        found.append(text[at])
        at += 1
    return "".join(found), at + 1


@given(st.lists(st.text('a,.()"\\% :é\n'), min_size=2, max_size=5))
def test_a_list_of_any_values_is_read_back_as_it_was(values: list[str]) -> None:
    written = among("path", values)
    assert written.startswith("path.in.(") and written[-1] == ")"
    at, found = len("path.in.("), []
    while True:
        value, at = read_quoted(written, at)
        found.append(value)
        if written[at] == ")":
            break
        assert written[at] == ","
        at += 1
    assert found == values and at == len(written) - 1


def test_one_value_is_no_list() -> None:
    assert among("path", [""]) == 'path.eq.""' and among("path", ["a,b"]) == 'path.eq."a,b"'


def test_a_name_is_quoted_only_where_it_must_be() -> None:
    assert [name(one) for one in ("id", "Path", "my path", 'a"b', "a.b", "größe")] == [
        "id",
        "Path",
        '"my path"',
        '"a\\"b"',
        '"a.b"',
        '"größe"',
    ]


def test_going_on_behind_a_key_compares_its_columns_in_turn() -> None:
    assert beyond(["id"], ["7"]) == 'id.gt."7"'
    assert beyond(["a", "b", "c"], ["1", "x,y", "3"]) == (
        'or(a.gt."1",and(a.eq."1",b.gt."x,y"),and(a.eq."1",b.eq."x,y",c.gt."3"))'
    )
    assert equal(["a", "b"], ["1", "2"]) == 'and(a.eq."1",b.eq."2")'


@given(st.lists(st.text(max_size=900), max_size=400))
def test_batches_hold_everything_once_and_fit_a_url(values: list[str]) -> None:
    batches = list(in_batches(values, ([value] for value in values)))
    assert [value for batch in batches for value in batch] == values
    for batch in batches:
        assert len(batch) <= LIST_LENGTH
        assert len(batch) == 1 or len(quote(among("path", batch), safe="")) < 7_000
