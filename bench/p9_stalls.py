"""P9: how long the window is deaf while it scans, monitors and cleans up. Goal: p99 at most 20 ms, longest 60 ms."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.engine import Engine

OBJECTS = 20_000
GOAL_P99_MS, GOAL_LONGEST_MS = 20.0, 60.0
_BEAT_MS = 2
_IDLE_SECONDS = 3.0
_ROUNDS = 5
_DRAWN_SECONDS = 1.5


def main() -> int:
    """Prints p99 and the longest stall of each kind of work, and of an idle window; 1 when a goal is missed."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="bucketdesk-bench-") as home:
        os.environ["BUCKETDESK_HOME"] = home
        os.environ.setdefault("XDG_RUNTIME_DIR", home)
        from gui.app import live

        return live(_work)


async def _work(window: object) -> int:
    from core.models import FindingFilter, Kind, Selection
    from core.practice import reset
    from gui.app import furnish, paint
    from gui.main_window import MainWindow

    assert isinstance(window, MainWindow)
    await asyncio.to_thread(asyncio.run, reset(OBJECTS))
    await paint(window)
    furnish(window)
    await window.desk.session.open("practice")
    engine = window.desk.engine
    assert engine is not None
    watch = Watch()
    bad = watch.report("idle", await watch.during(lambda: asyncio.sleep(_IDLE_SECONDS)))
    jobs = window.desk.jobs

    def job(title: str, work: Callable[..., Awaitable[object]]) -> Callable[[], Awaitable[object]]:
        async def run() -> None:
            ended = asyncio.Event()
            started = jobs.start(title, work)  # type: ignore[arg-type]
            started.ended.connect(ended.set)
            await ended.wait()
            if started.error is not None:
                raise started.error

        return run

    bad |= watch.report("scan", await watch.during(job("scan", lambda report: engine.scan(report=report))))
    bad |= watch.report("a round with news, drawn", await watch.during(lambda: _rounds(engine, 1)))
    bad |= watch.report("quiet rounds", await watch.during(lambda: _rounds(engine, _ROUNDS)))
    wanted = Selection(FindingFilter(kinds=(Kind.FILE_WITHOUT_ROW,)))
    plans: list[Path] = []

    async def plan(report: object) -> None:
        plans.append((await engine.plan_cleanup(wanted))[1])

    bad |= watch.report("plan", await watch.during(job("plan", plan)))
    bad |= watch.report("apply", await watch.during(job("apply", lambda report: engine.apply(plans[0], report=report))))
    newest = (await engine.runs())[0]
    print(f"  ({newest.done} steps)")
    bad |= watch.report(
        "undo", await watch.during(job("undo", lambda report: engine.undo(newest.run_id, report=report)))
    )
    return bad


async def _rounds(engine: Engine, count: int) -> None:
    """Each with time to draw what it led to."""
    for _ in range(count):
        await engine.monitor.once()
        await asyncio.sleep(_DRAWN_SECONDS)


class Watch:
    """Beats every two milliseconds and notes how much later than that each beat came."""

    async def during(self, work: Callable[[], Awaitable[object]]) -> list[float]:
        """The delays in milliseconds while `work` runs."""
        from PySide6.QtCore import Qt, QTimer

        delays: list[float] = []
        last = time.perf_counter()

        def beat() -> None:
            nonlocal last
            now = time.perf_counter()
            delays.append(max(0.0, (now - last) * 1000 - _BEAT_MS))
            last = now

        timer = QTimer(interval=_BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(beat)
        timer.start()
        await work()
        timer.stop()
        return delays

    def report(self, name: str, delays: list[float]) -> int:
        """Prints one line; 1 when it misses a goal."""
        ordered = sorted(delays)
        p99, longest = ordered[int(len(ordered) * 0.99)], ordered[-1]
        print(
            f"{name:6} p99 {p99:6.1f} ms, longest {longest:6.1f} ms, {sum(delays) / 1000 + len(delays) * 0.002:.1f} s"
        )
        return int(p99 > GOAL_P99_MS or longest > GOAL_LONGEST_MS)


if __name__ == "__main__":
    sys.exit(main())
