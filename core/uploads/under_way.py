"""Folders and files on their way up: what is still to be sent of one, and how each try at it ended."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path, PurePosixPath

from core.errors import AlreadyExists, Unavailable
from core.single_upload import Uploaded
from core.uploads.batches import Attempt, Ending
from core.uploads.loading import Load
from core.uploads.queue import Queued
from core.uploads.receipts import Receipt, SentFile
from core.uploads.tracker import now_seconds
from core.workspace import system_now

_TAKEN = AlreadyExists("").kind
_TRANSIENT = Unavailable("").kind
_CHANGED = "It changed while it was uploaded; the next run uploads it as it is then."
_EMPTY = "There is nothing to upload in it any more. If a drive belongs there, connect it."
_NO_PICTURES = "There is only a stats.json in it, and no table is mapped for that."
_STEM_BYTES = 200
"""With a longer name, no room would be left for what tells it apart."""


class FileUnderWay:
    """One file on its way."""

    def __init__(self, path: Path, key: str) -> None:
        self.path, self.key = path, key
        self.number = 0
        """Its step in the run, once it has one."""
        self.ended: Uploaded | None = None
        self._renamed = False

    @property
    def stored(self) -> bool:
        """Whether it is there."""
        return self.ended is not None and self.ended.stored

    @property
    def is_taken(self) -> bool:
        """Whether other content stands under its key."""
        return self.ended is not None and self.ended.refusal == _TAKEN and bool(self.ended.sha256)

    def rename(self) -> bool:
        """A key that says by its content which file it is: tried again, it is the same, and no twin comes to be.
        Whether there is another one to try."""
        if self.ended is None or self._renamed:
            return False
        self._renamed = True
        key = PurePosixPath(self.key)
        stem = key.stem.encode()[:_STEM_BYTES].decode(errors="ignore")
        self.key = str(key.with_name(f"{stem}-{self.ended.sha256[:12]}{key.suffix}"))
        return True


class FolderUnderWay:
    """One folder of a batch on its way."""

    def __init__(self, queued: Queued, load: Load) -> None:
        self.queued, self.load = queued, load
        self.attempts: list[Attempt] = []
        self.ended = False
        self._left_out = ""
        self.files = [FileUnderWay(Path(queued.path, one.name), one.key) for one in load.files if one.key]

    def settle_before(self) -> None:
        """Ends what needs no upload: a folder that is gone, or has no pictures, or has names that no key can carry."""
        if self.load.found is None:
            self.ended = True
            if os.path.isdir(self.queued.path):  # noqa: PTH112
                self._fail(now_seconds(), _EMPTY)
        elif refused := [one for one in self.load.files if not one.key]:
            more = f" (and {len(refused) - 1} more files)" if len(refused) > 1 else ""
            self._fail(now_seconds(), f"{refused[0].name}: {refused[0].why_not}{more}")
        elif not self.files:
            self._left_out, self.ended = _NO_PICTURES, True

    def end_attempt(self, began: float, max_retries: int) -> None:
        """Judges the try that was just made. What may pass by itself is tried again while there are tries left."""
        lost = [one.ended for one in self.files if one.ended is not None and not one.stored]
        if not lost:
            self.attempts.append(Attempt(began, now_seconds()))
            self.ended = True
            return
        more = f" (and {len(lost) - 1} more files)" if len(lost) > 1 else ""
        self._fail(began, f"{lost[0].path.name}: {lost[0].sentence}{more}")
        tried = self.queued.retries + len(self.attempts)
        self.ended = tried >= max_retries or any(one.refusal != _TRANSIENT for one in lost)

    def check_unchanged(self, found: object) -> None:
        """A folder that changed meanwhile is not stored as it is now."""
        if self.attempts and not self.attempts[-1].error and found != self.load.found:
            self.attempts[-1] = replace(self.attempts[-1], error=_CHANGED)

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
        return Receipt(self.queued.path, system_now(), batch_id, self._sent(), error=self.attempts[-1].error)

    def _sent(self) -> tuple[SentFile, ...]:
        return tuple(
            SentFile(one.path.name, one.ended.bucket, one.ended.key, one.ended.size_bytes, one.ended.sha256)
            for one in self.files
            if one.ended is not None and one.stored
        )

    def _fail(self, began: float, error: str) -> None:
        self.attempts.append(Attempt(began, now_seconds(), error))
        self.ended = True
