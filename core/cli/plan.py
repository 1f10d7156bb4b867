"""`plan`: what would be changed, as a file to look at, hand on and apply."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from core.cli import documents, words
from core.cli.findings import Kinds
from core.cli.session import Session
from core.errors import Usage
from core.models import FindingFilter, PlanHead, Repair, Selection, State
from core.plan_lines import head_json
from core.plan_summary import describe, summarize
from core.progress import Report

if TYPE_CHECKING:
    from core.engine import Engine
    from core.retention import BucketTaking

group = typer.Typer(help="Make a plan, which changes nothing until it is applied.")
Out = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where the plan goes.")]


@group.callback()
def plan() -> None:
    """Make a plan, which changes nothing until it is applied."""


@group.command()
def cleanup(
    context: typer.Context,
    kind: Kinds = None,
    finding: Annotated[
        list[str] | None, typer.Option("--finding", metavar="ID", help="Only this finding; may be repeated.")
    ] = None,
    do: Annotated[Repair | None, typer.Option("--do", help="Another repair than the usual one.")] = None,
    accept_source: Annotated[
        list[str] | None,
        typer.Option("--accept-source", metavar="NAME", help="Take this doubted source as it is; samples are shown."),
    ] = None,
    output: Out = None,
) -> None:
    """Plan the repair of open findings: orphans to quarantine, wrong prefixes rewritten …"""
    wanted = FindingFilter(kinds=tuple(kind or ()), states=(State.OPEN,))
    selection = Selection(filter=wanted, only=frozenset(finding) if finding else None)
    session = Session.of(context)
    for name in accept_source or ():
        _accept(session, name)
    head, path = session.run(lambda engine, report: engine.plan_cleanup(selection, do, output, report=report))
    _answer(session, head, path)


@group.command()
def retention(
    context: typer.Context,
    bucket: Annotated[
        list[str] | None, typer.Option("--bucket", metavar="B", help="Only this bucket; may be repeated.")
    ] = None,
    until_share: Annotated[
        float | None,
        typer.Option(
            "--until-share", metavar="X", min=0, max=1, help="Oldest first, until a bucket is down to this share."
        ),
    ] = None,
    archive: Annotated[
        bool, typer.Option("--archive", help="Into ZIP archives, checked before it goes (the default).")
    ] = False,
    quarantine: Annotated[
        bool, typer.Option("--quarantine", help="Into the quarantine, which takes room in the same project.")
    ] = False,
    output: Out = None,
) -> None:
    """Plan to remove what is over age, with the rows that only say whose it is."""
    session = Session.of(context)
    if archive and quarantine:
        raise Usage("Say either --archive or --quarantine.", "Without either, it is the archive.")
    destination = "quarantine" if quarantine else "archive"

    async def work(engine: Engine, report: Report) -> tuple[PlanHead, Path, Sequence[BucketTaking]]:
        head, path = await engine.plan_retention(bucket, until_share, destination, output, report=report)
        return head, path, await engine.takings(path)

    head, path, found = session.run(work)
    _answer(session, head, path, found)


@group.command()
def purge(
    context: typer.Context,
    run: Annotated[list[str] | None, typer.Option("--run", metavar="RUN", help="Only what this run removed.")] = None,
    output: Out = None,
) -> None:
    """Plan to empty the quarantine: what a purge removes is gone for good."""
    session = Session.of(context)
    head, path = session.run(lambda engine, report: engine.plan_purge(run or (), output, report=report))
    _answer(session, head, path)


@group.command()
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The plan.")],
    csv: Annotated[bool, typer.Option("--csv", help="A table for a spreadsheet.")] = False,
    sql: Annotated[bool, typer.Option("--sql", help="The row steps as one transaction.")] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where it goes; printed otherwise.")
    ] = None,
) -> None:
    """Write a plan as CSV or SQL."""
    session = Session.of(context)
    if csv == sql:
        raise Usage("Say either --csv or --sql.", f"For example: bucketdesk-cli plan export {file} --csv -o plan.csv")
    if output is None and session.terminal.as_json:
        raise Usage("With --json the export needs a file to go to.", "Say -o FILE.")
    form: Literal["csv", "sql"] = "csv" if csv else "sql"
    session.run(lambda engine, _: engine.export_plan(file, output or sys.stdout, form))
    if session.terminal.as_json:
        session.terminal.document({"file": str(output), "form": form})
    elif output is not None:
        session.terminal.say(f"Written: {output}")


def _accept(session: Session, name: str) -> None:
    """Shows what a doubted source says, then takes it as it is."""
    samples = session.run(lambda engine, _: engine.source_samples(name))
    session.run(lambda engine, _: engine.accept_source(name))
    if not session.terminal.as_json:
        for sample in samples:
            place = f"{sample.bucket}/{sample.key}" if sample.key else sample.problem
            session.terminal.say(f"{name}: {sample.value} names {place} ({'found' if sample.found else 'not there'})")


def _answer(session: Session, head: PlanHead, path: Path, found: Sequence[BucketTaking] | None = None) -> None:
    terminal = session.terminal
    if terminal.as_json:
        more = {} if found is None else {"buckets": [documents.taking(one) for one in found]}
        terminal.document({**head_json(head), "file": str(path), **more})
        return
    terminal.heading(f"Plan {head.plan_id}", f"{words.count(head.steps, 'step')}, {words.size(head.bytes)}")
    for one in found or ():
        terminal.say(words.taking(one))
    if found and len(found) > 1:
        terminal.say(words.takings(found))
    for sentence in describe(asyncio.run(summarize(path))):
        terminal.say(sentence)
    terminal.say()
    terminal.say(f"Written: {path}")
    if head.steps:
        terminal.say(f"Next: {session.command('apply', path)}")
