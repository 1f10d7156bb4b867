"""`monitor --allow` and `--forbid`: whether retention of a family may run by itself."""

from __future__ import annotations

import shlex

from core.capacity.levels import percent
from core.cli import documents, words
from core.cli.session import Session
from core.engine import Engine, find_profile
from core.errors import NeedsConfirmation
from core.monitor.allowing import Preview
from core.profiles import Profile
from core.progress import Report
from core.refusals import left_as_it_is


def change_permission(session: Session, allow: str, forbid: str, confirm: str | None, yes: bool) -> None:
    """Shows what it would take today, asks, and lets it run by itself; or takes that back."""
    if forbid:
        path = session.run(lambda engine, _: engine.monitor.forbid(forbid))
        _answer(session, forbid, False, str(path), None)
        return
    seen = session.run(lambda engine, _: engine.monitor.preview(allow))
    if not session.terminal.as_json:
        _show(session, seen)
    _ask(session, find_profile(session.asked.profile_name), seen, confirm, yes)

    async def work(engine: Engine, report: Report) -> str:
        del report
        return str(await engine.monitor.allow(seen))

    _answer(session, seen.family.name, True, session.run(work), seen)


def _show(session: Session, seen: Preview) -> None:
    name = seen.family.name
    session.terminal.heading(f"Retention of {name}, if it ran by itself today")
    for taking in seen.takings:
        session.terminal.say(words.taking(taking))
    if not seen.head.steps:
        session.terminal.say("Today it would take nothing.")
    if seen.head.guard is not None:
        share = percent(seen.head.guard.share)
        session.terminal.warn(f"That is {share} of {seen.head.guard.where}, where the guard would stop it.")
    for refusal in seen.head.refused:
        session.terminal.say(left_as_it_is(refusal))
    session.terminal.say(f"The plan, to look at: {seen.path}")


def _ask(session: Session, profile: Profile, seen: Preview, confirm: str | None, yes: bool) -> None:
    share = percent(seen.family.cleanup_at)
    question = f"Let retention of {seen.family.name} run by itself, whenever one of its buckets is {share} full?"
    if not profile.production:
        session.terminal.confirm(question, yes)
        return
    asked = f"{question} {profile.name} is in production. To go ahead, type its name:"
    if session.terminal.type_name(asked, f"--confirm {shlex.quote(profile.name)}", confirm) != profile.name:
        raise NeedsConfirmation("That is not the name, so nothing was changed.", f"Type {profile.name}.")


def _answer(session: Session, family: str, allowed: bool, file: str, seen: Preview | None) -> None:
    if session.terminal.as_json:
        takes = [documents.taking(one) for one in seen.takings] if seen else []
        plan = str(seen.path) if seen else None
        session.terminal.document(
            {"family": family, "allowed": allowed, "file": file, "would_take": takes, "plan": plan}
        )
        return
    state = "runs by itself from now on" if allowed else "does not run by itself any more"
    session.terminal.say(f"Retention of {family} {state}. Written: {file}")
