"""What is sent keeps to its limits, whichever they are by now, and nothing is saved up."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import traffic
from core.clients.supabase.files import Body
from core.traffic import Throttle, Traffic, bounded


@dataclass
class Bounds:
    bytes_per_second: int | None = None
    requests_per_second: float | None = None


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(traffic.asyncio, "sleep", made.sleep)
    return made


async def test_bytes_go_at_the_rate_that_is_allowed_and_inside_a_large_body_too(clock: Clock) -> None:
    bounds = Bounds(bytes_per_second=100_000)
    with bounded(Traffic(bounds, now=lambda: clock.now)):
        for _ in range(100):
            await traffic.carry(1 << 16)
    assert clock.now - 100 == pytest.approx(99 * (1 << 16) / 100_000, rel=0.01)


async def test_a_body_that_is_sent_in_pieces_keeps_to_the_limit_inside(clock: Clock) -> None:
    bounds, sent, moved = Bounds(bytes_per_second=1 << 20), [], []
    with bounded(Traffic(bounds, moved=moved.append, now=lambda: clock.now)):
        async for piece in Body(bytes(8 << 20), lambda count: None):
            sent.append((clock.now - 100, len(piece)))
    assert sum(size for _, size in sent) == sum(moved) == 8 << 20
    for seconds in (1.0, 2.0, 5.0):
        by_then = sum(size for at, size in sent if at <= seconds)
        assert by_then == pytest.approx(seconds * (1 << 20), rel=0.1)


async def test_a_limit_that_changes_in_the_middle_of_a_wait_is_heard(clock: Clock) -> None:
    bounds = Bounds(bytes_per_second=1_000)
    with bounded(Traffic(bounds, now=lambda: clock.now)):
        await traffic.carry(1_000_000)  # the first goes at once, the next would wait 1,000 seconds
        waiting = asyncio.ensure_future(traffic.carry(1))
        bounds.bytes_per_second = None
        await waiting
        assert clock.now - 100 < 1
        for _ in range(1_000):
            await traffic.carry(1_000_000)
        assert clock.now - 100 < 1


async def test_nothing_is_saved_up_while_nothing_is_sent(clock: Clock) -> None:
    bounds = Bounds(requests_per_second=2)
    with bounded(Traffic(bounds, now=lambda: clock.now)):
        await traffic.ask()
        clock.now += 3_600
        before = clock.now
        for _ in range(11):
            await traffic.ask()
    assert clock.now - before == pytest.approx(5.0, rel=0.01)


async def test_outside_of_such_work_there_is_no_limit_and_nobody_to_tell(clock: Clock) -> None:
    await traffic.ask()
    await traffic.carry(1 << 40)
    traffic.hindered()
    assert clock.now == 100.0


@given(
    rate=st.floats(1, 1e6),
    steps=st.lists(st.tuples(st.floats(0, 10), st.floats(0, 1e5)), min_size=1, max_size=50),
)
def test_whoever_asks_and_whenever_no_more_goes_by_than_allowed(rate: float, steps: list[tuple[float, float]]) -> None:
    now = 0.0
    throttle = Throttle(lambda: rate, lambda: now)
    turns: list[tuple[float, float]] = []
    for pause, amount in steps:
        now += pause
        turns.append((now + throttle.left(throttle.enter(amount)), amount))
    for first in range(len(turns)):
        for last in range(first + 1, len(turns)):
            sent = sum(amount for _, amount in turns[first:last])
            assert sent <= rate * (turns[last][0] - turns[first][0]) * (1 + 1e-9) + 1e-3
