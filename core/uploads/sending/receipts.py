"""Receipts: what became of a folder, written beside its files or into a tree of their own."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.uploads.scanning.folders import ASIDE

SUCCESS = "success.json"
FAILED = "failed.json"
_MARK = b'{"bucketdesk_receipt": 1, '
"""How every receipt of ours begins: whose it is shows without reading the rest."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file that is stored now."""

    name: str
    bucket: str
    key: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a folder. With an `error` it failed; `files` are those that are stored all the same. `row` is what
    was written to `table`."""

    folder: str
    at: datetime
    batch: str = ""
    files: tuple[SentFile, ...] = ()
    table: str = ""
    row: Mapping[str, object] | None = None
    error: str = ""


class Receipts:
    """Writes receipts into the folders themselves, or below `tree` under each folder's full path."""

    def __init__(self, tree: Path | None = None) -> None:
        self._tree = tree

    def write(self, receipt: Receipt) -> str:
        """Writes one, at once or not at all, over an earlier one of ours; the opposite one of ours goes. Blocks. Why it
        could not be written, in a sentence, or ''. It never raises for what the disk says: a folder that is stored
        does not fail for its receipt. A file of that name that is not ours stays as it is."""
        folder = Path(receipt.folder) if self._tree is None else _below(self._tree, receipt.folder)
        name, other = (FAILED, SUCCESS) if receipt.error else (SUCCESS, FAILED)
        try:
            if self._tree is not None:
                folder.mkdir(parents=True, exist_ok=True)
            if not _put(folder, name, _text(receipt)):
                return f"{folder / name} is not Bucketdesk's and was left as it is; there is no receipt."
            if _is_ours(folder / other):
                (folder / other).unlink()
        except OSError as exc:
            return f"The receipt {folder / name} could not be written: {exc.strerror or exc}."
        return ""


def _text(receipt: Receipt) -> bytes:
    said: dict[str, object] = {
        "state": "failed" if receipt.error else "success",
        "folder": receipt.folder,
        "at": receipt.at.isoformat(),
        "batch": receipt.batch,
        "error": receipt.error or None,
        "files": [
            {"name": one.name, "bucket": one.bucket, "key": one.key, "bytes": one.size_bytes, "sha256": one.sha256}
            for one in receipt.files
        ],
        "table": receipt.table or None,
        "row": None if receipt.row is None else dict(receipt.row),
    }
    return _MARK + json.dumps(said, indent=1, default=str).encode()[1:].lstrip() + b"\n"


def _put(folder: Path, name: str, data: bytes) -> bool:
    """False where a file stands that is not ours."""
    target, aside = folder / name, folder / f"{ASIDE}{name}"
    if os.path.lexists(target) and not _is_ours(target):
        return False
    aside.unlink(missing_ok=True)  # what a killed program left
    try:
        with aside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if os.path.lexists(target):
            aside.replace(target)
            return True
        return _link(aside, target)
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def _link(aside: Path, target: Path) -> bool:
    """Puts the file in place unless something came there meanwhile: renaming would overwrite it."""
    try:
        os.link(aside, target)
    except FileExistsError:
        return False
    except OSError:  # some file systems have no links
        if os.path.lexists(target):
            return False
        aside.replace(target)
    return True


def _is_ours(path: Path) -> bool:
    try:
        if path.is_symlink() or not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(_MARK)) == _MARK
    except OSError:
        return False


def _below(tree: Path, folder: str) -> Path:
    """The folder's full path below the tree; a drive's letter becomes a folder."""
    drive, rest = os.path.splitdrive(folder)
    return tree.joinpath(drive.strip(":\\/"), rest.lstrip("\\/"))
