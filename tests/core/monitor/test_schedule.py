"""The pace of monitoring: even, a little off, slower after errors, and no hurry after a long sleep."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.monitor.schedule import JITTER, LONGEST, pause, wait
from tests.core.monitor.projects import START, TestClock

EVERY = st.integers(1, 600).map(lambda minutes: timedelta(minutes=minutes))
CHANCE = st.floats(0, 1)


def test_a_quiet_project_is_looked_at_every_five_minutes_give_or_take_a_tenth() -> None:
    five = timedelta(minutes=5)
    assert [pause(five, 0, chance) for chance in (0, 0.5, 1)] == [five * 0.9, five, five * 1.1]
    assert [pause(five, failures, 0.5) for failures in range(6)] == [
        timedelta(minutes=minutes) for minutes in (5, 10, 20, 40, 60, 60)
    ]


def test_a_folder_that_takes_a_minute_to_walk_is_not_walked_every_five() -> None:
    assert pause(timedelta(minutes=5), 0, 0.5, timedelta(minutes=1)) == timedelta(minutes=20)
    assert pause(timedelta(minutes=5), 0, 0.5, timedelta(seconds=2)) == timedelta(minutes=5)


@given(EVERY, st.integers(0, 10_000), CHANCE)
def test_more_errors_never_shorten_the_pause_and_there_is_a_limit(
    every: timedelta, failures: int, chance: float
) -> None:
    length = pause(every, failures, chance)
    assert pause(every, failures + 1, chance) >= length
    assert every * (1 - JITTER) <= length <= max(every, LONGEST) * (1 + JITTER)


@given(st.floats(0, 10_000))
async def test_waiting_takes_as_long_as_it_should(seconds: float) -> None:
    clock = TestClock()
    await wait(clock, timedelta(seconds=seconds))
    assert seconds - 0.001 <= clock.elapsed() <= seconds + 0.1


async def test_a_computer_that_slept_through_the_pause_looks_once_it_is_awake() -> None:
    clock = TestClock()

    def asleep() -> None:
        clock.at += timedelta(hours=8)  # the other clock stood still meanwhile

    clock.then = asleep
    await wait(clock, timedelta(minutes=5))
    assert len(clock.slept) == 1


async def test_a_clock_that_is_set_back_makes_no_pause_longer() -> None:
    clock = TestClock()

    def set_back() -> None:
        clock.at = START - timedelta(days=400)

    clock.then = set_back
    await wait(clock, timedelta(minutes=5))
    assert clock.elapsed() <= 301
