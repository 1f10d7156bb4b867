"""All commands of `bucketdesk-cli`, and the options that go with every one of them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata
from typing import Annotated, cast

import typer
from typer.core import TyperGroup

from core.cli import bucket, bucket_upload, database, plan, practice, profile
from core.cli.apply import apply, undo
from core.cli.capacity import capacity
from core.cli.findings import findings, keep, unkeep
from core.cli.monitor import alerts, monitor
from core.cli.objects import objects
from core.cli.profiles import profiles
from core.cli.runs import runs
from core.cli.scan import scan, status
from core.cli.session import Session
from core.cli.upload import upload

_ABOUT = (
    "Look after images in storage, tables and media libraries, with nothing lost by a command.\n\n"
    "The options below may stand before the command or after it. Without --profile and --practice, the project that "
    "the window had open last is meant, or else the practice project."
)

app = typer.Typer(
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True, help=_ABOUT)
def desk(
    context: typer.Context,
    profile: Annotated[str, typer.Option("--profile", metavar="NAME", help="Work on this project.")] = "",
    practice: Annotated[bool, typer.Option("--practice", help="Work on the practice project.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where a fault of Bucketdesk happened.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the release and end.")] = False,
) -> None:
    """What every command begins with."""
    # profile, practice, json and debug are taken out beforehand (asked.py), and are here for --help to show
    if version:
        _print_version(Session.of(context))
    elif context.invoked_subcommand is None:
        context.fail("Missing command.")


def _print_version(session: Session) -> None:
    try:
        release = metadata.version("bucketdesk")
    except metadata.PackageNotFoundError:
        release = "not installed"
    if session.terminal.as_json:
        session.terminal.document({"version": release})
    else:
        session.terminal.say(f"bucketdesk {release}")
    raise typer.Exit


_GROUPS = {
    "practice": practice.group,
    "plan": plan.group,
    "bucket": bucket.group,
    "profile": profile.group,
    "database": database.group,
}
_ONES = (scan, status, objects, findings, keep, unkeep, apply, undo, runs, capacity, upload, monitor, alerts, profiles)
_ORDER = [
    "practice",
    "scan",
    "status",
    "objects",
    "findings",
    "keep",
    "unkeep",
    "plan",
    "apply",
    "undo",
    "runs",
    "capacity",
    "upload",
    "monitor",
    "alerts",
    "bucket",
    "profiles",
    "profile",
    "database",
]
bucket.group.command("upload")(bucket_upload.upload)
for name, group in _GROUPS.items():
    app.add_typer(group, name=name)
for one in _ONES:
    app.command()(cast(Callable[..., None], one))
command = cast(TyperGroup, typer.main.get_command(app))
"""What runs a list of arguments; lists the commands in the order people come to need them."""
command.commands = {name: command.commands[name] for name in (*_ORDER, *command.commands)}
