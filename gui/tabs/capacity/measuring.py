"""Measuring from the window: the job, and the sentence at its end."""

from __future__ import annotations

from core.errors import NotFound
from core.progress import Report
from gui.desk import Desk
from gui.jobs import Ending, NextStep
from gui.scan import start_scan
from gui.translation import translate


def start_measuring(desk: Desk) -> None:
    """Measures every bucket of the open project, unless that is under way. Where a service has nothing that counts, a
    scan is offered, which measures as well."""
    engine, title = desk.engine, translate("Measuring", "Measure the buckets")
    if engine is None or any(job.title == title for job in desk.jobs.running):
        return

    async def work(report: Report) -> str:
        del report
        try:
            await engine.measure()
        except NotFound as error:
            return f"{error.message} {error.hint}".strip()
        return ""

    def ending(trouble: str) -> Ending:
        if trouble:
            return Ending(trouble, "warning", (NextStep(translate("Measuring", "Scan"), lambda: start_scan(desk)),))
        return Ending(translate("Measuring", "every bucket measured"))

    desk.jobs.start(title, work, then=ending, group=title)
