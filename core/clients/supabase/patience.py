"""How long to wait before asking a service again, and when to stop asking."""

from __future__ import annotations

import asyncio
import email.utils
import random
import time
from datetime import UTC, datetime

import httpx

from core.waiting import waiting


class Patience:
    """Full jitter over growing pauses, and one gate for all requests: where the service says when to come back, nobody
    knocks before. `attempts` counts the first one; a wait over `longest_seconds` is not waited out here."""

    def __init__(
        self,
        *,
        attempts: int = 5,
        first_seconds: float = 0.5,
        most_seconds: float = 15.0,
        longest_seconds: float = 120.0,
    ) -> None:
        self.attempts = attempts
        self._first = first_seconds
        self._most = most_seconds
        self._longest = longest_seconds
        self._closed_until = 0.0
        self._refused_until = 0.0

    @property
    def parked_seconds(self) -> float:
        """How long the gate stays closed, 0 when it is open."""
        return max(0.0, self._closed_until - time.monotonic())

    @property
    def refused_seconds(self) -> float | None:
        """How long the service still wants to be left alone, where that is longer than is waited out here."""
        left = self._refused_until - time.monotonic()
        return left if left > 0 else None

    async def pass_gate(self) -> None:
        """Returns once the service wants to be asked; not everybody in the same moment."""
        while True:
            left = self.parked_seconds
            if left <= 0:
                return
            with waiting(left):
                await asyncio.sleep(left + random.uniform(0, min(left, 1.0)))

    async def wait(self, attempt: int, response: httpx.Response | None = None) -> bool:
        """Waits before attempt number `attempt` + 1; False when there should be none."""
        if attempt >= self.attempts:
            return False
        asked = asked_seconds(response) if response is not None else None
        if asked is None:
            # https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
            await asyncio.sleep(random.uniform(0, min(self._most, self._first * 2.0 ** (attempt - 1))))
            return True
        if asked > self._longest:
            self._refused_until = time.monotonic() + asked
            return False
        self._closed_until = max(self._closed_until, time.monotonic() + asked)
        await self.pass_gate()
        return True


def asked_seconds(response: httpx.Response) -> float | None:
    """How long a response asks to wait, None where it does not say. A date is measured by the service's own clock: ours
    may be wrong."""
    text = response.headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.replace(".", "", 1).isdigit():
        return float(text)
    until = read_date(text)
    if until is None:
        return None
    now = read_date(response.headers.get("date", "")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def read_date(text: str) -> datetime | None:
    """A date as HTTP writes it, in UTC; None for anything else."""
    try:
        found = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
