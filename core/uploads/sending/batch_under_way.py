"""One batch of folders on its way: each folder by itself, several at once, recorded as they end."""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from core.errors import CoreError, Trouble, Unavailable
from core.single_upload import FamilyUploads, ToSend, Uploaded
from core.uploads.queueing.queue import Queued
from core.uploads.scanning.missing import out_of_reach
from core.uploads.scanning.obstacles import shown
from core.uploads.sending.batches import Ending, end_batch, end_folders
from core.uploads.sending.known import Known
from core.uploads.sending.loading import load, look
from core.uploads.sending.under_way import FileUnderWay, FolderUnderWay
from core.uploads.tracker import now_seconds

if TYPE_CHECKING:
    from core.uploads.sending.transfer import Transfer

T = TypeVar("T")
_FIRST_WAIT_SECONDS = 2.0
_LONGEST_WAIT_SECONDS = 60.0
_FAILING_FOLDERS = 8
"""A service that fails at so many folders one after another fails at all of them."""
_GATHERED_SECONDS = 1.0
"""What has ended is recorded so soon, though others of its batch are still on their way."""


class BatchUnderWay:
    """One batch. `launched`: all of its folders have begun, so that the next one may be looked at."""

    def __init__(self, work: Transfer, uploads: FamilyUploads, batch_id: str, folders: Sequence[Queued]) -> None:
        self.launched = asyncio.Event()
        self.folders = folders
        self._work, self._uploads = work, uploads
        self._batch_id = batch_id
        self._roots: dict[int, str] = {}
        self._ended: list[FolderUnderWay] = []
        self._news = asyncio.Event()

    async def run(self, known: Mapping[int, Known]) -> None:
        """Uploads the folders and records how each ended. Raises what cannot be waited out."""
        self._roots = {number: one.root for number, one in known.items()}
        async with asyncio.TaskGroup() as group:
            finishing = group.create_task(self._finish_all())
            for queued in self.folders:
                await self._work.room.enter(_weight(queued))
                group.create_task(self._one(queued, known[queued.number]))
            self.launched.set()
            await finishing

    async def _one(self, queued: Queued, known: Known) -> None:
        try:
            folder = await self._sent(queued, known)
        finally:
            self._work.room.leave(_weight(queued))
        self._ended.append(folder)
        self._news.set()

    async def _sent(self, queued: Queued, known: Known) -> FolderUnderWay:
        """The folder when it has ended, however."""
        while True:
            began = time.monotonic()
            folder = await self._loaded(queued, known)
            folder.settle_before()
            await self._look_for_twins(folder)
            self._work.wish.live.begin(queued.number, len(folder.files), queued.size_bytes)
            while not folder.ended:
                await self._attempt(folder)
                if not folder.ended:
                    self._work.room.leave(_weight(queued))  # who waits holds nobody up
                    try:
                        await asyncio.sleep(_wait_seconds(len(folder.attempts)))
                    finally:
                        await self._work.room.enter(_weight(queued))
            # a drive that went in the middle is no fault of its folders: nothing is recorded against them
            if not folder.error or not await self._was_away(known.root, began):
                return folder

    async def _loaded(self, queued: Queued, known: Known) -> FolderUnderWay:
        goal, rules = self._work.goal, self._work.rules
        while True:
            began = time.monotonic()
            now = await asyncio.to_thread(load, queued.path, known.root, known.batch, known.at, goal, rules)
            if now.found is not None or not await self._was_away(known.root, began):
                return FolderUnderWay(queued, now, goal, known.given)

    async def _look_for_twins(self, folder: FolderUnderWay) -> None:
        """What of it is stored elsewhere already is shown, or left to that, before anything of it goes up."""
        if not folder.ended and (files := folder.may_have_twins):
            twins = await patiently(self._work, lambda: self._work.stored_before.twins(files))
            self._work.remark(folder.meet_twins(twins))

    async def _was_away(self, root: str, since: float) -> bool:
        """Whether a tree was gone as a whole at some time since then; it is there again now, or raises `Unavailable`
        after waiting in vain."""
        away, waited = self._work.away, False
        while await asyncio.to_thread(out_of_reach, root):
            away[root] = time.monotonic()
            await self._work.parking.wait(
                Unavailable(
                    f"{root} is empty or not there any more; its folders wait in the queue.",
                    "If it is on a drive or a share, connect that and start again.",
                    trouble=Trouble.AWAY,
                )
            )
            away[root], waited = time.monotonic(), True
        if waited:
            self._work.parking.passed()
        return away.get(root, -math.inf) >= since

    async def _attempt(self, folder: FolderUnderWay) -> None:
        """One try at all files of a folder that are not stored yet; under another name where a key is taken."""
        began = now_seconds()
        await self._send(folder, [one for one in folder.files if not one.stored])
        while taken := [one for one in folder.files if one.is_taken and one.next_key()]:
            await self._send(folder, taken)
        folder.ask_about_taken()
        if folder.ended or await self._waited_for_service(folder):
            return
        if folder.is_stored:
            facts = folder.facts
            folder.row = await patiently(self._work, lambda: self._work.rows.write(facts))
        folder.end_attempt(began, self._work.wish.max_retries)

    async def _waited_for_service(self, folder: FolderUnderWay) -> bool:
        """Whether the service failed at so many folders, and nothing was stored between them, that it is no fault of
        this one: it was waited for then."""
        met = [one.ended.error for one in folder.files if one.ended is not None and one.ended.error is not None]
        if not met or not all(isinstance(one, Unavailable) for one in met):
            return False
        self._work.failing.add(folder.queued.number)
        if len(self._work.failing) < _FAILING_FOLDERS:
            return False
        await self._work.parking.wait(Unavailable(met[0].message, met[0].hint, trouble=Trouble.FAILING))
        return True

    async def _send(self, folder: FolderUnderWay, files: Sequence[FileUnderWay]) -> None:
        def told(ended: Uploaded) -> None:
            if ended.stored:
                self._work.wish.live.stored(folder.queued.number, ended.size_bytes)
            self._work.told(ended)

        for one in files:
            one.number = one.number or self._uploads.number()
        sent = await self._uploads.send([ToSend(one.path, one.number, one.key) for one in files], told=told)
        for one, ended in zip(files, sent, strict=True):
            one.ended = ended

    async def _finish_all(self) -> None:
        left = len(self.folders)
        while left:
            await self._news.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GATHERED_SECONDS):
                    while len(self._ended) < left:
                        self._news.clear()
                        await self._news.wait()
            self._news.clear()
            ended, self._ended = self._ended, []
            left -= len(ended)
            await self._finish(ended, is_last=not left)

    async def _finish(self, folders: Sequence[FolderUnderWay], *, is_last: bool) -> None:
        rules = self._work.rules
        began = time.monotonic()
        now = await asyncio.to_thread(lambda: [look(one.queued.path, rules) for one in folders])
        for one, found in zip(folders, now, strict=True):
            there = found
            while there is None and await self._was_away(self._roots[one.queued.number], began):
                began = time.monotonic()
                there = await asyncio.to_thread(look, one.queued.path, rules)
            one.check_unchanged(there)
        notes = await asyncio.to_thread(self._sign_off, folders)
        endings = [one.ending for one in folders]
        await patiently(
            self._work, lambda: self._work.tracker.write(lambda c: _record(c, self._batch_id, endings, is_last=is_last))
        )
        for one in folders:
            self._work.wish.live.end(one.queued.number)
        self._work.count(folders, notes, is_last=is_last)

    def _sign_off(self, folders: Sequence[FolderUnderWay]) -> list[str]:
        notes, receipts = [], self._work.wish.receipts
        for one in folders:
            notes += [shown(f"{one.queued.path}: {note}") for note in one.load.notes]
            if receipts is not None and one.attempts:
                why = receipts.write(one.receipt(self._batch_id))
                notes += [why] if why else []
        return notes


async def patiently(work: Transfer, ask: Callable[[], Awaitable[T]]) -> T:
    """Asks again when trouble has passed that is not about this alone."""
    waited = False
    while True:
        try:
            answer = await ask()
        except CoreError as exc:
            if exc.trouble is None and isinstance(exc, Unavailable):
                exc.trouble = Trouble.FAILING  # nothing can be done without this answer
            await work.parking.wait(exc)
            waited = True
            continue
        if waited:
            work.parking.passed()
        return answer


def _record(c: sqlite3.Connection, batch_id: str, endings: Sequence[Ending], *, is_last: bool) -> None:
    now = now_seconds()
    end_folders(c, batch_id, now, endings)
    if is_last:
        end_batch(c, batch_id, now)


def _weight(queued: Queued) -> int:
    return max(1, queued.files)


def _wait_seconds(attempts: int) -> float:
    """Twice as long each time, and never the same for two programs that failed together."""
    longest = _FIRST_WAIT_SECONDS * 2.0 ** (attempts - 1)
    return float(min(_LONGEST_WAIT_SECONDS, longest) * random.uniform(0.5, 1.0))
