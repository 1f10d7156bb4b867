"""The uploads of one project: what the window and the command line ask for."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from core import places
from core.errors import NotFound, Usage
from core.ports import Catalog, ObjectStore
from core.profiles import Profile
from core.progress import Report, silent
from core.uploads.checks.goals import Goal, Goals, outermost
from core.uploads.checks.preview import Preview, preview
from core.uploads.checks.verification import Verified, verify
from core.uploads.queueing import acts, questions, roots, stats_alone
from core.uploads.queueing.acts import ALL, Chosen
from core.uploads.queueing.questions import Question
from core.uploads.queueing.roots import Root
from core.uploads.scanning.folders import ScanRules
from core.uploads.scanning.scan import Scanned, check_roots, scan
from core.uploads.scanning.watch import SETTLE_SECONDS, Watch
from core.uploads.sending.duplicates import StoredBefore
from core.uploads.sending.limits import Limits, keep_limits, read_limits
from core.uploads.sending.live import Live
from core.uploads.sending.run import Ran, Trees, run
from core.uploads.sending.transfer import Transferred, Wish
from core.uploads.sending.wishes import Override, destination_of, rules_of, wish_for, with_asked
from core.uploads.status.state import UploadState, absolute, read_state
from core.uploads.tracker import FILE_NAME, Tracker, is_there, now_seconds
from core.workspace import Workspace, system_now

T = TypeVar("T")
AS_SAID = Override()


@dataclass(frozen=True, slots=True)
class Uploads:
    """Uploads with the profile's tracker, or another file. Every method may raise `CoreError`."""

    profile: Profile
    tracker_path: Path | None = None

    @property
    def path(self) -> Path:
        """The tracker's file, which may not be there yet."""
        return self.tracker_path or tracker_path(self.profile.name)

    # --- looking

    async def scan(self, paths: Sequence[Path], *, report: Report = silent) -> tuple[Scanned, ...]:
        """Scans these trees, one after another, and queues nothing of them by itself."""
        async with self._open() as tracker:
            return tuple([await scan(tracker, path, self.rules, report) for path in paths])

    async def state(self, paths: Sequence[Path] = ()) -> UploadState:
        """Where uploads stand, all or those at and below these folders. Raises `NotFound` for a file that was named
        and is not there; a project that never uploaded anything has nothing."""
        if self._has_nothing:
            return UploadState()
        async with self._open(make=False) as tracker:
            is_used = await tracker.is_used()
            return await tracker.read(lambda c: read_state(c, [absolute(path) for path in paths], is_running=is_used))

    async def trees(self) -> tuple[Root, ...]:
        """All trees that were handed over or scanned: those that wait in the order in which they go, then the
        others."""
        there = await asyncio.to_thread(is_there, self.path)
        return await self._ask(roots.read_roots) if there else ()

    # --- handing over

    async def add(
        self, paths: Sequence[Path], destination: str, asked: Mapping[str, str] | None = None
    ) -> tuple[Root, ...]:
        """Queues these trees for a destination, whoever works with the tracker meanwhile; a run takes them, the one
        under way too. `asked`: what differs from the destination (`wishes.ASKED`). It is kept with the tree. Raises
        `NotFound` and `Usage` before anything is queued."""
        with_asked(self.profile.destination(destination), asked or {})
        await check_roots(paths)
        names = [absolute(path) for path in paths]

        def work(c: sqlite3.Connection) -> tuple[Root, ...]:
            numbers = {roots.add(c, name, destination, now_seconds(), asked) for name in names}
            return tuple(one for one in roots.read_roots(c) if one.number in numbers)

        async with self._open() as tracker:
            return await tracker.write(work)

    async def waiting_without_destination(self) -> int:
        """How many folders wait of which nobody has said where they go: scanned only, or noted by another program."""
        return 0 if self._has_nothing else await self._ask(_unclear)

    async def left(self) -> tuple[int, int]:
        """What a run that ended too early left: how many trees are still to be uploaded, and how many folders are known
        to wait in them."""
        return (0, 0) if self._has_nothing else await self._ask(_left)

    async def go_on(self, destination: str = "") -> int:
        """Wants everything that waits to be uploaded, each folder to where it was to go; what has no destination gets
        this one, for good. How many folders wait. Raises `Usage` where one is needed and none is said."""
        if self._has_nothing:
            return 0
        if destination:
            self.profile.destination(destination)
        return await self._change(lambda c: _want_all(c, destination, self.profile))

    # --- uploading

    async def run(
        self,
        workspace: Workspace,
        store: ObjectStore,
        *,
        only: Sequence[Path] = (),
        override: Override = AS_SAID,
        live: Live | None = None,
        report: Report = silent,
        catalog: Catalog | None = None,
    ) -> Ran:
        """Uploads the trees that wait, or those at and below `only`, and what is added meanwhile. See `run.run`.
        Cancelling it is pausing: what is stored stays, the rest waits. `live` is told how far each folder is."""
        followed = live or Live()

        def wish_of(root: Root) -> Wish:
            return replace(self._wish(root, override), live=followed, catalog=catalog)

        return await self._run(workspace, store, wish_of, only, report)

    async def upload(
        self,
        workspace: Workspace,
        store: ObjectStore,
        wish: Wish,
        paths: Sequence[Path],
        *,
        report: Report = silent,
        catalog: Catalog | None = None,
    ) -> tuple[tuple[Scanned, ...], Transferred]:
        """Queues these trees for the family of `wish` and uploads them; without any, all that waits, and what has no
        destination goes there too."""
        if paths:
            await self.add(paths, wish.family.name)
        else:
            await self.go_on(wish.family.name)

        def wish_of(root: Root) -> Wish:
            if root.destination != wish.family.name:
                return replace(self._wish(root, AS_SAID), catalog=catalog)
            said = wish.goal
            goal = destination_of(self.profile, root)
            goal = replace(goal, key=said.key, spelling=said.spelling, duplicates=goal.duplicates or said.duplicates)
            return replace(wish, rules=rules_of(self.profile, goal), destination=goal, catalog=catalog)

        ran = await self._run(workspace, store, wish_of, paths, report)
        return ran.scans, replace(ran.did, notes=(*ran.notes, *ran.did.notes))

    async def _run(
        self,
        workspace: Workspace,
        store: ObjectStore,
        wish_of: Callable[[Root], Wish],
        only: Sequence[Path],
        report: Report,
    ) -> Ran:
        trees = Trees(tuple(absolute(path) for path in only))
        async with self._open() as tracker:
            await tracker.write(lambda c: stats_alone.take_back(c, now_seconds(), self.profile))
            return await run(tracker, workspace, store, self.profile, wish_of, trees, report)

    async def preview(
        self,
        store: ObjectStore,
        paths: Sequence[Path],
        destination: str = "",
        asked: Mapping[str, str] | None = None,
        *,
        workspace: Workspace | None = None,
        report: Report = silent,
    ) -> Preview:
        """What uploading these trees would do: see `preview.preview`. Writes nothing. With the `workspace`, files are
        told whose content is stored under other keys."""
        await check_roots(paths)
        names = [absolute(path) for path in paths]
        goals = Goals(self.profile, await self.trees(), names, await store.buckets(), destination, asked)
        before: dict[str, StoredBefore] = {}

        def goal(path: str) -> Goal:
            found = goals.of(path)
            if workspace is not None and found.family.name not in before:
                before[found.family.name] = StoredBefore(tracker, workspace, store, found.family, now_seconds())
            return replace(found, before=before.get(found.family.name))

        async with contextlib.AsyncExitStack() as stack:
            there = await asyncio.to_thread(is_there, self.path)
            tracker = await stack.enter_async_context(self._open(make=False)) if there else None
            return await preview(tracker, store, names, goal, system_now(), report)

    async def verify(self, store: ObjectStore, paths: Sequence[Path] = (), *, report: Report = silent) -> Verified:
        """Proves of every file below these folders, or all trees, that it has arrived: see `verification.verify`.
        Changes nothing."""
        await check_roots(paths)
        trees = await self.trees()
        names = [absolute(path) for path in paths] or outermost(trees)
        goals = Goals(self.profile, trees, names, await store.buckets())
        async with contextlib.AsyncExitStack() as stack:
            if self._has_nothing:  # then nothing was ever uploaded, which is an answer too
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bucketdesk-verify-"))
                opened = replace(self, tracker_path=Path(folder, FILE_NAME))._open()
            else:
                opened = self._open(make=False)
            tracker = await stack.enter_async_context(opened)
            return await verify(tracker, store, names, goals.known, goals.is_recoded, report)

    # --- how fast

    async def limits(self) -> Limits:
        """How fast uploads may go, as it was set last."""
        return Limits() if self._has_nothing else await self._ask(read_limits)

    async def set_limits(self, limits: Limits) -> None:
        """From now on these hold, for the run under way too, whichever program does it. Raises `Usage`."""
        async with self._open() as tracker:
            await keep_limits(tracker, limits)

    # --- watch folders

    async def watch(self, path: Path, is_watched: bool, destination: str = "") -> None:
        """Sets or unsets that what is new in a tree is queued once it has stopped changing, for this destination.
        Raises `Usage`, `NotFound`."""
        name = absolute(path)
        if not is_watched:
            if self._has_nothing or not await self._change(lambda c: roots.watch(c, name, False)):
                raise NotFound(f"{name} is not watched.", "“upload --status” names the folders that are.")
            return
        self.profile.destination(destination)
        await check_roots([path])
        async with self._open() as tracker:
            await tracker.write(lambda c: roots.begin_watch(c, name, destination, now_seconds()))

    @contextlib.asynccontextmanager
    async def watching(
        self, settle_seconds: float = SETTLE_SECONDS, clock: Callable[[], float] = now_seconds
    ) -> AsyncIterator[Watch]:
        """For looking at the watched trees now and then, whoever uploads meanwhile: see `Watch.look`."""
        async with self._open() as tracker:
            yield Watch(tracker, self._rules_of, settle_seconds, clock)

    # --- what people do to the queue

    async def retry(self, chosen: Chosen = ALL) -> int:
        """Queues folders anew that failed. How many that was."""
        return await self._act(lambda c: acts.retry(c, now_seconds(), chosen), chosen)

    async def again(self, chosen: Chosen) -> int:
        """Queues folders anew that are uploaded, as after a loss in the storage. How many that was."""
        return await self._act(lambda c: acts.again(c, now_seconds(), chosen), chosen)

    async def leave_out(self, chosen: Chosen, reason: str = acts.LEFT_OUT) -> int:
        """These folders are not uploaded, until they are taken back. How many that was."""
        return await self._act(lambda c: acts.leave_out(c, now_seconds(), chosen, reason), chosen)

    async def take_back(self, chosen: Chosen = ALL) -> int:
        """Queues folders that were left out. How many that was."""
        return await self._act(lambda c: acts.take_back(c, now_seconds(), chosen), chosen)

    async def put_first(self, chosen: Chosen) -> int:
        """These folders go before all others. How many that was."""
        return await self._act(lambda c: acts.put_first(c, chosen), chosen)

    async def put_last(self, chosen: Chosen) -> int:
        """These folders go after all others that wait now. How many that was."""
        return await self._act(lambda c: acts.put_last(c, chosen), chosen)

    # --- what only people can decide

    async def asking(self, limit: int = 1000) -> tuple[tuple[int, str, Question], ...]:
        """The folders that wait for an answer, in the order of the queue: number, path and question."""
        return () if self._has_nothing else await self._ask(lambda c: questions.asking(c, limit))

    async def answer(self, numbers: Sequence[int], said: str) -> int:
        """Answers what is asked about these folders. See `questions.answer`."""
        if self._has_nothing:
            return 0
        return await self._change(lambda c: questions.answer(c, now_seconds(), numbers, said))

    @property
    def rules(self) -> ScanRules:
        """What counts, and which names this project's storage takes."""
        return rules_of(self.profile)

    def _rules_of(self, root: Root) -> ScanRules:
        try:
            return rules_of(self.profile, destination_of(self.profile, root))
        except (Usage, NotFound):
            return self.rules

    @property
    def _has_nothing(self) -> bool:
        return self.tracker_path is None and not self.path.exists()

    def _wish(self, root: Root, override: Override) -> Wish:
        return wish_for(self.profile, destination_of(self.profile, root), override)

    async def _act(self, work: Callable[[sqlite3.Connection], int], chosen: Chosen) -> int:
        def checked(c: sqlite3.Connection) -> int:
            acts.check_known(c, chosen.below)
            return work(c)

        return 0 if self._has_nothing else await self._change(checked)

    async def _ask(self, work: Callable[[sqlite3.Connection], T]) -> T:
        async with self._open(make=False) as tracker:
            return await tracker.read(work)

    async def _change(self, work: Callable[[sqlite3.Connection], T]) -> T:
        async with self._open(make=False) as tracker:
            return await tracker.write(work)

    @contextlib.asynccontextmanager
    async def _open(self, *, make: bool = True) -> AsyncIterator[Tracker]:
        tracker = await Tracker.open(self.path, make=make)
        try:
            yield tracker
        finally:
            await tracker.close()


