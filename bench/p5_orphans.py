"""P5: both orphan kinds of a million objects against a million rows, against `sort` of both and `comm -3`."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.filled import SCAN, fill
from bench.generated import BUCKET, NOW, World, profile
from core.findings import lost, orphans
from core.findings.settle import Moment, explain, find_all
from core.workspace import Workspace, to_micros

COUNT = 1_000_000
ROUNDS = 3
GOAL = 3.0


def find(connection: sqlite3.Connection) -> int:
    """Both kinds by the statements that the findings are made with; how many keys they give."""
    one = {"scan": SCAN, "bucket": BUCKET, "listing": 1}
    unnamed = connection.execute(f"SELECT count(*) FROM ({orphans.UNNAMED})", one).fetchone()[0]
    absent = connection.execute(f"SELECT count(*) FROM ({lost.ABSENT})", (SCAN, BUCKET, 1)).fetchone()[0]
    return int(unnamed + absent)


def write_all(connection: sqlite3.Connection, folder: Path) -> int:
    """Every kind of finding with id, state and text, written as at the end of a scan; how many there are."""
    explain(connection, profile(folder), SCAN)
    find_all(connection, profile(folder), Moment(SCAN, to_micros(NOW)), [])
    return int(connection.execute("SELECT count(*) FROM findings").fetchone()[0])


def compare(folder: Path) -> int:
    """The same by `sort` and `comm`."""
    environment = {**os.environ, "LC_ALL": "C"}
    for name in ("objects", "rows"):
        subprocess.run(["sort", "-o", folder / f"{name}.sorted", folder / name], check=True, env=environment)
    files = [str(folder / "objects.sorted"), str(folder / "rows.sorted")]
    return (
        len(
            subprocess.run(["comm", "-3", *files], check=True, env=environment, capture_output=True).stdout.split(b"\n")
        )
        - 1
    )


def timed(work: Callable[[], int]) -> tuple[float, int]:
    """Seconds, and what came of it."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


async def main() -> int:
    """Prints the figure, its reference and the ratio; 1 when the goal is missed."""
    world = World(COUNT)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workspace = await Workspace.open(folder / "workspace", "bench")
        await workspace.inventory.write(lambda c: fill(c, world))
        (folder / "objects").write_text("".join(f"{world.object_key(n)}\n" for n in range(COUNT)))
        (folder / "rows").write_text("".join(f"{world.row_path(n)}\n" for n in range(COUNT)))
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(ROUNDS):
            seconds, found = await workspace.inventory.read(lambda c: timed(lambda: find(c)))
            reference, expected = timed(lambda: compare(folder))
            if found != expected:
                print(f"found {found:,}, but comm says {expected:,}")
                return 1
            ours.append(seconds)
            theirs.append(reference)
        written, count = await workspace.inventory.write(lambda c: timed(lambda: write_all(c, folder)))
        await workspace.close()
    figure, reference = statistics.median(ours), statistics.median(theirs)
    print(f"P5 orphans both ways, {COUNT:,} objects and rows, {found:,} found: {figure:.2f} s")
    print(f"   sort, sort, comm -3:                                          {reference:.2f} s")
    print(f"   for comparison, all {count:,} findings written with ids and states: {written:.2f} s")
    print(f"   ratio {figure / reference:.2f} (goal ≤ {GOAL:g})")
    return 0 if figure / reference <= GOAL else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
