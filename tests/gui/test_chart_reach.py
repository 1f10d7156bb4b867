"""How far the axis of a course goes."""

from __future__ import annotations

from datetime import UTC, datetime

from gui.widgets.chart.course import reach
from gui.widgets.chart.ticks import day_ticks

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()


def test_one_measurement_stands_in_the_middle_of_days_that_have_dates() -> None:
    for times in ([NOON], [NOON - 600, NOON]):
        start, end = reach(times)
        assert start + 80_000 < times[0] <= times[-1] < end - 80_000
        assert len(day_ticks(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC), 5)) == 2


def test_a_history_fills_the_axis() -> None:
    assert reach([NOON - 86_400, NOON - 5, NOON]) == (NOON - 86_400, NOON)
