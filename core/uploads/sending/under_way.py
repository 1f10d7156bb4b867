"""Folders and files on their way up: what is still to be sent of one, and how each try at it ended."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from core.errors import AlreadyExists, Unavailable
from core.profiles.destination import Destination, Duplicates, Existing
from core.single_upload import Uploaded
from core.uploads.queueing.questions import AskedFile, Given, Kind, Question
from core.uploads.queueing.queue import Queued
from core.uploads.queueing.stats_alone import left_out
from core.uploads.scanning.obstacles import shown
from core.uploads.sending.batches import Attempt, Ending
from core.uploads.sending.duplicates import Local, Twin
from core.uploads.sending.loading import Load
from core.uploads.sending.receipts import Receipt, SentFile
from core.uploads.sending.taken import marked, version
from core.uploads.tables.row_values import Folder, Placed
from core.uploads.tables.table_rows import Written
from core.uploads.tracker import now_seconds
from core.workspace import system_now

_TAKEN = AlreadyExists("").kind
_TRANSIENT = Unavailable("").kind
_CHANGED = "It changed while it was uploaded; the next run uploads it as it is then."
_EMPTY = "There is nothing to upload in it any more. If a drive belongs there, connect it."
_NO_ROW = "Its files are stored, but not its row."
_MOST_KEYS = {Existing.RENAME: 1, Existing.VERSION: 9_999, Existing.FAIL: 0, Existing.ASK: 0}


class FileUnderWay:
    """One file on its way."""

    def __init__(self, path: Path, key: str, existing: Existing) -> None:
        self.path, self.key, self.existing = path, key, existing
        self.number = 0
        """Its step in the run, once it has one."""
        self.ended: Uploaded | None = None
        self.own_key = key
        self.twin: Twin | None = None
        """What takes its place: equal content that stood elsewhere before."""
        self._tries = 0

    @property
    def stored(self) -> bool:
        """Whether it is there."""
        return self.ended is not None and self.ended.stored

    @property
    def is_taken(self) -> bool:
        """Whether other content stands under its key."""
        return self.ended is not None and self.ended.refusal == _TAKEN and bool(self.ended.sha256)

    def next_key(self) -> bool:
        """Another key, where its own is taken; whether there is one to try. Tried again, they are the same in the same
        order, and no twin comes to be."""
        if self.ended is None or self._tries >= _MOST_KEYS[self.existing]:
            return False
        self._tries += 1
        if self.existing is Existing.RENAME:
            self.key = marked(self.own_key, self.ended.sha256[:12])
        else:
            self.key = version(self.own_key, self._tries + 1)
        return True

    def leave_to(self, twin: Twin) -> None:
        """It does not go up: what stands elsewhere takes its place."""
        self.twin = twin
        sentence = f"{self.path.name} was not sent: its content is stored as {twin.place}."
        self.ended = Uploaded(self.path, twin.key, twin.bucket, twin.size_bytes, True, False, sentence, twin.sha256)


class FolderUnderWay:
    """One folder of a batch on its way."""

    def __init__(self, queued: Queued, load: Load, destination: Destination, given: Given) -> None:
        """`given`: what was answered for it."""
        self.queued, self.load, self.destination = queued, load, destination
        self.attempts: list[Attempt] = []
        self.ended = False
        self.row: Written | None = None
        """Its row, once its files are stored and it was tried."""
        self.question: Question | None = None
        self._left_out = ""
        said = given.get(Kind.EXISTING, {})
        self.files = [
            FileUnderWay(Path(queued.path, one.name), one.key, Existing(said.get(one.name, destination.existing)))
            for one in load.files
            if one.key
        ]
        self._of_duplicates = given.get(Kind.DUPLICATE, {})

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
            self._left_out, self.ended = left_out(self.destination.stats), True

    @property
    def may_have_twins(self) -> Sequence[Local]:
        """The files for which it matters whether their content is stored elsewhere."""
        number, sizes = self.queued.number, self.load.sizes
        return [
            Local(one.path, one.key, sizes.get(one.path.name, 0), number)
            for one in self.files
            if self._is_dated or self._wanted(one) is not Duplicates.UPLOAD
        ]

    def meet_twins(self, twins: Mapping[str, Twin]) -> Sequence[str]:
        """These of its files are stored elsewhere, by name: they are left to that, or it is asked. A sentence about
        each of which nobody has said what becomes of it: it goes up."""
        asked, told = [], []
        for one in self.files:
            twin, wanted = twins.get(one.path.name), self._wanted(one)
            if twin is None:
                continue
            if wanted is Duplicates.SKIP or (twin.is_own and self._is_dated):
                one.leave_to(twin)
            elif wanted is Duplicates.ASK:
                asked.append(AskedFile(one.path.name, one.key, twin.bucket, twin.place, twin.size_bytes))
            elif wanted is None:
                told.append(f"{one.path} is stored already, as {twin.place}; it goes up all the same, as {one.key}.")
        if asked:
            self._ask(Question(Kind.DUPLICATE, tuple(asked)))
        return told

    @property
    def _is_dated(self) -> bool:
        """Whether its files have other keys each time: what went up before stays under the key that it got then."""
        return "{batch" in self.destination.key or "{date" in self.destination.key

    def ask_about_taken(self) -> None:
        """Asks what is to become of files under whose keys other content stands, where nobody has said so."""
        asked = [
            AskedFile(
                one.path.name, one.key, one.ended.stands.partition("/")[0], one.ended.stands, one.ended.size_bytes
            )
            for one in self.files
            if one.ended is not None and one.is_taken and one.existing is Existing.ASK
        ]
        if asked:
            self._ask(Question(Kind.EXISTING, tuple(asked)))

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
    def lacks_stats(self) -> bool:
        """Whether it has a row that tells nothing of a `stats.json`, for there is none."""
        stats = self.load.stats
        return bool(self.destination.folder_rows and self.row and not self.error and stats and stats.lacking)

    @property
    def error(self) -> str:
        """What the last try met."""
        return self.attempts[-1].error if self.attempts else ""

    @property
    def ending(self) -> Ending:
        """How it ended, for the tracker."""
        gone = self.load.found is None and not self.attempts
        tries = tuple(self.attempts)
        question = self.question.text if self.question else ""
        number, path, files = self.queued.number, self.queued.path, self._sent()
        return Ending(number, path, self.load.found, tries, self._left_out, gone, files, question)

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

    def _wanted(self, file: FileUnderWay) -> Duplicates | None:
        given = self._of_duplicates.get(file.path.name)
        return self.destination.duplicates if given is None else Duplicates(given)

    def _ask(self, question: Question) -> None:
        self.question, self.ended = question, True

    def _fail(self, began: float, error: str) -> None:
        self.attempts.append(Attempt(began, now_seconds(), shown(error)))
        self.ended = True
