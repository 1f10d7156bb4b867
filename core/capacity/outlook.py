"""Forecasts from the history of buckets, made anew when something changed or a day began."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta

from core.capacity.forecast import ENOUGH_DAYS, forecast_of
from core.capacity.models import Forecast, Sample, Span
from core.capacity.samples import read_extent, read_levels
from core.capacity.thinning import DAY
from core.profiles import Family
from core.workspace import system_now, to_micros

_LOOKED_BACK = timedelta(days=200)
"""What lies further back weighs nothing in a forecast (its memory is 45 days)."""


class Outlook:
    """Ten thousand forecasts take seconds: of a bucket in which nothing happened since, the one made earlier in the day
    holds."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], tuple[tuple[object, ...], Forecast]] = {}

    def read(self, c: sqlite3.Connection, project: str, rules: Family, latest: Sample) -> Forecast:
        """When a bucket reaches the thresholds of its family."""
        # What was told last is as recent as can be, also after a clock was set back.
        now = max(system_now(), latest.at)
        since, until = to_micros(now - _LOOKED_BACK) // DAY * DAY, to_micros(now)
        extent = read_extent(c, project, latest.bucket, since, until)
        rests_on = (since, *extent, rules.capacity_bytes, rules.cleanup_at, rules.overflow_at)
        made = self._made.get((project, latest.bucket))
        if made is None or made[0] != rests_on or made[1].at > now:
            days = read_levels(c, project, latest.bucket, extent) if extent.spans(ENOUGH_DAYS) else []
            found = forecast_of(days, rules.capacity_bytes, rules.cleanup_at, rules.overflow_at, now)
            self._made[project, latest.bucket] = (rests_on, found)
            return found
        passed = now - made[1].at
        clean_up, overflow, full = (_later(s, passed) for s in (made[1].clean_up, made[1].overflow, made[1].full))
        return replace(made[1], at=now, clean_up=clean_up, overflow=overflow, full=full)


def _later(span: Span | None, passed: timedelta) -> Span | None:
    """The same, seen later on."""
    if span is None:
        return None
    middle, latest = (None if end is None else max(timedelta(0), end - passed) for end in (span.middle, span.latest))
    return Span(max(timedelta(0), span.earliest - passed), middle, latest)
