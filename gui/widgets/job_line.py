"""One line of Activities: a job at work with its numbers and Cancel, or how it ended and what to do next."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from gui import words
from gui.icons import Icons
from gui.jobs import Ending, Job, JobState, NextStep
from gui.theme import GAP, GAP_SMALL
from gui.translation import translate
from gui.widgets.buttons import button, quiet_button
from gui.widgets.text import ShortenedText, Text

_ICONS = {"good": "check-circle", "warning": "pause-circle", "danger": "warning-circle", "accent": "arrows-clockwise"}
_BAR_PARTS = 1000
LINE_HEIGHT = 36


def numbers(job: Job) -> str:
    """ "9,030 of 14,802 · 2 failed · 12,400 a second · 0:01 left": what is known, and no more."""
    progress = job.progress
    if job.state is JobState.STOPPING:
        return translate("JobLine", "stopping after the step at hand…")
    parts = []
    if progress.total is not None:
        known = translate("JobLine", "%1 of %2").replace("%1", words.number(progress.done))
        parts.append(known.replace("%2", words.number(progress.total)))
    elif progress.done:
        parts.append(translate("JobLine", "%1 so far").replace("%1", words.number(progress.done)))
    if progress.failed:
        parts.append(translate("JobLine", "%1 failed").replace("%1", words.number(progress.failed)))
    if progress.skipped:
        parts.append(translate("JobLine", "%1 skipped").replace("%1", words.number(progress.skipped)))
    rate = job.pace.per_second()
    if rate:
        parts.append(translate("JobLine", "%1 a second").replace("%1", words.rate(rate)))
    left = job.pace.seconds_left(progress)
    if left is not None:
        parts.append(translate("JobLine", "%1 left").replace("%1", words.duration(left)))
    return " · ".join(parts)


class JobLine(QWidget):
    """Follows one job until it is dismissed."""

    dismissed = Signal()
    error_asked = Signal(object)

    def __init__(self, job: Job, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.job = job
        self._icons, self._tone = icons, "accent"
        self._picture = QLabel()
        self.title = Text(job.title, "strong")
        self.bar = QProgressBar(maximum=0, textVisible=False)
        self.bar.setFixedWidth(200)
        self.bar.setAccessibleName(job.title)
        self.numbers = ShortenedText(tone="muted")
        self.cancel_button = quiet_button(self.tr("Cancel"), job.cancel)
        self.cancel_button.setAccessibleName(self.tr("Cancel: %1").replace("%1", job.title))
        icons.put(self.cancel_button, "x", "muted")
        self.steps: list[QPushButton] = []
        self.setFixedHeight(LINE_HEIGHT)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(GAP_SMALL + 4)
        for widget in (self._picture, self.title, self.bar):
            self._row.addWidget(widget)
        self._row.addWidget(self.numbers, 1)
        self._row.addSpacing(GAP)
        self._row.addWidget(self.cancel_button)
        job.moved.connect(self._on_job_moved)
        job.ended.connect(self._on_job_ended)
        icons.loaded.connect(self._draw_icon)
        self._draw_icon()
        self._on_job_moved()

    @property
    def ended_well(self) -> bool:
        """Whether it is over and nothing of it needs attention."""
        return not self.job.is_running and self._tone == "good"

    def _on_job_moved(self) -> None:
        progress = self.job.progress
        if progress.total is None:
            self.bar.setMaximum(0)
        else:
            self.bar.setMaximum(_BAR_PARTS)
            self.bar.setValue(round(_BAR_PARTS * progress.done / progress.total) if progress.total else _BAR_PARTS)
        said = numbers(self.job)
        note = progress.note if self.job.state is JobState.RUNNING else ""
        self.numbers.setText(" · ".join(part for part in (said, note) if part))
        self.cancel_button.setEnabled(self.job.state is JobState.RUNNING)

    def _on_job_ended(self) -> None:
        ending = self.job.ending or self._plain_ending()
        self._tone = ending.tone
        self._draw_icon()
        self.bar.hide()
        self.cancel_button.hide()
        self.numbers.setText(ending.text)
        for step in ending.steps:
            self._add(button(step.text, self._then_dismiss(step)))
        if self.job.error is not None:
            self._add(button(self.tr("Details…"), lambda: self.error_asked.emit(self.job)))
        self.dismiss_button = quiet_button(self.tr("Dismiss"), self.dismissed.emit)
        self._add(self.dismiss_button)

    def _add(self, made: QPushButton) -> None:
        self.steps.append(made)
        self._row.addWidget(made)

    def _then_dismiss(self, step: NextStep) -> Callable[[], None]:
        def act() -> None:
            self.dismissed.emit()
            step.act()

        return act

    def _plain_ending(self) -> Ending:
        if self.job.error is not None:
            from gui.error_dialog import sentence

            return Ending(sentence(self.job.error), "danger")
        if self.job.state is JobState.STOPPED:
            return Ending(self.tr("stopped; what was done by then is kept"), "warning")
        return Ending(self.tr("done"))

    def _draw_icon(self) -> None:
        self._picture.setPixmap(self._icons.pixmap(_ICONS[self._tone], self._tone, 18))
