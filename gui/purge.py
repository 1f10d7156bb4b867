"""Emptying the quarantine: the one thing in this window that cannot be undone, so it asks for the project's name."""

from __future__ import annotations

from gui import runs, words
from gui.desk import Desk
from gui.dialogs import Choice, Question, confirm
from gui.translation import translate


async def ask_and_purge(desk: Desk) -> None:
    """Plans the removal of everything in the quarantine, shows what it comes to, and does it once it is confirmed."""
    engine = desk.engine
    if engine is None:
        return
    head, path = await engine.plan_purge()
    if head.steps == 0:
        desk.banners.put("purge", translate("Purge", "The quarantine is empty: there is nothing to delete."))
        return
    name = engine.profile.name
    what = translate("Purge", "%Ln object(s)", "", head.steps) + f" ({words.size(head.bytes)})"
    question = Question(
        title=translate("Purge", "Delete %1 from the quarantine for good?").replace("%1", what),
        text=translate(
            "Purge",
            "This cannot be undone, and the clean-ups that moved them there can no longer be undone either.",
        ),
        choices=(Choice("purge", translate("Purge", "Delete for good"), is_danger=True),),
        typed_name=name,
    )
    if await confirm(desk.window, question):
        title = translate("Purge", "Delete %1 for good").replace("%1", what)
        runs.apply_plan(desk, path, title, confirmed_name=name)
