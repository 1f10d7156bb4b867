"""What a retention plan would take: pictures, what goes of each bucket, every step, and what stays."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QTabWidget, QWidget

from core.models import PlanHead, Step
from core.plan_summary import PlanSummary
from core.refusals import because
from core.retention import BucketTaking
from gui import words
from gui.desk import Desk
from gui.table import Table
from gui.table_model import Column, TableModel
from gui.tabs.review.plan_dialog import StepRows, step_columns
from gui.translation import translate
from gui.widgets.contact_sheet import ContactSheet

_MOST_REASONS = 4


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan file that was just made, with what there is to show of it."""

    head: PlanHead
    path: Path
    summary: PlanSummary
    takings: tuple[BucketTaking, ...]

    @property
    def objects(self) -> int:
        """How many objects go."""
        return sum(taking.objects for taking in self.takings)

    @property
    def rows(self) -> int:
        """How many rows go along."""
        return sum(taking.rows for taking in self.takings)


@dataclass(frozen=True, slots=True)
class TakingRows:
    """What goes of each bucket, as a table reads it."""

    takings: Sequence[BucketTaking]

    async def numbers(self, sort: str, descending: bool) -> array[int]:
        order = sorted(range(len(self.takings)), key=lambda n: _sorting(sort, self.takings[n]), reverse=descending)
        return array("q", order)

    async def page(self, numbers: Sequence[int]) -> Sequence[BucketTaking]:
        return [self.takings[number] for number in numbers]


def parts(desk: Desk, planned: Planned, parent: QWidget) -> QTabWidget:
    """The tabs of a preview."""
    tabs = QTabWidget(parent)
    tabs.setDocumentMode(True)
    pictures = [(step.bucket, step.key) for step in planned.summary.sample]
    tabs.addTab(_sheet(desk, pictures, tabs), _said("Pictures"))
    tabs.addTab(_buckets(desk, planned.takings, tabs), _said("Buckets (%1)").replace("%1", _count(planned.takings)))
    steps = _said("Every step (%1)").replace("%1", words.number(planned.head.steps))
    tabs.addTab(_steps(desk, planned, tabs), steps)
    return tabs


def result_words(planned: Planned) -> str:
    """ "26 objects, 76 KB, with 55 rows that go along": what the plan comes to."""
    said = translate("Retention", "%Ln object(s)", "", planned.objects) + f", {words.size(planned.head.bytes)}"
    if planned.rows:
        said += translate("Retention", ", with %Ln row(s) that go along", "", planned.rows)
    return said


def span_words(planned: Planned) -> str:
    """ "Last changed between 2 Jan 2025 and 9 Oct 2026": how old it is."""
    oldest, newest = planned.summary.oldest, planned.summary.newest
    if oldest is None or newest is None:
        return ""
    if words.day(oldest) == words.day(newest):
        return _said("Last changed on %1").replace("%1", words.day(oldest))
    said = _said("Last changed between %1 and %2")
    return said.replace("%1", words.day(oldest)).replace("%2", words.day(newest))


def staying_words(head: PlanHead) -> str:
    """What stays although it is over age, and why; the most frequent reasons."""
    if not head.refused:
        return ""
    lines = [
        f"{words.number(one.count)} × {one.where}: {because(one)}" if one.count else f"{one.where}: {one.why}"
        for one in head.refused[:_MOST_REASONS]
    ]
    rest = sum(one.count for one in head.refused[_MOST_REASONS:])
    if rest:
        lines.append(translate("Retention", "%Ln more", "", rest))
    return _said("What stays:") + "\n" + "\n".join(lines)


def _sheet(desk: Desk, pictures: Sequence[tuple[str, str]], parent: QWidget) -> QScrollArea:
    area = QScrollArea(parent)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setAccessibleName(_said("Pictures"))
    area.setWidget(ContactSheet(desk, pictures))
    return area


def _buckets(desk: Desk, takings: Sequence[BucketTaking], parent: QWidget) -> Table[BucketTaking]:
    model: TableModel[BucketTaking] = TableModel(desk.jobs, _columns(), "retention.buckets", is_checkable=False)
    table = Table(desk.themes, model, _said("Buckets"), parent)
    model.show(TakingRows(takings))
    return table


def _steps(desk: Desk, planned: Planned, parent: QWidget) -> Table[Step]:
    engine = desk.engine
    assert engine is not None
    model: TableModel[Step] = TableModel(desk.jobs, _step_columns(), "retention.steps", is_checkable=False)
    table = Table(desk.themes, model, _said("Steps"), parent)
    model.show(StepRows(engine, planned.path, planned.head.steps))
    return table


def _step_columns() -> tuple[Column[Step], ...]:
    """As of any plan, with why each step is there in place of what a row becomes."""
    why: Column[Step] = Column("why", _said("Last changed"), _why, sample="with step 100,000")
    return (*step_columns()[:-1], why)


def _why(step: Step) -> str:
    if step.because is not None:
        return _said("with step %1").replace("%1", words.number(step.because))
    return words.day(step.changed) if step.changed is not None else ""


def _columns() -> tuple[Column[BucketTaking], ...]:
    return (
        Column("bucket", _said("Bucket"), lambda t: t.bucket, cut_middle=True, stretches=True),
        Column("objects", _said("Objects"), lambda t: words.number(t.objects), sample="100,000", is_number=True),
        Column("bytes", _said("Size"), lambda t: words.size(t.bytes), sample="999.9 MB", is_number=True),
        Column("rows", _said("Rows along"), lambda t: words.number(t.rows), sample="100,000", is_number=True),
        Column("oldest", _said("Oldest"), lambda t: words.day(t.oldest) if t.oldest else "", sample="30 Sep 2026"),
    )


def _sorting(sort: str, taking: BucketTaking) -> tuple[float, str]:
    """What a bucket is sorted by; of equal ones their names."""
    oldest = taking.oldest.timestamp() if taking.oldest else 0.0
    amounts = {"objects": taking.objects, "bytes": taking.bytes, "rows": taking.rows, "oldest": oldest}
    return amounts.get(sort, 0.0), taking.bucket


def _count(takings: Sequence[BucketTaking]) -> str:
    return words.number(len(takings))


def _said(text: str) -> str:
    return translate("Retention", text)
