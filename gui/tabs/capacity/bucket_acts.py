"""What is done to one bucket from the Capacity tab: each act says what it would mean before it asks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.capacity.models import BucketUse
from core.progress import Report
from gui import words
from gui.desk import Desk
from gui.dialogs import Choice, Question, confirm, finished
from gui.jobs import Ending, NextStep
from gui.runs import undo_run
from gui.tabs.capacity.limits_dialog import LimitsDialog
from gui.translation import translate

if TYPE_CHECKING:
    from core.models import Run
    from core.visibility import Visibility

_DONE = "bucket-done"


def switch_visibility(desk: Desk, use: BucketUse) -> None:
    """Counts the stored links that the switch concerns, as a job, then asks."""
    engine = desk.engine
    if engine is None:
        return

    async def work(report: Report) -> Visibility:
        return await engine.families.preview_visibility(use.name, not use.public, report=report)

    def ending(found: Visibility) -> Ending:
        desk.jobs.ask(_ask_visibility(desk, use, found))
        return Ending(translate("BucketActs", "%Ln stored link(s) would stop working", "", found.breaks))

    desk.jobs.start(_said("Count the stored links into %1").replace("%1", use.name), work, then=ending)


async def _ask_visibility(desk: Desk, use: BucketUse, found: Visibility) -> None:
    engine = desk.engine
    if engine is None:
        return
    title = _said("Make %1 public?") if found.public else _said("Make %1 private?")
    if found.breaks:
        title = translate("BucketActs", "Make %1 private and break %Ln stored link(s)?", "", found.breaks)
    verb = _said("Make public") if found.public else _said("Make private")
    text = "\n".join((*found.sentences, _said("History can switch it back.")))
    details = "\n".join(f"{link.table}  {link.url}" for link in found.samples)
    question = Question(title.replace("%1", use.name), text, (Choice("go", verb),), _typed(desk), details)
    if await confirm(desk.window, question):
        run = await engine.families.set_public(use.name, found.public)
        done = _said("%1 is public now.") if found.public else _said("%1 is private now.")
        _say_done(desk, done.replace("%1", use.name), run)


async def change_limits(desk: Desk, use: BucketUse) -> None:
    """Asks what the bucket shall take, and sets it."""
    engine = desk.engine
    if engine is None:
        return
    now = await engine.store.bucket(use.name)  # what was measured may be older than what somebody set since
    use = replace(use, size_limit_bytes=now.size_limit_bytes, mime_types=now.mime_types)
    dialog = LimitsDialog(desk, use, typed_name=_typed(desk))
    if await finished(dialog):
        run = await engine.families.set_limits(use.name, dialog.limits)
        _say_done(desk, _said("%1 takes other files now.").replace("%1", use.name), run)


async def make_next(desk: Desk, family: str) -> None:
    """Asks, then makes the next bucket of a family."""
    engine = desk.engine
    if engine is None:
        return
    title = _said("Make the next bucket of %1?").replace("%1", family)
    text = _said(
        "It gets the settings of the family's first bucket, and takes new uploads. Undo takes it away again while it "
        "is empty."
    )
    question = Question(title, text, (Choice("go", _said("Make the bucket")),), _typed(desk))
    if await confirm(desk.window, question):
        made = await engine.families.make_next(family)
        run = next((run for run in await engine.runs() if run.run_id == made.run_id), None)
        _say_done(desk, made.sentence, run, "warning" if made.trouble else "good")


def _say_done(desk: Desk, text: str, run: Run | None, tone: str = "good") -> None:
    """A banner that says what happened, with the way back."""
    steps = (NextStep(_said("Undo"), lambda: undo_run(desk, run)),) if run is not None and run.undoable else ()
    desk.banners.put(_DONE, text, tone, steps)


def _typed(desk: Desk) -> str:
    """The name to type: the profile's where it is production."""
    engine = desk.engine
    return engine.profile.name if engine is not None and engine.profile.production else ""


def bytes_and_objects(use: BucketUse) -> str:
    """ "1.0 MB in 360 objects", for the status line and titles."""
    return translate("BucketActs", "%1 in %Ln object(s)", "", use.objects).replace("%1", words.size(use.bytes))


def _said(text: str) -> str:
    return translate("BucketActs", text)
