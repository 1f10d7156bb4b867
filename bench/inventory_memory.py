"""Memory of a real scan of a million objects and a million rows that are made up while they are read."""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
from pathlib import Path

from bench.generated import GeneratedCatalog, GeneratedStore, World, profile
from core.inventory import scan
from core.workspace import Workspace

COUNT = 1_000_000
GOAL_MB = 250


def peak_mb() -> float:
    """The most memory that this process ever had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if sys.platform == "linux" else peak / (1 << 20)


async def main() -> int:
    """Scans twice, the second time over what the first left; prints the peaks; 1 when the goal is missed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    world = World(count)
    before = peak_mb()
    with tempfile.TemporaryDirectory() as folder:
        workspace = await Workspace.open(Path(folder) / "workspace", "bench")
        for attempt in ("first", "second"):
            started = time.perf_counter()
            report = await scan(GeneratedStore(world), GeneratedCatalog(world), workspace, profile(Path(folder)))
            seconds = time.perf_counter() - started
            print(
                f"{attempt} scan: {report.objects:,} objects, {report.rows:,} rows, {seconds:.1f} s, {peak_mb():.0f} MB"
            )
        await workspace.close()
    print(f"peak {peak_mb():.0f} MB, of which {before:.0f} MB before the first (goal < {GOAL_MB} MB)")
    return 0 if peak_mb() < GOAL_MB else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
