"""`profile`: makes, tries and removes profiles, and takes their secrets, which never stand on the command line."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from core import secrets
from core.cli.checks import checked_document, show_checked
from core.cli.profile_add import add
from core.cli.profiles import document
from core.cli.session import Session
from core.errors import ServiceError, Usage, WorkspaceError
from core.profiles import PASSWORD
from core.secrets import POSTGRES_PASSWORD, SUPABASE_KEY, VARIABLES

group = typer.Typer(help="Make, try and remove profiles of projects, and store their secrets.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="The profile.")]
What = Literal["supabase_key", "supabase_password", "postgres_password", "cloudinary_url"]


@group.callback()
def profile() -> None:
    """Make, try and remove profiles of projects, and store their secrets."""


group.command()(add)


@group.command()
def show(context: typer.Context, name: Name) -> None:
    """Show what a profile says, and which secrets it has; never the secrets."""
    from core.engine import find_profile

    session = Session.of(context)
    found = find_profile(name)
    store = secrets.of_this_process()
    there = session.run_alone(lambda report: store.places(name)) if found.supabase else {}
    said = document(name, found)
    said |= {"sources": [source.name for source in found.sources], "secrets": there, "keyring": store.state}
    if session.terminal.as_json:
        session.terminal.document(said)
        return
    lines = [(key, ", ".join(map(str, value)) if isinstance(value, list) else value) for key, value in said.items()]
    words = [(key, value) for key, value in lines if key not in ("secrets", "keyring", "notices") and value]
    words += [(what, f"in the {place}") for what, place in there.items()]
    session.terminal.table(["", ""], [(key, str(value)) for key, value in words])
    for notice in (*found.notices, *filter(None, [store.state])):
        session.terminal.warn(notice)


@group.command()
def test(context: typer.Context, name: Name) -> None:
    """Connect for real and show what the project lets you do. Changes nothing."""
    from core.engine import find_profile
    from core.profile_check import check

    session = Session.of(context)
    found = find_profile(name)
    checked = session.run_alone(lambda report: check(found))
    if session.terminal.as_json:
        session.terminal.document({"name": name, **checked_document(checked)})
    else:
        show_checked(session.terminal, name, checked)
    if not checked.ok:
        raise typer.Exit(1)


@group.command()
def secret(
    context: typer.Context,
    name: Name,
    what: Annotated[What, typer.Argument(help="Which one.")],
    remove: Annotated[bool, typer.Option("--remove", help="Remove it instead.")] = False,
) -> None:
    """Store a secret of a profile in the keyring. It is typed unseen, or read from standard input."""
    from core.engine import find_profile
    from core.sign_in import check_key, clean_key

    session = Session.of(context)
    found = find_profile(name)
    store = secrets.of_this_process()
    if remove:
        session.run_alone(lambda report: store.forget(name, what))
        _say(session, {"name": name, "secret": what, "stored": False}, f"The secret {what} of {name} is removed.")
        return
    value = session.terminal.type_secret(f"{what} of {name} (nothing shows while you type):").strip("\r\n")
    if what == SUPABASE_KEY and found.supabase is not None:
        value = clean_key(value)
        check_key(value, found.supabase)
    if what == POSTGRES_PASSWORD and "://" in value:
        raise Usage(
            "That is an address, not a password.", "Only the password is wanted; the address is in the profile."
        )
    if not session.run_alone(lambda report: store.put(name, what, value)):
        raise WorkspaceError(
            f"{store.state.partition(':')[0]}, so the secret was not stored.",
            f"Set {VARIABLES[what]} in the environment of each command instead.",
        )
    _say(session, {"name": name, "secret": what, "stored": True}, f"The secret {what} of {name} is in the keyring.")


@group.command()
def forget(
    context: typer.Context,
    name: Name,
    all_of_it: Annotated[
        bool, typer.Option("--all", help="Its inventory and journal, too: no run can be undone afterwards.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Go ahead without asking.")] = False,
) -> None:
    """Remove a profile and its secrets. The project itself is not touched."""
    from core.profile_files import check_there
    from core.profile_removal import remove

    session = Session.of(context)
    check_there(name)
    lost = " Its runs cannot be undone afterwards." if all_of_it else ""
    session.terminal.confirm(f"Remove the profile {name} and its secrets?{lost}", yes)
    session.run_alone(lambda report: remove(name, with_workspace=all_of_it))
    _say(session, {"name": name, "forgotten": True}, f"The profile {name} and its secrets are removed.")


@group.command("sign-out")
def sign_out(context: typer.Context, name: Name) -> None:
    """End the session of a profile that signs in by password, and remove the password."""
    from core.engine import find_profile, open_connection
    from core.profile_removal import forget_sign_in

    session = Session.of(context)
    found = find_profile(name)

    if found.supabase is None or found.supabase.sign_in != PASSWORD:
        raise Usage(f"Nobody signs in to {name} by password.")

    async def work() -> str:
        try:
            opened = await open_connection(found)
            try:
                assert opened.project is not None
                await opened.project.sign_out()
            finally:
                await opened.close()
        except ServiceError as error:
            await forget_sign_in(name)
            return error.message
        return ""

    if problem := session.run_alone(lambda report: work()):
        session.terminal.warn(f"The project could not be told: {problem}")
    _say(session, {"name": name, "signed_in": False}, f"Signed out of {name}.")


@group.command("presets")
def list_presets(context: typer.Context) -> None:
    """List the ready mappings that `profile add --preset` takes."""
    from core.presets import presets

    session = Session.of(context)
    if session.terminal.as_json:
        session.terminal.document({"presets": [{"name": one.name, "about": one.about} for one in presets()]})
    else:
        session.terminal.table(["Preset", "What it maps"], [(one.name, one.about) for one in presets()])


def _say(session: Session, data: dict[str, object], sentence: str) -> None:
    if session.terminal.as_json:
        session.terminal.document(data)
    else:
        session.terminal.say(sentence)
