"""Round after round, until it is cancelled."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

from core.changes import Change
from core.errors import CoreError, WorkspaceError
from core.monitor import allowing
from core.monitor.allowing import Preview
from core.monitor.record import Told, standing_alerts
from core.monitor.rounds import Round, make_round
from core.monitor.schedule import Clock, SystemClock, pause, wait
from core.monitor.watched import Watched

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """How monitoring stands. `failures` are the rounds in a row that could not look; `next_at` is when the next one is
    due, None while none is."""

    last: Round | None = None
    failures: int = 0
    next_at: datetime | None = None


class Monitor:
    """Monitoring of one open project. `chance` gives numbers from 0 to 1."""

    def __init__(
        self, project: Watched, clock: Clock | None = None, chance: Callable[[], float] = random.random
    ) -> None:
        self._project = project
        self._clock: Clock = clock or SystemClock()
        self._chance = chance
        self._lock = asyncio.Lock()
        self.standing = Standing()

    def act_through(self, project: Watched) -> None:
        """From now on looks at the project, and acts on it, through this one: the window shows what takes long."""
        self._project = project

    async def once(self) -> Round:
        """Goes round now, after a round that is under way. One that cannot look says so in `trouble`; the alerts stand
        as they did."""
        async with self._lock:
            made = await self._round()
            failures = self.standing.failures + 1 if made.trouble else 0
            self.standing = Standing(made, failures)
            return made

    async def run(self, tell: Callable[[Round], None], first_after: timedelta = timedelta(0)) -> NoReturn:
        """Goes round until it is cancelled, at the pace of the profile, later while rounds fail; `tell` hears of each
        one."""
        length = first_after
        while True:
            self.standing = Standing(self.standing.last, self.standing.failures, self._clock.now() + length)
            await wait(self._clock, length)
            began = self._clock.elapsed()
            made = await self.once()
            took = timedelta(seconds=self._clock.elapsed() - began)
            length = pause(self._project.profile.monitor_every, self.standing.failures, self._chance(), took)
            self.standing = Standing(made, self.standing.failures, self._clock.now() + length)
            tell(made)

    async def preview(self, family: str) -> Preview:
        """What retention of a family would take today, if it ran by itself; nothing is applied. Raises `CoreError`."""
        return await allowing.preview(self._project, family, self._clock.now())

    async def allow(self, seen: Preview) -> Path:
        """Lets it run by itself from now on. It holds when the project is opened the next time. The file that says so.
        Raises `CoreError`."""
        return await allowing.allow(self._project, seen, self._clock.now())

    async def forbid(self, family: str) -> Path:
        """Takes that back. Raises `CoreError`."""
        return await allowing.forbid(self._project, family)

    async def _round(self) -> Round:
        now = self._clock.now()
        before = self.standing.last.trouble if self.standing.last else ""
        try:
            made = await make_round(self._project, now)
        except CoreError as exc:
            made = Round(now, None, await self._still_told(), (), exc.message, exc.hint)
        if made.trouble and made.trouble != before:
            _log.warning("Monitoring cannot look: %s %s", made.trouble, made.hint)
        if made.trouble != before:
            self._project.changes.say(Change.ALERTS)
        return made

    async def _still_told(self) -> Told:
        try:
            return Told(await standing_alerts(self._project.workspace, self._project.profile.project))
        except WorkspaceError:
            return Told()  # what the round itself came upon says more
