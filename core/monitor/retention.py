"""Retention by itself: its plan written when buckets pass the clean-up threshold, and applied where that is allowed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from core.capacity.levels import MARGIN, percent
from core.capacity.models import Alert, BucketUse, Level, Severity
from core.errors import Busy, CoreError, Unavailable
from core.models import PlanHead, Run, RunState
from core.monitor.acting import Acted, command
from core.monitor.consent import is_allowed
from core.monitor.deeds import APPLY, PLAN, Deed, forget_deed, note_deed, was_undone
from core.monitor.watched import Watched
from core.plan_summary import human_size
from core.profiles import Family
from core.refusals import stays

_AGAIN_AFTER = timedelta(days=1)
"""A plan is made anew, a scan counts as old, and a run is no news any more."""
_BEGUN = (RunState.RUNNING, RunState.INTERRUPTED)


async def scan_if_old(project: Watched, now: datetime) -> None:
    """What a plan takes rests on a complete scan, and an old one would miss what came of age since. Raises `Busy`,
    `ServiceError`."""
    status = await project.status()
    if status.scanned_at is None or not timedelta(0) <= now - status.scanned_at < _AGAIN_AFTER:
        await project.scan()


@dataclass(frozen=True, slots=True)
class Retention:
    """The retention of one family in one round: `planned` and `applied` are what was done before."""

    project: Watched
    family: Family
    uses: Sequence[BucketUse]
    planned: Deed | None
    applied: Deed | None
    now: datetime

    async def act(self) -> Acted:
        """Plans when a bucket has passed the threshold, and again a day later if it still has. Applies that plan once
        where the owner allowed it. Raises `Unavailable`."""
        told = self._told_of_applied()
        low = self.family.cleanup_at - (MARGIN if self.planned else 0)
        reached = [use.name for use in self.uses if use.share >= low]
        if not reached and not await self._goes_on():
            if self.planned is not None:
                await forget_deed(self.project.workspace, self.project.profile.project, self.family.name, PLAN)
            return told
        try:
            acted = await self._planned(reached)
            done = await self._applied(acted)
        except Busy:
            return told  # whoever changes something now goes first; the next round tries again
        if done.deeds:
            return Acted(acted.deeds + done.deeds, done.alerts)
        return acted + done + told

    async def _planned(self, buckets: Sequence[str]) -> Acted:
        today = self.planned is not None and timedelta(0) <= self.now - self.planned.at < _AGAIN_AFTER
        if self.planned is not None and (today or await self._goes_on()):
            if self.planned.steps and await self._was_applied(self.planned.about):
                return Acted()
            return Acted(alerts=(self.planned.alert(self._fullest.name),))
        try:
            await scan_if_old(self.project, self.now)
            head, path = await self.project.plan_retention(buckets, rules_alone=True)
        except (Unavailable, Busy):
            raise
        except CoreError as exc:
            return Acted(alerts=(self._trouble(exc),))
        deed = await self._deed_of(head, path)
        if self.planned is not None and await self._run_state(self.planned.about) is None:
            await asyncio.to_thread(Path(self.planned.file).unlink, missing_ok=True)  # the new one stands for it
        await note_deed(self.project.workspace, self.project.profile.project, deed)
        return Acted((deed,), (deed.alert(self._fullest.name),))

    async def _deed_of(self, head: PlanHead, path: Path) -> Deed:
        full = f"“{self._fullest.name}” is {percent(self._fullest.share)} full"
        if not head.steps:
            what = f"{full}, and nothing in it is over age that may go: retention frees nothing."
            left = "; ".join(stays(one) for one in head.refused[:3])
            step = f"{left}." if left else "Shorten the time that it is kept, or raise the capacity."
            return self._plan_deed(head, path, what, step)
        takings = await self.project.takings(path)
        objects, rows = sum(one.objects for one in takings), sum(one.rows for one in takings)
        along = f" and {rows:,} associated rows" if rows else ""
        what = f"{full}: a retention plan is ready. It takes {objects:,} objects ({human_size(head.bytes)}){along}."
        step = f"Look at it and apply it: {command(self.project.profile, 'apply', str(path))}"
        if head.guard is not None:
            step = f"It takes {percent(head.guard.share)} of {head.guard.where}, over the guard's limit. {step}"
        return replace(self._plan_deed(head, path, what, step), steps=head.steps)

    def _plan_deed(self, head: PlanHead, path: Path, what: str, step: str) -> Deed:
        return Deed(self.family.name, PLAN, self.now, head.plan_id, Severity.WARNING, what, step, file=str(path))

    async def _applied(self, acted: Acted) -> Acted:
        plan = acted.deeds[0] if acted.deeds else self.planned
        if plan is None or not plan.steps or "apply" not in self.family.automatic:
            return Acted()
        if (self.applied is not None and self.applied.about == plan.about) or await self._was_applied(plan.about):
            return Acted()
        last = self.applied
        undone_at = last.at if last and await was_undone(self.project.workspace, last.run_id) else None
        if not await is_allowed(self.project.workspace, self.project.profile.project, self.family, undone_at):
            return Acted(alerts=(self._not_allowed(undone_at is not None),))
        deed = await self._apply(plan)
        await note_deed(self.project.workspace, self.project.profile.project, deed)
        return Acted((deed,), (deed.alert(self._fullest.name),))

    async def _apply(self, plan: Deed) -> Deed:
        profile = self.project.profile
        confirm = profile.name if profile.production else None  # its owner typed it when allowing this
        try:
            run = await self.project.apply(Path(plan.file), confirm=confirm)
        except (Unavailable, Busy):
            raise  # the plan goes on in a later round
        except CoreError as exc:
            what = f"The retention of {self.family.name} was not applied by itself. {exc.message}"
            step = self._by_hand(plan, exc)
            return replace(plan, kind=APPLY, at=self.now, severity=Severity.URGENT, what=what, next_step=step)
        return self._deed_of_run(plan, run)

    def _by_hand(self, plan: Deed, error: CoreError) -> str:
        """What a person does about a plan that stopped; the command names its file, for nothing else tells it later."""
        return f"{error.hint} The plan: {command(self.project.profile, 'apply', plan.file)}".strip()

    def _deed_of_run(self, plan: Deed, run: Run) -> Deed:
        rest = run.failed + run.drifted + run.skipped
        what = f"Retention of {self.family.name} ran by itself: {human_size(run.bytes)} went to the archive"
        what = f"{what}, {run.done:,} of {run.steps:,} steps done."
        step = f"To have it back, undo run {run.run_id}." if run.undoable else ""
        if rest:
            why = command(self.project.profile, "runs", run.run_id)
            step = f"{rest:,} were left alone or failed: {why} says why. {step}".rstrip()
        severity = Severity.WARNING if run.failed else Severity.INFO
        return replace(plan, kind=APPLY, at=self.now, severity=severity, what=what, next_step=step, run_id=run.run_id)

    def _told_of_applied(self) -> Acted:
        if self.applied is None or not timedelta(0) <= self.now - self.applied.at < _AGAIN_AFTER:
            return Acted()
        return Acted(alerts=(self.applied.alert(self._fullest.name),))

    async def _goes_on(self) -> bool:
        """Whether the run of the plan was interrupted and goes on by itself, room or not: nobody else would end it."""
        plan = self.planned
        if plan is None or "apply" not in self.family.automatic:
            return False
        failed = self.applied is not None and self.applied.about == plan.about
        return not failed and await self._run_state(plan.about) in _BEGUN

    async def _was_applied(self, plan_id: str) -> bool:
        """Whether there is a run of the plan that has come to its end."""
        return await self._run_state(plan_id) not in (None, *_BEGUN)

    async def _run_state(self, plan_id: str) -> RunState | None:
        """How the run of a plan stands; None where there is none."""
        sql = "SELECT state FROM runs WHERE plan_id = ?"
        row = await self.project.workspace.journal.read(lambda c: c.execute(sql, (plan_id,)).fetchone())
        return None if row is None else RunState(row[0])

    @property
    def _fullest(self) -> BucketUse:
        return max(self.uses, key=lambda use: use.share)

    def _trouble(self, error: CoreError) -> Alert:
        what = f"No retention plan could be made for {self.family.name}. {error.message}"
        name = f"no-plan:{self.family.name}"
        return Alert(name, Severity.WARNING, self._fullest.name, what, error.hint, self.now, Level.CLEAN_UP)

    def _not_allowed(self, undone: bool) -> Alert:
        name = self.family.name
        why = "at this desk nobody has seen what it would take by the rules of now"
        if undone:
            why = "its last run was taken back"
        what = f"The profile lets retention of {name} run by itself, but {why}: it waits."
        step = f"See what it would take, and allow it: {command(self.project.profile, 'monitor', '--allow', name)}"
        return Alert(f"not-allowed:{name}", Severity.WARNING, self._fullest.name, what, step, self.now, Level.CLEAN_UP)
