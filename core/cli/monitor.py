"""`monitor` and `alerts`: looking at the buckets again and again, and what that has to tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer
from rich.text import Text

from core.capacity.levels import percent
from core.capacity.models import Alert, Severity
from core.cli import monitor_documents, words
from core.cli.apply import Yes
from core.cli.monitor_permission import change_permission
from core.cli.session import Session
from core.cli.terminal import Terminal
from core.engine import Engine
from core.monitor import Round
from core.monitor.rounds import MOST_SAID

_MARKS = {
    Severity.INFO: Text("i", "cyan"),
    Severity.WARNING: Text("!", "yellow"),
    Severity.URGENT: Text("✗", "red"),
}


def monitor(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="One round, and end: for a scheduler.")] = False,
    allow: Annotated[
        str,
        typer.Option("--allow", metavar="FAMILY", help="Let its retention run by itself; shows first what it takes."),
    ] = "",
    forbid: Annotated[str, typer.Option("--forbid", metavar="FAMILY", help="Take that back.")] = "",
    confirm: Annotated[
        str | None, typer.Option("--confirm", metavar="NAME", help="Confirm --allow by name, in production.")
    ] = None,
    yes: Yes = False,
) -> None:
    """Measure the buckets again and again, tell what fills up, and do what is automatic. Ctrl-C ends it."""
    session = Session.of(context)
    if sum((once, bool(allow), bool(forbid))) > 1:
        context.fail("Say one of --once, --allow and --forbid.")
    if allow or forbid:
        change_permission(session, allow, forbid, confirm, yes)
        return
    if not once:
        session.run(lambda engine, _: _keep_looking(session, engine))
    made = session.run(lambda engine, _: engine.monitor.once())
    if session.terminal.as_json:
        session.terminal.document(monitor_documents.round_(made))
    else:
        _show_round(session, made)
    if made.trouble:
        raise typer.Exit(1)


def alerts(
    context: typer.Context,
    acknowledge: Annotated[
        list[str] | None,
        typer.Option("--acknowledge", "-a", metavar="ID", help="Somebody has seen to this one; may be repeated."),
    ] = None,
    every: Annotated[bool, typer.Option("--acknowledge-all", help="Somebody has seen to all of them.")] = False,
    past: Annotated[bool, typer.Option("--past", help="Those that are over, the last one first.")] = False,
) -> None:
    """What monitoring has told and still holds."""
    session = Session.of(context)
    if past and (acknowledge or every):
        context.fail("--past shows what is over, and that needs no --acknowledge.")
    found = session.run(lambda engine, _: _alerts(engine, acknowledge or (), every, past))
    if session.terminal.as_json:
        session.terminal.document(monitor_documents.alerts(found))
        return
    if not found:
        session.terminal.say("Nothing was told yet." if past else "Nothing needs attention.")
        return
    _show_alerts(session.terminal, found)
    if not past and (fresh := next((one.id for one in found if not one.acknowledged), "")):
        session.terminal.say()
        session.terminal.say(f"Seen to: {session.command('alerts', '--acknowledge', fresh)}")


async def _alerts(engine: Engine, ids: Sequence[str], every: bool, past: bool) -> tuple[Alert, ...]:
    if every:
        ids = [alert.id for alert in await engine.alerts()]
    if ids:
        await engine.acknowledge(*ids)
    return await engine.past_alerts() if past else await engine.alerts()


async def _keep_looking(session: Session, engine: Engine) -> NoReturn:
    minutes = words.duration(engine.profile.monitor_every.total_seconds())
    if not session.terminal.as_json:
        session.terminal.note(f"A round every {minutes}; Ctrl-C ends it.")
    await engine.monitor.run(lambda made: _tell(session, engine, made))


def _tell(session: Session, engine: Engine, made: Round) -> None:
    """A line for each round, and lines for what is news."""
    terminal = session.terminal
    if terminal.as_json:
        terminal.document(monitor_documents.round_(made))
        return
    following = engine.monitor.standing.next_at
    then = f"; next {following.astimezone():%H:%M:%S}" if following else ""
    terminal.say(f"{made.at.astimezone():%Y-%m-%d %H:%M:%S}  {_summary(made)}{then}")
    if made.trouble:
        terminal.warn(f"  {made.trouble} {made.hint}".rstrip())
    for deed in made.deeds:
        terminal.say(f"  Done: {deed.what} {deed.next_step}".rstrip())
    for alert in made.told.news[:MOST_SAID]:
        terminal.warn(f"  {alert.what} {alert.next_step}".rstrip())
    _say_more(session, len(made.told.news))
    for alert in made.told.ended[:MOST_SAID]:
        terminal.say(f"  Over: {alert.what}")
    _say_more(session, len(made.told.ended))


def _summary(made: Round) -> str:
    found = made.capacity
    fresh = sum(not alert.acknowledged for alert in made.alerts)
    told = (
        words.count(fresh, "alert")
        if fresh
        else "nothing new"
        if made.alerts
        else ""
        if made.trouble
        else "all is well"
    )
    seen = "not measured" if made.trouble else "no buckets"
    if found is not None and found.buckets and found.at is not None:
        fullest = found.buckets[0]
        held = f"{words.count(len(found.buckets), 'bucket')}, fullest {fullest.name} {percent(fullest.share)}"
        seen = f"{seen} now; as last scanned: {held}" if made.trouble else held
    return f"{seen}; {told}" if told else seen


def _show_round(session: Session, made: Round) -> None:
    terminal = session.terminal
    terminal.heading("Looked", _summary(made))
    if made.trouble:
        terminal.warn(f"{made.trouble} {made.hint}".rstrip())
    for deed in made.deeds:
        terminal.say()
        terminal.say(f"Done: {deed.what} {deed.next_step}".rstrip())
    if made.alerts:
        terminal.say()
        _show_alerts(terminal, made.alerts[:MOST_SAID])
        _say_more(session, len(made.alerts))
    for alert in made.told.ended[:MOST_SAID]:
        terminal.say(f"Over: {alert.what}")
    _say_more(session, len(made.told.ended))
    if any(not alert.acknowledged for alert in made.alerts):
        terminal.say()
        terminal.say(f"Next: {session.command('alerts')}")


def _say_more(session: Session, count: int) -> None:
    if count > MOST_SAID:
        session.terminal.say(f"  … and {words.number(count - MOST_SAID)} more: {session.command('alerts')}")


def _show_alerts(terminal: Terminal, found: tuple[Alert, ...]) -> None:
    for alert in found:
        when = words.moment(alert.since)
        state = f"over since {words.moment(alert.ended)}" if alert.ended else "seen" if alert.acknowledged else ""
        terminal.mark(_MARKS[alert.severity], alert.what, ", ".join(part for part in (alert.id, when, state) if part))
        if alert.next_step and alert.ended is None:
            terminal.say(f"  {alert.next_step}")
