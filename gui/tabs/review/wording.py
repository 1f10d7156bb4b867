"""What the Review tab calls its repairs: buttons, questions and the sentences about their consequences."""

from __future__ import annotations

from core.models import Kind, Repair, State
from core.status import Status
from gui import words
from gui.tabs.review.kinds import OBJECTS, ROWS, Shelf
from gui.translation import translate

USUAL = {
    Kind.FILE_WITHOUT_ROW: Repair.QUARANTINE,
    Kind.ROW_WITHOUT_FILE: None,
    Kind.WRONG_PREFIX: Repair.REWRITE,
    Kind.STALE_METADATA: Repair.MARK_PENDING,
    Kind.DUPLICATE_CONTENT: Repair.MERGE,
}
"""The repair behind the main button; None is the one of `plan cleanup` that depends on the source."""
ICONS = {
    Repair.QUARANTINE: "archive",
    Repair.ARCHIVE: "archive-box",
    Repair.INSERT: "plus-circle",
    Repair.DELETE: "file-minus",
    Repair.MARK_ERROR: "tag",
    Repair.CLEAR: "eraser",
    Repair.REWRITE: "pencil-line",
    Repair.MARK_PENDING: "hourglass-medium",
    Repair.MERGE: "git-merge",
}


def offers_repair(shelf: Shelf) -> bool:
    """Whether anything can be planned for what this entry shows."""
    return shelf.kind in USUAL


def main_words(shelf: Shelf, count: int, size_bytes: int, usual: Repair | None = None) -> str:
    """What the main button will do, and to how many: "Quarantine 3 · 4.1 MB…". `usual` is what a clean-up does to rows
    without file, None where that differs from row to row."""
    if count == 0:
        return _without_number(shelf)
    number = words.number(count)
    size = f" · {words.size(size_bytes)}" if size_bytes else ""
    match shelf.kind:
        case Kind.FILE_WITHOUT_ROW:
            return (translate("Repairs", "Quarantine %1").replace("%1", number) + size) + "…"
        case Kind.WRONG_PREFIX:
            return translate("Repairs", "Rewrite %Ln path(s)…", "", count)
        case Kind.STALE_METADATA:
            return translate("Repairs", "Mark %Ln row(s) pending…", "", count)
        case Kind.DUPLICATE_CONTENT:
            return translate("Repairs", "Merge %Ln cop(ies)…", "", count)
        case Kind.ROW_WITHOUT_FILE if usual is Repair.DELETE:
            return translate("Repairs", "Delete %Ln row(s)…", "", count)
        case Kind.ROW_WITHOUT_FILE if usual is Repair.MARK_ERROR:
            return translate("Repairs", "Mark %Ln row(s) as errored…", "", count)
        case _:
            return translate("Repairs", "Repair %1…").replace("%1", number)


def _without_number(shelf: Shelf) -> str:
    match shelf.kind:
        case Kind.FILE_WITHOUT_ROW:
            return translate("Repairs", "Quarantine…")
        case Kind.WRONG_PREFIX:
            return translate("Repairs", "Rewrite paths…")
        case Kind.STALE_METADATA:
            return translate("Repairs", "Mark rows pending…")
        case Kind.DUPLICATE_CONTENT:
            return translate("Repairs", "Merge copies…")
        case _:
            return translate("Repairs", "Repair…")


def main_icon(shelf: Shelf) -> str:
    """The icon of the main button: that of the repair it offers."""
    repair = USUAL.get(shelf.kind) if shelf.kind is not None else None
    return ICONS[repair] if repair is not None else "wrench"


def other_words(repair: Repair) -> str:
    """Another repair, on a button."""
    return {
        Repair.QUARANTINE: translate("Repairs", "Quarantine it…"),
        Repair.ARCHIVE: translate("Repairs", "Archive it…"),
        Repair.INSERT: translate("Repairs", "Insert a row…"),
        Repair.DELETE: translate("Repairs", "Delete the row…"),
        Repair.MARK_ERROR: translate("Repairs", "Mark the row as errored…"),
        Repair.CLEAR: translate("Repairs", "Clear the reference…"),
        Repair.REWRITE: translate("Repairs", "Rewrite the path…"),
        Repair.MARK_PENDING: translate("Repairs", "Mark the row pending…"),
        Repair.MERGE: translate("Repairs", "Merge the copies…"),
    }[repair]


def noun(shelf: Shelf, count: int) -> str:
    """What the filter line filters: "168 findings"."""
    if shelf.shows == OBJECTS:
        return translate("Repairs", "%Ln object(s)", "", count)
    if shelf.shows == ROWS:
        return translate("Repairs", "%Ln row(s)", "", count)
    return translate("Repairs", "%Ln finding(s)", "", count)


def waiting_words(status: Status) -> str:
    """ "60 unproven, 8 too young": what was found and is not open; "" when there is nothing of the kind."""
    unproven, young = status.states.get(State.UNPROVEN, 0), status.states.get(State.YOUNG, 0)
    parts = [
        translate("Heading", "%1 unproven").replace("%1", words.number(unproven)) if unproven else "",
        translate("Heading", "%1 too young").replace("%1", words.number(young)) if young else "",
    ]
    return ", ".join(part for part in parts if part)
