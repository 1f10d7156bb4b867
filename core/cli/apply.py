"""`apply`, `undo` and `runs`: what was changed, and changing it back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from core.cli import documents, words
from core.cli.session import Session
from core.cli.terminal import Terminal
from core.errors import NotFound
from core.models import PlanHead, Run, RunState, StepKind
from core.plan_files import read_head

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Go ahead without asking.")]
_STYLES = {RunState.DONE: "green", RunState.UNDONE: "dim", RunState.RUNNING: "cyan"}


def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The plan.")],
    allow_share: Annotated[
        float | None,
        typer.Option("--allow-share", metavar="X", min=0, max=1, help="Let it take this share of a bucket or table."),
    ] = None,
    accept_source: Annotated[
        list[str] | None,
        typer.Option("--accept-source", metavar="NAME", help="You have seen samples of this doubted source."),
    ] = None,
    confirm: Annotated[
        str | None, typer.Option("--confirm", metavar="NAME", help="Confirm by name what cannot be undone.")
    ] = None,
    yes: Yes = False,
) -> None:
    """Apply a plan, or go on with one that was interrupted."""
    session = Session.of(context)

    # asked before the loop runs: there, Ctrl-C at a question would only be noticed after the answer
    name = _ask(session.terminal, read_head(file), session.asked.profile_name, yes, confirm)
    run = session.run(
        lambda engine, report: engine.apply(
            file, allow_share=allow_share, accept_sources=accept_source or (), confirm=name, report=report
        )
    )
    _answer(session.terminal, run)
    if run.failed:
        raise typer.Exit(1)


def undo(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="Its id, as `runs` shows it.")],
    yes: Yes = False,
) -> None:
    """Put back what a run changed. Overwrites nothing."""
    session = Session.of(context)
    session.terminal.confirm(f"Put back what run {run} changed?", yes)
    undone = session.run(lambda engine, report: engine.undo(run, report=report))
    _answer(session.terminal, undone)
    if undone.failed or undone.drifted:
        raise typer.Exit(1)


def runs(
    context: typer.Context,
    run: Annotated[str | None, typer.Argument(metavar="RUN", help="Only this one.")] = None,
) -> None:
    """List what was applied and undone, newest first."""
    session = Session.of(context)
    found = session.run(lambda engine, _: engine.runs())
    if run is not None:
        found = tuple(one for one in found if one.run_id == run)
        if not found:
            raise NotFound(f"There is no run {run} here.", "bucketdesk-cli runs lists them.")
    if session.terminal.as_json:
        session.terminal.document({"runs": [documents.run(one) for one in found]})
        return
    if not found:
        session.terminal.say("Nothing was changed here yet.")
        return
    columns = ["Run", "Kind", "Started", "State", "#Done", "#Skipped", "#Failed", "#Drifted", ""]
    session.terminal.table(columns, [_cells(one) for one in found])


def _ask(terminal: Terminal, head: PlanHead, profile: str, yes: bool, confirm: str | None) -> str | None:
    """The confirmation that this plan wants: a yes, or a name for what cannot be undone."""
    what = words.sentence(words.steps(head.by_kind, head.removal), "?")
    if StepKind.PURGE_OBJECT in head.by_kind:
        question = f"{what} This cannot be undone. To go ahead, type {profile}:"
        return terminal.type_name(question, f"--confirm {profile}", confirm)
    if head.steps:
        terminal.confirm(f"{what} ({words.size(head.bytes)})", yes)
    return confirm


def _answer(terminal: Terminal, run: Run) -> None:
    if terminal.as_json:
        terminal.document(documents.result(run))
        return
    rest = [(run.skipped, "skipped"), (run.failed, "failed"), (run.drifted, "left alone, because they changed")]
    told = [f"{words.number(run.done)} of {words.count(run.steps, 'step')} done"]
    told += [f"{words.number(amount)} {word}" for amount, word in rest if amount]
    terminal.heading(f"Run {run.run_id}", f"{', '.join(told)}; {words.size(run.bytes)}, {words.duration(run.seconds)}")
    if run.undoable:
        terminal.say(f"Undo with: bucketdesk-cli undo {run.run_id}")


def _cells(run: Run) -> Sequence[str | Text]:
    counts = (words.number(amount) for amount in (run.done, run.skipped, run.failed, run.drifted))
    state = Text(str(run.state), _STYLES.get(run.state, "yellow"))
    more = f"undoes {run.undo_of}" if run.undo_of else ("can be undone" if run.undoable else "")
    return run.run_id, run.kind, words.moment(run.started), state, *counts, more
