"""Until when a wait lasts, as a clock on the wall shows it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.waiting import moment

NOW = datetime(2026, 3, 10, 12, 0, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "form", "shown"),
    [
        (4.5, "%H:%M:%S", (12, 0, 5)),
        (90, "%H:%M", (12, 2, 0)),
        (3600 - 0.25, "%H:%M", (13, 0, 0)),
        (3600, "%H:%M", (13, 1, 0)),
        (11 * 3600, "%H:%M", (23, 1, 0)),
        (12 * 3600 - 0.25, "%H:%M", (24, 0, 0)),
        (30 * 3600, "%Y-%m-%d %H:%M", (42, 1, 0)),
    ],
)
def test_nobody_who_comes_back_at_the_time_shown_comes_too_early(
    seconds: float, form: str, shown: tuple[int, int, int]
) -> None:
    hours, minutes, rest = shown
    expected = NOW.replace(hour=0, microsecond=0) + timedelta(hours=hours, minutes=minutes, seconds=rest)
    assert moment(NOW + timedelta(seconds=seconds), NOW) == expected.astimezone().strftime(form)
