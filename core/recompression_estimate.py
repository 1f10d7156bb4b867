"""What re-encoding images would have saved on a bucket as it is, by trying it on a sample."""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from core.errors import NotFound
from core.parallel import side_by_side
from core.pictures import LIMIT_BYTES
from core.ports import ObjectStore
from core.profiles import Recompression
from core.progress import Progress, Report, silent
from core.recompression import recompress
from core.workspace import Workspace

SAMPLE = 40
"""So many images are tried, spread evenly over the bucket."""
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of `objects` images that the rule is about (`bytes` of them), `sampled` were tried: their `sampled_bytes` became
    `became_bytes`."""

    objects: int
    bytes: int
    sampled: int
    sampled_bytes: int
    became_bytes: int

    @property
    def saved_bytes(self) -> int:
        """How many bytes it would have saved, if the sample is like the rest."""
        return round(self.bytes * (1 - self.became_bytes / self.sampled_bytes)) if self.sampled_bytes else 0


async def estimate(
    workspace: Workspace, store: ObjectStore, bucket: str, wanted: Recompression, report: Report = silent
) -> Estimate:
    """Reads a sample of the images that the last scan saw, and re-encodes it in workers; changes nothing. One that is
    gone meanwhile is left out. Raises `ServiceError`, `WorkspaceError`."""
    objects, size, keys = await workspace.inventory.read(lambda c: _sample(c, bucket, wanted.above_bytes))
    tried = 0
    with ThreadPoolExecutor(2, "recompression") as workers:

        async def one(key: str) -> tuple[int, int]:
            nonlocal tried
            try:
                data = await store.read(bucket, key, LIMIT_BYTES + 1)
            except NotFound:
                return 0, 0
            made = await asyncio.get_running_loop().run_in_executor(workers, recompress, data, wanted)
            tried += 1
            report(Progress(tried, len(keys), f"Trying {key}"))
            return len(data), len(data if made.data is None else made.data)

        ends = await side_by_side([lambda key=key: one(key) for key in keys], _AT_ONCE)  # type: ignore[misc]
    return Estimate(objects, size, tried, sum(before for before, _ in ends), sum(after for _, after in ends))


def _sample(c: sqlite3.Connection, bucket: str, above_bytes: int) -> tuple[int, int, list[str]]:
    """How many images are larger, their bytes, and the keys of a sample that is the same every time."""
    images = (
        "FROM objects WHERE listing = (SELECT id FROM listings WHERE what = 'bucket' AND current = 1 AND name = ?)"
        " AND size > ? AND type LIKE 'image/%'"
    )
    objects, size = c.execute(f"SELECT count(*), coalesce(sum(size), 0) {images}", (bucket, above_bytes)).fetchone()
    step = max(1, objects // SAMPLE)
    rows = c.execute(
        f"SELECT key FROM (SELECT key, row_number() OVER (ORDER BY n) AS place {images}) WHERE (place - 1) % ? = 0"
        " LIMIT ?",
        (bucket, above_bytes, step, SAMPLE),
    )
    return objects, size, [key for (key,) in rows]
