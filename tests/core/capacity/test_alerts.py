"""Alerts: once, until it is over, and without flickering."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.capacity.alerts import is_news, update
from core.capacity.levels import MARGIN, level_of, percent
from core.capacity.models import Alert, BucketUse, Forecast, Level, Severity, Span

NOW = datetime(2026, 11, 21, tzinfo=UTC)
NEVER = Forecast(NOW, False, 0, 0, 0, None, None, None)


def use(share: float, name: str = "b", days: float | None = None) -> BucketUse:
    forecast = NEVER
    if days is not None:
        when = timedelta(days=days)
        forecast = replace(NEVER, enough=True, overflow=Span(when, when, when))
    size = int(share * 1000)
    return BucketUse(name, "f", "", False, 1, size, 0, 0, 0, 1000, 0.85, 0.95, share, Level.OK, None, forecast)


def rounds(*shares: float) -> list[tuple[Alert, ...]]:
    told: list[tuple[Alert, ...]] = [()]
    for minute, share in enumerate(shares):
        told.append(update(told[-1], [use(share)], NOW + timedelta(minutes=5 * minute)))
    return told[1:]


@pytest.mark.parametrize(
    ("share", "level"),
    [(0.849, Level.OK), (0.85, Level.CLEAN_UP), (0.95, Level.OVERFLOW), (1.0, Level.FULL), (1.7, Level.FULL)],
)
def test_levels_begin_at_their_thresholds(share: float, level: Level) -> None:
    assert level_of(share, 0.85, 0.95) is level


def test_of_a_bucket_without_a_family_nothing_urgent_is_said() -> None:
    (alert,) = update((), [replace(use(3.7), family="")], NOW)
    assert alert.severity is Severity.INFO and "370 %" in alert.what and "family" in alert.next_step
    assert update((), [replace(use(0.5, days=3), family="")], NOW) == ()


def test_a_bucket_on_the_line_does_not_flicker() -> None:
    told = rounds(0.851, 0.849, 0.852, 0.848, 0.86, 0.831)
    assert [[(a.level, a.ended) for a in now] for now in told] == [[(Level.CLEAN_UP, None)]] * 6
    assert [is_news(now[0], before) for before, now in zip([(), *told[:-1]], told, strict=True)] == [True] + [False] * 5


def test_an_alert_ends_below_the_margin_and_begins_anew_as_news() -> None:
    told = rounds(0.9, 0.82, 0.82, 0.9)
    assert told[1][0].ended is not None and told[2] == ()
    assert is_news(told[3][0], told[2]) and told[3][0].since > told[0][0].since


def test_an_acknowledged_alert_stays_quiet_until_it_gets_worse() -> None:
    (first,) = update((), [use(0.9)], NOW)
    seen = (replace(first, acknowledged=True),)
    (same,) = update(seen, [use(0.91)], NOW)
    assert same.acknowledged and not is_news(same, seen)
    (worse,) = update(seen, [use(0.96)], NOW)
    assert not worse.acknowledged and is_news(worse, seen) and worse.severity is Severity.URGENT
    assert worse.since == first.since


def test_a_bucket_that_is_gone_ends_its_alert() -> None:
    told = update(update((), [use(0.9)], NOW), [], NOW)
    assert [a.ended for a in told] == [NOW]
    assert update(told, [], NOW) == ()


def test_what_is_foreseen_is_said_within_two_weeks_and_taken_back_beyond_three() -> None:
    assert update((), [use(0.5, days=20)], NOW) == ()
    said = update((), [use(0.5, days=10)], NOW)
    assert said[0].severity is Severity.INFO and "10 days" in said[0].what
    assert update(said, [use(0.5, days=20)], NOW)[0].ended is None
    assert update(said, [use(0.5, days=25)], NOW)[0].ended is not None


def test_the_worst_come_first() -> None:
    told = update((), [use(0.9, "a"), use(1.2, "b"), use(0.96, "c")], NOW)
    assert [a.bucket for a in told] == ["b", "c", "a"]


@given(st.lists(st.floats(0, 2), max_size=40))
def test_between_two_news_of_one_bucket_it_ended_or_got_worse(shares: list[float]) -> None:
    order = [Level.OK, Level.CLEAN_UP, Level.OVERFLOW, Level.FULL]
    previous: tuple[Alert, ...] = ()
    level = Level.OK
    for share in shares:
        told = update(previous, [use(share)], NOW)
        going = [a for a in told if a.ended is None]
        now = going[0].level if going else Level.OK
        assert any(is_news(a, previous) for a in going) is (order.index(now) > order.index(level))
        if now is not Level.OK:
            threshold = {Level.CLEAN_UP: 0.85, Level.OVERFLOW: 0.95, Level.FULL: 1.0}[now]
            assert share >= threshold - MARGIN
        level, previous = now, told


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0 %"), (0.0004, "< 0.1 %"), (0.012, "1.2 %"), (0.05, "5 %"), (0.354, "35 %"), (1, "100 %")],
)
def test_shares_are_percents_and_what_is_there_is_never_none(share: float, said: str) -> None:
    assert percent(share) == said
