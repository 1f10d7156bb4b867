"""Writing a plan beside the window: as CSV for a spreadsheet, as SQL for a database, or as the plan itself."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Literal

from PySide6.QtWidgets import QWidget

from core.errors import WorkspaceError
from core.models import PlanHead
from gui.desk import Desk
from gui.dialogs import choose_new_file
from gui.translation import translate


async def export_plan(desk: Desk, parent: QWidget, path: Path, head: PlanHead) -> None:
    """Asks for a file and writes the plan in the form that its name says."""
    engine = desk.engine
    filters = ("CSV (*.csv)", "SQL (*.sql)", "JSON Lines (*.jsonl)")
    title = translate("PlanExport", "Export plan")
    out = await choose_new_file(parent, title, f"plan-{head.plan_id}.csv", filters)
    if out is None or engine is None:
        return
    form: Literal["csv", "sql"] = "sql" if out.suffix.lower() == ".sql" else "csv"
    try:
        if out.suffix.lower() == ".jsonl":
            await asyncio.to_thread(shutil.copyfile, path, out)
        else:
            await engine.export_plan(path, out, form)
    except OSError as exc:
        raise WorkspaceError(f"{out} cannot be written: {exc.strerror}.", "Choose another place.") from exc
    said = translate("PlanExport", "The plan was written to %1").replace("%1", str(out))
    desk.banners.put("planned", said, "good")
