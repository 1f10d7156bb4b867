"""The query strings of PostgREST: what a value means however it is quoted, and what cannot be read."""

from __future__ import annotations

import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st
from postgrest.utils import sanitize_param

from tests.servers.supabase.rest_errors import RestError
from tests.servers.supabase.rest_grammar import COMPARISONS, Condition, Field, Logic, Step
from tests.servers.supabase.rest_query import Order, Query, Selected, parse_query
from tests.servers.supabase.rest_schema import Table
from tests.servers.supabase.rest_sql import Format, array_text, quote, read_statement

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
NAMES = TEXT.filter(bool)
TABLE = Table("public", "t", None, True, True, True, ("id",), {})


def query(**parameters: str) -> Query:
    return parse_query(urllib.parse.urlencode(parameters))


def quoted(text: str) -> str:
    """As PostgREST documents it: in double quotes, a backslash before quotes and backslashes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def refusal(text: str, **options: object) -> RestError:
    with pytest.raises(RestError) as refused:
        parse_query(text, **options)  # type: ignore[arg-type]
    return refused.value


@given(TEXT, st.sampled_from(sorted(COMPARISONS)), st.booleans())
def test_the_value_of_a_condition_is_all_that_follows_its_operator(value: str, operator: str, negated: bool) -> None:
    read = query(name=f"{'not.' if negated else ''}{operator}.{value}")
    assert read.conditions == (Condition(Field("name"), operator, value, negated),)


@given(st.lists(TEXT, min_size=1, max_size=5))
def test_quoted_values_of_a_list_come_out_as_they_went_in(values: list[str]) -> None:
    read = query(name=f"in.({','.join(map(quoted, values))})")
    assert read.conditions == (Condition(Field("name"), "in", () if values == [""] else tuple(values)),)


@given(TEXT, TEXT)
def test_quoted_values_inside_or_come_out_as_they_went_in(one: str, other: str) -> None:
    read = query(**{"or": f"(a.eq.{quoted(one)},not.and(b.gt.{quoted(other)},c.is.null))"})
    inner = Logic("and", (Condition(Field("b"), "gt", other), Condition(Field("c"), "is", "null")), negated=True)
    assert read.conditions == (Logic("or", (Condition(Field("a"), "eq", one), inner)),)


@given(NAMES)
def test_any_name_can_be_quoted(name: str) -> None:
    read = parse_query(
        urllib.parse.urlencode({quoted(name): "eq.1", "select": f"a:{quoted(name)}", "order": quoted(name)})
    )
    assert read.conditions == (Condition(Field(name), "eq", "1"),)
    assert read.selected == (Selected(Field(name), alias="a"),)
    assert read.order == (Order(Field(name)),)


@given(st.lists(TEXT, min_size=1, max_size=5).filter(lambda values: values[0].strip(" \t") == values[0] != ""))
def test_what_the_sdk_writes_for_a_list_is_read_as_it_was_meant(values: list[str]) -> None:
    read = query(name=f"in.({','.join(map(sanitize_param, values))})")
    assert read.conditions == (Condition(Field("name"), "in", tuple(values)),)


@given(NAMES, TEXT)
def test_no_value_and_no_name_ever_stands_bare_in_the_sql(name: str, value: str) -> None:
    read = Query(conditions=(Condition(Field(name), "eq", value), Condition(Field("b"), "in", (value, name))))
    statement = read_statement(TABLE, read, max_rows=None, count="", format=Format())
    assert statement.values == [value, array_text((value, name))]
    assert f'"public"."t".{quote(name)} = $1' in statement.text


@given(TEXT)
def test_a_text_is_a_query_or_is_refused_with_a_place(text: str) -> None:
    for parameter in ("select", "order", "or", "a", "columns", "on_conflict"):
        try:
            query(**{parameter: text})
        except RestError as error:
            assert error.code in ("PGRST100", "PGRST103", "PGRST108", "PGRST123", "PGRST127")


@pytest.mark.parametrize(
    ("select", "expected"),
    [
        ("*", (Selected(Field("*")),)),
        ("", ()),
        ("id, n:name::text", (Selected(Field("id")), Selected(Field("name"), "text", "n"))),
        ("meta->a->>0", (Selected(Field("meta", (Step("a", False), Step(0, True)))),)),
        ("x:meta->-1::int8", (Selected(Field("meta", (Step(-1, False),)), "int8", "x"),)),
        ('"a,b",first-name', (Selected(Field("a,b")), Selected(Field("first-name")))),
        ("*,id::text", (Selected(Field("*")), Selected(Field("id"), "text"))),
    ],
)
def test_what_is_selected(select: str, expected: tuple[Selected, ...]) -> None:
    assert query(select=select).selected == expected


def test_a_column_out_of_a_path_is_called_by_its_last_key() -> None:
    names = [item.name for item in query(select="id,meta->a->>b,meta->list->0,x:meta->a,meta->0").selected]
    assert names == ["id", "b", "list", "x", "meta"]


def test_the_order_and_where_nulls_go() -> None:
    read = query(order="a.desc.nullslast,b->>c.asc,d.nullsfirst,e")
    assert read.order == (
        Order(Field("a"), "desc", "nulls last"),
        Order(Field("b", (Step("c", True),)), "asc"),
        Order(Field("d"), "", "nulls first"),
        Order(Field("e")),
    )


@pytest.mark.parametrize(
    ("text", "header", "expected"),
    [
        ("limit=5&offset=10", None, (5, 10)),
        ("offset=10", None, (None, 10)),
        ("limit=many", None, (None, 0)),
        ("", "10-19", (10, 10)),
        ("", "10-", (None, 10)),
        ("limit=5", "3-20", (2, 3)),
        ("limit=0", "3-20", (0, 0)),
        ("", "bytes=1-2", (None, 0)),
    ],
)
def test_the_page_that_parameters_and_header_both_allow(
    text: str, header: str | None, expected: tuple[int | None, int]
) -> None:
    read = parse_query(text, range_header=header)
    assert (read.limit, read.offset) == expected


@pytest.mark.parametrize(("text", "header"), [("limit=-1", None), ("", "5-2"), ("limit=2", "3-9")])
def test_a_page_that_cannot_be(text: str, header: str | None) -> None:
    assert refusal(text, range_header=header).code == "PGRST103"


@pytest.mark.parametrize(
    ("text", "code", "details"),
    [
        ("id=5", "PGRST100", 'unexpected "5" expecting "not" or operator (eq, gt, ...)'),
        ("id=noop.5", "PGRST100", 'unexpected "n" expecting "not" or operator (eq, gt, ...)'),
        ("id=in.1,2", "PGRST100", 'unexpected "1" expecting "("'),
        ("id=is.5", "PGRST100", 'unexpected "5" expecting isVal: (null, not_null, true, false, unknown)'),
        ("or=(id.eq.1", "PGRST100", 'unexpected end of input expecting ")"'),
        ("order=id.up", "PGRST100", 'unexpected "u" expecting "asc", "desc", "nullsfirst" or "nullslast"'),
        ("select=name::", "PGRST100", "unexpected end of input expecting letter or digit"),
        ("select=count()", "PGRST123", None),
        ("select=size.sum()", "PGRST123", None),
        ("select=id,parts(*)", "PGRST127", "This server embeds no resources in others."),
        ("parts.id=eq.1", "PGRST108", None),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, code: str, details: str | None) -> None:
    refused = refusal(text)
    assert (refused.code, refused.details) == (code, details)


def test_arguments_of_a_function_are_what_is_no_condition() -> None:
    read = parse_query("a=1&b=eq.2&a=x&limit=3", function=True)
    assert read.arguments == (("a", "1"), ("a", "x"))
    assert read.conditions == (Condition(Field("b"), "eq", "2"),)


def test_quantifiers_and_languages() -> None:
    read = query(a="like(any).{x*,y*}", b="fts(english).cat", c="not.isdistinct.1")
    assert read.conditions == (
        Condition(Field("a"), "like", "{x*,y*}", quantifier="any"),
        Condition(Field("b"), "fts", "cat", language="english"),
        Condition(Field("c"), "isdistinct", "1", negated=True),
    )
