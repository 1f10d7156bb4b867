"""`apply` and `undo`: changing what a plan says, and changing it back."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from core import emptying
from core.cli import documents, words
from core.cli.session import Session
from core.cli.terminal import Terminal
from core.engine import Engine, find_profile
from core.errors import NeedsConfirmation, Usage
from core.models import PlanHead, Run, StepKind
from core.plan_files import read_head
from core.profiles import Profile
from core.progress import Report
from core.runs import Trouble

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Go ahead without asking.")]
Ended = tuple[Run, Sequence[Trouble]]


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
    accepted = accept_source or []
    _check_sources(find_profile(session.asked.profile_name), accepted)
    # asked before the loop runs: there, Ctrl-C at a question would only be noticed after the answer
    name = _ask(session, read_head(file), yes, confirm)

    async def work(engine: Engine, report: Report) -> Ended:
        run = await engine.apply(file, allow_share=allow_share, accept_sources=accepted, confirm=name, report=report)
        return run, await engine.run_troubles(run.run_id)

    run, troubles = session.run(work)
    _answer(session, run, troubles)
    if run.failed:
        raise typer.Exit(1)


def undo(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="Its id, as `runs` shows it.")],
    confirm: Annotated[
        str | None, typer.Option("--confirm", metavar="NAME", help="The profile's name, where it is in production.")
    ] = None,
    yes: Yes = False,
) -> None:
    """Put back what a run changed, and take back what it uploaded. Overwrites nothing."""
    session = Session.of(context)
    if not yes and confirm is None:  # nobody is to be asked about what cannot be done
        session.run(lambda engine, _: engine.check_undoable(run))
    _ask_back(session, f"Take back what run {run} did?", yes, confirm)

    async def work(engine: Engine, report: Report) -> Ended:
        undone = await engine.undo(run, report=report)
        return undone, await engine.run_troubles(undone.run_id)

    undone, troubles = session.run(work)
    _answer(session, undone, troubles)
    if undone.failed or undone.drifted:
        raise typer.Exit(1)


def _check_sources(profile: Profile, names: Sequence[str]) -> None:
    known = [source.name for source in profile.sources]
    for name in names:
        if name not in known:
            raise Usage(f"The profile has no source named “{name}”.", f"Its sources: {', '.join(known)}.")


def _ask(session: Session, head: PlanHead, yes: bool, confirm: str | None) -> str | None:
    """The confirmation that this plan wants: a yes, or a name, where a yes is not enough: for what cannot be undone and
    for a project in production."""
    what = words.sentence(words.steps(head.by_kind, head.bytes, head.removal), "?")
    profile = find_profile(session.asked.profile_name)
    if StepKind.PURGE_OBJECT in head.by_kind:
        question = f"{what} This cannot be undone. To go ahead, type {profile.name}:"
        return session.terminal.type_name(question, f"--confirm {shlex.quote(profile.name)}", confirm)
    if bucket := emptying.bucket_of(head):
        name = profile.name if profile.production else bucket
        question = f"{what} That is everything in {bucket}, whatever names it. To go ahead, type {name}:"
        return session.terminal.type_name(question, f"--confirm {shlex.quote(name)}", confirm)
    if profile.production and head.steps:
        question = f"{what} {profile.name} is in production. To go ahead, type its name:"
        return session.terminal.type_name(question, f"--confirm {shlex.quote(profile.name)}", confirm)
    if head.steps:
        session.terminal.confirm(what, yes)
    return confirm


def _ask_back(session: Session, question: str, yes: bool, confirm: str | None) -> None:
    """In production whoever is asked types the profile's name, as for every change. A program's yes is enough all the
    same: what is put back must not fail over a word."""
    profile = find_profile(session.asked.profile_name)
    if not profile.production or (yes and confirm is None):
        session.terminal.confirm(question, yes)
        return
    asked = f"{question} {profile.name} is in production. To go ahead, type its name:"
    option = f"--confirm {shlex.quote(profile.name)}"
    if session.terminal.type_name(asked, option, confirm) != profile.name:
        raise NeedsConfirmation(f"“{profile.name}” is in production: undoing wants its name typed.", f"Say {option}.")


def _answer(session: Session, run: Run, troubles: Sequence[Trouble]) -> None:
    terminal = session.terminal
    if terminal.as_json:
        terminal.document(documents.result(run, troubles))
        return
    if not run.run_id:
        terminal.say("There is nothing to do: the plan has no steps.")
        return
    rest = [(run.skipped, "skipped"), (run.failed, "failed"), (run.drifted, "left alone, because they changed")]
    told = [f"{words.number(run.done)} of {words.count(run.steps, 'step')} done"]
    told += [f"{words.number(amount)} {word}" for amount, word in rest if amount]
    terminal.heading(f"Run {run.run_id}", f"{', '.join(told)}; {words.size(run.bytes)}, {words.duration(run.seconds)}")
    show_troubles(terminal, troubles)
    if run.undoable:
        terminal.say(f"Undo with: {session.command('undo', run.run_id)}")
    terminal.say(f"Next: {session.command('scan')}")


def show_troubles(terminal: Terminal, troubles: Sequence[Trouble]) -> None:
    """A line for each reason that steps did not go."""
    for trouble in troubles:
        amount = "" if trouble.steps == 1 else f" and {words.number(trouble.steps - 1)} more"
        terminal.warn(f"{trouble.state}: {trouble.where}{amount}: {trouble.reason}")
