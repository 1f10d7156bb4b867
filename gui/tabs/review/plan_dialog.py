"""The preview of a plan: the question, pictures, where it takes how much, every step, and what stops it."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QTabWidget, QVBoxLayout

from core.engine import Engine
from core.models import PlanHead, Step, StepKind
from core.plan_summary import PlanSummary
from core.refusals import because
from gui import words
from gui.desk import Desk
from gui.table import Table
from gui.table_model import Column, TableModel
from gui.tabs.review import questions
from gui.tabs.review.columns import key_text
from gui.tabs.review.plan_export import export_plan
from gui.theme import GAP, GAP_LARGE, GAP_SMALL
from gui.translation import translate
from gui.widgets.buttons import button, main_button
from gui.widgets.contact_sheet import ContactSheet
from gui.widgets.text import Text


@dataclass(frozen=True, slots=True)
class StepRows:
    """The steps of a plan file, page by page."""

    engine: Engine
    path: Path
    count: int

    async def numbers(self, sort: str, descending: bool) -> array[int]:
        del sort, descending  # a plan has one order
        return array("q", range(self.count))

    async def page(self, numbers: Sequence[int]) -> Sequence[Step]:
        return await self.engine.read_steps(self.path, numbers[0], len(numbers)) if numbers else ()


class PlanDialog(QDialog):
    """Shown before anything is changed; accepted by its verb. Where the guard stops, its place has to be typed, and on
    production the name of the profile."""

    def __init__(
        self, desk: Desk, head: PlanHead, path: Path, summary: PlanSummary, *, title: str = "", more: str = ""
    ) -> None:
        """`title` asks more exactly than the plan's own words can; `more` says what else comes of it."""
        super().__init__(desk.window)
        self._desk, self.head, self._path, self._summary = desk, head, path, summary
        title = title or questions.question(head)
        self.setWindowTitle(self.tr("Preview"))
        self.setAccessibleName(title)
        self.resize(760, 620)
        self.name_fields: dict[str, QLineEdit] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        column.setSpacing(GAP_SMALL)
        column.addWidget(Text(title, "heading", wraps=True))
        column.addWidget(Text(questions.consequence(head), tone="muted", wraps=True))
        if more:
            column.addWidget(Text(more, tone="warning", wraps=True))
        column.addSpacing(GAP_SMALL)
        column.addWidget(self._parts(), 1)
        if head.refused:
            column.addWidget(Text(self._refused_words(), tone="warning", wraps=True))
        for name, text in names_to_type(head, self.confirmed_name):
            self._add_name_field(column, name, text)
        column.addSpacing(GAP_SMALL)
        column.addLayout(self._buttons())
        self._update_verb()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focused, QLineEdit):
            if self.verb_button.isEnabled():
                self.verb_button.setFocus()  # Enter in a field moves on to the verb, and never does it
            return
        super().keyPressEvent(event)

    def _parts(self) -> QTabWidget:
        parts = QTabWidget()
        parts.setDocumentMode(True)
        pictures = [(step.bucket, step.key) for step in self._summary.sample]
        if pictures:
            parts.addTab(self._sheet(pictures), self.tr("Pictures"))
        parts.addTab(self._totals(), self.tr("Where"))
        parts.addTab(self._steps(), self.tr("Every step (%1)").replace("%1", words.number(self.head.steps)))
        return parts

    def _sheet(self, pictures: Sequence[tuple[str, str]]) -> QScrollArea:
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(self.tr("Pictures"))
        area.setWidget(ContactSheet(self._desk, pictures))
        return area

    def _totals(self) -> QFrame:
        frame = QFrame()
        grid = QGridLayout(frame)
        grid.setContentsMargins(0, GAP_SMALL, 0, 0)
        grid.setHorizontalSpacing(GAP_LARGE)
        grid.setVerticalSpacing(GAP_SMALL)
        for line, total in enumerate(self._summary.totals):
            numbers = [words.number(total.steps), words.size(total.bytes) if total.bytes else ""]
            grid.addWidget(Text(total.where, "strong"), line, 0)
            grid.addWidget(Text(step_words(total.kind), tone="muted"), line, 1)
            for place_in_row, number in enumerate(numbers, 2):
                grid.addWidget(Text(number), line, place_in_row, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(grid.rowCount(), 1)
        return frame

    def _steps(self) -> Table[Step]:
        engine = self._desk.engine
        assert engine is not None
        model: TableModel[Step] = TableModel(self._desk.jobs, step_columns(), "plan.steps", is_checkable=False)
        table = Table(self._desk.themes, model, self.tr("Steps"), self)
        model.show(StepRows(engine, self._path, self.head.steps))
        return table

    def _refused_words(self) -> str:
        lines = [
            f"{words.number(refusal.count)} × {refusal.where}: {because(refusal)}" for refusal in self.head.refused[:4]
        ]
        return self.tr("Not in this plan:") + "\n" + "\n".join(lines)

    @property
    def confirmed_name(self) -> str | None:
        """The profile's name, typed because it is production; None where nobody asked for it."""
        engine = self._desk.engine
        return engine.profile.name if engine is not None and engine.profile.production else None

    def _add_name_field(self, column: QVBoxLayout, name: str, text: str) -> None:
        field = self.name_fields[name] = QLineEdit()
        field.setAccessibleName(text)
        field.textChanged.connect(self._update_verb)
        column.addWidget(Text(text, "strong", "danger", wraps=True))
        column.addWidget(field)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GAP_SMALL)
        row.addWidget(button(self.tr("Export plan…"), self._on_export_clicked))
        row.addStretch(1)
        self.cancel_button = button(self.tr("Cancel"), self.reject)
        self.cancel_button.setDefault(True)
        self.verb_button = main_button(questions.verb(self.head), self.accept)
        self.verb_button.setAutoDefault(True)  # once the focus is on it, Enter means it, and not Cancel
        row.addWidget(self.cancel_button)
        row.addWidget(self.verb_button)
        next(iter(self.name_fields.values()), self.cancel_button).setFocus()
        return row

    def _update_verb(self) -> None:
        is_typed = all(field.text() == name for name, field in self.name_fields.items())
        may_write = not self._desk.actions.why_no_writing
        self.verb_button.setEnabled(is_typed and may_write)
        self.verb_button.setToolTip(self._desk.actions.why_no_writing)

    def _on_export_clicked(self) -> None:
        self._desk.jobs.ask(export_plan(self._desk, self, self._path, self.head))


