"""The columns of the Uploads tab: folders, batches, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from core.uploads.listing import BatchRow, FolderRow, TroubleRow
from gui import words
from gui.icons import Icons
from gui.table_model import Column
from gui.tabs.uploads.states import batch_state, name_of, state_of
from gui.translation import translate

_FOLDER = "ward-12/2026-11-21/Patient 1234567 overview"
_TIME = "30 Sept 2026 14:02"


def folder_columns(icons: Icons) -> tuple[Column[FolderRow], ...]:
    """A folder, where it stands, and why."""
    return (
        Column("folder", _said("Folder"), name_of, lambda f: f.path, sort="folder", sample=_FOLDER, cut_middle=True),
        Column("state", _said("State"), lambda f: state_of(f.state)[1], None,
               lambda f: icons.pixmap(state_of(f.state)[0], state_of(f.state)[2], 16), "state", "Uploading"),
        Column("files", _said("Files"), lambda f: words.number(f.files), sort="files", sample="100,000",
               is_number=True),
        Column("size", _said("Size"), lambda f: words.size(f.size_bytes), lambda f: words.exact_size(f.size_bytes),
               None, "bytes", "999.9 MB", is_number=True),
        Column("attempts", _said("Attempts"), lambda f: words.number(f.attempts) if f.attempts else "",
               sort="attempts", sample="12", is_number=True, gives_way=1),
        Column("when", _said("When"), lambda f: _clock(f.changed), lambda f: _utc(f.changed), None, "when", _TIME,
               is_number=True, gives_way=2),
        Column("reason", _said("Reason"), lambda f: f.reason, stretches=True),
    )  # fmt: skip


def batch_columns(icons: Icons, is_uploading: Callable[[], bool]) -> tuple[Column[BatchRow], ...]:
    """A batch, what became of its folders, and how fast it went."""

    def state(batch: BatchRow) -> tuple[str, str, str]:
        return batch_state(batch, is_uploading())

    return (
        Column("started", _said("Started"), lambda b: _clock(b.started), lambda b: _utc(b.started), sort="started",
               sample=_TIME),
        Column("state", _said("State"), lambda b: state(b)[1], None,
               lambda b: icons.pixmap(state(b)[0], state(b)[2], 16), sample="Partly failed"),
        Column("folders", _said("Folders"), lambda b: words.number(b.folders), sort="folders", sample="100,000",
               is_number=True),
        Column("done", _said("Done"), lambda b: words.number(b.done), sample="100,000", is_number=True),
        Column("failed", _said("Failed"), lambda b: words.number(b.failed) if b.failed else "", sort="failed",
               sample="100,000", is_number=True),
        Column("size", _said("Size"), lambda b: words.size(b.size_bytes) if b.size_bytes else "",
               lambda b: words.exact_size(b.size_bytes), None, "bytes", "999.9 MB", is_number=True),
        Column("took", _said("Took"), lambda b: "" if b.seconds is None else words.took(b.seconds),
               sample="12:34:56", is_number=True),
        Column("rate", _said("Rate"), rate_of, sample="999.9 MB/s", is_number=True),
        Column("rest", " ", lambda b: "", stretches=True),
    )  # fmt: skip


def trouble_columns() -> tuple[Column[TroubleRow], ...]:
    """What a scan could not read or name, and why."""
    return (
        Column("path", _said("Path"), lambda t: t.path, sample=_FOLDER * 2, cut_middle=True),
        Column("reason", _said("Reason"), lambda t: t.reason, stretches=True),
    )


def rate_of(batch: BatchRow) -> str:
    """ "4.1 MB/s": how fast a batch went; '' where that says nothing."""
    if not batch.seconds or not batch.size_bytes:
        return ""
    return translate("Uploads", "%1/s").replace("%1", words.size(round(batch.size_bytes / batch.seconds)))


def _said(title: str) -> str:
    return {
        "Folder": translate("Uploads", "Folder"),
        "State": translate("Uploads", "State"),
        "Files": translate("Uploads", "Files"),
        "Size": translate("Uploads", "Size"),
        "Attempts": translate("Uploads", "Attempts"),
        "When": translate("Uploads", "When"),
        "Reason": translate("Uploads", "Reason"),
        "Started": translate("Uploads", "Started"),
        "Folders": translate("Uploads", "Folders"),
        "Done": translate("Uploads", "Done"),
        "Failed": translate("Uploads", "Failed"),
        "Took": translate("Uploads", "Took"),
        "Rate": translate("Uploads", "Rate"),
        "Path": translate("Uploads", "Path"),
    }[title]


def _clock(moment: datetime | None) -> str:
    return words.clock(moment) if moment else ""


def _utc(moment: datetime | None) -> str:
    return words.utc(moment) if moment else ""
