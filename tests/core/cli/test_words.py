"""Numbers and names as a terminal shows them."""

from __future__ import annotations

import pytest

from core.cli import words
from core.models import Kind, State, StepKind


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [(None, ""), (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (412_300, "412 KB"), (4_300_000, "4.3 MB")],
)
def test_sizes_are_short(size_bytes: int | None, said: str) -> None:
    assert words.size(size_bytes) == said


def test_what_a_plan_does_is_said_in_words() -> None:
    by_kind = {"delete_object": 1, "update_row": 1200}
    assert words.steps(by_kind) == "move 1 object to quarantine, change 1,200 rows"
    assert words.steps(by_kind, 3000, "archive") == "move 1 object (3 KB) to the archive, change 1,200 rows"
    for kind in StepKind:
        assert words.steps({kind: 2})


def test_a_name_cannot_steer_the_terminal() -> None:
    assert words.plain("a\x1b[2Jb\nc\u202ed\udcff é 日") == r"a\x1b[2Jb\nc\u202ed\udcff é 日"


def test_every_kind_and_state_has_its_words() -> None:
    assert set(words.KINDS) == set(Kind)
    assert set(words.COLORS) == set(State)


@pytest.mark.parametrize(("seconds", "said"), [(5.21, "5.2 s"), (65, "1:05"), (3725, "1:02:05")])
def test_durations_are_short(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said
