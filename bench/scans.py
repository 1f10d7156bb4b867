"""Scans of 200,000 folders measured against `find`, which reads the same sizes and times, in turns."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.trees import tree
from core.uploads.scanning.scan import scan
from core.uploads.tracker import Tracker

FOLDERS = 200_000
TURNS = 3
_LOOK_SECONDS = 0.05


def run(name: str, *, again: bool, goal: float, memory_mib: int | None = None) -> int:
    """Prints the figure, that of `find` and the ratio, by the clock and in processor time; 1 when a goal is missed."""
    root = tree(FOLDERS)
    _find(root)  # what is measured is not how fast this disk wakes up
    ours, theirs = [], []
    with tempfile.TemporaryDirectory(prefix="bucketdesk-bench-") as folder, Memory() as memory:
        path = Path(folder) / "upload_tracker.db"
        if again:
            asyncio.run(_scan(path, root))
        for _ in range(TURNS):
            if not again:
                for one in Path(folder).iterdir():
                    one.unlink()
            theirs.append(_measured(lambda: _find(root)))
            ours.append(_measured(lambda: asyncio.run(_scan(path, root))))
            theirs.append(_measured(lambda: _find(root)))
    (figure, used), (reference, theirs_used) = (
        map(statistics.median, zip(*one, strict=True)) for one in (ours, theirs)
    )
    ratio = figure / reference
    print(f"{name}: {figure:.2f} s; find: {reference:.2f} s; ratio {ratio:.2f}, goal {goal}")
    print(f"processor time: {used:.2f} s; find: {theirs_used:.2f} s; ratio {used / theirs_used:.2f}")
    goal_of_memory = f", goal {memory_mib}" if memory_mib else ""
    print(f"memory of all processes {memory.most_mib} MiB{goal_of_memory}; load {os.getloadavg()[0]:.1f}")
    return int(ratio > goal or bool(memory_mib and memory.most_mib > memory_mib))


class Memory:
    """The most that this process and those it has started held together, looked at twenty times a second. Shared pages
    count once. None of it where the system does not tell."""

    def __init__(self) -> None:
        self.most_mib = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            held = 0
            for children in Path("/proc/self/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    held += sum(_held_kib(number) for number in children.read_text().split())
            self.most_mib = max(self.most_mib, (held + _held_kib("self")) // 1024)


def _held_kib(process: str) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def _measured(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and processor seconds of this process and of those that ended."""
    began, used = time.perf_counter(), _used()
    work()
    return time.perf_counter() - began, _used() - used


def _used() -> float:
    parts = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in parts)


async def _scan(path: Path, root: Path) -> None:
    tracker = await Tracker.open(path)
    found = await scan(tracker, root)
    await tracker.close()
    assert (found.folders, found.files, found.complete) == (FOLDERS, 3 * FOLDERS, True)


def _find(root: Path) -> None:
    subprocess.run(["find", root, "-printf", "%p %s %T@\\n"], stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    sys.exit("Run p1_first_scan or p2_second_scan.")
