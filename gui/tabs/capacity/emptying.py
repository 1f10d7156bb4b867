"""Taking everything out of a bucket from the window: planned, shown with pictures, confirmed by the bucket's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.progress import Report
from gui import words
from gui.desk import Desk
from gui.dialogs import finished
from gui.jobs import Ending, Job, JobState, NextStep
from gui.runs import apply_plan
from gui.translation import translate

if TYPE_CHECKING:
    from core.emptying import Emptying
    from core.plan_summary import PlanSummary


@dataclass(frozen=True, slots=True)
class _Planned:
    """A plan that was just made, with what there is to show of it."""

    emptying: Emptying
    summary: PlanSummary


def plan_emptying(desk: Desk, bucket: str) -> None:
    """Lists the bucket as a job, then shows what would go."""
    engine = desk.engine
    if engine is None:
        return

    async def work(report: Report) -> _Planned:
        made = await engine.families.plan_empty(bucket, report=report)
        return _Planned(made, await engine.summarize(made.path))

    def ending(planned: _Planned) -> Ending:
        desk.jobs.ask(_show(desk, planned))
        return Ending(translate("Emptying", "%Ln object(s) listed", "", planned.emptying.head.steps))

    desk.jobs.start(_said("List %1").replace("%1", bucket), work, then=ending)


async def _show(desk: Desk, planned: _Planned) -> None:
    from gui.tabs.review.plan_dialog import PlanDialog  # with the engine, which a thread imports while the tab is made

    engine, made = desk.engine, planned.emptying
    if engine is None:
        return
    title = translate("Emptying", "Take all %Ln object(s) (%1) out of %2?", "", made.head.steps)
    title = title.replace("%1", words.size(made.head.bytes)).replace("%2", made.bucket)
    dialog = PlanDialog(desk, made.head, made.path, planned.summary, title=title, more=_more(made))
    if await finished(dialog):
        name = engine.profile.name if engine.profile.production else made.bucket
        doing = translate("Emptying", "Take %Ln object(s) out of %1", "", made.head.steps).replace("%1", made.bucket)
        job = apply_plan(desk, made.path, doing, confirmed_name=name)
        if made.more:
            job.ended.connect(lambda: _offer_more(desk, job, made.bucket))


def _more(made: Emptying) -> str:
    """What goes with it, and what stays."""
    said = []
    if made.rows:
        said.append(translate("Emptying", "%Ln reference(s) in tables would point at nothing.", "", made.rows))
    if not made.scanned:
        said.append(_said("No scan has seen the bucket yet, so nobody knows what names its objects."))
    if made.mentioned:
        said.append(translate("Emptying", "%Ln object(s) are named in tables that nobody mapped.", "", made.mentioned))
    if made.kept:
        said.append(translate("Emptying", "%Ln object(s) marked to keep stay.", "", made.kept))
    if made.more:
        text = _said("The bucket holds more than one step takes (%1): the next step is offered when this one is done.")
        said.append(text.replace("%1", words.number(made.head.steps)))
    return " ".join(said)


def _offer_more(desk: Desk, job: Job, bucket: str) -> None:
    if job.state is JobState.DONE:
        text = _said("There is more in %1.").replace("%1", bucket)
        again = NextStep(_said("Take out the next step…"), lambda: plan_emptying(desk, bucket))
        desk.banners.put("emptying", text, "accent", (again,))


def _said(text: str) -> str:
    return translate("Emptying", text)
