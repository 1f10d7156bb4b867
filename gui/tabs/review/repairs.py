"""From a selection to a repair: plan it, show it, apply it; keep marks and exports beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.models import PlanHead, Repair, Selection
from core.progress import Report
from core.refusals import because
from gui.desk import Desk
from gui.dialogs import Choice, Question, confirm, finished
from gui.jobs import Ending
from gui.runs import apply_plan
from gui.table_export import export_table
from gui.tabs.review.keep_dialog import KeepDialog
from gui.tabs.review.kinds import Shelf
from gui.tabs.review.middle import AnyTable
from gui.tabs.review.plan_dialog import PlanDialog
from gui.tabs.review.questions import job_title
from gui.translation import translate

if TYPE_CHECKING:
    from core.inventory import SourceReport
    from core.plan_summary import PlanSummary


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan file that was just made, with what there is to show of it."""

    head: PlanHead
    path: Path
    summary: PlanSummary


class Repairs:
    """What the Review tab's buttons do. Everything that changes something is shown first."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def plan(self, selection: Selection, repair: Repair | None) -> None:
        """Plans a repair as a job, then shows it."""
        engine = self._desk.engine
        if engine is None:
            return

        async def work(report: Report) -> Planned:
            head, path = await engine.plan_cleanup(selection, repair, report=report)
            return Planned(head, path, await engine.summarize(path))

        self._desk.jobs.start(translate("Repairs", "Plan"), work, then=self._on_planned)

    async def keep(self, selection: Selection, count: int) -> None:
        """Asks for the reason, then marks."""
        engine = self._desk.engine
        dialog = KeepDialog(count, self._desk.window)
        if engine is None or not await finished(dialog):
            return
        kept = await engine.keep(selection, dialog.reason)
        self._desk.banners.put("kept", translate("Repairs", "%Ln finding(s) kept", "", kept), "good")

    async def unkeep(self, selection: Selection) -> None:
        """Takes the marks back; that can be done again, so nothing is asked."""
        engine = self._desk.engine
        if engine is not None:
            freed = await engine.unkeep(selection)
            self._desk.banners.put("kept", translate("Repairs", "%Ln finding(s) no longer kept", "", freed), "good")

    def look_at_doubt(self, source: SourceReport) -> None:
        """Shows samples of a doubted source; the person may accept it as it is."""
        self._desk.jobs.ask(self._look_at_doubt(source))

    def export_view(self, table: AnyTable, shelf: Shelf) -> None:
        """Writes what the table shows, all of it, as CSV."""
        self._desk.jobs.ask(export_table(self._desk, table.rows.texts(), shelf.id))

    def _on_planned(self, planned: Planned) -> Ending:
        if planned.head.steps == 0:
            self._desk.jobs.ask(self._say_nothing_to_do(planned))
        else:
            self._desk.jobs.ask(self._show(planned))
        return Ending(translate("Repairs", "%Ln step(s) planned", "", planned.head.steps))

    async def _say_nothing_to_do(self, planned: Planned) -> None:
        reasons = "\n".join(f"{refusal.where}: {because(refusal)}" for refusal in planned.head.refused)
        text = translate("Repairs", "None of the chosen findings has a step: nothing was changed.")
        self._desk.banners.put("planned", f"{text} {reasons}".strip(), "warning")

    async def _show(self, planned: Planned) -> None:
        engine = self._desk.engine
        if engine is None:
            return
        dialog = PlanDialog(self._desk, planned.head, planned.path, planned.summary)
        if await finished(dialog):
            share = None if planned.head.guard is None else planned.head.guard.share
            name = dialog.confirmed_name
            apply_plan(self._desk, planned.path, job_title(planned.head), allow_share=share, confirmed_name=name)

    async def _look_at_doubt(self, source: SourceReport) -> None:
        engine = self._desk.engine
        if engine is None:
            return
        samples = await engine.source_samples(source.name)
        lines = [f"{s.value}  →  {s.bucket}/{s.key}  {'✓' if s.found else s.problem or '✗'}" for s in samples]
        question = Question(
            title=translate("Repairs", "Accept %1 as it is?").replace("%1", source.name),
            text=source.doubted
            + " "
            + translate("Repairs", "If these samples are right, findings that rest on it become open."),
            choices=(Choice("accept", translate("Repairs", "Accept this source")),),
            details="\n".join(lines),
        )
        if await confirm(self._desk.window, question):
            await engine.accept_source(source.name)
