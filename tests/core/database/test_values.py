"""Values as text: whatever a row holds is read, compared and written back without loss."""

from __future__ import annotations

import json
import math
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.core.database.projects import Project, change

TEXT = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
JSON = some.recursive(
    some.none() | some.booleans() | some.integers(-(10**20), 10**20) | TEXT,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
COLUMNS = {
    "a_text": ("text", TEXT),
    "a_varchar": ("varchar(40)", TEXT),
    "a_char": ("char(5)", some.text(string.ascii_letters + " ", max_size=5)),
    "a_uuid": ("uuid", some.uuids().map(str)),
    "a_bool": ("boolean", some.booleans().map(str)),
    "an_int": ("integer", some.integers(-(2**31), 2**31 - 1).map(str)),
    "a_bigint": ("bigint", some.integers(-(2**63), 2**63 - 1).map(str)),
    "a_numeric": ("numeric", some.decimals(allow_nan=False, allow_infinity=False).map(str) | some.just("NaN")),
    "a_real": ("real", some.floats(width=32).map(repr)),
    "a_double": ("double precision", some.floats().map(lambda x: "Infinity" if x == math.inf else repr(x))),
    "a_stamp": ("timestamptz", some.datetimes().map(lambda d: f"{d}+00")),
    "a_date": ("date", some.dates().map(str)),
    "an_interval": (
        "interval",
        some.timedeltas().map(lambda t: f"{t.days} days {t.seconds} seconds {t.microseconds} us"),
    ),
    "some_bytes": ("bytea", some.binary(max_size=20).map(lambda b: f"\\x{b.hex()}")),
    "a_json": ("json", JSON.map(json.dumps).filter(lambda t: "\\u0000" not in t)),
    "a_jsonb": ("jsonb", JSON.map(json.dumps).filter(lambda t: "\\u0000" not in t)),
    "texts": ("text[]", some.lists(some.none() | TEXT, max_size=3).map(lambda x: _array(x))),
    "ints": ("int[]", some.lists(some.integers(-9, 9), max_size=3).map(lambda x: f"{{{','.join(map(str, x))}}}")),
    "a_mood": ("mood", some.sampled_from(["fine", 'so "so"', "it's bad"])),
    "an_inet": ("inet", some.ip_addresses().map(str)),
    "a_range": ("int4range", some.sampled_from(["[1,5)", "empty", "(,3]"])),
    "a_bit": ("bit varying(8)", some.text("01", max_size=8)),
    "a_name": ("name", some.text(string.ascii_letters, max_size=20)),
}


def _array(values: list[str | None]) -> str:
    quoted = ("NULL" if v is None else '"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"' for v in values)
    return f"{{{','.join(quoted)}}}"


@pytest.fixture(scope="module")
def kinds(shared: Project) -> Project:
    shared.sql("create type mood as enum ('fine', 'so \"so\"', 'it''s bad')")
    listed = ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items())
    shared.sql(f"create table kinds (id int primary key, {listed}); create table copies (like kinds including all)")
    # what a session may be set to must not matter
    shared.sql("set datestyle = 'German'; set timezone = 'Asia/Kathmandu'; set intervalstyle = 'iso_8601'")
    shared.sql("set extra_float_digits = -3; set bytea_output = 'escape'")
    return shared


@settings(max_examples=60)
@given(values=some.fixed_dictionaries({name: some.none() | values for name, (_, values) in COLUMNS.items()}))
def test_a_row_of_every_type_survives_reading_comparing_and_writing(
    kinds: Project, values: dict[str, str | None]
) -> None:
    kinds.sql("truncate kinds; truncate copies")
    names = ", ".join(values)
    casts = ", ".join(f"%s::text::{COLUMNS[name][0]}" for name in values)
    kinds.sql(f"insert into kinds (id, {names}) values (1, {casts})", *values.values())
    (row,) = kinds.value("select bucketdesk_rows_by_key('kinds', '{id}', '[[\"1\"]]')")  # type: ignore[misc]
    columns = list(row)
    page = kinds.value("select bucketdesk_read_rows('kinds', '{id}', %s)", columns)
    assert isinstance(page, dict)
    assert page["rows"] == [["1", *row.values()]]
    changed = {**row, "an_int": "7" if row["an_int"] != "7" else "8"}
    inserted, updated = kinds.batch(
        change("insert", "copies", {"id": "1"}, None, row), change("update", "kinds", {"id": "1"}, row, changed)
    )
    assert (inserted["result"], inserted["row"]) == ("done", row), inserted["reason"]
    assert (updated["result"], updated["row"]) == ("done", changed), updated["reason"]
    again = change("insert", "copies", {"id": None}, None, {k: v for k, v in row.items() if k != "id"})
    assert kinds.batch(again)[0]["row"] == row
    deleted = kinds.results(change("delete", "copies", {"id": "1"}, row))
    assert deleted == ["done"]


def test_texts_are_printed_as_agreed(project: Project) -> None:
    project.sql(
        "create table t (id int primary key, b bool, f float8, n numeric(6, 2), s timestamptz, d date, i interval, "
        "y bytea, a text[], j jsonb)"
    )
    project.sql(
        "insert into t values (1, true, 0.1, 2.5, '2026-03-04 05:06:07.8+02', '2026-03-04', '1 day 2 hours', "
        "'\\x00ff', "
        "array['a', 'b c', null, 'NULL'], '{\"b\": 1.0, \"a\": null}')"
    )
    (row,) = project.value("select bucketdesk_rows_by_key('t', '{id}', '[[1]]')")  # type: ignore[misc]
    assert row == {
        "id": "1",
        "b": "true",
        "f": "0.1",
        "n": "2.50",
        "s": "2026-03-04 03:06:07.8+00",
        "d": "2026-03-04",
        "i": "1 day 02:00:00",
        "y": "\\x00ff",
        "a": '{a,"b c",NULL,"NULL"}',
        "j": '{"a": null, "b": 1.0}',
    }


def test_times_of_objects_are_iso_in_utc_to_the_microsecond(project: Project) -> None:
    project.make_bucket("b")
    project.sql(
        "insert into storage.objects (bucket_id, name, created_at, updated_at, metadata) "
        "values ('b', 'x', '2026-03-04 05:06:07+02', '2026-03-04 05:06:07.123456+02', "
        '\'{"size": "12", "eTag": "\\"ab\\""}\')'
    )
    (found,) = project.value("select bucketdesk_list_objects('b') -> 'objects'")  # type: ignore[misc]
    assert found[2:7] == [12, "ab", None, "2026-03-04T03:06:07+00:00", "2026-03-04T03:06:07.123456+00:00"]
