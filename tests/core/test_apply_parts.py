"""The pure parts of applying: order, places, traces, and what puts a step back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.apply.archive import portions
from core.apply.job import Job
from core.apply.reversal import reverse
from core.apply.windows import levels
from core.apply.zip_archive import member_for
from core.errors import NotAllowed, ServiceError, Unavailable
from core.models import Attributes, Outcome, Result, Step, StepKind
from core.quarantine import place
from core.runs import Entry, StepState
from core.traces import Trace, read_trace, write_trace

VALUES = st.none() | st.integers() | st.text() | st.binary() | st.floats(allow_nan=False)
ROWS = st.dictionaries(st.sampled_from("abcd"), VALUES, min_size=1)


def entry(n: int, *needs: int, kind: StepKind = StepKind.DELETE_OBJECT, **more: object) -> Entry:
    """A waiting step."""
    return Entry(Step(n, kind, needs=needs, **more), StepState.WAITING)  # type: ignore[arg-type]


@given(st.lists(st.sets(st.integers(1, 30), max_size=4), max_size=30))
def test_every_step_comes_after_what_it_needs_and_none_is_lost(needs: list[set[int]]) -> None:
    steps = [entry(n, *sorted(need for need in some if need < n)) for n, some in enumerate(needs, 1)]
    order = [e for level in levels(steps) for e in level]
    seen: set[int] = set()
    for level in levels(steps):
        assert all(set(e.step.needs) <= seen for e in level)
        seen |= {e.step.n for e in level}
    assert sorted(e.step.n for e in order) == [e.step.n for e in steps]


def test_a_place_in_the_quarantine_tells_where_it_came_from_unless_that_is_too_long() -> None:
    assert place("run", Step(7, StepKind.DELETE_OBJECT, bucket="b", key="a/c.png"), 1024) == "run/b/a/c.png"
    assert place("run", Step(7, StepKind.DELETE_OBJECT, bucket="b", key="ä" * 510), 1024) == "run/_/7"
    assert place("run", Step(7, StepKind.DELETE_OBJECT, bucket="b", key="x" * 90), 80) == "run/_/7"
    assert place("run", Step(7, StepKind.DELETE_OBJECT, bucket="_manifest", key="x"), 1024) == "run/_/7"


@pytest.mark.parametrize("key", ["../x", "/etc/passwd", "a//b", "CON.txt", "a:b", "trailing.", "x" * 300, "a/./b"])
def test_an_archived_object_with_an_impossible_name_goes_by_its_number(key: str) -> None:
    assert member_for("b", key, 7) == "_/7"


def test_an_archived_object_keeps_its_own_name_where_it_can() -> None:
    assert member_for("b", "a/ü c.png", 7) == "b/a/ü c.png"


@given(st.lists(st.integers(0, 3 << 30), max_size=9))
def test_no_archive_grows_past_a_gigabyte_but_for_a_single_object(sizes: list[int]) -> None:
    entries = [entry(n, size_bytes=size) for n, size in enumerate(sizes, 1)]
    parts = portions(entries)
    assert [one for part in parts for one in part] == entries
    assert all(part and (len(part) == 1 or sum(e.step.size_bytes for e in part) <= 1 << 30) for part in parts)


@given(ROWS, ROWS, st.text(), st.text())
def test_a_trace_comes_back_from_the_journal_as_it_was(
    before: dict[str, object], row: dict[str, object], where: str, back: str
) -> None:
    attributes = Attributes("image/png", "max-age=1", {"a": where}, datetime(2024, 1, 1, tzinfo=UTC), None)
    trace = Trace(where, "v", attributes, "file", "digest", before, row, back, "drifted", ("run", 3), "b/c")  # type: ignore[arg-type]
    assert read_trace(write_trace(trace)) == trace


def test_an_undone_update_gives_back_every_column_that_the_act_changed() -> None:
    before, left = {"id": 1, "path": "a", "seen": 3}, {"id": 1, "path": "b", "seen": 4}
    step = Step(
        5, StepKind.UPDATE_ROW, table="t", key_columns=("id",), row_key=(1,), before=before, after={"path": "b"}
    )
    back = reverse(Entry(step, StepState.DONE, Trace(before=before, row=left)), "run", 9)
    assert (back.step.n, back.step.kind, back.step.before) == (9, StepKind.UPDATE_ROW, left)
    assert back.step.after == {"path": "a", "seen": 3}
    assert back.trace.origin == ("run", 5)


def test_what_left_no_trace_cannot_be_put_back() -> None:
    with pytest.raises(ValueError, match="5"):
        reverse(entry(5, kind=StepKind.DELETE_ROW), "run")


@pytest.mark.parametrize("earlier", [(), (Unavailable("The answer got lost."),)])
async def test_what_is_refused_after_an_answer_got_lost_is_not_called_failed(earlier: tuple[ServiceError, ...]) -> None:
    says = iter([*earlier, NotAllowed("The sign-in has ended.")])
    nothing: Any = None
    job = Job(nothing, nothing, nothing, nothing, nothing, nothing, pauses=(0.0,))

    async def act() -> tuple[Outcome, ...]:
        raise next(says)

    if earlier:
        with pytest.raises(NotAllowed):
            await job.told(act, 2)
    else:
        assert await job.told(act, 2) == (Outcome(Result.FAILED, "The sign-in has ended."),) * 2
