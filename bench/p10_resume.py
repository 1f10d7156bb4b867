"""P10: an upload queue of a million folders, 60 % done, goes on. Goal: the first upload within two seconds."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path

from core.clients.practice_store import PracticeStore
from core.models import Attributes, Object
from core.profiles import Family, Profile
from core.progress import Report, silent
from core.uploads.desk import Uploads
from core.uploads.sending.transfer import Wish
from core.uploads.tracker import Tracker
from core.workspace import Workspace

COUNT = 1_000_000
GOAL_SECONDS = 2.0
_ON_DISK = 50
_INSERT = (
    "INSERT INTO folder_status (folder_path, folder_name, file_count, bytes, upload_status, retry_count, updated_at) "
    "VALUES (?, ?, 2, 40000, ?, ?, 0)"
)


class Reached(BaseException):
    """The first upload has begun."""


class Store(PracticeStore):
    """Ends the run when something is about to be stored."""

    async def upload(
        self, bucket: str, key: str, path: Path, attributes: Attributes, report: Report = silent
    ) -> Object:
        raise Reached


async def main() -> int:
    """Prints the time to the first upload, and that of counting the same queue; 1 when the goal is missed."""
    with tempfile.TemporaryDirectory(prefix="bucketdesk-bench-") as name:
        folder = Path(name)
        root = folder / "tree"
        (folder / "storage/devices").mkdir(parents=True)
        (folder / "catalog.db").touch()
        for number in range(_ON_DISK):
            path = root / f"DEV-{600_000 + number:07}"
            path.mkdir(parents=True)
            for file in ("front.jpg", "back.jpg"):
                (path / file).write_bytes(file.encode())
        await _fill(folder / "upload_tracker.db", root)
        workspace = await Workspace.open(folder / "workspace", "bench")
        store = Store(folder / "storage", folder / "quarantine", folder / "catalog.db")
        family = Family("devices")
        profile = Profile("bench", "practice", folder / "storage", folder / "catalog.db", families=(family,))
        began = time.perf_counter()
        with suppress(Reached):
            await Uploads(profile, folder / "upload_tracker.db").upload(workspace, store, Wish(family), [root])
        took = time.perf_counter() - began
        began = time.perf_counter()
        with closing(sqlite3.connect(folder / "upload_tracker.db")) as c:
            c.execute("SELECT upload_status, count(*) FROM folder_status GROUP BY 1").fetchall()
        counting = time.perf_counter() - began
        await store.close()
        await workspace.close()
    print(f"P10 first upload of a queue of {COUNT:,} after {took:.2f} s, goal {GOAL_SECONDS}")
    print(f"counting that queue: {counting:.2f} s; ratio {took / counting:.2f}; load {os.getloadavg()[0]:.1f}")
    return int(took > GOAL_SECONDS)


async def _fill(path: Path, root: Path) -> None:
    tracker = await Tracker.open(path)
    names = ((f"DEV-{number:07}", "success" if number < 0.6 * COUNT else "pending") for number in range(COUNT))
    rows = ((f"{root}/{name}", name, state, 0) for name, state in names)
    await tracker.write(lambda c: c.executemany(_INSERT, rows))
    await tracker.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
