"""P13: the rate at the end of a run of a million folders, against that at its start. Goal: 0.9 of it.

The run is not made: its traces are. One desk begins; the other has a tracker of a million folders and a journal of two
million files behind it. Both upload the same folders in turns."""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.trees import tree
from core.clients.practice_store import PracticeStore
from core.profiles import Family, Profile
from core.uploads.desk import Uploads
from core.uploads.sending.transfer import Wish
from core.uploads.tracker import Tracker
from core.workspace import Workspace

BEHIND = 1_000_000
FOLDERS = 400
TURNS = 3
GOAL = 0.9
_FAMILY = Family("devices")
_FOLDER = (
    "INSERT INTO folder_status (folder_path, folder_name, file_count, bytes, upload_status, retry_count, updated_at) "
    "VALUES (?, ?, 3, 40000, 'success', 0, 0)"
)
_ATTEMPT = "INSERT INTO upload_attempts (folder_path, batch_id, began, ended) VALUES (?, ?, 0, 1)"
_RUN = "INSERT INTO runs (run_id, kind, project, started, ended, state, steps) VALUES (?, 'upload', ?, ?, ?, 'done', ?)"
_STEP = (
    "INSERT INTO steps (run_id, n, state, kind, bucket, key, bytes, step, trace, at) "
    "VALUES (?, ?, 'done', 'upload', 'devices', ?, 20000, '{}', '{}', ?)"
)


class Desk:
    """Storage, tracker and workspace in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "storage/devices").mkdir(parents=True)
        (folder / "catalog.db").touch()
        self.store = PracticeStore(folder / "storage", folder / "quarantine", folder / "catalog.db")
        self.profile = Profile("bench", "practice", folder / "storage", folder / "catalog.db", families=(_FAMILY,))

    async def upload(self, workspace: Workspace, root: Path) -> float:
        """Folders a second, from the end of the first batch on: what opening costs comes once in a run."""
        marks: list[tuple[int, float]] = []
        uploads = Uploads(self.profile, self.folder / "upload_tracker.db")
        wish = Wish(_FAMILY, receipts=None)
        _, did = await uploads.upload(
            workspace, self.store, wish, [root], report=lambda told: marks.append((told.done, time.perf_counter()))
        )
        assert (did.done, did.failed) == (FOLDERS, 0)
        rate = (marks[-1][0] - marks[0][0]) / (marks[-1][1] - marks[0][1])
        tracker = await Tracker.open(uploads.path)
        below = f"{root}/"
        sql = "UPDATE folder_status SET upload_status = 'pending' WHERE folder_path > ? AND folder_path < ?"
        await tracker.write(lambda c: c.execute(sql, (below, f"{root}0")))
        await tracker.close()
        return rate


async def main() -> int:
    """Prints both rates and their ratio; 1 when the goal is missed."""
    root = tree(FOLDERS)
    with tempfile.TemporaryDirectory(prefix="bucketdesk-bench-") as name:
        early, late = Desk(Path(name) / "early"), Desk(Path(name) / "late")
        at_start = await Workspace.open(early.folder / "workspace", early.profile.project)
        at_end = await Workspace.open(late.folder / "workspace", late.profile.project)
        await _leave_traces(late, at_end)
        for desk, workspace in ((early, at_start), (late, at_end)):  # the first time stores, the others adopt
            await desk.upload(workspace, root)
        rates = [(await early.upload(at_start, root), await late.upload(at_end, root)) for _ in range(TURNS)]
        for desk, workspace in ((early, at_start), (late, at_end)):
            await desk.store.close()
            await workspace.close()
    start, end = (statistics.median(column) for column in zip(*rates, strict=True))
    print(f"P13 rate after {BEHIND:,} folders: {end:.0f} folders/s; at the start: {start:.0f}")
    print(f"ratio {end / start:.2f}, goal {GOAL}; load {os.getloadavg()[0]:.1f}")
    return int(end / start < GOAL)


async def _leave_traces(desk: Desk, workspace: Workspace) -> None:
    tracker = await Tracker.open(desk.folder / "upload_tracker.db")
    names = [f"DEV-{number:07}" for number in range(BEHIND)]
    await tracker.write(lambda c: c.executemany(_FOLDER, ((f"/earlier/{name}", name) for name in names)))
    attempts = ((f"/earlier/{name}", f"batch-{number // 50}") for number, name in enumerate(names))
    await tracker.write(lambda c: c.executemany(_ATTEMPT, attempts))
    await tracker.close()
    project = desk.profile.project
    await workspace.journal.write(lambda c: c.execute(_RUN, ("earlier", project, 1, 2, 2 * BEHIND)))
    steps = (("earlier", n, f"{n // 2}/{n}.jpg", 2) for n in range(1, 2 * BEHIND + 1))
    await workspace.journal.write(lambda c: c.executemany(_STEP, steps))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
