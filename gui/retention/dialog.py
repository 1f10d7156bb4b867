"""Removing what is over age: chosen, previewed with pictures, then applied as a job that History can undo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.engine import Engine
from core.errors import CoreError
from gui import runs
from gui.desk import Desk
from gui.dialogs import finished
from gui.retention.choices import Choices
from gui.retention.preview import Planned, parts, result_words, span_words, staying_words
from gui.tabs.review import questions
from gui.tabs.review.plan_dialog import names_to_type
from gui.tabs.review.plan_export import export_plan
from gui.theme import GAP, GAP_LARGE, GAP_SMALL
from gui.widgets.buttons import button, main_button
from gui.widgets.empty_state import EmptyState
from gui.widgets.text import Text

_ASKED = "retention-plan"
_BELOW_PERCENT = 15
"""So much below the clean-up threshold a bucket is offered to come down to: else it would be over it again at once."""


def open_retention(desk: Desk, buckets: Sequence[str] = ()) -> None:
    """Offers to remove what is over age in these buckets, or in all of them; nothing is changed before it was shown and
    confirmed."""
    if desk.engine is not None:
        desk.jobs.ask(_ask(desk, desk.engine, tuple(buckets)))


async def _ask(desk: Desk, engine: Engine, buckets: tuple[str, ...]) -> None:
    dialog = RetentionDialog(desk, engine, buckets)
    if await finished(dialog) and dialog.planned is not None:
        head, path = dialog.planned.head, dialog.planned.path
        share = None if head.guard is None else head.guard.share
        title = questions.job_title(head)
        runs.apply_plan(desk, path, title, allow_share=share, confirmed_name=dialog.production_name)


class RetentionDialog(QDialog):
    """Plans anew with every choice; accepted by its verb, when everything that has to be typed was typed. `planned` is
    what is shown, None while it is being looked for."""

    def __init__(self, desk: Desk, engine: Engine, buckets: tuple[str, ...]) -> None:
        super().__init__(desk.window)
        self._desk, self._engine, self._buckets = desk, engine, buckets
        self.planned: Planned | None = None
        self.name_fields: dict[str, QLineEdit] = {}
        self._path: Path | None = None
        title = self._title()
        self.setWindowTitle(self.tr("Clean up what is over age"))
        self.setAccessibleName(title)
        self.resize(800, 700)
        self.choices = Choices(self._percent())
        self.choices.changed.connect(self._plan)
        self.amount = Text("", "strong")
        self.span = Text("", tone="muted")
        self.staying = Text("", tone="warning", wraps=True)
        self.empty = EmptyState(desk.icons)
        self._shown: QWidget = self.empty
        self._names = QVBoxLayout()
        self._names.setSpacing(GAP_SMALL)
        self._column = QVBoxLayout(self)
        self._lay_out(title)
        self._plan()

    @property
    def production_name(self) -> str | None:
        """The profile's name, typed because it is production; None where nobody asked for it."""
        return self._engine.profile.name if self._engine.profile.production else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(self.focusWidget(), QLineEdit):
            if self.verb_button.isEnabled():
                self.verb_button.setFocus()  # Enter in a field moves on to the verb, and never does it
            return
        super().keyPressEvent(event)

    def done(self, code: int) -> None:
        self._desk.jobs.drop(_ASKED)
        super().done(code)

    def _title(self) -> str:
        if not self._buckets:
            return self.tr("Clean up all buckets?")
        if len(self._buckets) == 1:
            return self.tr("Clean up %1?").replace("%1", self._buckets[0])
        return self.tr("Clean up %Ln bucket(s)?", "", len(self._buckets))

    def _percent(self) -> int:
        families = [self._engine.profile.family_of(bucket) for bucket in self._buckets]
        lowest = min((family.cleanup_at for family in families if family is not None), default=0.85)
        return max(0, round(lowest * 100) - _BELOW_PERCENT)

    def _lay_out(self, title: str) -> None:
        about = self.tr(
            "Takes what is older than its family of buckets keeps it. With an image go the rows that only say whose it "
            "is; never a patient, and nothing that is kept, needed elsewhere or unproven."
        )
        column = self._column
        column.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        column.setSpacing(GAP_SMALL)
        column.addWidget(Text(title, "heading", wraps=True))
        column.addWidget(Text(about, tone="muted", wraps=True))
        column.addSpacing(GAP_SMALL)
        column.addWidget(self.choices)
        column.addSpacing(GAP_SMALL)
        line = QHBoxLayout()
        line.setSpacing(GAP)
        line.addWidget(self.amount)
        line.addWidget(self.span)
        line.addStretch(1)
        column.addLayout(line)
        column.addWidget(self.empty, 1)
        column.addWidget(self.staying)
        column.addLayout(self._names)
        column.addSpacing(GAP_SMALL)
        foot = QHBoxLayout()
        foot.setSpacing(GAP_SMALL)
        self.export_button = button(self.tr("Export plan…"), self._on_export_clicked)
        self.cancel_button = button(self.tr("Cancel"), self.reject)
        self.cancel_button.setDefault(True)
        self.verb_button = main_button(self.tr("Move to quarantine"), self.accept)
        self.verb_button.setAutoDefault(True)  # once the focus is on it, Enter means it, and not Cancel
        foot.addWidget(self.export_button)
        foot.addStretch(1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.verb_button)
        column.addLayout(foot)

    def _plan(self) -> None:
        """Looks for what the choices mean; the newest ones count."""
        self.planned = None
        self.amount.setText(self.tr("Looking…"))
        self.span.clear()
        self._update_buttons()
        choices, engine = self.choices, self._engine

        async def work() -> Planned:
            head, path = await engine.plan_retention(
                self._buckets or None, choices.until_share, choices.destination, self._path
            )
            return Planned(head, path, await engine.summarize(path), await engine.takings(path))

        self._desk.jobs.ask(work(), self._show, failed=self._on_failed, newest=_ASKED)

    def _show(self, planned: Planned) -> None:
        self.planned, self._path = planned, planned.path
        self.staying.setText(staying_words(planned.head))
        self.staying.setVisible(bool(planned.head.refused))
        self._ask_names(planned)
        if not planned.head.steps:
            self._show_nothing(self.tr("Nothing to take"), self._why_nothing(planned))
        else:
            self.amount.setText(result_words(planned))
            self.span.setText(span_words(planned))
            self._put(parts(self._desk, planned, self))
            self.verb_button.setText(questions.verb(planned.head))
        self._update_buttons()

    def _why_nothing(self, planned: Planned) -> str:
        if self.choices.until_share is not None:
            return self.tr("Every bucket is down to this share already, or nothing more in it is over age.")
        if planned.head.refused:
            return self.tr("What is over age stays, for the reasons below.")
        return self.tr("The last scan saw nothing that is older than its family keeps it.")

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, CoreError):
            self._desk.jobs.went_wrong.emit(error)  # a fault of the program: shown as one
        self._show_nothing(str(error), error.hint if isinstance(error, CoreError) else "", "warning-circle")
        self.planned = None
        self.staying.hide()
        self._update_buttons()

    def _show_nothing(self, title: str, text: str, icon: str = "check-circle") -> None:
        self.amount.clear()
        self.span.clear()
        self._put(EmptyState(self._desk.icons))
        shown = self._shown
        assert isinstance(shown, EmptyState)
        shown.say(icon, title, text)

    def _put(self, widget: QWidget) -> None:
        self._column.replaceWidget(self._shown, widget)
        self._shown.hide()
        self._shown.deleteLater()
        self._shown = widget

    def _ask_names(self, planned: Planned) -> None:
        while item := self._names.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.name_fields = {}
        if not planned.head.steps:
            return
        for name, text in names_to_type(planned.head, self.production_name):
            field = self.name_fields[name] = QLineEdit()
            field.setAccessibleName(text)
            field.textChanged.connect(self._update_buttons)
            self._names.addWidget(Text(text, "strong", "danger", wraps=True))
            self._names.addWidget(field)

    def _update_buttons(self) -> None:
        there = self.planned is not None and self.planned.head.steps > 0
        is_typed = all(field.text() == name for name, field in self.name_fields.items())
        why_not = self._desk.actions.why_no_writing
        self.verb_button.setEnabled(there and is_typed and not why_not)
        self.verb_button.setToolTip(why_not)
        self.export_button.setEnabled(there)

    def _on_export_clicked(self) -> None:
        if self.planned is not None:
            self._desk.jobs.ask(export_plan(self._desk, self, self.planned.path, self.planned.head))
