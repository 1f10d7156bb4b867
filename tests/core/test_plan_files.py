"""Plan files hold what was planned, page by page, and nobody can change them unseen."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadPlan, WorkspaceError
from core.models import PlanHead, Step, StepKind
from core.plan_files import FORMAT, PlanFile, check, read_head, read_steps, read_verified
from core.plan_lines import read_step, write_step
from core.workspace import system_now

VALUES = st.one_of(st.none(), st.integers(), st.floats(allow_nan=False), st.text(), st.binary())
ROWS = st.none() | st.dictionaries(st.text(max_size=5), VALUES, max_size=4)
STEPS = st.builds(
    Step,
    n=st.integers(1, 10**9),
    kind=st.sampled_from(StepKind),
    finding=st.text("0123456789abcdef", max_size=16),
    bucket=st.text(max_size=8),
    key=st.text(st.characters(), max_size=8) | st.just("bad\udcff"),
    size_bytes=st.integers(0, 2**50),
    etag=st.none() | st.text(min_size=1, max_size=4),
    version=st.none() | st.text(min_size=1, max_size=4),
    removal=st.sampled_from(["", "quarantine", "archive"]),
    place=st.text(max_size=4),
    same_as=st.text(max_size=4),
    table=st.text(max_size=4),
    key_columns=st.lists(st.text(max_size=3), max_size=2).map(tuple),
    row_key=st.lists(VALUES, max_size=2).map(tuple),
    before=ROWS,
    after=ROWS,
    because=st.none() | st.integers(1, 99),
    needs=st.lists(st.integers(1, 99), max_size=3).map(tuple),
    changed=st.none() | st.datetimes(timezones=st.just(UTC)),
)


def head() -> PlanHead:
    return PlanHead(FORMAT, "here", 7, system_now(), "p1", "", 0, {}, 0, None, "desk", "quarantine", ())


def numbered(steps: list[Step]) -> list[Step]:
    return [replace(step, n=n) for n, step in enumerate(steps, 1)]


def written(path: Path, steps: list[Step]) -> PlanHead:
    file = PlanFile(path)
    file.add(numbered(steps))
    return file.finish(head())


def a_step(n: int) -> Step:
    return Step(n, StepKind.DELETE_OBJECT, bucket="photos", key=f"{n:07}.jpg", size_bytes=3, etag="e", version="v")


@given(STEPS)
def test_a_step_comes_back_from_its_line(step: Step) -> None:
    line = write_step(step)
    assert "\n" not in line
    assert read_step(line.encode()) == step


@given(steps=st.lists(STEPS, max_size=12), data=st.data())
@settings(max_examples=150)
def test_any_changed_byte_is_noticed(
    steps: list[Step], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("plan") / "p.jsonl"
    made = written(path, steps)
    assert list(read_verified(path)) == numbered(steps)
    assert read_head(path) == check(path) == made
    raw = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != raw[at]))
    path.write_bytes(raw)
    with pytest.raises(BadPlan):
        list(read_verified(path))
    with pytest.raises(BadPlan):
        check(path)


@given(cut=st.integers(1, 400))
@settings(max_examples=40)
def test_a_plan_that_was_cut_short_or_grew_is_noticed(cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("plan") / "p.jsonl"
    written(path, [a_step(n) for n in range(1, 9)])
    whole = path.read_bytes()
    for raw in (whole[:-cut], whole + b"\n", whole + whole[-cut:]):
        path.write_bytes(raw)
        with pytest.raises(BadPlan):
            list(read_verified(path))
        with pytest.raises(BadPlan):
            check(path)


def test_the_head_counts_what_the_steps_say(tmp_path: Path) -> None:
    row = Step(0, StepKind.DELETE_ROW, table="images", size_bytes=9, before={"id": 1})
    made = written(tmp_path / "p.jsonl", [a_step(1), row, a_step(3)])
    assert (made.steps, made.bytes, made.by_kind) == (3, 6, {"delete_object": 2, "delete_row": 1})


@given(start=st.integers(0, 20_100), limit=st.integers(0, 50))
@settings(max_examples=60)
def test_a_page_from_the_middle_is_the_page_of_the_whole(
    start: int, limit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "paged.jsonl"
    if not path.exists():
        written(path, [replace(a_step(n), key="k" * (n * 7919 % 300)) for n in range(1, 20_001)])
    numbers = [step.n for step in read_steps(path, start, limit)]
    assert numbers == list(range(start + 1, min(start + limit, 20_000) + 1))


def test_writing_replaces_what_was_there_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text("old")
    written(path, [a_step(1)])
    assert [step.n for step in read_verified(path)] == [1]
    assert list(tmp_path.iterdir()) == [path]


def test_an_abandoned_plan_leaves_the_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text("old")
    file = PlanFile(path)
    file.add([a_step(1)])
    file.abandon()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_steps_out_of_order_are_a_mistake_of_the_program(tmp_path: Path) -> None:
    file = PlanFile(tmp_path / "p.jsonl")
    with pytest.raises(ValueError):
        file.add([a_step(2)])
    file.abandon()


def test_a_folder_that_is_not_there_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"cannot be written: No such file"):
        PlanFile(tmp_path / "nowhere" / "p.jsonl")


@pytest.mark.parametrize(
    "text", ["", "hello", "{}\n", "[]\n", '{"format":"bucketdesk-plan/1"}\n', "\ufeff{}\n", "[" * 9999]
)
def test_what_is_no_plan_is_said_to_be_none(text: str, tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(text)
    with pytest.raises(BadPlan, match="is not a plan"):
        read_head(path)


def test_a_plan_that_is_not_there_or_of_a_later_format_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadPlan, match="cannot be read"):
        read_head(tmp_path / "p.jsonl")
    written(tmp_path / "p.jsonl", [])
    text = (tmp_path / "p.jsonl").read_text().replace("plan/1", "plan/2")
    (tmp_path / "p.jsonl").write_text(text)
    with pytest.raises(BadPlan, match="does not read"):
        read_head(tmp_path / "p.jsonl")


def test_memory_stays_flat_whatever_the_number_of_steps(tmp_path: Path) -> None:
    def many(start: int, count: int) -> Iterator[Step]:
        return (a_step(n) for n in range(start, start + count))

    tracemalloc.start()
    file = PlanFile(tmp_path / "p.jsonl")
    file.add(many(1, 20_000))
    file.finish(head())
    for _ in read_verified(tmp_path / "p.jsonl"):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20
