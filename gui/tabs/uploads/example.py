"""Folders in every state, in a tracker that is thrown away: for the tour's pictures, which upload nothing."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from core.uploads.batches import Attempt, Ending, begin_batch, end_batch, end_folders
from core.uploads.listing import Listing
from core.uploads.queue import due, leave_out
from core.uploads.scan import scan
from core.uploads.tracker import Tracker, now_seconds

_FOLDERS, _BATCH, _BATCHES = 180, 40, 3
_SECONDS = 21.0
_REASONS = {
    5: "0417-overview.png: It is no picture, although its name says so.",
    17: "scan 3.jpg: The bucket patient-images takes files of up to 50 MB, and this one has 61.2 MB.",
    31: "overview.jpg: The connection was lost (it was tried three times).",
}


@contextlib.asynccontextmanager
async def example() -> AsyncIterator[Listing]:
    """A tracker that knows folders in every state, as if a batch were under way."""
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        _make_folders(home / "wards")
        tracker = await Tracker.open(home / "example.db")
        try:
            await scan(tracker, home / "wards")
            await tracker.write(_upload)
        finally:
            await tracker.close()
        listing = Listing(home / "example.db", lambda: True)
        try:
            yield listing
        finally:
            await listing.close()


def _make_folders(root: Path) -> None:
    for number in range(_FOLDERS):
        folder = root / f"ward-{number % 7 + 1}" / f"2026-11-{number % 28 + 1:02} Patient {7100 + number * 13}"
        folder.mkdir(parents=True)
        for at, name in enumerate(("overview.jpg", "left eye.jpg", "right eye.jpg", "stats.json")[: number % 3 + 2]):
            (folder / name).write_bytes(bytes((number * 7919 + at * 3571) % 90_000 + 4_000))
    (root / "ward-1" / "old").symlink_to(root)
    (root / "ward-2" / "lost.jpg").symlink_to(root / "nowhere")


def _upload(c: sqlite3.Connection) -> None:
    now = now_seconds()
    for batch in range(_BATCHES):
        began = now - (_BATCHES - batch) * (_SECONDS + 2)
        folders = due(c, 3, 0, _BATCH)
        batch_id = begin_batch(c, "", folders, began)
        endings = []
        for at, one in enumerate(folders):
            why = _REASONS.get(at, "") if batch < 2 else ""
            tries = (Attempt(began, began + 3, why),) * (3 if at == 31 else 1) if why else ()
            endings.append(Ending(one.number, one.path, None, tries or (Attempt(began, began + 4),)))
        end_folders(c, batch_id, began + _SECONDS, endings)
        size = sum(one.size_bytes for one in folders)
        c.execute("UPDATE upload_batches SET bytes = ? WHERE batch_id = ?", (size, batch_id))
        end_batch(c, batch_id, began + _SECONDS - batch)
    leave_out(c, [one.number for one in due(c, 3, 0, 2)], "There is only a stats.json in it, and no table is mapped.")
    begin_batch(c, "", due(c, 3, 0, 16), now - 2)
