"""What a plan would do, in numbers and a sample: for the preview, and for people who read the command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.capacity.levels import percent
from core.guard import allowance
from core.models import PlanHead, Step, StepKind
from core.plan_files import read_head, read_verified
from core.refusals import left_as_it_is
from core.threads import in_thread

SAMPLE = 24
"""How many objects a contact sheet shows."""


@dataclass(frozen=True, slots=True)
class Total:
    """The steps of one kind in one bucket or table. `along`: those that only go along with another step."""

    kind: StepKind
    where: str
    steps: int
    bytes: int
    along: int


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """A plan at one glance. `oldest` and `newest` are when its objects last changed; `sample` are object steps from all
    over the plan, in order."""

    head: PlanHead
    totals: tuple[Total, ...]
    oldest: datetime | None
    newest: datetime | None
    sample: tuple[Step, ...]


async def summarize(path: Path) -> PlanSummary:
    """Reads a plan once, in flat memory. Raises `BadPlan` when it was changed."""
    return await in_thread(_summarize, path)


def describe(summary: PlanSummary) -> tuple[str, ...]:
    """Sentences: what the plan does where, what the guard says, what was left out and why."""
    return tuple(_sentences(summary))


def _summarize(path: Path) -> PlanSummary:
    head = read_head(path)
    objects = sum(head.by_kind.get(kind, 0) for kind in _OBJECTS)
    every = max(1, objects // SAMPLE)
    counts: Counter[tuple[StepKind, str]] = Counter()
    sizes: Counter[tuple[StepKind, str]] = Counter()
    along: Counter[tuple[StepKind, str]] = Counter()
    sample: list[Step] = []
    oldest = newest = None
    seen = 0
    for step in read_verified(path):
        where = (step.kind, step.table or step.bucket)
        counts[where] += 1
        sizes[where] += step.size_bytes
        along[where] += step.because is not None
        if step.kind in _OBJECTS:
            if seen % every == 0 and len(sample) < SAMPLE:
                sample.append(step)
            seen += 1
            if step.changed is not None:
                oldest = min(oldest or step.changed, step.changed)
                newest = max(newest or step.changed, step.changed)
    order = sorted(counts, key=lambda where: (list(StepKind).index(where[0]), -counts[where], where[1]))
    totals = tuple(Total(*where, counts[where], sizes[where], along[where]) for where in order)
    return PlanSummary(head, totals, oldest, newest, tuple(sample))


def _sentences(summary: PlanSummary) -> Iterator[str]:
    head = summary.head
    if not summary.totals:
        yield "Nothing to do."
    for total in summary.totals:
        yield (
            _VERBS[total.kind].format(
                count=f"{total.steps:,}",
                things=_THINGS[total.kind][total.steps != 1],
                where=total.where,
                size=human_size(total.bytes),
                removal={"archive": "the archive"}.get(head.removal, "the quarantine"),
            )
            + _along(total, "the objects that they name" if head.kind else "other rows")
            + "."
        )
    if head.guard is not None:
        taken, limit = percent(head.guard.share), percent(head.guard.limit)
        yield (
            f"This takes {taken} of {head.guard.where}, over the guard's {limit}: "
            f"applying it asks for the name, or for --allow-share {allowance(head.guard.share)}."
        )
    for refusal in head.refused:
        yield left_as_it_is(refusal)


def _along(total: Total, others: str) -> str:
    if not total.along:
        return ""
    return f", because {others} go" if total.along == total.steps else f", {total.along:,} of them because others go"


def human_size(size_bytes: int) -> str:
    """A size as people read it: 412 KB, 31.4 GB."""
    size, unit = float(size_bytes), "bytes"
    for larger in ("KB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:,.0f} {unit}" if unit in ("bytes", "KB") or size >= 100 else f"{size:,.1f} {unit}"


_OBJECTS = (StepKind.DELETE_OBJECT, StepKind.PURGE_OBJECT, StepKind.RESTORE_OBJECT, StepKind.UPLOAD)
_BUCKETS = (StepKind.CREATE_BUCKET, StepKind.UPDATE_BUCKET, StepKind.DROP_BUCKET)
_THINGS = {
    kind: ("object", "objects") if kind in _OBJECTS else ("bucket", "buckets") if kind in _BUCKETS else ("row", "rows")
    for kind in StepKind
}
_VERBS = {
    StepKind.DELETE_OBJECT: "Move {count} {things} of {where} ({size}) to {removal}",
    StepKind.INSERT_ROW: "Insert {count} {things} into {where}",
    StepKind.UPDATE_ROW: "Change {count} {things} of {where}",
    StepKind.DELETE_ROW: "Delete {count} {things} of {where}",
    StepKind.PURGE_OBJECT: "Remove {count} {things} of {where} ({size}) from the quarantine for good",
    StepKind.RESTORE_OBJECT: "Put {count} {things} back into {where} ({size})",
    StepKind.UPLOAD: "Upload {count} {things} into {where} ({size})",
    StepKind.CREATE_BUCKET: "Make the bucket {where}",
    StepKind.UPDATE_BUCKET: "Change the settings of the bucket {where}",
    StepKind.DROP_BUCKET: "Remove the empty bucket {where}",
}