def names_to_type(head: PlanHead, production_name: str | None) -> Iterator[tuple[str, str]]:
    """What has to be typed before a plan is applied, each with the sentence that asks for it: the place where the guard
    stops it, and the name of a project in production."""
    guard = head.guard
    if guard is not None:
        text = translate("PlanDialog", "This takes %1 % of %2; the limit is %3 %. Type %2 to go on.")
        text = text.replace("%1", words.number(round(guard.share * 100))).replace("%2", guard.where)
        yield guard.where, text.replace("%3", words.number(round(guard.limit * 100)))
    if production_name is not None:
        text = translate("PlanDialog", "%1 is production. Type its name to go on.")
        yield production_name, text.replace("%1", production_name)


def step_columns() -> tuple[Column[Step], ...]:
    """What a step does, to what."""
    return (
        Column("n", translate("Steps", "Step"), lambda s: words.number(s.n), sample="100,000", is_number=True),
        Column("kind", translate("Steps", "What"), lambda s: step_words(s.kind), sample="Move to quarantine"),
        Column("thing", translate("Steps", "Of"), thing, cut_middle=True, stretches=True),
        Column("size", translate("Steps", "Size"), lambda s: words.size(s.size_bytes) if s.size_bytes else "",
               sample="999.9 MB", is_number=True),
        Column("after", translate("Steps", "Becomes"), becomes, becomes, sample="status = error, path = 2"),
    )  # fmt: skip


def step_words(kind: StepKind) -> str:
    """A kind of step in words."""
    return {
        StepKind.DELETE_OBJECT: translate("Steps", "Remove object"),
        StepKind.INSERT_ROW: translate("Steps", "Insert row"),
        StepKind.UPDATE_ROW: translate("Steps", "Change row"),
        StepKind.DELETE_ROW: translate("Steps", "Delete row"),
        StepKind.PURGE_OBJECT: translate("Steps", "Delete for good"),
        StepKind.RESTORE_OBJECT: translate("Steps", "Put back"),
        StepKind.UPLOAD: translate("Steps", "Upload"),
        StepKind.CREATE_BUCKET: translate("Steps", "Make bucket"),
        StepKind.UPDATE_BUCKET: translate("Steps", "Change bucket"),
        StepKind.DROP_BUCKET: translate("Steps", "Remove bucket"),
    }[kind]


def thing(step: Step) -> str:
    """The object or row that a step is about."""
    return f"{step.bucket}/{step.key}" if step.bucket else f"{step.table} {key_text(step.row_key)}"


def becomes(step: Step) -> str:
    """The changed columns of a row step."""
    if step.kind is not StepKind.UPDATE_ROW or not step.after:
        return ""
    return ", ".join(f"{name} = {key_text((value,))}" for name, value in step.after.items())
