"""Folders as people look at them: each in one state, with its reason, its batch and where its files are."""

from __future__ import annotations

import enum
import sqlite3
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.uploads.moments import moment
from core.uploads.status.counts import STATE as _STANDS
from core.uploads.status.counts import Counts

_HELD = "rowid IN (SELECT folder FROM folders_under_way)"
_STATE = f"CASE WHEN :uploading AND {_HELD} THEN 'uploading' ELSE {_STANDS} END"
_WHEN = "CASE WHEN upload_status = 'success' THEN coalesce(upload_timestamp, updated_at) ELSE updated_at END"
_BATCH = "(SELECT start_time FROM upload_batches b WHERE b.batch_id = folder_status.batch_id)"
_WAITS = "upload_status = 'pending' AND skipped IS NULL AND gone_at IS NULL"
_WHERE = {
    "queued": f"upload_status NOT IN ('success', 'failed') AND skipped IS NULL AND gone_at IS NULL "
    f"AND question IS NULL AND NOT (:uploading AND {_HELD})",
    "asking": f"question IS NOT NULL AND upload_status NOT IN ('success', 'failed') AND skipped IS NULL "
    f"AND gone_at IS NULL AND NOT (:uploading AND {_HELD})",
    "done": f"upload_status = 'success' AND NOT (:uploading AND {_HELD})",
    "failed": f"upload_status = 'failed' AND skipped IS NULL AND gone_at IS NULL AND NOT (:uploading AND {_HELD})",
}
"""The same states as conditions that an index helps with."""
_SORTS = {
    "": "rowid",
    "turn": "place",
    "folder": "folder_path",
    "state": _STATE,
    "batch": _BATCH,
    "files": "coalesce(file_count, 0)",
    "bytes": "coalesce(bytes, 0)",
    "attempts": "coalesce(retry_count, 0)",
    "when": _WHEN,
}
_FOLDERS = (
    f"SELECT rowid, folder_path, (SELECT path FROM scanned_roots WHERE id = root), {_STATE}, coalesce(file_count, 0), "
    "coalesce(bytes, 0), max(coalesce(retry_count, 0), (SELECT count(*) FROM upload_attempts a "
    f"WHERE a.folder_path = folder_status.folder_path)), {_WHEN}, coalesce(skipped, error_message, ''), gone_at, "
    f"{_BATCH}, (SELECT group_concat(bucket, char(10)) FROM (SELECT DISTINCT bucket FROM uploaded_files "
    "WHERE folder = folder_status.rowid)), (SELECT count(*) FROM uploaded_files WHERE folder = folder_status.rowid), "
    "question, (SELECT destination FROM scanned_roots WHERE id = root) FROM folder_status WHERE rowid IN ({numbers})"
)


class FolderState(enum.StrEnum):
    """Where a folder stands; each is in exactly one state."""

    UPLOADING = "uploading"
    QUEUED = "queued"
    ASKING = "asking"
    """It waits for an answer."""
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Amounts:
    """Folders by state; `troubles`: what the last scans could not read or name, `batches` and
    `trees`: how many there were."""

    uploading: int = 0
    queued: int = 0
    done: int = 0
    skipped: int = 0
    failed: int = 0
    batches: int = 0
    troubles: int = 0
    asking: int = 0
    trees: int = 0

    @classmethod
    def of_counts(cls, counts: Counts, batches: int, troubles: int, trees: int = 0) -> Amounts:
        """From what is counted along."""
        return cls(
            counts.under_way.folders,
            counts.queued.folders,
            counts.done.folders,
            counts.skipped.folders,
            counts.failed.folders,
            batches,
            troubles,
            counts.asking.folders,
            trees,
        )

    @property
    def found(self) -> int:
        """All that are known."""
        return self.uploading + self.queued + self.asking + self.done + self.skipped + self.failed

    def of(self, state: FolderState | None) -> int:
        """How many are in a state; None: all."""
        return self.found if state is None else int(getattr(self, state.value))


