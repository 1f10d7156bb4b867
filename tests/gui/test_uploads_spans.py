"""What went up in each span of time: nothing that was uploaded is missing, and empty spans are there too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.uploads.status.history import Throughput
from gui.tabs.uploads.spans import DAY, HOUR, MONTH, asked, spans_of

NOW = datetime(2026, 11, 21, 14, 7, 33, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(("reach", "count", "minutes"), [(HOUR, 60, 1), (DAY, 48, 30), (MONTH, 30, 1440)])
def test_a_reach_has_all_its_spans_and_names_the_last(reach: str, count: int, minutes: int) -> None:
    spans = spans_of(reach, (), NOW)
    assert len(spans) == count and {span.minutes for span in spans} == {minutes}
    assert spans[-1].began <= NOW < spans[-1].began + timedelta(minutes=minutes)
    assert spans[-1].name and sum(bool(span.name) for span in spans) <= 8
    assert asked(reach, NOW)[0] == spans[0].began


@given(st.sampled_from((HOUR, DAY, MONTH)), st.lists(st.integers(0, 59 * 60), max_size=30))
def test_what_went_up_within_the_reach_is_in_exactly_one_span(reach: str, seconds_ago: list[int]) -> None:
    found = [Throughput(NOW.astimezone(UTC) - timedelta(seconds=ago), 1, 2, 3) for ago in seconds_ago]
    spans = spans_of(reach, found, NOW)
    assert sum(span.folders for span in spans) == len(found)
    assert sum(span.size_bytes for span in spans) == 3 * len(found)
    for one in found:
        held = [span for span in spans if span.began <= one.at < span.began + timedelta(minutes=span.minutes)]
        assert len(held) == 1 and held[0].folders > 0


def test_spans_are_said_as_people_say_times() -> None:
    assert spans_of(HOUR, (), NOW)[-1].title == "14:07"
    assert spans_of(DAY, (), NOW)[-1].title == "14:00–14:30"
    assert spans_of(MONTH, (), NOW.replace(tzinfo=None).astimezone())[-1].title == "21 Nov 2026"
