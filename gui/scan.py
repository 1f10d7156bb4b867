"""Scanning from the window: the job, and the sentence at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui import words
from gui.desk import Desk
from gui.jobs import Ending, Job, NextStep
from gui.translation import translate

if TYPE_CHECKING:
    from core.inventory import ScanReport, SourceReport


def scan_title() -> str:
    """How the job is called; one of this name runs at a time."""
    return translate("Scan", "Scan")


def start_scan(desk: Desk) -> None:
    """Scans the open project, unless a scan of it is under way."""
    engine, title = desk.engine, scan_title()
    if engine is None or any(job.title == title for job in desk.jobs.running):
        return
    desk.jobs.start(
        title,
        lambda report: engine.scan(report=report),
        then=ending,
        stopped=lambda job: stopped(desk, job),
    )


def ending(report: ScanReport) -> Ending:
    """What a scan saw, and what it could not see."""
    seen = translate("Scan", "%1 objects and %2 rows compared").replace("%1", words.number(report.objects))
    seen = seen.replace("%2", words.number(report.rows))
    problems = [_problem(source) for source in report.sources if not source.complete or source.doubted]
    if not problems:
        return Ending(seen)
    more = "" if len(problems) == 1 else " " + translate("Scan", "(and %Ln more)", "", len(problems) - 1)
    return Ending(f"{seen}. {problems[0]}{more}", "warning")


def _problem(source: SourceReport) -> str:
    said = translate("Scan", "%1 is doubted: %2") if source.complete else translate("Scan", "%1 is not complete: %2")
    return said.replace("%1", source.name).replace("%2", source.doubted if source.complete else source.why)


def stopped(desk: Desk, job: Job) -> Ending:
    """A stopped scan changes nothing; the earlier one stays in force."""
    del job
    again = NextStep(translate("Scan", "Scan again"), lambda: start_scan(desk))
    return Ending(translate("Scan", "stopped; the last complete scan stays in force"), "warning", (again,))