@dataclass(frozen=True, slots=True)
class FolderRow:
    """One folder. `root`: the tree it was found in, '' for what another program noted; `attempts`: those that ended;
    `changed`: when it ended last, or was noted; `gone`: it is not there any more; `batch`: when the batch began that
    took it last; `buckets` and `stored`: where its files are that are stored, and how many; `question`: what somebody
    must decide, as JSON; `destination`: the name of where it goes, '' where that is its tree's parent's."""

    number: int
    path: str
    root: str
    state: FolderState
    files: int
    size_bytes: int
    attempts: int
    changed: datetime | None
    reason: str
    gone: bool
    batch: datetime | None = None
    buckets: tuple[str, ...] = ()
    stored: int = 0
    question: str = ""
    destination: str = ""


@dataclass(frozen=True, slots=True)
class FolderFilter:
    """Folders in a state (None: any) whose path contains `text`, of a batch by its number (None: of any)."""

    state: FolderState | None = None
    text: str = ""
    batch: int | None = None


def folder_numbers(
    c: sqlite3.Connection, wanted: FolderFilter, sort: str, descending: bool, is_uploading: bool
) -> array[int]:
    """The numbers of all folders that pass, in this order: for '' as they were found, queued ones as they go."""
    sort = "turn" if not sort and wanted.state is FolderState.QUEUED else sort
    where = ""
    values: dict[str, object] = {"uploading": is_uploading, "state": "", "text": "", "batch": wanted.batch}
    if wanted.state is FolderState.UPLOADING:
        where += f" AND :uploading AND {_HELD}"
    elif wanted.state is not None:
        where += f" AND {_WHERE.get(wanted.state.value, f'{_STATE} = :state')}"
        values["state"] = wanted.state.value
    if wanted.text:
        where += " AND instr(lower(folder_path), lower(:text))"
        values["text"] = wanted.text
    if wanted.batch is not None:
        where += " AND batch_id = (SELECT batch_id FROM upload_batches WHERE rowid = :batch)"
    way = "DESC" if descending else "ASC"
    # +: few are in this state, and are sorted; in the order of numbers, all are read
    first = "+rowid" if wanted.state in (FolderState.FAILED, FolderState.ASKING) else "rowid"
    by = _SORTS[sort] if sort else first
    sql = f"SELECT rowid FROM folder_status WHERE 1{where} ORDER BY {by} {way}, {first}"
    return array("q", (number for (number,) in c.execute(sql, values)))


def read_folders(c: sqlite3.Connection, numbers: Sequence[int], is_uploading: bool) -> tuple[FolderRow, ...]:
    """The folders with these numbers, in their order."""
    # they are whole numbers of ours, and more than SQLite takes as values
    sql = _FOLDERS.format(numbers=",".join(str(int(number)) for number in numbers))
    found = {row[0]: _folder(row) for row in c.execute(sql, {"uploading": is_uploading})}
    return tuple(found[number] for number in numbers if number in found)


def _folder(row: tuple[object, ...]) -> FolderRow:
    number, path, root, state, files, size_bytes, attempts, changed, reason, gone_at, *more = row
    batch, buckets, stored, question, destination = more
    gone = gone_at is not None
    why = str(reason) or ("It is not there any more." if gone else "")
    return FolderRow(
        int(str(number)),
        str(path),
        str(root or ""),
        FolderState(str(state)),
        _whole(files),
        _whole(size_bytes),
        _whole(attempts),
        moment(changed),
        why,
        gone,
        moment(batch),
        tuple(sorted(str(buckets).split("\n"))) if buckets else (),
        int(str(stored)),
        str(question or ""),
        str(destination or ""),
    )


def _whole(value: object) -> int:
    """A number that another program may have written as anything."""
    try:
        return int(float(str(value)))
    except (ValueError, OverflowError):
        return 0
