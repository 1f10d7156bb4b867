"""Exported plans do no harm: not in a spreadsheet, not when run twice, not where the world moved on."""

from __future__ import annotations

import csv
import io
import sqlite3
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadPlan, Usage, WorkspaceError
from core.export import export_plan, harmless
from core.export_sql import statements
from core.models import PlanHead, Step, StepKind, Value
from core.plan_files import FORMAT, PlanFile
from core.workspace import system_now

HEAD = PlanHead(FORMAT, "here", 7, system_now(), "p1", "", 0, {}, 0, None)
TEXT = st.text(max_size=8) | st.binary(max_size=6).map(lambda raw: raw.decode(errors="surrogateescape"))
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), TEXT, st.binary(max_size=8)
)


def row_step(
    n: int, kind: StepKind, row_id: int, before: dict[str, Value] | None, after: dict[str, Value] | None, **more: object
) -> Step:
    return Step(
        n, kind, table='odd "table"', key_columns=("id",), row_key=(row_id,), before=before, after=after, **more
    )  # type: ignore[arg-type]


def opened(rows: Sequence[tuple[int, Value, Value]] = ()) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.text_factory = lambda raw: raw.decode(errors="surrogateescape")
    connection.execute('CREATE TABLE "odd ""table""" (id INTEGER PRIMARY KEY, "a b", c)')
    for row_id, *values in rows:
        marks = [
            ("CAST(? AS TEXT)", v.encode(errors="surrogateescape")) if isinstance(v, str) else ("?", v) for v in values
        ]
        connection.execute(
            f'INSERT INTO "odd ""table""" VALUES (?, {", ".join(mark for mark, _ in marks)})',
            (row_id, *(v for _, v in marks)),
        )
    return connection


def content(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    return connection.execute(
        'SELECT id, typeof("a b"), "a b", typeof(c), c FROM "odd ""table""" ORDER BY id'
    ).fetchall()


def sql(steps: Sequence[Step]) -> str:
    return "\n".join(statements(HEAD, steps))


@given(st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=5))
def test_sql_does_what_the_steps_say_and_nothing_the_second_time(rows: list[tuple[Value, Value, Value]]) -> None:
    connection = opened([(n, a, c) for n, (a, c, _) in enumerate(rows)])
    steps = [
        row_step(n + 1, StepKind.UPDATE_ROW, n, {"id": n, "a b": a, "c": c}, {"a b": new})
        for n, (a, c, new) in enumerate(rows)
    ]
    connection.executescript(sql(steps))
    expected = opened([(n, new, c) for n, (_, c, new) in enumerate(rows)])
    assert content(connection) == content(expected)
    connection.executescript(sql(steps))
    assert content(connection) == content(expected)
    connection.close()
    expected.close()


@pytest.mark.parametrize("number", [6.2511095192335146e-291, 5e-324, sys.float_info.max, -1 / 3, 0.1, 1e22])
def test_sql_holds_every_number_to_its_last_bit(number: float) -> None:
    connection = opened([(1, None, number)])
    connection.executescript(sql([row_step(1, StepKind.UPDATE_ROW, 1, {"c": number}, {"a b": number})]))
    assert content(connection) == [(1, "real", number, "real", number)]
    connection.close()


def test_sql_leaves_rows_alone_that_are_not_as_recorded() -> None:
    connection = opened([(1, "A", 1), (2, "x", 1.5), (3, None, None)])
    before = content(connection)
    steps = [
        row_step(1, StepKind.UPDATE_ROW, 1, {"a b": "a", "c": 1}, {"c": 9}),
        row_step(2, StepKind.DELETE_ROW, 2, {"a b": "x", "c": 1}, None),
        row_step(3, StepKind.DELETE_ROW, 3, {"a b": None, "c": 0}, None),
    ]
    connection.executescript(sql(steps))
    assert content(connection) == before
    connection.close()


def test_sql_deletes_a_row_only_after_what_hangs_on_it() -> None:
    connection = opened([(1, "child", 1), (2, "parent", 1)])
    child = row_step(1, StepKind.DELETE_ROW, 1, {"a b": "changed since", "c": 1}, None, because=2)
    parent = row_step(2, StepKind.DELETE_ROW, 2, {"a b": "parent", "c": 1}, None, needs=(1,))
    connection.executescript(sql([child, parent]))
    assert [row[0] for row in content(connection)] == [1, 2]
    connection.executescript(sql([replace(child, before={"a b": "child", "c": 1}), parent]))
    assert content(connection) == []
    connection.close()


