"""Charts and their numbers as files: PNG and CSV."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtGui import QImage

from core.errors import WorkspaceError
from core.export import harmless
from gui.desk import Desk
from gui.dialogs import choose_new_file
from gui.translation import translate


async def export_picture(desk: Desk, image: QImage, name: str) -> None:
    """Asks where to, and writes the picture."""
    asked = translate("ChartExport", "Save the chart as a picture")
    path = await choose_new_file(desk.window, asked, f"{name}.png", ("PNG (*.png)",))
    if path is None:
        return
    if not await asyncio.to_thread(image.save, str(path)):
        raise WorkspaceError(f"{path} cannot be written.", "Choose another place.")
    say_written(desk, path)


async def export_rows(desk: Desk, name: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Asks where to, and writes the rows below these titles."""
    asked = translate("ChartExport", "Save the numbers as CSV")
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
    said = translate("ChartExport", "Written to %1").replace("%1", str(path))
    desk.banners.put("written", said, "good")
