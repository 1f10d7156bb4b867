"""Activities: a line for each job at work or just ended, grouped by what the person did."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from gui.icons import Icons
from gui.jobs import Job, Jobs
from gui.theme import GAP, GAP_SMALL, GAP_TINY
from gui.widgets.job_line import LINE_HEIGHT, JobLine
from gui.widgets.text import Text, hairline

_MOST_LINES_SEEN = 4
_MOST_ENDED = 6


class JobBar(QScrollArea):
    """Hidden until something runs. A job that ended stays until it is dismissed, or till the next one ends after it."""

    error_asked = Signal(object)
    emptied = Signal()

    def __init__(self, jobs: Jobs, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self.lines: list[JobLine] = []
        self._groups: dict[str, Text] = {}
        self.setWidgetResizable(True)
        self.setAccessibleName(self.tr("Activities"))
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        inner = QWidget()
        self._layout = QVBoxLayout(inner)
        self._layout.setContentsMargins(GAP, GAP_SMALL, GAP, GAP_SMALL)
        self._layout.setSpacing(GAP_TINY)
        self._layout.addWidget(hairline())
        self.setWidget(inner)
        jobs.started.connect(self._on_jobs_started)
        jobs.ended.connect(self._on_jobs_ended)
        self.hide()

    def drop_ended(self) -> None:
        """Takes away the lines of what is over, for example because another project is open now."""
        for line in [line for line in self.lines if not line.job.is_running]:
            self._drop(line)

    def _on_jobs_started(self, job: Job) -> None:
        line = JobLine(job, self._icons)
        line.dismissed.connect(lambda: self._drop(line))
        line.error_asked.connect(self.error_asked)
        self.lines.append(line)
        self._layout.insertWidget(self._place(job), line)
        self._show_groups()
        self._fit()
        self.show()

    def _on_jobs_ended(self, job: Job) -> None:
        """What ended well before, and earlier tries at the same, are over now; the history has them."""
        earlier = [line for line in self.lines if line.job is not job and not line.job.is_running]
        over = [line for line in earlier if line.ended_well or line.job.title == job.title]
        for line in over + [line for line in earlier if line not in over][:-_MOST_ENDED]:
            self._drop(line)
        self._fit()

    def _place(self, job: Job) -> int:
        """After the last line of the same group, else at the end."""
        alike = [line for line in self.lines[:-1] if job.group and line.job.group == job.group]
        return self._layout.indexOf(alike[-1]) + 1 if alike else self._layout.count()

    def _drop(self, line: JobLine) -> None:
        if line not in self.lines:
            return
        self.lines.remove(line)
        self._layout.removeWidget(line)
        line.hide()
        line.deleteLater()
        self._show_groups()
        self._fit()
        if not self.lines:
            self.hide()
            self.emptied.emit()

    def _show_groups(self) -> None:
        """A group has a heading as soon as it holds two jobs."""
        groups = [line.job.group for line in self.lines]
        wanted = {group for group in groups if group and groups.count(group) > 1}
        for name in set(self._groups) - wanted:
            gone = self._groups.pop(name)
            self._layout.removeWidget(gone)
            gone.deleteLater()
        for name in wanted - set(self._groups):
            first = next(line for line in self.lines if line.job.group == name)
            self._groups[name] = Text(name, "small", "muted")
            self._groups[name].setFixedHeight(LINE_HEIGHT)
            self._layout.insertWidget(self._layout.indexOf(first), self._groups[name])

    def _fit(self) -> None:
        seen = min(len(self.lines), _MOST_LINES_SEEN) + len(self._groups)
        self.setFixedHeight(seen * (LINE_HEIGHT + GAP_TINY) + 2 * GAP_SMALL + 1)
