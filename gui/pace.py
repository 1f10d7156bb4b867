"""How fast work goes: items a second and the time left, from the clock and the count alone."""

from __future__ import annotations

from core.progress import Progress

_HALF_LIFE_SECONDS = 3.0
_SURE_AFTER_SECONDS = 0.6


class Pace:
    """A moving average of items a second that forgets half of what it knew in three seconds."""

    def __init__(self, now: float) -> None:
        self.started = now
        self._last = now
        self._done = 0
        self._rate = 0.0
        self._weight = 0.0

    @property
    def is_changing(self) -> bool:
        """Whether a number that depends on the clock is shown, so that it must be drawn anew."""
        return self._weight > 0

    def seconds(self, now: float) -> float:
        """How long it has been at work."""
        return now - self.started

    def note(self, done: int, now: float) -> None:
        """Takes the count at this moment; a count that fell (a restarted listing) begins anew."""
        passed = now - self._last
        if passed <= 0:
            return
        if done < self._done:
            self._rate = self._weight = 0.0
        else:
            keep = 0.5 ** (passed / _HALF_LIFE_SECONDS)
            self._rate = self._rate * keep + (done - self._done) / passed * (1 - keep)
            self._weight = self._weight * keep + (1 - keep)
        self._done, self._last = done, now

    def per_second(self) -> float | None:
        """Items a second; None while too little was seen."""
        if self._last - self.started < _SURE_AFTER_SECONDS or self._weight == 0 or self._done == 0:
            return None
        return self._rate / self._weight

    def seconds_left(self, progress: Progress) -> float | None:
        """Until everything is done at this pace; None while the total or the pace is unknown."""
        rate = self.per_second()
        if progress.total is None or not rate:
            return None
        return max(0.0, (progress.total - progress.done) / rate)
