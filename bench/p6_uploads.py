"""P6: 2,000 files of 20 KB uploaded to the stand-in with 20 ms added, against a plain storage3 loop at 16."""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.standin import BUCKET, StandIn, stand_in
from core.clients.supabase.store import SupabaseStore
from core.models import Attributes
from core.parallel import side_by_side

COUNT = 2_000
SIZE_BYTES = 20_000
LATENCY_SECONDS = 0.02
ROUNDS = 3
AT_ONCE = 32
PLAIN_AT_ONCE = 16
GOAL_TIME, GOAL_CPU = 0.8, 0.5


async def ours(store: SupabaseStore, files: list[Path], folder: str, at_once: int = AT_ONCE) -> None:
    """Through the port: hashed, never over anything, each looked at again once it is stored."""
    works = [
        lambda file=file: store.upload(BUCKET, f"{folder}/{file.name}", file, Attributes("image/jpeg"))  # type: ignore[misc]
        for file in files
    ]
    for stored in await side_by_side(works, at_once):
        if stored.size_bytes != SIZE_BYTES:
            raise AssertionError(f"{stored.key} has {stored.size_bytes} bytes")


async def plain(at: StandIn, files: list[Path], folder: str) -> None:
    """supabase-py as it comes, 16 at a time."""
    from supabase import AsyncClientOptions, acreate_client

    client = await acreate_client(at.url, at.key, AsyncClientOptions())
    bucket = client.storage.from_(BUCKET)
    works = [
        lambda file=file: bucket.upload(f"{folder}/{file.name}", file, {"content-type": "image/jpeg"})  # type: ignore[misc]
        for file in files
    ]
    await side_by_side(works, PLAIN_AT_ONCE)
    await client.storage.session.aclose()
    await client.auth.close()


async def timed(work: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """Seconds, and milliseconds of this process's CPU for each file."""
    started, used = time.perf_counter(), time.process_time()
    await work()
    return time.perf_counter() - started, (time.process_time() - used) * 1000 / COUNT


async def main() -> int:
    """Prints both figures, their references and the ratios; 1 when a goal is missed."""
    with tempfile.TemporaryDirectory() as name, stand_in(latency_seconds=LATENCY_SECONDS) as at:
        files = [Path(name, f"{number:04d}.jpg") for number in range(COUNT)]
        for file in files:
            file.write_bytes(os.urandom(SIZE_BYTES))
        store = await at.open()
        figures: list[tuple[float, float]] = []
        references: list[tuple[float, float]] = []
        for number in range(ROUNDS):
            figures.append(await timed(lambda n=number: ours(store, files, f"ours-{n}")))  # type: ignore[misc]
            references.append(await timed(lambda n=number: plain(at, files, f"plain-{n}")))  # type: ignore[misc]
        await store.close()
    (seconds, cpu), (seconds_plain, cpu_plain) = (
        [statistics.median(column) for column in zip(*rows, strict=True)] for rows in (figures, references)
    )
    print(
        f"P6 {COUNT:,} uploads of {SIZE_BYTES:,} bytes, {AT_ONCE} at once: {seconds:.2f} s, {cpu:.2f} ms of CPU a file"
    )
    print(f"   plain storage3, {PLAIN_AT_ONCE} at once: {seconds_plain:.2f} s, {cpu_plain:.2f} ms of CPU a file")
    print(f"   ratios {seconds / seconds_plain:.2f} in time (goal ≤ {GOAL_TIME:g}),", end=" ")
    print(f"{cpu / cpu_plain:.2f} in CPU (goal ≤ {GOAL_CPU:g})")
    return 0 if seconds / seconds_plain <= GOAL_TIME and cpu / cpu_plain <= GOAL_CPU else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
