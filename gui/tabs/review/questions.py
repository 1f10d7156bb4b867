"""The preview's question and its verb: what a plan does, to how many, of what size."""

from __future__ import annotations

from core.models import PlanHead, StepKind
from core.retention import RETENTION
from gui import words
from gui.translation import translate


def question(head: PlanHead) -> str:
    """ "Move 8,412 objects (31.4 GB) to quarantine?" """
    return f"{job_title(head)}?"


def job_title(head: PlanHead) -> str:
    """The same without the question mark, for Activities."""
    counts = {kind: head.by_kind.get(kind.value, 0) for kind in StepKind}
    objects, size = counts[StepKind.DELETE_OBJECT], words.size(head.bytes)
    rows = counts[StepKind.UPDATE_ROW] + counts[StepKind.DELETE_ROW] + counts[StepKind.INSERT_ROW]
    if head.kind == RETENTION:
        moved = _filled(translate("Questions", "Move %Ln object(s) (%1) to %2", "", objects), head, size)
        along = translate("Questions", ", with %Ln row(s) that go along", "", rows) if rows else ""
        return moved + along
    if _is_mixed(head):
        parts = [
            translate("Questions", "Delete %Ln row(s)", "", counts[StepKind.DELETE_ROW]),
            translate("Questions", "Insert %Ln row(s)", "", counts[StepKind.INSERT_ROW]),
            translate("Questions", "Change %Ln row(s)", "", counts[StepKind.UPDATE_ROW]),
            _filled(translate("Questions", "Move %Ln object(s) (%1) to %2", "", objects), head, size),
        ]
        present = (counts[StepKind.DELETE_ROW], counts[StepKind.INSERT_ROW], counts[StepKind.UPDATE_ROW], objects)
        return " · ".join(part for part, count in zip(parts, present, strict=True) if count)
    if objects and rows:
        text = translate("Questions", "Change %Ln row(s)", "", rows)
        moved = translate("Questions", "and move %Ln object(s) (%1) to %2", "", objects)
        return f"{text} {_filled(moved, head, size)}"
    if objects:
        return _filled(translate("Questions", "Move %Ln object(s) (%1) to %2", "", objects), head, size)
    if counts[StepKind.DELETE_ROW] and counts[StepKind.DELETE_ROW] == rows:
        return translate("Questions", "Delete %Ln row(s)", "", rows)
    if counts[StepKind.INSERT_ROW] and counts[StepKind.INSERT_ROW] == rows:
        return translate("Questions", "Insert %Ln row(s)", "", rows)
    return translate("Questions", "Change %Ln row(s)", "", rows)


def verb(head: PlanHead) -> str:
    """The word on the button that does it."""
    if _is_mixed(head) and head.kind != RETENTION:
        return translate("Questions", "Do all of this")
    if head.by_kind.get(StepKind.DELETE_OBJECT.value):
        if head.removal == "archive":
            return translate("Questions", "Move to archive")
        return translate("Questions", "Move to quarantine")
    if head.by_kind.get(StepKind.DELETE_ROW.value):
        return translate("Questions", "Delete rows")
    if head.by_kind.get(StepKind.INSERT_ROW.value):
        return translate("Questions", "Insert rows")
    return translate("Questions", "Change rows")


def consequence(head: PlanHead) -> str:
    """What it means, and until when it can be undone."""
    sentences = []
    if head.by_kind.get(StepKind.DELETE_OBJECT.value):
        if head.removal == "archive":
            sentences.append(
                translate(
                    "Questions",
                    "The objects are copied to the archive folder, checked there, and leave their buckets. Undo brings "
                    "back bytes, type and metadata, but not the id, the owner and the time of creation.",
                )
            )
        else:
            sentences.append(
                translate(
                    "Questions",
                    "The objects leave their buckets and wait in the quarantine; nothing is deleted. Undo puts each "
                    "back where it was, for as long as the quarantine is not emptied.",
                )
            )
    if any(head.by_kind.get(kind.value) for kind in (StepKind.UPDATE_ROW, StepKind.DELETE_ROW, StepKind.INSERT_ROW)):
        sentences.append(
            translate(
                "Questions",
                "Every row's present values are recorded first; undo writes them back where nobody changed the row "
                "since.",
            )
        )
    sentences.append(
        translate("Questions", "Each step is checked again just before it is done; what has changed is left alone.")
    )
    return " ".join(sentences)


def _is_mixed(head: PlanHead) -> bool:
    """Whether rows come or go beside other changes; that objects go once rows name another copy is one change."""
    kinds = {kind for kind, count in head.by_kind.items() if count}
    return len(kinds) > 1 and bool(kinds & {StepKind.DELETE_ROW.value, StepKind.INSERT_ROW.value})


def _filled(text: str, head: PlanHead, size: str) -> str:
    place = translate("Questions", "archive") if head.removal == "archive" else translate("Questions", "quarantine")
    return text.replace("%1", size).replace("%2", place)
