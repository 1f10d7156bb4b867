"""The columns of the Uploads tab: folders, batches, and what could not be read."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtGui import QPixmap

from core.uploads.queueing.questions import read_question
from core.uploads.sending.live import FolderProgress
from core.uploads.status.listing import BatchRow, FolderRow, FolderState, TroubleRow
from gui import words
from gui.icons import Icons
from gui.table_model import Column
from gui.tabs.uploads.states import batch_state, name_of, state_of
from gui.theme import Themes
from gui.translation import translate
from gui.widgets.bar_picture import bar_picture
from gui.widgets.thumbnails import Thumbnails

_FOLDER = "ward-12/2026-11-21/Patient 1234567 overview"
_TIME = "30 Sept 2026 14:02"
_BAR = 72


@dataclass(frozen=True, slots=True)
class Looks:
    """What folders are drawn with: icons, colours, little pictures, and how far each folder under way is."""

    icons: Icons
    themes: Themes
    thumbnails: Thumbnails
    progress: Callable[[FolderRow], FolderProgress | None]


def folder_columns(looks: Looks) -> tuple[Column[FolderRow], ...]:
    """A folder, where it stands, how far it is, and what came of it."""
    icons = looks.icons
    return (
        Column("picture", "", lambda f: "", lambda f: f.path, lambda f: _thumbnail(looks, f)),
        Column("folder", _said("Folder"), name_of, lambda f: f.path, sort="folder", sample=_FOLDER, cut_middle=True),
        Column("state", _said("State"), lambda f: state_of(f.state)[1], None,
               lambda f: icons.pixmap(state_of(f.state)[0], state_of(f.state)[2], 16), "state", "Uploading"),
        Column("progress", _said("Progress"), lambda f: _far(looks, f), lambda f: _far_exactly(looks, f),
               lambda f: _bar(looks, f), sample="9 of 9", icon_px=_BAR, gives_way=6),
        Column("files", _said("Files"), lambda f: words.number(f.files), sort="files", sample="100,000",
               is_number=True, gives_way=5),
        Column("size", _said("Size"), lambda f: words.size(f.size_bytes), lambda f: words.exact_size(f.size_bytes),
               None, "bytes", "999.9 MB", is_number=True),
        Column("rate", _said("Rate"), lambda f: _rate(looks, f), sample="99.9 MB/s", is_number=True, gives_way=2),
        Column("attempts", _said("Attempts"), lambda f: words.number(f.attempts) if f.attempts else "",
               sort="attempts", sample="12", is_number=True, gives_way=1),
        Column("batch", _said("Batch"), lambda f: _clock(f.batch), lambda f: _utc(f.batch), None, "batch", _TIME,
               is_number=True, gives_way=3),
        Column("when", _said("When"), lambda f: _clock(f.changed), lambda f: _utc(f.changed), None, "when", _TIME,
               is_number=True, gives_way=4),
        Column("result", _said("Result"), result_of, stretches=True),
    )  # fmt: skip


def result_of(folder: FolderRow) -> str:
    """What it asks, why it is nowhere, or where it is."""
    if folder.state is FolderState.ASKING and (question := read_question(folder.question)) is not None:
        return question.sentence
    return folder.reason or ", ".join(folder.buckets)


def _thumbnail(looks: Looks, folder: FolderRow) -> QPixmap | None:
    if folder.gone:
        return looks.icons.pixmap("folder-notch-minus", "muted", 18)
    return looks.thumbnails.get(folder.path, "", f"{folder.files} {folder.size_bytes}")


def _bar(looks: Looks, folder: FolderRow) -> QPixmap:
    theme, now = looks.themes.current, looks.progress(folder)
    colours = theme.colours()
    if folder.state is FolderState.DONE:
        share, colour = 1.0, theme.good
    elif folder.state is FolderState.UPLOADING:
        share, colour = (now.share if now is not None else 0.0), theme.accent
    else:  # what is stored of a folder that failed need not be sent again
        share = folder.stored / folder.files if folder.files else 0.0
        colour = colours["danger" if folder.state is FolderState.FAILED else "muted"]
    return bar_picture(share, colour, theme.hairline, _BAR)


def _far(looks: Looks, folder: FolderRow) -> str:
    """ "2 of 4": files that are stored, while it is under way."""
    now = looks.progress(folder)
    if now is None or folder.state is not FolderState.UPLOADING:
        return ""
    text = translate("Uploads", "%1 of %2").replace("%1", words.number(now.files_done))
    return text.replace("%2", words.number(now.files))


def _far_exactly(looks: Looks, folder: FolderRow) -> str:
    now = looks.progress(folder)
    if now is None or folder.state is not FolderState.UPLOADING:
        return state_of(folder.state)[1]
    text = translate("Uploads", "%1 of %2 files, %3 of %4")
    for place, value in (
        ("%1", words.number(now.files_done)),
        ("%2", words.number(now.files)),
        ("%3", words.size(now.bytes_done)),
        ("%4", words.size(now.size_bytes)),
    ):
        text = text.replace(place, value)
    return text


def _rate(looks: Looks, folder: FolderRow) -> str:
    now = looks.progress(folder)
    rate = now.rate(time.monotonic()) if now is not None and folder.state is FolderState.UPLOADING else None
    return "" if rate is None else a_second(rate)


def a_second(rate: float) -> str:
    """ "4.1 MB/s"."""
    return translate("Uploads", "%1/s").replace("%1", words.size(round(rate)))


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
    return a_second(batch.size_bytes / batch.seconds)


def _said(title: str) -> str:
    return {
        "Folder": translate("Uploads", "Folder"),
        "State": translate("Uploads", "State"),
        "Files": translate("Uploads", "Files"),
        "Size": translate("Uploads", "Size"),
        "Attempts": translate("Uploads", "Attempts"),
        "When": translate("Uploads", "When"),
        "Reason": translate("Uploads", "Reason"),
        "Result": translate("Uploads", "Result"),
        "Progress": translate("Uploads", "Progress"),
        "Batch": translate("Uploads", "Batch"),
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