def tracker_path(profile: str) -> Path:
    """Where the tracker of a profile is."""
    return places.workspace(profile) / FILE_NAME


def _left(c: sqlite3.Connection) -> tuple[int, int]:
    waiting = roots.with_waiting(c)
    trees = [one for one in roots.read_roots(c) if one.wanted is not None and one.destination]
    left = [one for one in trees if one.needs_scan or waiting.get(one.number)]
    return len(left), sum(waiting.get(one.number, 0) for one in left)


def _unclear(c: sqlite3.Connection) -> int:
    told = {one.number for one in roots.read_roots(c) if one.destination}
    return sum(amount for number, amount in roots.with_waiting(c).items() if number not in told)


def _want_all(c: sqlite3.Connection, destination: str, profile: Profile) -> int:
    waiting, trees = roots.with_waiting(c, and_failed=True), roots.read_roots(c)
    unclear = [one for one in trees if not one.destination and (waiting.get(one.number) or one.wanted)]
    if not destination and (unclear or waiting.get(0)):
        amount = waiting.get(0, 0) + sum(waiting.get(one.number, 0) for one in unclear)
        known = ", ".join(one.name for one in profile.all_destinations) or "none yet"
        raise Usage(
            f"Nobody has said where {amount:,} of the folders that wait are to go; nothing was started.",
            f"Say it once with --to. Destinations of this profile: {known}.",
        )
    if waiting.get(0):
        roots.adopt(c, destination, now_seconds())
    roots.give(c, [one.number for one in unclear], destination)
    waiting = roots.with_waiting(c, and_failed=True)
    roots.want(c, waiting, now_seconds())
    return sum(roots.with_waiting(c).values())
