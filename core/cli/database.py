"""`database`: what Bucketdesk needs in a project's Postgres: its SQL, what of it is there, applying it, the guard."""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from core import database_guard, database_setup, database_status, log
from core.capacity.levels import percent
from core.cli import words
from core.cli.session import Session
from core.database_guard import Guard
from core.database_setup import Applied, Database
from core.database_status import Item
from core.errors import NeedsConfirmation, Refused
from core.progress import Report

if TYPE_CHECKING:
    from core.profiles import Profile

T = TypeVar("T")
group = typer.Typer(help="Set up a project's database: see the SQL, see what is there, apply it.")
Address = Annotated[
    str,
    typer.Option(
        "--postgres",
        metavar="ADDRESS",
        help="The direct connection, if it is not the profile's; its password comes from the profile's secrets or "
        "BUCKETDESK_POSTGRES_PASSWORD.",
    ),
]


@group.callback()
def database() -> None:
    """Set up a project's database: see the SQL, see what is there, apply it."""


@group.command()
def show(context: typer.Context) -> None:
    """Print the SQL, to read it or to paste it into the SQL editor."""
    session = Session.of(context)
    text = database_setup.script()
    if session.terminal.as_json:
        names = [f"{one.version}_{one.name}" for one in database_setup.migrations()]
        session.terminal.document({"sql": text, "migrations": names})
    else:
        typer.echo(text, nl=False)


@group.command()
def status(context: typer.Context, postgres: Address = "") -> None:
    """What of it is there, what is missing, and which buckets could be registered. Changes nothing."""
    session = Session.of(context)
    items = _on_database(session, postgres, lambda profile, one, _: _status(profile, one))
    if session.terminal.as_json:
        listed = [{"name": i.name, "kind": i.kind, "state": i.state, "sentence": i.sentence} for i in items]
        session.terminal.document({"items": listed, "ready": _is_ready(items)})
        return
    _show(session, items)


@group.command()
def setup(
    context: typer.Context,
    postgres: Address = "",
    register: Annotated[
        list[str] | None,
        typer.Option("--register", metavar="BUCKET", help="Register this bucket for staff and managers; repeatable."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    confirm: Annotated[
        str | None, typer.Option("--confirm", metavar="NAME", help="The name of a project in production.")
    ] = None,
) -> None:
    """Apply it over a direct connection. Deletes nothing, replaces no table; doing it again is harmless."""
    session = Session.of(context)

    async def work(profile: Profile, one: Database, report: Report) -> Applied:
        _check_writable(profile)
        _ask(session, profile, yes, confirm, f"Set up the database of {profile.name}")
        return await database_setup.apply(one, register or (), report=report)

    done = _on_database(session, postgres, work)
    if session.terminal.as_json:
        document = {"applied": done.migrations, "new": done.new, "registered": done.registered, "notices": done.notices}
        session.terminal.document(document)
        return
    for notice in done.notices:
        session.terminal.warn(notice)
    session.terminal.say(f"✓ {_said(done)}")
    for bucket in done.registered:
        session.terminal.say(f"✓ The bucket {bucket} is registered.")
    session.terminal.say(f"Next: {session.command('scan')}")


def _said(done: Applied) -> str:
    count, new = len(done.migrations), len(done.new)
    if new == count:
        return f"The database is set up: {words.count(count, 'migration')} applied."
    again = "applied once more, so that it is up to date"
    if not new:
        return f"The database was set up already: all {words.count(count, 'migration')} were there and were {again}."
    some = f"{words.count(new, 'migration')} of {words.number(count)} {'is' if new == 1 else 'are'} new"
    return f"The database is set up: {some}; what was there already was {again}."


@group.command()
def guard(
    context: typer.Context,
    table: Annotated[str | None, typer.Argument(help="The table; without one, guarded tables are listed.")] = None,
    share: Annotated[
        float, typer.Option("--share", metavar="X", min=0, max=1, help="No program deletes more than this share.")
    ] = database_guard.SHARE,
    off: Annotated[bool, typer.Option("--off", help="Take the guard off.")] = False,
    postgres: Address = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    confirm: Annotated[
        str | None, typer.Option("--confirm", metavar="NAME", help="The name of a project in production.")
    ] = None,
) -> None:
    """Have the database refuse mass deletes and TRUNCATE of a table, by whatever program."""
    session = Session.of(context)

    async def work(profile: Profile, one: Database, _: Report) -> tuple[Guard, ...]:
        if table is not None:
            _check_writable(profile)
            _ask(session, profile, yes, confirm, f"{'Unguard' if off else 'Guard'} {table} of {profile.name}")
            await (database_guard.unguard(one, table) if off else database_guard.guard(one, table, share))
        return await database_guard.guards(one)

    found = _on_database(session, postgres, work)
    if session.terminal.as_json:
        listed = [{"table": g.table, "share": g.share, "uncovered": g.uncovered} for g in found]
        session.terminal.document({"guards": listed})
        return
    rows = [(g.table, percent(g.share), ", ".join(g.uncovered)) for g in found]
    session.terminal.table(["Guarded table", "#Refused above", "Partitions not covered yet"], rows)
    if not found:
        session.terminal.say("No table is guarded.")


def _check_writable(profile: Profile) -> None:
    if profile.read_only:
        hint = "Take “read_only” out of the profile first."
        raise Refused(f"The profile “{profile.name}” is set to read only, so nothing was done.", hint)


def _ask(session: Session, profile: Profile, yes: bool, confirm: str | None, what: str) -> None:
    if not profile.production:
        session.terminal.confirm(f"{what}?", yes)
        return
    question = f"{what}? It is in production. To go ahead, type its name:"
    if session.terminal.type_name(question, f"--confirm {shlex.quote(profile.name)}", confirm) != profile.name:
        raise NeedsConfirmation("That is not the name of the project, so nothing was done.")


async def _status(profile: Profile, one: Database) -> tuple[Item, ...]:
    return await database_status.status(one, [family.name for family in profile.families])


def _on_database(session: Session, address: str, work: Callable[[Profile, Database, Report], Awaitable[T]]) -> T:
    async def main(report: Report) -> T:
        from core.engine import find_profile, open_database  # late: `database show` needs none of it

        name = session.asked.profile_name
        profile = find_profile(name)
        opened = await open_database(profile, address)
        try:
            return await work(profile, opened, report)
        finally:
            await opened.close()

    log.conceal(address)
    return session.run_alone(main)


def _is_ready(items: tuple[Item, ...]) -> bool:
    return all(item.state == "there" for item in items if item.kind != "bucket")


_MARKS = {"there": "✓ there", "missing": "✗ missing", "older": "↑ older", "differs": "≠ differs"}


def _show(session: Session, items: tuple[Item, ...]) -> None:
    terminal = session.terminal
    wanting = [item for item in items if item.state != "there"]
    terminal.heading("Database", f"{len(items) - len(wanting)} of {len(items)} things are there")
    if wanting:
        terminal.say()
        terminal.table(["", "What", "State", "What setting up does"], [_line(item) for item in wanting])
    terminal.say()
    if not _is_ready(items):
        terminal.say(f"Next: {session.command('database', 'setup')}")
    loose = [item.name for item in wanting if item.kind == "bucket"]
    if loose:
        options = [word for name in loose for word in ("--register", name)]
        terminal.say(f"To register what is there: {session.command('database', 'setup', *options)}")


def _line(item: Item) -> tuple[str, str, str, str]:
    return item.kind, item.name, _MARKS[item.state], item.sentence
