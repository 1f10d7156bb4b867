"""One command's work on one project: opens the engine, runs the work, and ends orderly whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from core.cli.asked import Asked
from core.cli.terminal import Terminal
from core.errors import NotFound
from core.profiles import PRACTICE
from core.progress import Report
from core.waiting import watching

if TYPE_CHECKING:
    from core.engine import Engine

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Session:
    """What a command has at hand."""

    asked: Asked
    terminal: Terminal

    @classmethod
    def of(cls, context: typer.Context) -> Session:
        """The session that this command runs in."""
        session = context.find_object(cls)
        assert session is not None
        return session

    def command(self, *words: str | Path) -> str:
        """A further command on the same project, as a person would type it."""
        project = ["--practice"] if self.asked.practice else []
        if self.asked.profile:
            project = ["--profile", self.asked.profile]
        return shlex.join(["bucketdesk-cli", *project, *map(str, words)])

    async def say_why_empty(self, engine: Engine) -> None:
        """Tells a list without entries from one that nobody has filled yet."""
        if (await engine.status()).scanned_at is None:
            self.terminal.say(f"Nothing has been scanned yet. Next: {self.command('scan')}")
        else:
            self.terminal.say("Nothing matches.")

    def run(self, work: Callable[[Engine, Report], Awaitable[T]]) -> T:
        """Opens the project, does the work with a progress bar, closes it. Ctrl-C cancels the work, which puts its
        affairs in order first, and then raises `KeyboardInterrupt`."""
        return self.run_alone(lambda report: self._in_engine(work, report))

    def run_alone(self, work: Callable[[Report], Awaitable[T]]) -> T:
        """Like `run`, for work that needs no project."""

        async def main() -> T:
            _end_orderly_on_sigterm()
            with self.terminal.progress() as bar, watching(bar) as report:
                return await work(report)

        return asyncio.run(main())

    async def _in_engine(self, work: Callable[[Engine, Report], Awaitable[T]], report: Report) -> T:
        from core.engine import find_profile, open_engine  # late: `--help` and wrong usage need none of it

        name = self.asked.profile_name
        profile = find_profile(name)
        if profile.kind == PRACTICE and profile.catalog is not None and not profile.catalog.exists():
            raise NotFound("There is no practice project yet.", "bucketdesk-cli practice reset makes one.")
        engine = await open_engine(profile)
        try:
            if not self.asked.chose_profile and not self.terminal.as_json:
                self.terminal.note(f"Project: {name} (choose another with --profile NAME)")
            for notice in engine.notices:
                self.terminal.warn(notice)
            return await work(engine, report)
        finally:
            await engine.close()


def _end_orderly_on_sigterm() -> None:
    task = asyncio.current_task()
    if task is not None:
        with contextlib.suppress(NotImplementedError):  # on Windows there is no such thing
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
