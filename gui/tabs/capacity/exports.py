"""Charts and their numbers as files: PNG and CSV."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtGui import QImage

from core.capacity.models import BucketUse
from core.errors import WorkspaceError
from core.export import harmless
from gui.desk import Desk
from gui.dialogs import choose_new_file
from gui.tabs.capacity.columns import Line
from gui.translation import translate


async def export_picture(desk: Desk, image: QImage, name: str) -> None:
    """Asks where to, and writes the picture."""
    asked = translate("CapacityExport", "Save the chart as a picture")
    path = await choose_new_file(desk.window, asked, f"{name}.png", ("PNG (*.png)",))
    if path is None:
        return
    if not await asyncio.to_thread(image.save, str(path)):
        raise WorkspaceError(f"{path} cannot be written.", "Choose another place.")
    say_written(desk, path)


async def export_lines(desk: Desk, lines: Sequence[Line], name: str) -> None:
    """Asks where to, and writes the numbers."""
    rows = [[line.name, line.objects, line.bytes, _share(line.share)] for line in lines]
    await _export(desk, name, ("name", "objects", "bytes", "share"), rows)


async def export_buckets(desk: Desk, buckets: Sequence[BucketUse]) -> None:
    """Asks where to, and writes all buckets with everything that is known of them."""
    head = ("bucket", "family", "region", "public", "objects", "bytes", "archived_versions_bytes", "quarantine_bytes",
            "capacity_bytes", "share", "level", "bytes_a_day")  # fmt: skip
    rows = [
        [use.name, use.family, use.region, use.public, use.objects, use.bytes, use.kept_versions_bytes,
         use.reclaimable_bytes, use.capacity_bytes, _share(use.share), use.level.value,
         None if use.day_bytes is None else round(use.day_bytes)]
        for use in buckets
    ]  # fmt: skip
    await _export(desk, "buckets", head, rows)


async def _export(desk: Desk, name: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    asked = translate("CapacityExport", "Save the numbers as CSV")
    path = await choose_new_file(desk.window, asked, f"{name}.csv", ("CSV (*.csv)",))
    if path is not None:
        await asyncio.to_thread(write_csv, path, head, rows)
        say_written(desk, path)


def write_csv(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Writes a CSV file in UTF-8; a cell that a spreadsheet would run gets a quote before it. Raises
    `WorkspaceError`."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(head)
            for row in rows:
                out.writerow(
                    ["" if cell is None else harmless(cell) if isinstance(cell, str) else cell for cell in row]
                )
    except OSError as exc:
        raise WorkspaceError(f"{path} cannot be written: {exc.strerror}.", "Choose another place.") from exc


def say_written(desk: Desk, path: Path) -> None:
    """A banner that says where the file is."""
    said = translate("CapacityExport", "Written to %1").replace("%1", str(path))
    desk.banners.put("capacity-written", said, "good")


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.6f}"
