"""What re-encoding would have saved on a bucket: tried on a sample of its images, with settings to play with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from core.capacity.models import BucketUse
from core.profiles import Recompression
from core.progress import Progress
from gui import words
from gui.desk import Desk
from gui.families.recompression_form import RecompressionForm
from gui.theme import GAP, GAP_LARGE, GAP_SMALL
from gui.widgets.buttons import button, main_button
from gui.widgets.text import Text

if TYPE_CHECKING:
    from core.recompression_estimate import Estimate

_ASKED = "estimate"


class EstimateDialog(QDialog):
    """Nothing is changed by it; *Estimate* reads some forty images and re-encodes them in memory."""

    def __init__(self, desk: Desk, use: BucketUse, rule: Recompression | None, parent: QWidget | None = None) -> None:
        super().__init__(parent or desk.window)
        self._desk, self._use = desk, use
        self.setWindowTitle(self.tr("What re-encoding would save"))
        self.setMinimumWidth(560)
        self.form = RecompressionForm()
        self.form.show_rule(rule or _usual(use))
        self.form.changed.connect(self._on_changed)
        self.answer = Text("", "strong", wraps=True)
        self.more = Text("", tone="muted", wraps=True)
        self.close_button = button(self.tr("Close"), self.accept)
        self.try_button = main_button(self.tr("Estimate"), self.ask)
        for one in (self.close_button, self.try_button):
            one.setAutoDefault(True)
        foot = QHBoxLayout()
        foot.setSpacing(GAP_SMALL)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        foot.addWidget(self.try_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        column.setSpacing(GAP_SMALL)
        title = self.tr("What would re-encoding save on %1?").replace("%1", use.name)
        column.addWidget(Text(title, "heading", wraps=True))
        said = self.tr("Some of its images are read and re-encoded in memory. Nothing is changed.")
        column.addWidget(Text(said, tone="muted", wraps=True))
        column.addSpacing(GAP_SMALL)
        column.addWidget(self.form)
        column.addSpacing(GAP_SMALL)
        column.addWidget(self.answer)
        column.addWidget(self.more)
        column.addStretch(1)
        column.addSpacing(GAP_SMALL)
        column.addLayout(foot)
        self.finished.connect(lambda: desk.jobs.drop(_ASKED))
        self.try_button.setFocus()

    def ask(self) -> None:
        """Tries the settings on a sample."""
        engine = self._desk.engine
        if engine is None:
            return
        self.try_button.setEnabled(False)
        self.answer.setText(self.tr("Reading and re-encoding…"))
        self.more.setText("")
        asked = engine.families.estimate_recompression(self._use.name, self.form.rule, report=self._on_progress)
        self._desk.jobs.ask(asked, self._show, newest=_ASKED, failed=self._on_failed)

    def _on_progress(self, progress: Progress) -> None:
        if progress.total:
            tried = self.tr("%1 of %2 tried").replace("%1", words.number(progress.done))
            self.more.setText(tried.replace("%2", words.number(progress.total)))

    def _on_changed(self) -> None:
        self._desk.jobs.drop(_ASKED)
        self.try_button.setEnabled(True)
        self.answer.setText("")
        self.more.setText("")

    def _on_failed(self, error: Exception) -> None:
        self.try_button.setEnabled(True)
        self.answer.setText(self.tr("The estimate could not be made."))
        self.more.setText(str(error))

    def _show(self, found: Estimate) -> None:
        self.try_button.setEnabled(True)
        if not found.sampled:
            self.answer.setText(self.tr("The last scan saw no image here that is larger than that."))
            self.more.setText(self.tr("Choose a smaller size, or scan the bucket first."))
            return
        share = round(100 * found.saved_bytes / max(1, found.bytes))
        answer = self.tr("It would have saved about %1 of %2, %3 %.")
        answer = answer.replace("%2", words.size(found.bytes)).replace("%3", words.number(share))
        self.answer.setText(answer.replace("%1", words.size(found.saved_bytes)))
        tried = self.tr("By %1 images that were tried, of %2 that the rule is about.")
        self.more.setText(tried.replace("%1", words.number(found.sampled)).replace("%2", words.number(found.objects)))


def _usual(use: BucketUse) -> Recompression:
    """What a family does that says nothing else; in a bucket of small files it is about smaller ones."""
    rule = Recompression()
    average = max(1, use.bytes // max(1, use.objects))
    return replace(rule, above_bytes=min(rule.above_bytes, 10 ** (len(str(average)) - 1)))
