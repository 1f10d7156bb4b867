"""Uploading the folders of the queue, batch by batch: each file exactly once, whatever ends the program."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from core.errors import Unavailable
from core.ports import ObjectStore
from core.profiles import Family, Profile
from core.progress import Progress, Report, silent
from core.read_only import check_writable
from core.single_upload import FamilyUploads
from core.uploads.batches import Ending, begin_batch, end_batch, end_broken_batches, end_folders
from core.uploads.destination import DEFAULT, Spelling, Template
from core.uploads.folders import ScanRules
from core.uploads.loading import Load, load, look
from core.uploads.missing import out_of_reach
from core.uploads.queue import Queued, due, due_amount, root_of
from core.uploads.receipts import Receipts
from core.uploads.tracker import Tracker, now_seconds
from core.uploads.under_way import FileUnderWay, FolderUnderWay
from core.workspace import Workspace, system_now

_LONGEST_WAIT_SECONDS = 60.0
_LOOK_AGAIN_SECONDS = 0.5
"""While a scan goes on and nothing waits."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How to upload. `receipts` None: none are written. `within`: only folders at and below these."""

    family: Family
    template: Template = field(default_factory=lambda: Template(DEFAULT))
    spelling: Spelling = Spelling.EXACT
    rules: ScanRules = field(default_factory=ScanRules)
    batch_size: int = 50
    max_retries: int = 3
    delay_seconds: float = 0.0
    receipts: Receipts | None = field(default_factory=Receipts)
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transferred:
    """What one run did: folders by their ending, and files and bytes that are stored through it. `notes`: what did not
    stop anything and should be known; the first hundred."""

    done: int = 0
    failed: int = 0
    skipped: int = 0
    files: int = 0
    size_bytes: int = 0
    batches: int = 0
    notes: tuple[str, ...] = ()
    seconds: float = 0.0


async def upload_folders(
    tracker: Tracker,
    workspace: Workspace,
    store: ObjectStore,
    profile: Profile,
    wish: Wish,
    report: Report = silent,
    scanned: asyncio.Event | None = None,
) -> Transferred:
    """Uploads what waits, and what failed in earlier runs fewer than `max_retries` times; until `scanned`, more may
    come. Cancelled or killed, it goes on at the next call: what is stored by then is adopted by its content. Raises
    `Busy`, `Refused`, `ServiceError`, `WorkspaceError`."""
    check_writable(profile)
    began, started = time.monotonic(), now_seconds()
    async with tracker.lock():
        await tracker.write(lambda c: end_broken_batches(c, started))
        work, total = _Transfer(tracker, workspace, store, profile, wish), None
        while True:
            all_known = scanned is None or scanned.is_set()  # asked before the queue: what comes later is not missed
            if all_known and total is None:
                total = work.ended + await tracker.read(lambda c: due_amount(c, wish.max_retries, started, wish.within))
            folders = await tracker.read(lambda c: due(c, wish.max_retries, started, wish.batch_size, wish.within))
            if folders:
                if work.did.batches and wish.delay_seconds:
                    await asyncio.sleep(wish.delay_seconds)
                await work.upload(folders)
                report(work.progress(total))
            elif all_known or scanned is None:
                break
            else:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(scanned.wait(), _LOOK_AGAIN_SECONDS)
    return replace(work.did, seconds=time.monotonic() - began)


