"""`practice`: the project of made-up pictures."""

from __future__ import annotations

from typing import Annotated

import typer

from core.cli import documents, words
from core.cli.session import Session
from core.practice import reset as reset_practice

group = typer.Typer(help="A project of made-up pictures, to try everything on.")


@group.callback()
def practice() -> None:
    """A project of made-up pictures, to try everything on."""


@group.command()
def reset(
    context: typer.Context,
    objects: Annotated[int, typer.Option("--objects", metavar="N", help="How many pictures to make.")] = 2000,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="The same number makes the same project.")] = 7,
) -> None:
    """Make the practice project anew, and forget what was done on it. Asks nothing."""
    session = Session.of(context)
    report = session.run_alone(lambda report: reset_practice(objects, seed, report))
    terminal = session.terminal
    if terminal.as_json:
        terminal.document(documents.practice(report))
        return
    made = f"{words.count(report.objects, 'picture')} and {words.count(report.rows, 'row')} in {report.folder}"
    terminal.heading("Practice project made", made)
    terminal.say()
    planted = [(words.KINDS[kind], words.number(amount)) for kind, amount in report.planted.items()]
    terminal.table(["Planted trouble", "#Cases"], planted)
    terminal.say()
    terminal.say("Next: bucketdesk-cli --practice scan")
