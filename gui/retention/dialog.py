"""The way into retention: plans what is over age as a job, shows it, and applies it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.models import PlanHead
from core.plan_summary import PlanSummary
from core.progress import Report
from gui import runs
from gui.desk import Desk
from gui.dialogs import finished
from gui.jobs import Ending
from gui.tabs.review.plan_dialog import PlanDialog
from gui.tabs.review.questions import job_title
from gui.translation import translate


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan file that was just made, with what there is to show of it."""

    head: PlanHead
    path: Path
    summary: PlanSummary


def open_retention(desk: Desk, buckets: Sequence[str] = ()) -> None:
    """Offers to remove what is over age in these buckets, or in all of them; nothing is changed before it was shown and
    confirmed."""
    engine = desk.engine
    if engine is None:
        return

    async def work(report: Report) -> Planned:
        head, path = await engine.plan_retention(buckets or None, report=report)
        return Planned(head, path, await engine.summarize(path))

    async def show(planned: Planned) -> None:
        dialog = PlanDialog(desk, planned.head, planned.path, planned.summary)
        if await finished(dialog):
            share = None if planned.head.guard is None else planned.head.guard.share
            title = job_title(planned.head)
            runs.apply_plan(desk, planned.path, title, allow_share=share, confirmed_name=dialog.confirmed_name)

    def then(planned: Planned) -> Ending:
        if planned.head.steps:
            desk.jobs.ask(show(planned))
            return Ending("")
        return Ending(translate("Retention", "Nothing is over age."))

    desk.jobs.start(translate("Retention", "Look for what is over age"), work, then=then)