@pytest.mark.parametrize("key", [(7,), ()])
def test_sql_inserts_a_row_once(key: tuple[Value, ...]) -> None:
    connection = opened()
    after: dict[str, Value] = {"a b": "it's.jpg", "c": "pending", **({"id": 7} if key else {})}
    step = replace(row_step(1, StepKind.INSERT_ROW, 7, None, after), row_key=key, bucket="photos", key="it's.jpg")
    connection.executescript(sql([step]))
    connection.executescript(sql([step]))
    assert [row[2:] for row in content(connection)] == [("it's.jpg", "text", "pending")]
    connection.close()


def test_sql_never_touches_objects_and_comments_cannot_be_escaped() -> None:
    steps = [
        Step(1, StepKind.DELETE_OBJECT, bucket="photos", key="a\n; DELETE FROM x; --\u2028"),
        Step(2, StepKind.DELETE_ROW, table="storage.objects", key_columns=("id",), row_key=(1,), before={}),
        Step(3, StepKind.DELETE_ROW, table="Storage.Buckets", key_columns=("id",), row_key=(1,), before={}),
    ]
    lines = [line for line in sql(steps).splitlines() if not line.startswith("--")]
    assert lines == ["BEGIN;", "COMMIT;"]


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def plan(tmp_path: Path) -> Callable[[Sequence[Step]], Path]:
    def write(steps: Sequence[Step]) -> Path:
        file = PlanFile(tmp_path / "p.jsonl")
        file.add(steps)
        file.finish(HEAD)
        return tmp_path / "p.jsonl"

    return write


@given(st.text(max_size=12))
@settings(max_examples=200)
def test_no_cell_is_a_formula(cell: str) -> None:
    safe = harmless(cell)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe.endswith(cell)


async def test_csv_has_a_line_for_each_step(plan: Callable[[Sequence[Step]], Path], tmp_path: Path) -> None:
    path = plan([
        Step(1, StepKind.DELETE_OBJECT, bucket="photos", key="=1+1.jpg", size_bytes=3, etag="e", removal="archive"),
        row_step(2, StepKind.UPDATE_ROW, 5, {"a b": 'say "x"\n', "c": b"\x00"}, {"a b": "-1"}),
    ])  # fmt: skip
    await export_plan(path, tmp_path / "out.csv", "csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["step"], first["key"], first["bytes"], first["removal"]) == (
        "delete_object",
        "'=1+1.jpg",
        "3",
        "archive",
    )
    assert (second["table"], second["row_key"], second["after"]) == ('odd "table"', "[5]", '{"a b": "-1"}')
    assert second["before"] == '{"a b": "say \\"x\\"\\n", "c": {"$blob": "AA=="}}'


async def test_an_export_replaces_a_file_whole_or_leaves_it(
    plan: Callable[[Sequence[Step]], Path], tmp_path: Path
) -> None:
    path = plan([Step(1, StepKind.DELETE_OBJECT, bucket="photos", key="a", size_bytes=3)])
    out = tmp_path / "out.sql"
    out.write_text("old")
    path.write_text(path.read_text().replace('"a"', '"b"'))
    with pytest.raises(BadPlan):
        await export_plan(path, out, "sql")
    assert out.read_text() == "old"
    stream = io.StringIO()
    with pytest.raises(BadPlan):
        await export_plan(path, stream, "sql")
    assert stream.getvalue() == ""
    await export_plan(plan([]), out, "sql")
    assert out.read_text().endswith("BEGIN;\nCOMMIT;\n")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.sql", "p.jsonl"]


async def test_wrong_forms_and_folders_get_a_sentence(plan: Callable[[Sequence[Step]], Path], tmp_path: Path) -> None:
    path = plan([])
    with pytest.raises(Usage, match="cannot be exported as “pdf”"):
        await export_plan(path, tmp_path / "x", "pdf")
    with pytest.raises(WorkspaceError, match="cannot be written"):
        await export_plan(path, tmp_path / "nowhere" / "x.csv", "csv")
