"""Letting retention of a family run by itself: its owner sees first what it would take today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from core.monitor.consent import rules_of
from core.profiles import Family
from core.progress import Report
from gui import words
from gui.desk import Desk
from gui.dialogs import Choice, Question, confirm
from gui.jobs import Ending
from gui.translation import translate

if TYPE_CHECKING:
    from core.monitor.allowing import Preview


def to_allow(before: Sequence[Family], after: Sequence[Family]) -> tuple[str, ...]:
    """The families whose retention is to run by itself and was not, or by other rules, until now."""
    known = {family.name: rules_of(family) for family in before if "apply" in family.automatic}
    return tuple(one.name for one in after if "apply" in one.automatic and known.get(one.name) != rules_of(one))


def without_permission(families: Sequence[Family], names: Sequence[str]) -> tuple[Family, ...]:
    """The families, with retention of these planned by itself and not yet applied."""
    return tuple(replace(f, automatic=f.automatic - {"apply"}) if f.name in names else f for f in families)


def look_and_ask(desk: Desk, names: Sequence[str]) -> None:
    """Plans, one family after the other, what its retention would take today, as a job, and asks."""
    engine = desk.engine
    if engine is None or not names:
        return

    async def work(report: Report) -> Preview:
        del report
        return await engine.monitor.preview(names[0])

    def ending(seen: Preview) -> Ending:
        desk.jobs.ask(_ask(desk, seen, names[1:]))
        return Ending(_takes(seen))

    title = translate("Permission", "Look what retention of %1 would take today")
    desk.jobs.start(title.replace("%1", names[0]), work, then=ending)


async def _ask(desk: Desk, seen: Preview, further: Sequence[str]) -> None:
    engine = desk.engine
    if engine is None:
        return
    title = translate("Permission", "Let retention of %1 run by itself?").replace("%1", seen.family.name)
    when = translate(
        "Permission", "It runs whenever one of the family's buckets is %1 % full, and nobody is asked then."
    )
    back = translate("Permission", "What it takes can be put back for as long as it was not emptied for good.")
    text = "\n".join((_takes(seen), when.replace("%1", words.number(round(seen.family.cleanup_at * 100))), back))
    details = "\n".join(f"{one.bucket}: {words.number(one.objects)}, {words.size(one.bytes)}" for one in seen.takings)
    choice = Choice("go", translate("Permission", "Let it run by itself"), is_danger=True)
    name = engine.profile.name if engine.profile.production else ""
    if await confirm(desk.window, Question(title, text, (choice,), name, details)):
        await engine.monitor.allow(seen)
        if not further:
            desk.session.wanted.emit(desk.session.name)
    if further:
        look_and_ask(desk, further)


def _takes(seen: Preview) -> str:
    if not seen.head.steps:
        return translate("Permission", "Today it would take nothing.")
    objects = sum(one.objects for one in seen.takings)
    text = translate("Permission", "Today it would take %Ln object(s) (%1).", "", objects)
    return text.replace("%1", words.size(sum(one.bytes for one in seen.takings)))
