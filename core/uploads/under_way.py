"""Folders and files on their way up: what is still to be sent of one, and how each try at it ended."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from core.errors import AlreadyExists, Unavailable
from core.profiles.destination import Destination, Existing
from core.single_upload import Uploaded
from core.uploads.batches import Attempt, Ending
from core.uploads.loading import Load
from core.uploads.queue import Queued
from core.uploads.receipts import Receipt, SentFile
from core.uploads.row_values import Folder, Placed
from core.uploads.table_rows import Written
from core.uploads.tracker import now_seconds
from core.workspace import system_now

_TAKEN = AlreadyExists("").kind
_TRANSIENT = Unavailable("").kind
_CHANGED = "It changed while it was uploaded; the next run uploads it as it is then."
_EMPTY = "There is nothing to upload in it any more. If a drive belongs there, connect it."
_NO_PICTURES = "There is only a {stats} in it, and no table is mapped for that."
_NO_ROW = "Its files are stored, but not its row."
_MOST_KEYS = {Existing.RENAME: 1, Existing.VERSION: 999, Existing.FAIL: 0, Existing.ASK: 0}
_STEM_BYTES = 200
"""With a longer name, no room would be left for what tells it apart."""


class FileUnderWay:
    """One file on its way."""

    def __init__(self, path: Path, key: str) -> None:
        self.path, self.key = path, key
        self.number = 0
        """Its step in the run, once it has one."""
        self.ended: Uploaded | None = None
        self._own_key = key
        self._tries = 0

    @property
    def stored(self) -> bool:
        """Whether it is there."""
        return self.ended is not None and self.ended.stored

    @property
    def is_taken(self) -> bool:
        """Whether other content stands under its key."""
        return self.ended is not None and self.ended.refusal == _TAKEN and bool(self.ended.sha256)

    def next_key(self, existing: Existing) -> bool:
        """Another key, where its own is taken; whether there is one to try. Tried again, they are the same in the same
        order, and no twin comes to be."""
        if self.ended is None or self._tries >= _MOST_KEYS[existing]:
            return False
        self._tries += 1
        mark = self.ended.sha256[:12] if existing is Existing.RENAME else f"v{self._tries + 1}"
        self.key = marked(self._own_key, mark)
        return True


class FolderUnderWay:
    """One folder of a batch on its way."""

    def __init__(self, queued: Queued, load: Load, destination: Destination) -> None:
        self.queued, self.load, self.destination = queued, load, destination
        self.attempts: list[Attempt] = []
        self.ended = False
        self.row: Written | None = None
        """Its row, once its files are stored and it was tried."""
        self._left_out = ""
        self.files = [FileUnderWay(Path(queued.path, one.name), one.key) for one in load.files if one.key]

    def settle_before(self) -> None:
        """Ends what needs no upload: a folder that is gone, or has no pictures, or has names that no key can carry."""
        if self.load.found is None:
            self.ended = True
            if os.path.isdir(self.queued.path):  # noqa: PTH112
                self._fail(now_seconds(), _EMPTY)
        elif self.load.why_not:
            self._fail(now_seconds(), self.load.why_not)
        elif refused := [one for one in self.load.files if not one.key]:
            more = f" (and {len(refused) - 1} more files)" if len(refused) > 1 else ""
            self._fail(now_seconds(), f"{refused[0].name}: {refused[0].why_not}{more}")
        elif not self.files and not (self.load.found.has_stats and self.destination.folder_rows):
            self._left_out, self.ended = _NO_PICTURES.format(stats=self.destination.stats), True

    def end_attempt(self, began: float, max_retries: int) -> None:
        """Judges the try that was just made. What may pass by itself is tried again while there are tries left."""
        lost = [one.ended for one in self.files if one.ended is not None and not one.stored]
        if not lost and (self.row is None or not self.row.error):
            self.attempts.append(Attempt(began, now_seconds()))
            self.ended = True
            return
        tried = self.queued.retries + len(self.attempts) + 1
        if self.row is not None and not lost:
            self._fail(began, f"{_NO_ROW} {self.row.error}")
            self.ended = tried >= max_retries or not self.row.passes
            return
        more = f" (and {len(lost) - 1} more files)" if len(lost) > 1 else ""
        self._fail(began, f"{lost[0].path.name}: {lost[0].sentence}{more}")
        self.ended = tried >= max_retries or any(one.refusal != _TRANSIENT for one in lost)

    def check_unchanged(self, found: object) -> None:
        """A folder that changed meanwhile is not stored as it is now."""
        if self.attempts and not self.attempts[-1].error and found != self.load.found:
            self.attempts[-1] = replace(self.attempts[-1], error=_CHANGED)

    @property
    def is_stored(self) -> bool:
        """Whether every file of it is there."""
        return all(one.stored for one in self.files)

    @property
    def facts(self) -> Folder:
        """What its rows tell."""
        return Folder(
            self.queued.path,
            self.load.home,
            self.destination.name,
            tuple(self._placed()),
            self.load.stats,
            system_now(),
        )

    @property
    def error(self) -> str:
        """What the last try met."""
        return self.attempts[-1].error if self.attempts else ""

    @property
    def ending(self) -> Ending:
        """How it ended, for the tracker."""
        gone = self.load.found is None and not self.attempts
        tries = tuple(self.attempts)
        return Ending(self.queued.number, self.queued.path, self.load.found, tries, self._left_out, gone, self._sent())

    def receipt(self, batch_id: str) -> Receipt:
        """What became of it."""
        table, row = ("", None) if self.row is None or self.row.error else (self.row.table, self.row.row)
        error = self.attempts[-1].error
        return Receipt(self.queued.path, system_now(), batch_id, self._sent(), table, row, error)

    def _sent(self) -> tuple[SentFile, ...]:
        return tuple(SentFile(one.name, one.bucket, one.key, one.size_bytes, one.sha256) for one in self._placed())

    def _placed(self) -> Iterator[Placed]:
        for one in self.files:
            if one.ended is not None and one.stored:
                done, name = one.ended, one.path.name
                is_image = self.destination.is_image(name)
                yield Placed(name, done.bucket, done.key, done.size_bytes, done.sha256, is_image)

    def _fail(self, began: float, error: str) -> None:
        self.attempts.append(Attempt(began, now_seconds(), error))
        self.ended = True


def marked(key: str, mark: str) -> str:
    """The key with a mark before its ending; cut where it would be too long for that."""
    path = PurePosixPath(key)
    stem = path.stem.encode()[:_STEM_BYTES].decode(errors="ignore")
    return str(path.with_name(f"{stem}-{mark}{path.suffix}"))
