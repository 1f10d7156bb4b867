"""The columns of the history: what a run says in each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.models import Run
from gui import words
from gui.runs import name_of, state_of
from gui.translation import QT_TRANSLATE_NOOP, translate


@dataclass(frozen=True, slots=True)
class RunColumn:
    """A column: its title, what it shows of a run, and the tooltip."""

    title: str
    text: Callable[[Run], str]
    tip: Callable[[Run], str] = lambda run: ""
    is_number: bool = False

    @property
    def said(self) -> str:
        """The title in the language of the window."""
        return translate("HistoryColumns", self.title)


COLUMNS = (
    RunColumn(
        QT_TRANSLATE_NOOP("HistoryColumns", "When"),
        lambda run: words.clock(run.started),
        lambda run: words.utc(run.started),
    ),
    RunColumn(
        QT_TRANSLATE_NOOP("HistoryColumns", "What"), lambda run: name_of(run).capitalize(), lambda run: run.run_id
    ),
    RunColumn(QT_TRANSLATE_NOOP("HistoryColumns", "State"), lambda run: state_of(run)[1]),
    RunColumn(
        QT_TRANSLATE_NOOP("HistoryColumns", "Done"),
        lambda run: (
            translate("HistoryColumns", "%1 of %2")
            .replace("%1", words.number(run.done))
            .replace("%2", words.number(run.steps))
        ),
        is_number=True,
    ),
    RunColumn(
        QT_TRANSLATE_NOOP("HistoryColumns", "Failed"),
        lambda run: words.number(run.failed) if run.failed else "",
        is_number=True,
    ),
    RunColumn(
        QT_TRANSLATE_NOOP("HistoryColumns", "Left alone"),
        lambda run: words.number(run.drifted + run.skipped) if run.drifted + run.skipped else "",
        lambda run: translate("HistoryColumns", "Changed meanwhile, so nothing was done to them"),
        is_number=True,
    ),
    RunColumn(
        QT_TRANSLATE_NOOP("HistoryColumns", "Size"),
        lambda run: words.size(run.bytes) if run.bytes else "",
        lambda run: words.exact_size(run.bytes),
        is_number=True,
    ),
    RunColumn(QT_TRANSLATE_NOOP("HistoryColumns", "Took"), lambda run: words.took(run.seconds), is_number=True),
)
