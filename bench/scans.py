"""Scans of 200,000 folders measured against `find`, which reads the same sizes and times, in turns."""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.trees import tree
from core.uploads.scan import scan
from core.uploads.tracker import Tracker

FOLDERS = 200_000
TURNS = 3


def run(name: str, *, again: bool, goal: float, memory_mib: int | None = None) -> int:
    """Prints the figure, its reference's and the ratio; 1 when a goal is missed."""
    root = tree(FOLDERS)
    _find(root)  # what is measured is not how fast this disk wakes up
    ours, theirs = [], []
    with tempfile.TemporaryDirectory(prefix="bucketdesk-bench-") as folder:
        path = Path(folder) / "upload_tracker.db"
        if again:
            asyncio.run(_scan(path, root))
        for _ in range(TURNS):
            if not again:
                for one in Path(folder).iterdir():
                    one.unlink()
            theirs.append(_find(root))
            ours.append(asyncio.run(_scan(path, root)))
            theirs.append(_find(root))
    figure, reference = statistics.median(ours), statistics.median(theirs)
    ratio = figure / reference
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name}: {figure:.2f} s; find: {reference:.2f} s; ratio {ratio:.2f}, goal {goal}")
    print(f"memory {held} MiB{f', goal {memory_mib}' if memory_mib else ''}; load {os.getloadavg()[0]:.1f}")
    return int(ratio > goal or bool(memory_mib and held > memory_mib))


async def _scan(path: Path, root: Path) -> float:
    began = time.perf_counter()
    tracker = await Tracker.open(path)
    found = await scan(tracker, root)
    await tracker.close()
    assert (found.folders, found.files, found.complete) == (FOLDERS, 3 * FOLDERS, True)
    return time.perf_counter() - began


def _find(root: Path) -> float:
    began = time.perf_counter()
    subprocess.run(["find", root, "-printf", "%p %s %T@\\n"], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit("Run p1_first_scan or p2_second_scan.")
