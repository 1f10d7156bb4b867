"""How much went up in spans of time: minutes of an hour, half hours of a day, or days of a month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from core.uploads.status.history import Throughput
from gui import words

HOUR, DAY, MONTH = "hour", "day", "month"
_COUNT = {HOUR: 60, DAY: 48, MONTH: 30}
_MINUTES = {HOUR: 1, DAY: 30, MONTH: 60}
_NAMED = {HOUR: 10, DAY: 6, MONTH: 5}


@dataclass(frozen=True, slots=True)
class Span:
    """What was stored in one span: `began` in local time, and `minutes` long; `name` is '' where none is written."""

    began: datetime
    minutes: int
    name: str = ""
    folders: int = 0
    files: int = 0
    size_bytes: int = 0

    @property
    def title(self) -> str:
        """ "14:02", "14:00–14:30" or "9 Jun 2026"."""
        if self.minutes >= _WHOLE_DAY:
            return words.day(self.began)
        end = self.began + timedelta(minutes=self.minutes)
        return f"{self.began:%H:%M}" if self.minutes == 1 else f"{self.began:%H:%M}–{end:%H:%M}"


_WHOLE_DAY = 24 * 60


def asked(reach: str, now: datetime) -> tuple[datetime, int]:
    """Since when, and in how many minutes together, the tracker is asked."""
    return _first(reach, now).astimezone(UTC), _MINUTES[reach]


def spans_of(reach: str, found: Sequence[Throughput], now: datetime) -> list[Span]:
    """Every span of that reach, the empty ones too, the oldest first."""
    spans = _empty(reach, now)
    places = {span.began: number for number, span in enumerate(spans)}
    for one in found:
        place = places.get(_began(reach, one.at.astimezone(now.tzinfo)))
        if place is not None:
            span = spans[place]
            spans[place] = replace(
                span,
                folders=span.folders + one.folders,
                files=span.files + one.files,
                size_bytes=span.size_bytes + one.size_bytes,
            )
    return spans


def _empty(reach: str, now: datetime) -> list[Span]:
    first, made = _first(reach, now), []
    for number in range(_COUNT[reach]):
        began = first + (timedelta(days=number) if reach == MONTH else timedelta(minutes=number * _MINUTES[reach]))
        minutes = _WHOLE_DAY if reach == MONTH else _MINUTES[reach]
        is_named = (_COUNT[reach] - 1 - number) % _NAMED[reach] == 0
        name = (f"{began.day} {began:%b}" if reach == MONTH else f"{began:%H:%M}") if is_named else ""
        made.append(Span(began, minutes, name))
    return made


def _first(reach: str, now: datetime) -> datetime:
    last = _began(reach, now)
    back = _COUNT[reach] - 1
    return last - (timedelta(days=back) if reach == MONTH else timedelta(minutes=back * _MINUTES[reach]))


def _began(reach: str, moment: datetime) -> datetime:
    """When the span began that this moment lies in."""
    if reach == MONTH:
        return moment.replace(hour=0, minute=0, second=0, microsecond=0)
    every = _MINUTES[reach]
    return moment.replace(minute=moment.minute // every * every, second=0, microsecond=0)
