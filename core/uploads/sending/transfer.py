"""Uploading the folders of the queue, batch after batch in one run: each file once, whatever ends the program."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from core.pace import Slots
from core.parking import Parking
from core.ports import Catalog, ObjectStore
from core.profiles import Destination, Duplicates, Family, Profile
from core.progress import Progress, Report, silent
from core.read_only import check_writable
from core.single_upload import FamilyUploads, Uploaded
from core.traffic import Traffic, bounded
from core.uploads.destination import DEFAULT, Spelling, Template, rules_of
from core.uploads.queueing.queue import EVERYTHING, Queued, Scope, due, due_amount
from core.uploads.scanning.folders import ScanRules
from core.uploads.sending.batch_under_way import BatchUnderWay, patiently
from core.uploads.sending.batches import begin_batch, end_broken_batches
from core.uploads.sending.duplicates import StoredBefore
from core.uploads.sending.known import Known, read_known
from core.uploads.sending.limits import Limits, follow
from core.uploads.sending.live import Live
from core.uploads.sending.receipts import Receipts
from core.uploads.sending.room import Room
from core.uploads.sending.under_way import FolderUnderWay
from core.uploads.tables.rows_under_way import RowsUnderWay
from core.uploads.tracker import Tracker, now_seconds
from core.workspace import Workspace, system_now

_LOOK_AGAIN_SECONDS = 0.5
"""While others may queue something."""
_IDLE_SECONDS = 10.0
"""A run that had nothing to send for so long is closed; what comes later is another one."""
_FILES_AHEAD = 512
"""So many files are read and hashed or on their way at a time; those of one folder are never torn apart."""
_TOLD_SECONDS = 0.1
PATIENCE_SECONDS = 60.0
"""Where nobody sits before it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How to upload. `receipts` None: none are written. `scope`: which folders. `patience_seconds`: how long is waited
    for what somebody has to mend: a drive that is gone, a family or disk that is full. `live` is told how far each
    folder is. A `destination` says what its fields say, and more; the `catalog` holds the rows that it asks for."""

    family: Family
    template: Template = field(default_factory=lambda: Template(DEFAULT))
    spelling: Spelling = Spelling.EXACT
    rules: ScanRules = field(default_factory=ScanRules)
    batch_size: int = 50
    max_retries: int = 3
    delay_seconds: float = 0.0
    receipts: Receipts | None = field(default_factory=Receipts)
    scope: Scope = EVERYTHING
    patience_seconds: float = PATIENCE_SECONDS
    live: Live = field(default_factory=Live, compare=False)
    destination: Destination | None = None
    catalog: Catalog | None = field(default=None, compare=False)

    @property
    def goal(self) -> Destination:
        """The destination; without one, what the other fields say of it."""
        if self.destination is not None:
            return self.destination
        return Destination(
            self.family.name,
            self.family.name,
            self.template.text,
            self.spelling,
            duplicates=Duplicates.UPLOAD,
            images=self.rules.images,
            stats=self.rules.stats,
        )


@dataclass(frozen=True, slots=True)
class Transferred:
    """What one run did: folders by their ending (those `asked` about wait), and files and bytes that are stored through
    it. `notes`: what did not stop anything and should be known; the first hundred. `without_stats`: folders that have a
    row in which nothing stands of a `stats.json`, for there is none."""

    done: int = 0
    failed: int = 0
    skipped: int = 0
    files: int = 0
    size_bytes: int = 0
    batches: int = 0
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    asked: int = 0
    without_stats: int = 0


async def upload_folders(
    tracker: Tracker,
    workspace: Workspace,
    store: ObjectStore,
    profile: Profile,
    wish: Wish,
    report: Report = silent,
    scanned: asyncio.Event | None = None,
    limits: Limits | None = None,
    account: Callable[[Transferred], None] = lambda did: None,
) -> Transferred:
    """Uploads what waits, and what failed in earlier runs fewer than `max_retries` times; until `scanned`, more may
    come. Cancelled or killed, it goes on at the next call: what is stored by then is adopted by its content. Trouble
    that passes by itself is waited out, and costs no folder an attempt. The `catalog` has the rows that the destination
    asks for. `limits` follow those that the tracker keeps, and may be set beside. `account` is told in the end what was
    done, however it ends. Raises `Usage` for rows that cannot
    be written, `Busy`, `Refused`, `ServiceError`, `WorkspaceError`; everything that had not ended then waits in the
    queue."""
    check_writable(profile)
    began = time.monotonic()
    async with tracker.lock():
        work = Transfer(tracker, workspace, store, profile, wish, report, limits or Limits())
        try:
            await work.run(scanned)
        except BaseExceptionGroup as exc:
            raise _first(exc) from _first(exc).__cause__
        finally:
            work.parking.close()
            did = replace(work.did, seconds=time.monotonic() - began)
            account(did)
    return did


class Transfer:
    """One run under way, and what its batches share."""

    def __init__(
        self,
        tracker: Tracker,
        workspace: Workspace,
        store: ObjectStore,
        profile: Profile,
        wish: Wish,
        report: Report,
        limits: Limits,
    ) -> None:
        self.did = Transferred()
        self.tracker, self.wish, self.goal = tracker, wish, wish.goal
        self.rules = rules_of(self.goal, wish.rules.keys)
        self.stored_before = StoredBefore(
            tracker, workspace, store, wish.family, wish.scope.failed_before or now_seconds()
        )
        self._template = Template(self.goal.key)
        self.rows = RowsUnderWay(wish.catalog, store, tracker, workspace, profile, self.goal)
        self.room = Room(_FILES_AHEAD)
        self.away: dict[str, float] = {}
        """When each tree was last seen gone as a whole, by the steady clock."""
        self.failing: set[int] = set()
        """Folders at which the service failed since it last stored anything."""
        self.parking = Parking(patience_seconds=wish.patience_seconds, changed=self._on_parking)
        self.limits = limits
        self._slots = Slots(fixed=lambda: limits.at_once, most=self._most)
        self._traffic = Traffic(limits, self._slots.pace.hindered, self._slots.pace.moved)
        self._workspace, self._store, self._profile, self._report = workspace, store, profile, report
        self._uploads: FamilyUploads | None = None
        self._open: dict[asyncio.Task[None], BatchUnderWay] = {}
        self._total: int | None = None
        self._files = self._bytes = 0
        self._told_at = 0.0
        self._busy_at = 0.0

    async def run(self, scanned: asyncio.Event | None) -> None:
        """Until nothing waits any more."""
        started = now_seconds()
        await patiently(self, lambda: self.tracker.write(lambda c: end_broken_batches(c, started)))
        await patiently(self, self.rows.check)
        following = asyncio.get_running_loop().create_task(follow(self.tracker, self.limits))
        try:
            with bounded(self._traffic):
                await self._work_off(started, scanned)
        finally:
            following.cancel()
            await asyncio.wait([following])

    async def _work_off(self, started: float, scanned: asyncio.Event | None) -> None:
        async with contextlib.AsyncExitStack() as sessions, asyncio.TaskGroup() as batches:
            while True:
                all_known = scanned is None or scanned.is_set()  # before the queue is: what comes later is not missed
                if all_known and self._total is None:
                    self._total = await self._amount(started)
                if folders := await self._due(started):
                    await self._begin(folders, sessions, batches)
                elif self._open:
                    # a folder may be queued, or put first, while the last ones of this run take their time
                    await asyncio.wait(self._open, timeout=_LOOK_AGAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                    self._busy_at = time.monotonic()
                elif all_known or scanned is None:
                    return
                else:
                    await self._idle(scanned, sessions)

    def told(self, ended: Uploaded) -> None:
        """A file has ended."""
        if ended.stored:
            self.failing.clear()
            self._files += 1
            self._bytes += ended.size_bytes
            if time.monotonic() - self._told_at >= _TOLD_SECONDS:
                self._say()

    def remark(self, sentences: Sequence[str]) -> None:
        """Something that should be known before more is done: it is shown now, and kept."""
        for sentence in sentences:
            self.did = replace(self.did, notes=(*self.did.notes, sentence)[:100])
            self._say(sentence)

    def count(self, folders: Sequence[FolderUnderWay], notes: Sequence[str], *, is_last: bool) -> None:
        """These folders have ended and are recorded; `is_last`: and with them their batch."""
        endings = [one.ending for one in folders]
        stored = [one for folder in folders for one in folder.files if one.stored and not one.twin]
        did = self.did
        self.did = replace(
            did,
            done=did.done + sum(one.stored for one in endings),
            failed=did.failed + sum(bool(one.error) and not one.question for one in endings),
            skipped=did.skipped + sum(not one.attempts and not one.question for one in endings),
            asked=did.asked + sum(bool(one.question) for one in endings),
            files=did.files + len(stored),
            size_bytes=did.size_bytes + sum(one.ended.size_bytes for one in stored if one.ended),
            batches=did.batches + is_last,
            without_stats=did.without_stats + sum(one.lacks_stats for one in folders),
            notes=(*did.notes, *notes)[:100],
        )
        self._say()

    @property
    def _ended(self) -> int:
        return self.did.done + self.did.failed + self.did.skipped + self.did.asked

    async def _amount(self, started: float) -> int:
        """All folders of this run. Those that end while they are counted count once."""
        wish = self.wish
        while True:
            ended = self._ended
            waiting = await self.tracker.read(lambda c: due_amount(c, wish.max_retries, started, wish.scope))
            if ended == self._ended:
                return ended + waiting

    async def _due(self, started: float) -> list[Queued]:
        """The next batch, but for what is under way."""
        wish = self.wish
        under_way = {one.number for batch in self._open.values() for one in batch.folders}
        most = wish.batch_size + len(under_way)
        found = await patiently(
            self, lambda: self.tracker.read(lambda c: due(c, wish.max_retries, started, most, wish.scope))
        )
        return [one for one in found if one.number not in under_way][: wish.batch_size]

    async def _begin(
        self, folders: Sequence[Queued], sessions: contextlib.AsyncExitStack, batches: asyncio.TaskGroup
    ) -> None:
        """Begins a batch; returns when all of its folders are on their way."""
        if self.wish.delay_seconds and (self._open or self.did.batches):
            if self._open:
                await asyncio.wait(self._open)
            await asyncio.sleep(self.wish.delay_seconds)
        if self._uploads is None:
            self._uploads = uploads = await patiently(self, lambda: sessions.enter_async_context(self._session()))
            await patiently(self, lambda: self.rows.begin(uploads))
        at = system_now()
        name = f"{at:%Y-%m-%d %H:%M:%S}"

        def begin(c: sqlite3.Connection) -> tuple[str, dict[int, Known]]:
            known = read_known(c, folders, name, at, self._template)
            return begin_batch(c, name, folders, now_seconds()), known

        batch_id, known = await patiently(self, lambda: self.tracker.write(begin))
        batch = BatchUnderWay(self, self._uploads, batch_id, folders)
        task = batches.create_task(batch.run(known))
        self._open[task] = batch
        task.add_done_callback(lambda done: self._open.pop(done))
        await batch.launched.wait()

    def _session(self) -> contextlib.AbstractAsyncContextManager[FamilyUploads]:
        return FamilyUploads.open(
            self._workspace,
            self._store,
            self._profile,
            self.wish.family,
            slots=self._slots,
            parking=self.parking,
        )

    async def _idle(self, scanned: asyncio.Event, sessions: contextlib.AsyncExitStack) -> None:
        """Nothing waits, but a scan goes on."""
        if self._uploads is not None and time.monotonic() - self._busy_at > _IDLE_SECONDS:
            self._uploads = None
            await sessions.aclose()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_AGAIN_SECONDS):
                await scanned.wait()

    def _most(self) -> int | None:
        bounds = [most for most in (self.parking.most, self.limits.most_at_once) if most is not None]
        return min(bounds, default=None)

    def _on_parking(self) -> None:
        self._slots.wake()
        self._say()

    def _say(self, said: str = "") -> None:
        did, parked = self.did, self.parking.parked
        note = f"{self._files:,} files, {self._bytes / 1e6:,.1f} MB stored"
        note += "" if self._total is not None else ", still scanning"
        self._told_at = time.monotonic()
        self._report(
            Progress(
                self._ended,
                None if self._total is None else max(self._total, self._ended),
                said or (note if parked is None else parked.sentence),
                failed=did.failed,
                skipped=did.skipped,
                waiting_until=None if parked is None else parked.until,
                trouble=None if parked is None else parked.error.trouble,
            )
        )


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """What went wrong first; the rest followed from it."""
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
