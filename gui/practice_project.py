"""The practice project in the window: made when it is first opened, made afresh when somebody asks for that."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core import places
from core.progress import Report
from gui import words
from gui.desk import Desk
from gui.dialogs import Choice, Question, confirm
from gui.jobs import Ending, Job
from gui.translation import translate

if TYPE_CHECKING:
    from core.practice import PracticeReport


def is_made() -> bool:
    """Whether there is a practice project on this machine."""
    return (places.practice() / "catalog.db").exists()


def make(desk: Desk, opened: Callable[[], None]) -> Job:
    """Makes the practice project (afresh) as a job and then calls `opened`."""

    async def work(report: Report) -> PracticeReport:
        await desk.session.close()
        from core.practice import reset

        return await reset(report=report)

    def then(made: PracticeReport) -> Ending:
        text = translate("Practice", "%1 pictures and %2 rows, with trouble of %3 kinds in them")
        kinds = words.number(sum(1 for count in made.planted.values() if count))
        text = text.replace("%1", words.number(made.objects)).replace("%2", words.number(made.rows))
        return Ending(text.replace("%3", kinds))

    job = desk.jobs.start(translate("Practice", "Make the practice project"), work, then=then)
    # Not in `then`: the project may only be opened when nothing is running any more. Also after a failure or a stop,
    # because the earlier practice project is then still there.
    job.ended.connect(lambda: opened() if is_made() else None)
    return job


async def ask_and_reset(desk: Desk, opened: Callable[[], None]) -> None:
    """Asks, because the practice project's history goes with it, and makes it afresh."""
    question = Question(
        title=translate("Practice", "Start the practice project afresh?"),
        text=translate(
            "Practice",
            "All its pictures and rows are made anew, and what was done there can no longer be undone. "
            "Your own projects are not touched.",
        ),
        choices=(Choice("reset", translate("Practice", "Start afresh")),),
    )
    if await confirm(desk.window, question):
        make(desk, opened)
