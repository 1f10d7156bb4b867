"""How the states of folders and batches are said and shown, and what a folder is called."""

from __future__ import annotations

import os

from core.uploads.status.listing import BatchRow, FolderRow, FolderState
from gui.translation import translate

RUNNING = "running"


def state_of(state: FolderState) -> tuple[str, str, str]:
    """A folder's state as (icon, word, tone)."""
    return {
        FolderState.UPLOADING: ("arrow-up", translate("Uploads", "Uploading"), "accent"),
        FolderState.QUEUED: ("clock", translate("Uploads", "Queued"), "muted"),
        FolderState.ASKING: ("question", translate("Uploads", "To decide"), "warning"),
        FolderState.DONE: ("check-circle", translate("Uploads", "Done"), "good"),
        FolderState.SKIPPED: ("minus-circle", translate("Uploads", "Left out"), "muted"),
        FolderState.FAILED: ("warning-circle", translate("Uploads", "Failed"), "danger"),
    }[state]


def batch_state(batch: BatchRow, is_uploading: bool) -> tuple[str, str, str]:
    """A batch's state as (icon, word, tone)."""
    if batch.state == RUNNING:
        if is_uploading:
            return "arrow-up", translate("Uploads", "Uploading"), "accent"
        return "pause-circle", translate("Uploads", "Broken off"), "warning"
    if batch.failed:
        return "warning-circle", translate("Uploads", "Partly failed"), "danger"
    return "check-circle", translate("Uploads", "Done"), "good"


def name_of(folder: FolderRow) -> str:
    """The folder as people know it: from the tree that was handed over downwards."""
    if not folder.root:
        return folder.path
    above = os.path.dirname(folder.root.rstrip(os.sep))  # noqa: PTH120
    return folder.path[len(above) :].lstrip(os.sep) if folder.path.startswith(above) else folder.path