class _Transfer:
    """One run under way."""

    def __init__(
        self, tracker: Tracker, workspace: Workspace, store: ObjectStore, profile: Profile, wish: Wish
    ) -> None:
        self.did = Transferred()
        self._tracker, self._wish = tracker, wish
        self._uploads = FamilyUploads(workspace, store, profile, wish.family)

    @property
    def ended(self) -> int:
        """Folders that have ended, however."""
        return self.did.done + self.did.failed + self.did.skipped

    def progress(self, total: int | None) -> Progress:
        """How far it is."""
        did = self.did
        note = f"{did.files:,} files, {did.size_bytes / 1e6:,.1f} MB stored{'' if total else ', still scanning'}"
        return Progress(self.ended, total, note, failed=did.failed, skipped=did.skipped)

    async def upload(self, folders: Sequence[Queued]) -> None:
        """Uploads one batch and records how each folder ended."""
        name = f"{system_now():%Y-%m-%d %H:%M:%S}"
        batch_id = await self._tracker.write(lambda c: begin_batch(c, name, folders, now_seconds()))
        roots = await self._tracker.read(lambda c: [root_of(c, one.path) for one in folders])
        loads = await asyncio.to_thread(self._load, folders, roots, name)
        await _check_within_reach(roots, [load.found is None for load in loads])
        waiting = [FolderUnderWay(one, now) for one, now in zip(folders, loads, strict=True)]
        for one in waiting:
            one.settle_before()
        while open_ones := [one for one in waiting if not one.ended]:
            await self._attempt(open_ones)
            if any(not one.ended for one in open_ones):
                await asyncio.sleep(_wait_seconds(max(len(one.attempts) for one in open_ones)))
        # a drive that went in the middle is no fault of its folders: nothing is recorded against them
        await _check_within_reach(roots, [bool(one.error) for one in waiting])
        await self._finish(batch_id, waiting)

    async def _attempt(self, folders: Sequence[FolderUnderWay]) -> None:
        """One try at all files of these folders that are not stored yet; under another name where a key is taken."""
        began = now_seconds()
        await self._send([one for folder in folders for one in folder.files if not one.stored])
        taken = [one for folder in folders for one in folder.files if one.is_taken]
        for one in taken:
            one.rename()
        await self._send(taken)
        for folder in folders:
            folder.end_attempt(began, self._wish.max_retries)

    async def _send(self, files: Sequence[FileUnderWay]) -> None:
        """Sends files; those that share a key one after another, so that each meets what the one before it left."""
        waiting = list(files)
        while waiting:
            first: dict[str, FileUnderWay] = {}
            rest = [one for one in waiting if first.setdefault(one.key, one) is not one]
            await self._send_apart(list(first.values()))
            waiting = rest

    async def _send_apart(self, files: Sequence[FileUnderWay]) -> None:
        sent = await self._uploads.send([one.path for one in files], keys=[one.key for one in files])
        for one, ended in zip(files, sent.files, strict=True):
            one.ended = ended

    async def _finish(self, batch_id: str, folders: Sequence[FolderUnderWay]) -> None:
        now = await asyncio.to_thread(lambda: [look(one.queued.path, self._wish.rules) for one in folders])
        for one, found in zip(folders, now, strict=True):
            one.check_unchanged(found)
        notes = await asyncio.to_thread(self._sign_off, batch_id, folders)
        endings = [one.ending for one in folders]
        await self._tracker.write(lambda c: _record(c, batch_id, endings))
        stored = [one for folder in folders for one in folder.files if one.stored]
        did = self.did
        self.did = Transferred(
            did.done + sum(one.stored for one in endings),
            did.failed + sum(bool(one.error) for one in endings),
            did.skipped + sum(not one.attempts for one in endings),
            did.files + len(stored),
            did.size_bytes + sum(one.ended.size_bytes for one in stored if one.ended),
            did.batches + 1,
            (*did.notes, *notes)[:100],
        )

    def _load(self, folders: Sequence[Queued], roots: Sequence[str], batch: str) -> list[Load]:
        wish, at = self._wish, system_now()
        return [
            load(one.path, root, batch, at, wish.template, wish.spelling, wish.rules)
            for one, root in zip(folders, roots, strict=True)
        ]

    def _sign_off(self, batch_id: str, folders: Sequence[FolderUnderWay]) -> list[str]:
        notes = []
        for one in folders:
            notes += [f"{one.queued.path}: {note}" for note in one.load.notes]
            if one.load.stats is not None and one.load.stats.reason:
                notes.append(f"{one.queued.path}: {one.load.stats.reason}")
            if self._wish.receipts is not None and one.attempts:
                why = self._wish.receipts.write(one.receipt(batch_id))
                notes += [why] if why else []
        return notes


async def _check_within_reach(roots: Sequence[str], in_doubt: Sequence[bool]) -> None:
    """Raises `Unavailable` when a tree is gone as a whole that something is missing of."""
    for root in {root for root, doubt in zip(roots, in_doubt, strict=True) if doubt}:
        if await asyncio.to_thread(out_of_reach, root):
            raise Unavailable(
                f"{root} is empty or not there any more; its folders wait in the queue.",
                "If it is on a drive or a share, connect that and start again.",
            )


def _record(c: sqlite3.Connection, batch_id: str, endings: Sequence[Ending]) -> None:
    now = now_seconds()
    end_folders(c, batch_id, now, endings)
    end_batch(c, batch_id, now)


def _wait_seconds(attempts: int) -> float:
    """Twice as long each time, and never the same for two programs that failed together."""
    return float(min(_LONGEST_WAIT_SECONDS, 2.0**attempts) * random.uniform(0.5, 1.0))
