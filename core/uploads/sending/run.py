"""One run of uploads: trees that wait are read one after another, and each folder goes where its tree is to go."""

from __future__ import annotations

import asyncio
import contextlib
import math
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from core.errors import CoreError, NotFound, Unavailable, Usage, WorkspaceError
from core.parallel import side_by_side
from core.ports import ObjectStore
from core.profiles import Profile
from core.progress import Progress, Report, silent
from core.uploads.moments import moment
from core.uploads.queueing.queue import Scope, due, forget_the_future
from core.uploads.queueing.roots import Root, read_roots, unwant_done, upwards, with_waiting
from core.uploads.scanning.missing import out_of_reach
from core.uploads.scanning.scan import Scanned, scan
from core.uploads.sending.batches import end_broken_batches
from core.uploads.sending.transfer import Transferred, Wish, upload_folders
from core.uploads.tracker import Tracker, now_seconds
from core.workspace import Workspace

_LOOK_SECONDS = 0.5
"""So often it is asked whether somebody added a tree, or put another folder first."""
_MOST_NOTES = 100


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run did: the scans it made, what went up, and `notes`, sentences about trees that it could not read or
    send anywhere."""

    scans: tuple[Scanned, ...]
    did: Transferred
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trees:
    """Which trees a run takes: all that are wanted, or those at and below `only`, and what is added meanwhile."""

    only: tuple[str, ...] = ()

    def of(self, roots: Sequence[Root], began: float) -> tuple[Root, ...]:
        """Those of all trees, in their order: what lies in one of them goes with it."""
        start, only = moment(began), frozenset(self.only)
        taken = {
            one.path
            for one in roots
            if one.wanted is not None
            and (not only or (start and one.wanted >= start) or not only.isdisjoint(upwards(one.path)))
        }
        return tuple(one for one in roots if not taken.isdisjoint(upwards(one.path)))


async def run(
    tracker: Tracker,
    workspace: Workspace,
    store: ObjectStore,
    profile: Profile,
    wish_of: Callable[[Root], Wish],
    trees: Trees = Trees(),
    report: Report = silent,
) -> Ran:
    """Scans the trees that wait and uploads their folders, at the same time, in the order of the queue; what is added
    meanwhile joins. A tree that cannot be read, or has no destination, is told of and waits on. Cancelled or killed,
    the next run goes on. Raises `Busy`, `Refused`, `ServiceError`, `WorkspaceError`."""
    async with tracker.lock():
        work = _Run(tracker, workspace, store, profile, wish_of, trees, report)
        await tracker.write(lambda c: _begin(c, work.began))
        try:
            await side_by_side([work.look, work.send], 2)
        finally:
            with contextlib.suppress(CoreError):  # a full disk: the next run does it, and what is raised says more
                await asyncio.shield(tracker.write(lambda c: end_broken_batches(c, now_seconds())))
        await work.close()
    return Ran(tuple(work.scans), replace(work.did, seconds=time.monotonic() - work.started), tuple(work.notes))


def _begin(c: sqlite3.Connection, now: float) -> None:
    end_broken_batches(c, now)
    forget_the_future(c, now)


class _Run:
    """A run under way."""

    def __init__(
        self,
        tracker: Tracker,
        workspace: Workspace,
        store: ObjectStore,
        profile: Profile,
        wish_of: Callable[[Root], Wish],
        trees: Trees,
        report: Report,
    ) -> None:
        self.began, self.started = now_seconds(), time.monotonic()
        self.scans: list[Scanned] = []
        self.did = Transferred()
        self.notes: list[str] = []
        self._tracker, self._workspace, self._store, self._profile = tracker, workspace, store, profile
        self._wish_of, self._trees, self._report = wish_of, trees, report
        self._aside: set[int] = set()
        self._read: set[tuple[int, datetime | None]] = set()
        self._wishes: dict[object, Wish] = {}
        self._known: list[Root] = []
        self._known_at = -math.inf
        self._over = asyncio.Event()
        self._news = asyncio.Event()  # a scan has ended, or a turn
        self._sends = False

    async def look(self) -> None:
        """Reads the trees that wait for it, until everything is sent."""
        while not self._over.is_set():
            root = next((one for one in await self._active() if self._waits_for_scan(one)), None)
            if root is None:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_SECONDS):
                        await self._over.wait()
                continue
            try:
                rules = self._wish(root).rules
                self.scans.append(await scan(self._tracker, Path(root.path), rules, self._on_scan))
                self._read.add((root.number, root.wanted))
            except (NotFound, Usage) as exc:
                self._set_aside([root], exc)
            except WorkspaceError as exc:
                if exc.__cause__ is None or not isinstance(exc.__cause__, OSError):
                    raise
                self._set_aside([root], exc)
            finally:
                self._news.set()

    async def send(self) -> None:
        """Sends what is due, turn by turn: as long as the queue's next folders go to one destination, in one go."""
        try:
            while True:
                active = await self._active()
                all_read = not any(self._waits_for_scan(one) for one in active)  # asked before the queue
                turn = await self._next(active)
                if turn:
                    await self._take_turn(turn, [one for one in active if one.goal != turn[0].goal])
                elif all_read and await self._is_all(active):
                    break
                else:
                    await self._wait_for_news()
        finally:
            self._over.set()

    async def _is_all(self, active: Sequence[Root]) -> bool:
        """Whether nothing was added since these were looked up."""
        now = await self._active(now=True)
        return len(now) == len(active) and not any(self._waits_for_scan(one) for one in now)

    def _on_scan(self, progress: Progress) -> None:
        """Says how far a scan is, while nothing is sent that would say more."""
        if not self._sends:
            did = self.did
            done = did.done + did.failed + did.skipped + did.asked
            note = f"{progress.note}, {progress.done:,} folders read"
            self._report(replace(progress, done=done, total=None, note=note))

    async def close(self) -> None:
        """Trees of which nothing waits any more are done with."""
        numbers = [one.number for one in await self._active(now=True)]
        await self._tracker.write(lambda c: unwant_done(c, numbers))

    async def _take_turn(self, turn: Sequence[Root], others: Sequence[Root]) -> None:
        numbers, beside = tuple(one.number for one in turn), tuple(one.number for one in others)
        wish = replace(self._wish(turn[0]), scope=Scope(numbers, beside, self.began, turn[0].goal))
        base, elsewhere = self.did, await self._tracker.read(with_waiting)
        waits = sum(elsewhere.get(number, 0) for number in beside)
        enough, ended = asyncio.Event(), asyncio.Event()

        def told(progress: Progress) -> None:
            before = base.done + base.failed + base.skipped + base.asked
            total = None if progress.total is None else before + progress.total + waits
            self._report(
                replace(
                    progress,
                    done=before + progress.done,
                    total=total,
                    failed=base.failed + progress.failed,
                    skipped=base.skipped + progress.skipped,
                )
            )

        def account(did: Transferred) -> None:
            self.did = _together(base, did)

        async def send() -> None:
            try:
                await upload_folders(
                    self._tracker, self._workspace, self._store, self._profile, wish, told, enough, account=account
                )
            except Usage as exc:  # the destination's own trouble, such as a table that is not there
                if not others and not self.did.batches:
                    raise
                self._set_aside(turn, exc)
            except Unavailable as exc:
                gone = await asyncio.to_thread(lambda: [one for one in turn if one.path and out_of_reach(one.path)])
                if not gone:
                    raise
                self._set_aside(gone, exc)
            finally:
                ended.set()
                self._news.set()

        async def watch() -> None:
            while not ended.is_set():
                if await self._is_enough(wish):
                    enough.set()
                await self._wait_for_news()

        if await self._is_enough(wish):
            enough.set()
        self._sends = True
        try:
            await side_by_side([send, watch], 2)
        finally:
            self._sends = False

    async def _is_enough(self, wish: Wish) -> bool:
        """Whether a turn need not wait for more: its trees are read, or the next folder is somebody else's."""
        mine = frozenset(wish.scope.roots or ())
        if not any(one.number in mine and self._waits_for_scan(one) for one in await self._active()):
            return True
        beside = Scope(wish.scope.beside, (), self.began)
        if not wish.scope.beside:
            return False
        theirs = await self._tracker.read(lambda c: due(c, 1, self.began, 1, beside))
        ours = await self._tracker.read(lambda c: due(c, 1, self.began, 1, wish.scope))
        return bool(theirs) and not ours

    async def _next(self, active: Sequence[Root]) -> list[Root]:
        """The trees that go together with the one whose folder is next."""
        together: dict[object, list[Root]] = {}
        for one in active:
            together.setdefault(one.goal, []).append(one)

        def ask(c: sqlite3.Connection) -> list[tuple[bool, int, int, object]]:
            heads = []
            for goal, some in together.items():
                scope = Scope(tuple(one.number for one in some), (), self.began)
                for head in due(c, self._wish(some[0]).max_retries, self.began, 1, scope):
                    heads.append((head.state == "failed", head.place, head.number, goal))
            return heads

        heads = await self._tracker.read(ask)
        return together[min(heads, key=lambda head: head[:3])[3]] if heads else []

    def _waits_for_scan(self, one: Root) -> bool:
        return one.needs_scan and (one.number, one.wanted) not in self._read

    async def _active(self, *, now: bool = False) -> list[Root]:
        """The trees of this run that can be read and sent, as they were a moment ago; there may be thousands."""
        if now or time.monotonic() - self._known_at > _LOOK_SECONDS:
            self._known = await self._look_up()
            self._known_at = time.monotonic()
        return [one for one in self._known if one.number not in self._aside]

    async def _look_up(self) -> list[Root]:
        found = []
        for one in self._trees.of(await self._tracker.read(read_roots), self.began):
            if one.number in self._aside:
                continue
            try:
                self._wish(one)
            except CoreError as exc:
                self._set_aside([one], exc)
            else:
                found.append(one)
        return found

    def _wish(self, root: Root) -> Wish:
        if root.goal not in self._wishes:
            self._wishes[root.goal] = self._wish_of(root)
        return self._wishes[root.goal]

    def _set_aside(self, roots: Sequence[Root], why: CoreError) -> None:
        self._aside.update(one.number for one in roots)
        if len(self.notes) < _MOST_NOTES:
            self.notes.append(f"{why.message} {why.hint}".strip())

    async def _wait_for_news(self) -> None:
        """For one who waits: either the watch of a turn, or who looks for the next one."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_SECONDS):
                await self._news.wait()
        self._news.clear()


def _together(one: Transferred, other: Transferred) -> Transferred:
    return Transferred(
        one.done + other.done,
        one.failed + other.failed,
        one.skipped + other.skipped,
        one.files + other.files,
        one.size_bytes + other.size_bytes,
        one.batches + other.batches,
        (*one.notes, *other.notes)[:_MOST_NOTES],
        one.seconds + other.seconds,
        one.asked + other.asked,
        one.without_stats + other.without_stats,
    )
