"""Runs from the window: applying a plan, resuming and undoing a run, and the sentences about them."""

from __future__ import annotations

from pathlib import Path

from core.models import Run, RunState
from core.plan_copy import plan_file_of
from core.progress import Report
from gui import words
from gui.desk import Desk
from gui.dialogs import Choice, Question, confirm
from gui.jobs import Ending, Job, NextStep
from gui.scan import start_scan
from gui.translation import translate
from gui.uploading import RUN_KIND


def apply_plan(
    desk: Desk,
    path: Path,
    title: str,
    *,
    allow_share: float | None = None,
    accept_sources: tuple[str, ...] = (),
    confirmed_name: str | None = None,
) -> Job:
    """Applies a plan file as a job; its closing line offers *Undo*. `title` says what is done to how many."""
    engine = desk.engine
    assert engine is not None

    async def work(report: Report) -> Run:
        run: Run = await engine.apply(
            path,
            allow_share=allow_share,
            accept_sources=accept_sources,
            confirm=confirmed_name,
            report=report,
        )
        return run

    return desk.jobs.start(
        title, work, then=lambda run: ending(desk, run), stopped=lambda job: stopped(desk, job), group=title
    )


def resume_run(desk: Desk, run: Run) -> None:
    """Goes on with an interrupted run where it stopped; one of uploads with whatever waits."""
    engine = desk.engine
    if engine is None:
        return
    if run.kind == RUN_KIND:
        desk.uploads.start()
        return

    async def work(report: Report) -> Run:
        resumed: Run
        if run.undo_of:
            resumed = await engine.undo(run.undo_of, report=report)
        else:
            path = await plan_file_of(engine.workspace, run.plan_id, run.run_id)
            resumed = await engine.apply(path, report=report)
        return resumed

    title = translate("Runs", "Go on with %1").replace("%1", name_of(run))
    desk.jobs.start(title, work, then=lambda done: ending(desk, done), stopped=lambda job: stopped(desk, job))


def undo_run(desk: Desk, run: Run) -> None:
    """Puts back what a run changed, as a job; in production only after its name was typed, as for every change."""
    if desk.engine is not None and desk.engine.profile.production:
        desk.jobs.ask(ask_and_undo(desk, run))
    else:
        _undo(desk, run)


def _undo(desk: Desk, run: Run) -> None:
    engine = desk.engine
    if engine is None:
        return
    title = translate("Runs", "Undo %1").replace("%1", name_of(run))
    desk.jobs.start(
        title,
        lambda report: engine.undo(run.run_id, report=report),
        then=lambda done: ending(desk, done),
        stopped=lambda job: stopped(desk, job),
    )


async def ask_and_undo(desk: Desk, run: Run) -> None:
    """Asks before undoing a run that may be long ago; in production for the name of the profile."""
    profile = desk.engine.profile if desk.engine is not None else None
    text = translate(
        "Runs",
        "Objects come back from the quarantine and rows get their recorded values back. "
        "What somebody changed since then is left as it is and reported.",
    )
    if run.kind == "upload":
        text = translate(
            "Runs",
            "The files that this run stored move to the quarantine, even where something names them by now. "
            "What somebody changed since then is left as it is and reported.",
        )
    question = Question(
        title=translate("Runs", "Undo %1 of %2 (%Ln change(s))?", "", run.done)
        .replace("%1", name_of(run))
        .replace("%2", words.clock(run.started)),
        text=text,
        choices=(Choice("undo", translate("Runs", "Undo")),),
        typed_name=profile.name if profile is not None and profile.production else "",
    )
    if await confirm(desk.window, question):
        _undo(desk, run)


async def undo_newest(desk: Desk) -> None:
    """Asks about the newest run that can be undone, or says that there is none."""
    engine = desk.engine
    if engine is None:
        return
    undoable = [run for run in await engine.runs() if run.undoable]
    if undoable:
        await ask_and_undo(desk, undoable[0])
    else:
        desk.banners.put("undo", translate("Runs", "There is no change to undo in this project."))


def name_of(run: Run) -> str:
    """What a run did, in a word or two."""
    names = {
        "cleanup": translate("Runs", "clean-up"),
        "retention": translate("Runs", "retention"),
        "buckets": translate("Runs", "buckets"),
        "empty": translate("Runs", "emptying a bucket"),
        "upload": translate("Runs", "upload"),
        "undo": translate("Runs", "undo"),
        "purge": translate("Runs", "emptying the quarantine"),
        "restore": translate("Runs", "restore"),
    }
    return names.get(run.kind, run.kind)


def state_of(run: Run) -> tuple[str, str, str]:
    """A run's state as (icon, word, tone)."""
    return {
        RunState.RUNNING: ("play-circle", translate("Runs", "running"), "accent"),
        RunState.INTERRUPTED: ("pause-circle", translate("Runs", "interrupted"), "warning"),
        RunState.DONE: ("check-circle", translate("Runs", "done"), "good"),
        RunState.PARTLY: ("warning-circle", translate("Runs", "partly done"), "danger"),
        RunState.UNDONE: ("arrow-u-up-left", translate("Runs", "undone"), "muted"),
    }[run.state]


def numbers_of(run: Run) -> str:
    """ "410 of 412 done · 4.1 MB · 2 left alone, because they had changed": what a run came to."""
    parts = [
        translate("Runs", "%1 of %2 done").replace("%1", words.number(run.done)).replace("%2", words.number(run.steps)),
    ]
    if run.bytes:
        parts.append(words.size(run.bytes))
    if run.failed:
        parts.append(translate("Runs", "%Ln failed", "", run.failed))
    if run.drifted:
        parts.append(translate("Runs", "%Ln left alone because of a change meanwhile", "", run.drifted))
    if run.skipped:
        parts.append(translate("Runs", "%Ln skipped", "", run.skipped))
    return " · ".join(parts)


def ending(desk: Desk, run: Run) -> Ending:
    """The closing line of a run, with *Undo* where it can be undone."""
    tone = "danger" if run.failed else "warning" if run.drifted else "good"
    steps = [
        NextStep(translate("Runs", "Scan again"), lambda: start_scan(desk)),
        NextStep(translate("Runs", "Show in History"), lambda: desk.actions["go_history"].trigger()),
    ]
    if run.undoable:
        steps.insert(0, NextStep(translate("Runs", "Undo"), lambda: undo_run(desk, run)))
    return Ending(numbers_of(run), tone, tuple(steps))


def stopped(desk: Desk, job: Job) -> Ending:
    """The closing line of a run that was stopped half-way: it can go on or be undone."""
    done = words.number(job.progress.done)
    text = translate("Runs", "paused after %1 steps; what was done is recorded").replace("%1", done)
    history = NextStep(translate("Runs", "Show in History"), lambda: desk.actions["go_history"].trigger())
    return Ending(text, "warning", (history,))
