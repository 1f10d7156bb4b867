"""A value over time: what it was as a line, what it is likely to be as a dashed line in its band."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QWidget

from gui.theme import SERIES, Theme, Themes
from gui.widgets.chart.charted import Charted
from gui.widgets.chart.plot import room_above
from gui.widgets.chart.shapes import Course
from gui.widgets.chart.ticks import day_ticks, share_ticks, size_ticks

_LINE_TICK_PX, _DAY_TICK_PX = 44, 96
_HOUR, _DAY = 3600.0, 86_400.0


def reach(times: Sequence[float]) -> tuple[float, float]:
    """From when to when an axis goes that shows these times, oldest first. One measurement, or some of one hour, stands
    in the middle of two days: at the very edge it would be half a dot without a date."""
    first, last = times[0], times[-1]
    return (first - _DAY, last + _DAY) if last - first < _HOUR else (first, last)


class _Told(Sequence[str]):
    """What is told of each value, made when it is asked for: there may be ten thousand."""

    def __init__(self, course: Course) -> None:
        self._course = course

    def __len__(self) -> int:
        return len(self._course.times) + len(self._course.ahead)

    def __getitem__(self, number: int) -> str:  # type: ignore[override]
        return self._course.told(number)


class CourseChart(Charted):
    """One course."""

    def __init__(self, themes: Themes, name: str, parent: QWidget | None = None) -> None:
        super().__init__(themes, name, parent)
        self._course: Course | None = None
        self._all_times: list[float] = []

    def show_course(self, course: Course) -> None:
        """Replaces the course."""
        self._course = course
        self._all_times = [*course.times, *(point[0] for point in course.ahead)]
        self.show_values(_Told(course))
        self.draw()

    def nearest(self, x: float, y: float) -> int:
        times = self._all_times
        right = bisect_left(times, x)
        near = [n for n in (right - 1, right) if 0 <= n < len(times)]
        return min(near, key=lambda n: abs(times[n] - x), default=-1)

    def place_of_value(self, number: int) -> QPointF:
        return self.plot.place_of(self._all_times[number], self._value(number))

    def mark(self, number: int) -> None:
        self.plot.show_cursor(None if number < 0 else self._all_times[number])

    def draw_in(self, theme: Theme) -> None:
        course, plot = self._course, self.plot
        plot.begin(theme)
        if course is None or not course.times:
            plot.set_ticks("left", ())
            plot.set_ticks("bottom", ())
            return
        colour = SERIES[5] if theme.is_dark else SERIES[0]
        low, high = self._span(course)
        start, end = reach(self._all_times)
        room = end - start
        plot.set_room((start, end), (low, high))
        lines = max(2, plot.height() // _LINE_TICK_PX)
        plot.set_ticks("left", (size_ticks if course.sizes else share_ticks)(low, high, lines), lines=True)
        days = day_ticks(
            datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC), max(2, plot.width() // _DAY_TICK_PX)
        )
        margin = room * 0.03
        plot.set_ticks("bottom", [tick for tick in days if start + margin <= tick[0] <= end - margin])
        self._draw_ahead(course, colour, theme, low)
        plot.add_line(course.times, course.values, colour)
        plot.add_point(course.times[-1], course.values[-1], colour)
        colours = theme.colours()
        named = [(level.at, level.text, colours[level.tone]) for level in course.levels if low <= level.at <= high]
        plot.add_named_levels(named, start + room * 0.01, 0.0)

    def _draw_ahead(self, course: Course, colour: str, theme: Theme, low: float) -> None:
        if not course.ahead:
            return
        now = (course.times[-1], course.values[-1], course.values[-1], course.values[-1])
        points = [now, *course.ahead]
        times = [point[0] for point in points]
        self.plot.add_band(times, [point[1] for point in points], [point[3] for point in points], colour)
        self.plot.add_line(times, [point[2] for point in points], colour, dashed=True)
        self.plot.add_moment(times[0])
        self.plot.add_label(times[0], low, f"\u00a0{course.today}", theme.muted, (0, 1))

    def _span(self, course: Course) -> tuple[float, float]:
        """The values with some air; a threshold that is not far away is in it, and so is nothing where that is near."""
        values = [*course.values, *(v for point in course.ahead for v in point[1:])]
        low, high = min(values), max(values)
        for level in course.levels:
            if high < level.at <= high * 1.6 or (low * 0.8 < level.at < low):
                low, high = min(low, level.at), max(high, level.at)
        shown = max((level.at for level in course.levels if low <= level.at <= high), default=low)
        air = max((high - low) * 0.12, high * 0.02, 1e-9)
        low = 0.0 if low < (high - low) * 0.8 else low - air
        return low, max(high + air, room_above(shown, low, self.plot.ground.height()))

    def _value(self, number: int) -> float:
        course = self._course
        assert course is not None
        past = len(course.values)
        return course.values[number] if number < past else course.ahead[number - past][2]
