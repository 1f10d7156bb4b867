"""Long work and short questions: the only place of the window that creates tasks, keeps them and reads their errors."""

from __future__ import annotations

import asyncio
import enum
import logging
import time
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from core.errors import CoreError
from core.progress import Progress, Report
from core.waiting import watching
from gui.pace import Pace

T = TypeVar("T")
_log = logging.getLogger(__name__)
_TICK_MS = 100  # ten a second is as often as anybody reads a number


class JobState(enum.Enum):
    """Where a job is in its life."""

    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class NextStep:
    """A button beside a result: what it says and what it does."""

    text: str
    act: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended, in a sentence, with what a person may want to do next; `tone` is good, warning or danger."""

    text: str
    tone: str = "good"
    steps: tuple[NextStep, ...] = ()


class Job(QObject):
    """One long piece of work that a person started; `moved` comes at most ten times a second."""

    moved = Signal()
    ended = Signal()

    def __init__(self, title: str, group: str, parent: QObject) -> None:
        super().__init__(parent)
        self.title = title
        self.group = group
        self.state = JobState.RUNNING
        self.progress = Progress(0)
        self.pace = Pace(time.monotonic())
        self.ending: Ending | None = None
        self.error: BaseException | None = None
        self._task: asyncio.Task[None] | None = None
        self._shown: Progress | None = None

    @property
    def is_running(self) -> bool:
        """Whether it is still at work, or just stopping."""
        return self.state in (JobState.RUNNING, JobState.STOPPING)

    def report(self, progress: Progress) -> None:
        """Takes news of the work; any thread may call it, as often as it likes."""
        self.progress = progress

    def cancel(self) -> None:
        """Asks the work to stop; what it has done stays done and is recorded."""
        if self.state is JobState.RUNNING and self._task is not None:
            self.state = JobState.STOPPING
            self._task.cancel()
            self.moved.emit()

    async def stop(self) -> None:
        """Cancels the work and waits until it has come to its end."""
        self.cancel()
        if self._task is not None:
            await asyncio.wait({self._task})

    def tick(self, now: float) -> None:
        """Shows the newest news, if there are any."""
        progress = self.progress
        self.pace.note(progress.done, now)
        if progress is not self._shown or self.pace.is_changing:
            self._shown = progress
            self.moved.emit()

    def follow(self, task: asyncio.Task[None]) -> None:
        """Remembers the task that does the work."""
        self._task = task

    def end(self, state: JobState, error: BaseException | None = None) -> None:
        """Records how it ended."""
        self.state, self.error = state, error
        self.pace.note(self.progress.done, time.monotonic())
        self.ended.emit()


@dataclass(frozen=True, slots=True)
class Watching:
    """Work in the background that has no end of its own."""

    task: asyncio.Task[None]

    def cancel(self) -> None:
        """Asks it to end."""
        self.task.cancel()

    async def stop(self) -> None:
        """Cancels it and waits until it has ended."""
        self.task.cancel()
        await asyncio.wait({self.task})


class Jobs(QObject):
    """Starts jobs (shown in Activities), questions (not shown) and what goes on in the background, and ends them
    all."""

    started = Signal(object)
    ended = Signal(object)
    went_wrong = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: list[Job] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._watching: set[asyncio.Task[None]] = set()
        self._newest: dict[Hashable, asyncio.Task[None]] = {}
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self._on_timer_timeout)

    @property
    def running(self) -> list[Job]:
        """The jobs at work, oldest first."""
        return list(self._running)

    @property
    def is_asking(self) -> bool:
        """Whether a question is still open."""
        return self.open_questions > 0

    @property
    def open_questions(self) -> int:
        """How many questions wait for their answer, those of dialogs included."""
        return len(self._tasks) - len(self._running) - len(self._watching)

    def start(
        self,
        title: str,
        work: Callable[[Report], Coroutine[object, object, T]],
        *,
        then: Callable[[T], Ending | None] | None = None,
        stopped: Callable[[Job], Ending | None] | None = None,
        group: str = "",
    ) -> Job:
        """Starts `work` and shows it; `then` makes the closing line of a result, `stopped` of a cancelled one."""
        job = Job(title, group, self)

        async def run() -> None:
            with watching(job.report) as report:
                result = await work(report)
            job.ending = then(result) if then else None

        task = asyncio.get_running_loop().create_task(run())
        job.follow(task)
        self._running.append(job)
        self._keep(task)
        task.add_done_callback(lambda done: self._on_job_done(job, done, stopped))
        self._timer.start()
        self.started.emit(job)
        return job

    def ask(
        self,
        question: Coroutine[object, object, T],
        then: Callable[[T], None] | None = None,
        *,
        failed: Callable[[Exception], None] | None = None,
        newest: Hashable = None,
    ) -> None:
        """Runs a short question; of several with the same `newest` only the last is answered. Errors go to `failed`,
        and without it to `went_wrong`, which shows them."""

        async def run() -> None:
            answer = await question
            if then is not None:
                then(answer)

        task = asyncio.get_running_loop().create_task(run())
        if newest is not None:
            older = self._newest.pop(newest, None)
            if older is not None:
                older.cancel()
            self._newest[newest] = task
        self._keep(task)
        task.add_done_callback(lambda done: self._on_question_done(question, newest, failed, done))

    def watch(self, work: Coroutine[object, object, object], failed: Callable[[BaseException], None]) -> Watching:
        """Runs what goes on in the background until it is stopped. Nobody waits for it: it is neither a job nor a
        question. An error ends it and goes to `failed`."""

        async def run() -> None:
            await work

        def done(task: asyncio.Task[None]) -> None:
            work.close()  # a task cancelled before its first step never began it
            self._watching.discard(task)
            error = None if task.cancelled() else task.exception()
            if error is not None:
                _log_error("the background", error)
                failed(error)

        task = asyncio.get_running_loop().create_task(run())
        self._watching.add(task)
        self._keep(task)
        task.add_done_callback(done)
        return Watching(task)

    def drop(self, newest: Hashable) -> None:
        """Cancels the open question of this name, if there is one: nobody wants its answer any more."""
        task = self._newest.pop(newest, None)
        if task is not None:
            task.cancel()

    async def stop(self, seconds: float) -> bool:
        """Cancels everything but the caller and waits at most `seconds`; says whether all of it ended."""
        mine = asyncio.current_task()
        last = asyncio.get_running_loop().time() + seconds
        while others := {task for task in self._tasks if task is not mine}:  # an answer may lead to a question
            for job in self.running:
                job.cancel()
            for task in others:
                task.cancel()
            _, pending = await asyncio.wait(others, timeout=max(0.0, last - asyncio.get_running_loop().time()))
            if pending:
                return False
        return True

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _on_job_done(self, job: Job, task: asyncio.Task[None], stopped: Callable[[Job], Ending | None] | None) -> None:
        self._running.remove(job)
        if not self._running:
            self._timer.stop()
        if task.cancelled():
            job.ending = stopped(job) if stopped else None
            job.end(JobState.STOPPED)
        elif error := task.exception():
            _log_error(job.title, error)
            job.end(JobState.FAILED, error)
        else:
            job.end(JobState.DONE)
        self.ended.emit(job)

    def _on_question_done(
        self,
        question: Coroutine[object, object, object],
        newest: Hashable,
        failed: Callable[[Exception], None] | None,
        task: asyncio.Task[None],
    ) -> None:
        question.close()  # a task cancelled before its first step never began it
        if newest is not None and self._newest.get(newest) is task:
            del self._newest[newest]
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, Exception) and failed is not None:
            failed(error)
        elif error is not None:
            _log_error("a question", error)
            self.went_wrong.emit(error)

    def _on_timer_timeout(self) -> None:
        now = time.monotonic()
        for job in self.running:
            job.tick(now)


def _log_error(what: str, error: BaseException) -> None:
    """An error that a person can act on is a line; a fault of the program keeps its traceback."""
    if isinstance(error, CoreError):
        _log.warning("%s: %s", what, error)
    else:
        _log.error("%s failed", what, exc_info=error)
