"""A service that asks to be left alone for a while: whoever watches the work is told until when."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core.progress import Progress, Report

_SOON = timedelta(minutes=1)
_TODAY = timedelta(hours=12)


class Watched:
    """A report that, while something of the work waits, says so in place of what is under way."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._latest = Progress(0)
        self._waits: list[datetime] = []

    def __call__(self, progress: Progress) -> None:
        self._latest = progress
        if self._waits:
            until = max(self._waits)
            note = f"Waiting until {moment(until)}, as the service asked"
            progress = replace(progress, note=note, waiting_until=until)
        self._report(progress)

    @contextlib.contextmanager
    def waiting(self, until: datetime) -> Iterator[None]:
        """Something waits meanwhile; several may."""
        self._waits.append(until)
        self(self._latest)
        try:
            yield
        finally:
            self._waits.remove(until)
            self(self._latest)


_watched: ContextVar[Watched | None] = ContextVar("watched", default=None)


@contextlib.contextmanager
def watching(report: Report) -> Iterator[Report]:
    """The report for work that is done meanwhile, in this task and those it starts: it is told of their waits too."""
    watched = Watched(report)
    token = _watched.set(watched)
    try:
        yield watched
    finally:
        _watched.reset(token)


@contextlib.contextmanager
def waiting(seconds: float) -> Iterator[None]:
    """Tells whoever watches this work that it waits so long, because a service asked for it."""
    watched = _watched.get()
    if watched is None:
        yield
        return
    with watched.waiting(datetime.now(UTC) + timedelta(seconds=seconds)):
        yield


def moment(until: datetime, now: datetime | None = None) -> str:
    """A time to come as the clock on the wall will show it, never too early: with seconds when it is near, with the
    day when it is far."""
    left = until - (now or datetime.now(UTC))
    step = timedelta(seconds=1) if left < _SOON else timedelta(minutes=1)
    local = (until + step - timedelta(microseconds=1)).astimezone()
    if left < _SOON:
        return f"{local:%H:%M:%S}"
    return f"{local:%H:%M}" if left < _TODAY else f"{local:%Y-%m-%d %H:%M}"
