"""The run under way: what it works with, how it waits out trouble, and how it ends a batch that it began."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import TypeVar

from core.errors import CoreError, ServiceError, Unavailable
from core.journal import Ending, RunRecord
from core.models import Outcome, Result, Run, RunState
from core.ports import Catalog, ObjectStore
from core.profiles import Profile
from core.progress import Progress, Report
from core.runs import StepState
from core.workspace import Workspace

T = TypeVar("T")
Seam = Callable[[str], None]
"""Is told the name of each point at which a process may die; a test dies there."""
PAUSES_SECONDS = (0.2, 0.6, 1.8, 5.0)
ENDED = {
    Result.DONE: StepState.DONE,
    Result.SKIPPED: StepState.SKIPPED,
    Result.FAILED: StepState.FAILED,
    Result.DRIFTED: StepState.DRIFTED,
}


def nobody(point: str) -> None:
    """The seam of a run that nobody tests."""


@dataclass(slots=True)
class Job:
    """One run under way. `total` and the tally are for the report only; the journal counts for itself."""

    workspace: Workspace
    store: ObjectStore
    catalog: Catalog
    profile: Profile
    record: RunRecord
    report: Report
    seam: Seam = nobody
    pauses: tuple[float, ...] = PAUSES_SECONDS
    total: int = 0
    tally: dict[StepState, int] = field(default_factory=dict)

    @property
    def batch_size(self) -> int:
        """Most steps that are begun together."""
        return max(1, min(self.store.limits.batch_size, 500))

    async def end(self, endings: list[Ending]) -> None:
        """Commits how steps ended, and reports it."""
        if not endings:
            return
        await self.record.end(endings)
        for ending in endings:
            self.tally[ending.state] = self.tally.get(ending.state, 0) + 1
        self.say()

    def say(self, note: str = "") -> None:
        """Reports how far the run is."""
        ended = [StepState.DONE, StepState.SKIPPED, StepState.FAILED, StepState.DRIFTED]
        skipped = self.tally.get(StepState.SKIPPED, 0) + self.tally.get(StepState.DRIFTED, 0)
        done = sum(self.tally.get(state, 0) for state in ended)
        self.report(Progress(min(done, self.total), self.total, note, self.tally.get(StepState.FAILED, 0), skipped))

    def count(self, run: Run) -> None:
        """Takes over what earlier processes did of this run."""
        self.tally = {
            StepState.DONE: run.done,
            StepState.SKIPPED: run.skipped,
            StepState.FAILED: run.failed,
            StepState.DRIFTED: run.drifted,
        }

    async def finish(self) -> Run:
        """Ends the run: `partly` when a step failed or could not be put back, and for an undo when one drifted."""
        run = await self.record.run()
        troubled = run.failed > 0 or (run.kind == "undo" and run.drifted > 0) or await self.record.is_troubled()
        return await self.record.finish(RunState.PARTLY if troubled else RunState.DONE)

    async def interrupt(self) -> None:
        """The run stops here and can go on. Where that cannot be recorded, the free lock says so as well."""
        with contextlib.suppress(CoreError):
            await self.record.finish(RunState.INTERRUPTED)

    async def patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Asks again, with growing pauses, while the service is unavailable. A bulk call may be made again."""
        for pause in self.pauses:
            try:
                return await ask()
            except Unavailable:
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))
        return await ask()

    async def told(self, act: Callable[[], Awaitable[tuple[Outcome, ...]]], count: int) -> tuple[Outcome, ...]:
        """How each of `count` changes ended. What the service refuses as a whole fails each of them; raises
        `Unavailable` when it is out of reach, and whatever it refuses after it was: an answer may have got lost, so
        that what was done must be looked at again."""
        lost = False

        async def ask() -> tuple[Outcome, ...]:
            nonlocal lost
            try:
                return await act()
            except Unavailable:
                lost = True
                raise

        try:
            return await self.patiently(ask)
        except ServiceError as exc:
            if lost:  # a sign-in that ended meanwhile refuses the question, and not what was done before
                raise
            return (Outcome(Result.FAILED, exc.message),) * count


async def see_through(work: Coroutine[object, object, T]) -> T:
    """Runs `work` to its end even when this task is cancelled meanwhile, and only then is cancelled: what was begun
    must be recorded."""
    task = asyncio.get_running_loop().create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as exc:
            cancelled = exc
    if cancelled is not None:
        if not task.cancelled() and task.exception() is not None:
            raise cancelled from task.exception()
        raise cancelled
    return task.result()
