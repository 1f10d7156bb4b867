"""Folders in every state, in a tracker that is thrown away: for the tour's pictures, which upload nothing."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from random import Random

from core.practice.drawing import draw
from core.uploads.queueing.acts import Chosen, leave_out
from core.uploads.queueing.questions import AskedFile, Kind, Question
from core.uploads.queueing.queue import Queued, due
from core.uploads.scanning.scan import scan
from core.uploads.sending.batches import Attempt, Ending, begin_batch, end_batch, end_folders
from core.uploads.sending.live import Live
from core.uploads.status.listing import Listing
from core.uploads.tracker import Tracker, now_seconds

_FOLDERS, _BATCH, _BATCHES, _PICTURES = 180, 40, 3, 24
_LIKE = "patient-images"
_NAMES = ("overview.jpg", "left eye.jpg", "right eye.jpg")
_SECONDS = 21.0
_REASONS = {
    5: "0417-overview.png: It is no picture, although its name says so.",
    17: "scan 3.jpg: The bucket patient-images takes files of up to 50 MB, and this one has 61.2 MB.",
    31: "overview.jpg: The connection was lost (it was tried three times).",
}


@contextlib.asynccontextmanager
async def example(live: Live, stands: str = "") -> AsyncIterator[Listing]:
    """A tracker that knows folders in every state, as if a batch were under way; `live` is told how far that is.
    `stands`: the place of an object that some of them ask about; none asks where there is none."""
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        _make_folders(home / "wards")
        tracker = await Tracker.open(home / "example.db")
        try:
            await scan(tracker, home / "wards")
            await tracker.write(lambda c: _upload(c, live, stands))
        finally:
            await tracker.close()
        listing = Listing(home / "example.db", lambda: True)
        try:
            yield listing
        finally:
            live.clear()
            await listing.close()


def _make_folders(root: Path) -> None:
    dice = Random(5)
    drawn = [draw(_LIKE, f"overview {number}.jpg", number, dice) for number in range(_PICTURES)]
    for number in range(_FOLDERS):
        folder = root / f"ward-{number % 7 + 1}" / f"2026-11-{number % 28 + 1:02} Patient {7100 + number * 13}"
        folder.mkdir(parents=True)
        for at, name in enumerate(_NAMES[: number % 3 + 1]):
            (folder / name).write_bytes(drawn[(number * 5 + at) % _PICTURES])
        if number % 2:
            (folder / "stats.json").write_text('{"status": "passed", "device": "oct-3"}', "utf-8")
    (root / "ward-1" / "old").symlink_to(root)
    (root / "ward-2" / "lost.jpg").symlink_to(root / "nowhere")


def _upload(c: sqlite3.Connection, live: Live, stands: str) -> None:
    now = now_seconds()
    _earlier(c, now)
    c.execute("UPDATE scanned_roots SET destination = ?, watched = ?", (_LIKE, int(now) - 7_500))
    trees = [("/mnt/scanner-2/november", _LIKE, now - 90_000, now - 89_000), ("/mnt/archive/2025", _LIKE, None, None)]
    c.executemany("INSERT INTO scanned_roots (path, destination, began, ended) VALUES (?, ?, ?, ?)", trees)
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
        for at, one in enumerate(folders):
            failed = batch < 2 and at in _REASONS
            _note_files(c, one, 0 if failed and at == 31 else 1 if failed else one.files, began)
        size = sum(one.size_bytes for one in folders)
        c.execute("UPDATE upload_batches SET bytes = ? WHERE batch_id = ?", (size, batch_id))
        end_batch(c, batch_id, began + _SECONDS - batch)
    chosen = Chosen([one.number for one in due(c, 3, 0, 2)])
    leave_out(c, now, chosen, "There is only a stats.json in it, and no table is mapped.")
    if stands:
        _ask(c, due(c, 3, 0, 5), stands)
    under_way = due(c, 3, 0, 16)
    begin_batch(c, "", under_way, now - 2)
    for at, one in enumerate(under_way):
        live.begin(one.number, one.files, one.size_bytes)
        for _ in range(at % one.files):
            live.stored(one.number, one.size_bytes // one.files)


def _ask(c: sqlite3.Connection, folders: Sequence[Queued], stands: str) -> None:
    """Folders that wait for an answer, about pictures of the practice project."""
    for at, one in enumerate(folders):
        kind = Kind.EXISTING if at % 2 else Kind.DUPLICATE
        names = sorted(path.name for path in Path(one.path).iterdir() if path.suffix == ".jpg")
        files = [AskedFile(name, f"{Path(one.path).name}/{name}", _LIKE, stands, 4_321) for name in names]
        c.execute(
            "UPDATE folder_status SET question = ? WHERE rowid = ?", (Question(kind, tuple(files)).text, one.number)
        )


def _earlier(c: sqlite3.Connection, now: float) -> None:
    """Batches of the last hour, of folders that have gone since."""
    dice = Random(7)
    for minute in range(8, 52):
        folders, began = dice.randrange(20, 51) - minute // 3, now - minute * 60
        size = folders * dice.randrange(2_000_000, 3_000_000)
        rows = [(f"earlier-{minute}", folders, folders, 0, began, began + 40, began, size)]
        c.executemany(
            "INSERT INTO upload_batches (batch_id, total_folders, successful_uploads, failed_uploads, start_time, "
            "end_time, created_at, bytes, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'completed')",
            rows,
        )
        c.execute("INSERT INTO upload_minutes VALUES (?, ?, ?, ?)", (int(began // 60), folders, folders * 3, size))


def _note_files(c: sqlite3.Connection, folder: Queued, files: int, at: float) -> None:
    """The files of a folder that are stored."""
    names = sorted(path.name for path in Path(folder.path).iterdir() if path.suffix == ".jpg")[:files]
    inside = Path(folder.path).name
    rows = [(folder.number, name, _LIKE, f"{inside}/{name}", folder.size_bytes, b"", at) for name in names]
    c.executemany("INSERT INTO uploaded_files VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    if files == folder.files:
        c.execute(
            "INSERT INTO uploaded_rows VALUES (?, 'device_test', ?)", (folder.number, f"[{88_700 + folder.number}]")
        )
