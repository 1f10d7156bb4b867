"""Everything that is printed or asked: results on stdout, the rest on stderr, questions only where somebody is."""

from __future__ import annotations

import contextlib
import getpass
import json
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from core.cli import words
from core.errors import NeedsConfirmation
from core.progress import Progress, Report

_ENDLESS = 4000
"""Columns when nobody's terminal bounds them: what is piped is never wrapped."""
_TOLD_SECONDS = 30.0
"""So often a line says how far it is where nobody sees a bar."""
_SAME_WAIT = timedelta(seconds=1)
"""Ends of waits so close together are one wait, of several requests."""


class Terminal:
    """Where answers go. With `as_json` exactly one JSON document is printed on stdout."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        for stream in (sys.stdout, sys.stderr):
            _bear_any_text(stream)
        self._out = _console(sys.stdout)
        self._err = _console(sys.stderr)

    # --- answers

    def document(self, data: Mapping[str, object]) -> None:
        """Prints the one JSON document."""
        print(json.dumps(data), flush=True)

    async def document_of_items(self, head: Mapping[str, object], items: AsyncIterable[Mapping[str, object]]) -> None:
        """Prints `head` with `items` added to it. They are written aside first: a million of them take no memory, and
        an error in the middle leaves stdout empty."""
        with tempfile.SpooledTemporaryFile(max_size=1 << 20, mode="w+", encoding="utf-8") as aside:
            aside.write(json.dumps(head)[:-1] + (", " if head else "") + '"items": [')
            between = ""
            async for item in items:
                aside.write(between + json.dumps(item))
                between = ", "
            aside.write("]}\n")
            aside.seek(0)
            shutil.copyfileobj(aside, sys.stdout)
        sys.stdout.flush()

    def say(self, sentence: str = "", style: str = "") -> None:
        """A line of the answer."""
        self._out.print(Text(words.plain(sentence), style=style))

    def heading(self, name: str, rest: str = "") -> None:
        """The line an answer begins with."""
        self._out.print(Text.assemble((words.plain(name), "bold"), ("  " + words.plain(rest) if rest else "", "dim")))

    def mark(self, sign: Text, sentence: str, rest: str = "") -> None:
        """A line that begins with a sign of its own, such as a coloured exclamation mark."""
        said = Text.assemble(sign, " ", words.plain(sentence), ("  " + words.plain(rest) if rest else "", "dim"))
        self._out.print(said)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
        """A table without lines; columns whose name begins with `#` are numbers."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for name in columns:
            table.add_column(name.lstrip("#"), justify="right" if name.startswith("#") else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text(words.plain(cell)) if isinstance(cell, str) else cell for cell in row))
        if self._out.is_terminal:
            self._out.print(table)
            return
        with self._out.capture() as text:
            self._out.print(table)
        self._out.out("\n".join(line.rstrip() for line in text.get().splitlines()), highlight=False)

    def more(self, shown_to: int, total: int) -> None:
        """Says that there is more than was shown."""
        if shown_to < total:
            self.say()
            self.say(f"… and {words.number(total - shown_to)} more: --limit N shows more of them, --json all.", "dim")

    # --- beside the answer

    def note(self, sentence: str) -> None:
        """A line that is no part of the answer."""
        self._err.print(Text(words.plain(sentence), style="dim"))

    def warn(self, sentence: str) -> None:
        """A line that should not be overlooked."""
        self._err.print(Text(words.plain(sentence), style="yellow"))

    def fail(self, kind: str, message: str, hint: str = "", **more: object) -> None:
        """Says what went wrong and what to do."""
        if self.as_json:
            self.document({"error": {"kind": kind, "message": message, "hint": hint, **more}})
            return
        self._err.print(Text.assemble(("✗ ", "bold red"), words.plain(message)))
        if hint:
            self._err.print(Text("  " + words.plain(hint), style="dim"))

    @contextlib.contextmanager
    def progress(self) -> Iterator[Report]:
        """A report that draws a bar on stderr while somebody watches there. Elsewhere it says only what explains a long
        silence: each wait, and now and then how far it is."""
        if not sys.stderr.isatty():
            yield self._say_seldom()
            return
        shown = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            TaskProgressColumn(show_speed=True),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(compact=True),
        )
        bars = Bars(*shown, console=self._err, transient=True)
        task = bars.add_task("", total=None)

        def report(progress: Progress) -> None:
            bars.start()  # with the first news, so that what is over at once shows no bar
            ends = {"failed": progress.failed, "skipped": progress.skipped}
            troubles = [f"{words.number(amount)} {name}" for name, amount in ends.items() if amount]
            note = ", ".join([progress.note or "Working", *troubles])
            bars.update(task, completed=progress.done, total=progress.total, description=words.plain(note))

        try:
            yield report
        finally:
            bars.stop()

    def _say_seldom(self) -> Report:
        said: datetime | None = None
        began = told = time.monotonic()

        def report(progress: Progress) -> None:
            nonlocal said, told
            until = progress.waiting_until
            if until is None and time.monotonic() - told >= _TOLD_SECONDS:
                told = time.monotonic()
                self.note(_how_far(progress, told - began))
            if until is not None and (said is None or until - said > _SAME_WAIT):
                said = until
                self.note(f"{progress.note.removesuffix('.')}.")

        return report

    # --- questions

    def confirm(self, question: str, yes: bool) -> None:
        """Asks before something is changed, `yes` being the answer given beforehand. Raises `NeedsConfirmation` when
        the answer is no, and when nobody is there to ask."""
        if yes:
            return
        if not _somebody_is_there():
            raise NeedsConfirmation(
                f"{question} Nobody is at a terminal to confirm this, so nothing was done.",
                "Say --yes to go ahead without being asked.",
            )
        if self._answer(f"{question} [y/N] ").lower() not in ("y", "yes"):
            raise NeedsConfirmation("Not confirmed, so nothing was done.")

    def type_name(self, question: str, option: str, given: str | None) -> str:
        """A name that must be typed before something is removed for good: given by an option, or asked for."""
        if given is not None:
            return given
        if not _somebody_is_there():
            raise NeedsConfirmation(f"{question} It must be confirmed by name, so nothing was done.", f"Say {option}.")
        return self._answer(f"{question} ")

    def type_secret(self, question: str) -> str:
        """A secret, typed unseen on a terminal, or else the whole of standard input; never an argument, which every
        program of this computer could read."""
        if _somebody_is_there():
            return getpass.getpass(words.plain(question) + " ", stream=sys.stderr)
        return sys.stdin.read() if sys.stdin is not None and not sys.stdin.isatty() else ""

    @property
    def somebody_is_there(self) -> bool:
        """Whether a question would be answered."""
        return _somebody_is_there()

    def _answer(self, question: str) -> str:
        self._err.print(Text(words.plain(question), style="bold"), end="")
        answer = sys.stdin.readline()
        if not answer.endswith("\n"):
            self._err.print()
        return answer.strip()


def _how_far(progress: Progress, seconds: float) -> str:
    rate = progress.done / seconds if seconds else 0.0
    of = "" if progress.total is None else f" of {words.number(progress.total)}"
    said = [f"{words.number(progress.done)}{of}", f"{rate:,.1f}/s"]
    if progress.total is not None and rate:
        said.append(f"{words.duration((progress.total - progress.done) / rate)} left")
    troubles = {"failed": progress.failed, "skipped": progress.skipped}
    said += [f"{words.number(amount)} {name}" for name, amount in troubles.items() if amount]
    return ", ".join([*said, *([progress.note] if progress.note else [])])


class _Rate(ProgressColumn):
    """How many a second, once the whole is known; before that, the column beside it says so."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        if speed is None or task.total is None:
            return Text("")
        return Text(f"{speed:,.0f}/s" if speed >= 10 else f"{speed:.1f}/s", style="progress.data.speed")


def _somebody_is_there() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _console(stream: TextIO) -> Console:
    width = None if stream.isatty() else _ENDLESS
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def _bear_any_text(stream: TextIO) -> None:
    # Names of files may hold what this terminal's encoding does not.
    if reconfigure := getattr(stream, "reconfigure", None):
        reconfigure(errors="backslashreplace")
