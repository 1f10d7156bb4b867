"""What a table shows, all of it, as a CSV file."""

from __future__ import annotations

import csv
from pathlib import Path

from core.errors import WorkspaceError
from core.export import harmless
from core.progress import Progress, Report
from gui import words
from gui.desk import Desk
from gui.dialogs import choose_new_file
from gui.jobs import Ending
from gui.table_model import Texts
from gui.translation import translate

_PAGE = 1_000


async def export_table(desk: Desk, texts: Texts, name: str) -> None:
    """Asks where to, then writes every row of a view in its order, as a job."""
    asked = translate("TableExport", "Export this view")
    path = await choose_new_file(desk.window, asked, f"{name}.csv", ("CSV (*.csv)",))
    if path is None:
        return
    done = translate("TableExport", "%1 written to %2")
    desk.jobs.start(
        translate("TableExport", "Export"),
        lambda report: _write(texts, path, report),
        then=lambda n: Ending(done.replace("%1", words.number(n)).replace("%2", path.name)),
    )


async def _write(texts: Texts, path: Path, report: Report) -> int:
    """A cell that a spreadsheet would run gets a quote before it. How many rows it wrote. Raises `WorkspaceError`."""
    written = 0
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(texts.titles)
            for start in range(0, texts.total, _PAGE):
                page = await texts.page(start, _PAGE)
                out.writerows([[harmless(cell) for cell in line] for line in page])
                written += len(page)
                report(Progress(min(start + _PAGE, texts.total), texts.total))
    except OSError as exc:
        raise WorkspaceError(f"{path} cannot be written: {exc.strerror}.", "Choose another place.") from exc
    return written
