"""A window on a project that exists only in memory, for tests that click and read."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from shiboken6 import delete

from core.capacity.models import Alert, Capacity
from core.changes import Change, Changes
from core.models import Run, RunState, Step, StepKind
from core.monitor import Round
from core.profiles import Profile
from core.progress import Progress, Report, silent
from core.runs import Entry, StepState
from gui.app import furnish
from gui.closing import Closing
from gui.main_window import MainWindow
from gui.session import Session, open_named
from gui.settings import SettingsFile
from gui.theme import Themes

W = TypeVar("W", bound=QWidget)
MOMENT = datetime(2026, 6, 9, 12, 2, 33, tzinfo=UTC)


def run_of(run_id: str = "r1", state: RunState = RunState.DONE, **more: Any) -> Run:
    """A clean-up of 412 steps."""
    made = Run(
        run_id=run_id,
        kind="cleanup",
        plan_id="p1",
        started=MOMENT,
        ended=MOMENT + timedelta(seconds=65),
        state=state,
        steps=412,
        done=412,
        skipped=0,
        failed=0,
        drifted=0,
        bytes=4_100_000,
        seconds=65.0,
        undoable=True,
    )
    return replace(made, **more)


class EmptyView:
    """A view of an inventory that holds nothing."""

    async def totals(self) -> dict[object, int]:
        return {}

    async def settled(self) -> dict[object, int]:
        return {}

    async def numbers(self, *_: object) -> array[int]:
        return array("q")

    async def page(self, *_: object) -> tuple[object, ...]:
        return ()

    async def ids(self, *_: object) -> tuple[str, ...]:
        return ()

    async def size(self, *_: object) -> int:
        return 0


class IdleMonitor:
    """Looks at nothing until the test says what a round has found."""

    def __init__(self) -> None:
        self.found: asyncio.Queue[Round | Exception] = asyncio.Queue()
        self.begun = 0
        self.is_stopped = False

    def act_through(self, project: object) -> None:
        del project

    async def run(self, tell: Callable[[Round], None], first_after: timedelta = timedelta(0)) -> None:
        self.begun += 1
        self.is_stopped = False
        try:
            while True:
                found = await self.found.get()
                if isinstance(found, Exception):
                    raise found
                tell(found)
        finally:
            self.is_stopped = True


class EmptyBrowse:
    """Nothing was scanned yet."""

    def __init__(self) -> None:
        self.findings = self.objects = self.rows = EmptyView()

    async def buckets(self) -> tuple[str, ...]:
        return ()


@dataclass
class FakeEngine:
    """An engine whose work goes on until the test lets it end."""

    profile: Profile
    known_runs: list[Run] = field(default_factory=list)
    scanned_at: datetime | None = None
    notices: tuple[str, ...] = ()
    changes: Changes = field(default_factory=Changes)
    browse: EmptyBrowse = field(default_factory=EmptyBrowse)
    error: Exception | None = None
    undone: list[str] = field(default_factory=list)
    applied: list[Path] = field(default_factory=list)
    is_closed: bool = False
    confirmed: str = ""
    obstacle: str = ""
    workspace: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(folder=Path("nowhere")))

    standing: tuple[Alert, ...] = ()
    monitor: IdleMonitor = field(default_factory=IdleMonitor)
    acknowledged: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.may_end = asyncio.Event()

    async def runs(self) -> tuple[Run, ...]:
        return tuple(self.known_runs)

    async def run_steps(self, run_id: str, start: int = 0, limit: int = 200) -> tuple[Entry, ...]:
        total = next(run.steps for run in self.known_runs if run.run_id == run_id)
        numbers = range(start + 1, min(start + limit, total) + 1)
        step = partial(Step, kind=StepKind.DELETE_OBJECT, bucket="sop-images")
        return tuple(Entry(step(n, key=f"wire/{n}.png"), StepState.DONE) for n in numbers)

    async def status(self) -> SimpleNamespace:
        findings = {"file_without_row": 168, "wrong_prefix": 144} if self.scanned_at else {}
        return SimpleNamespace(
            findings=findings, scanned_at=self.scanned_at, complete=True, objects=0, rows=0, sources=(), states={}
        )

    async def capacity(self) -> Capacity:
        return Capacity(self.scanned_at, (), 0)

    async def alerts(self) -> tuple[Alert, ...]:
        return self.standing

    async def past_alerts(self, limit: int = 200) -> tuple[Alert, ...]:
        return ()

    async def acknowledge(self, *ids: str) -> tuple[Alert, ...]:
        self.acknowledged += ids
        self.standing = tuple(replace(one, acknowledged=one.acknowledged or one.id in ids) for one in self.standing)
        self.changes.say(Change.ALERTS)
        return self.standing

    async def scan(self, buckets: tuple[str, ...] = (), *, report: Report = silent) -> SimpleNamespace:
        del buckets
        report(Progress(9030, 14802, "patient-images"))
        await self.may_end.wait()
        if self.error is not None:
            raise self.error
        self.scanned_at = datetime.now(UTC)
        self.changes.say(Change.INVENTORY | Change.FINDINGS)
        return SimpleNamespace(objects=14802, rows=20110, complete=True, sources=())

    async def apply(self, path: Path, *, report: Report = silent, **options: object) -> Run:
        self.confirmed = str(options.get("confirm"))
        self.applied.append(path)
        report(Progress(1, 412))
        await self.may_end.wait()
        return self.known_runs[0]

    async def plan_purge(self) -> tuple[SimpleNamespace, Path]:
        return SimpleNamespace(steps=412, bytes=4_100_000), Path("purge.jsonl")

    async def undo(self, run_id: str, *, report: Report = silent) -> Run:
        report(Progress(1, 412))
        self.undone.append(run_id)
        self.known_runs.insert(0, run_of("u1", kind="undo", undoable=False, undo_of=run_id))
        self.changes.say(Change.RUNS)
        return self.known_runs[0]

    async def close(self) -> None:
        self.is_closed = True


class Desktop:
    """The window of a test with what a person does in it."""

    def __init__(self, app: QApplication, engine: FakeEngine | None, error: Exception | None = None) -> None:
        """With neither engine nor error it opens whatever project a profile names."""
        self.opened: list[str] = []

        async def opener(name: str) -> Any:
            self.opened.append(name)
            if error is not None:
                raise error
            return await open_named(name) if engine is None else engine

        self.engine = engine
        self.ended = asyncio.Event()
        self.themes = Themes(app)
        self.themes.choose("light")
        self.window = MainWindow(self.themes, SettingsFile(), Session(opener))
        self.closing = Closing(self.window, self.ended)
        self.opening = furnish(self.window)
        self.desk = self.window.desk
        self.window.show()

    async def open(self, name: str = "clinic", tab: str = "review") -> None:
        """Opens a project, looks at a tab, and waits until everything about it was asked."""
        self.window.tabs.go(tab)
        self.window.activateWindow()
        await until(self.window.isActiveWindow)
        self.opening.open(name)
        await self.settle()

    async def settle(self) -> None:
        """Lets questions be answered, until none is open."""
        await until(lambda: not self.desk.jobs.is_asking)
        await asyncio.sleep(0)

    async def close(self) -> None:
        """Ends all work and takes the window away."""
        await self.desk.jobs.stop(5)
        await self.desk.session.close()
        self.window.hide()
        delete(self.window)  # now: later its widgets would be styled, and timed, with those of every other test


async def until(condition: Callable[[], object]) -> None:
    """Lets the loop run until the condition holds; thirty seconds are a failure."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)  # a busy loop would take the time of the threads that are waited for


async def press(parent: QWidget, text: str) -> None:
    """Waits until one visible button says this, and clicks it."""
    await until(lambda: len(_saying(parent, text)) == 1)
    QTest.mouseClick(_saying(parent, text)[0], Qt.MouseButton.LeftButton)


def _saying(parent: QWidget, text: str) -> list[QPushButton]:
    return [b for b in parent.findChildren(QPushButton) if b.text() == text and b.isVisible()]


async def shown(parent: QWidget, kind: type[W]) -> W:
    """Waits until one such dialog is seen."""
    await until(lambda: any(dialog.isVisible() for dialog in parent.findChildren(kind)))
    return next(dialog for dialog in parent.findChildren(kind) if dialog.isVisible())
