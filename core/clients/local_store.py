"""The storage of a local profile: a folder whose folders are buckets, and a folder of ours as quarantine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from core import traffic
from core.capacity.models import Sample
from core.clients.local_buckets import Buckets
from core.clients.local_files import copy_in, object_of, time_of
from core.clients.local_folders import explain, opened, size_of
from core.clients.local_listing import Walk
from core.clients.local_moves import FileMove, Place, move_files
from core.clients.local_reading import BucketReading, copy_out
from core.clients.local_use import count_use
from core.errors import CoreError, InvalidName, NotFound, Refused, Unavailable, Usage
from core.models import QUARANTINE, Attributes, Bucket, Move, Object, ObjectPage, Outcome, Result, Unlisted
from core.ports import BucketLimits, SignedLink, StoreLimits
from core.progress import Progress, Report, silent

T = TypeVar("T")
_THREADS = 4
_WALKS = 16


class LocalStore:
    """Any folder as an `ObjectStore`. `buckets()` names chosen buckets even where they are missing; `bucket()` tells.
    Raises `BadProfile` for a quarantine that would be listed itself."""

    limits = StoreLimits(page_size=2_000, batch_size=1_000, key_bytes=1_024, lists_etags=False, sets_buckets=False)

    def __init__(self, root: Path, quarantine: Path, buckets: Sequence[str] = (), catalog: Path | None = None) -> None:
        self._buckets = Buckets(root, quarantine, buckets, catalog)
        self._threads = ThreadPoolExecutor(_THREADS, "storage")
        self._walks: dict[tuple[str, str], Walk] = {}
        self._guard = threading.Lock()
        self._closed = False

    async def now(self) -> datetime:
        return datetime.now(UTC)

    async def buckets(self) -> tuple[Bucket, ...]:
        return await self._run(lambda: self._settings(self._buckets.names()))

    async def bucket(self, name: str) -> Bucket:
        return await self._run(lambda: self._bucket(name))

    async def create_bucket(self, bucket: Bucket) -> Bucket:
        def work() -> Bucket:
            self._check_settings(bucket)
            self._buckets.make(bucket.name)
            return self._set(bucket)

        return await self._run(work)

    async def update_bucket(
        self, name: str, *, public: bool | None = None, limits: BucketLimits | None = None
    ) -> Bucket:
        def work() -> Bucket:
            bucket = self._bucket(name)
            if public is not None:
                bucket = replace(bucket, public=public)
            if limits is not None:
                bucket = replace(bucket, size_limit_bytes=limits.size_bytes, mime_types=limits.mime_types)
            self._check_settings(bucket)
            return self._set(bucket)

        return await self._run(work)

    async def drop_bucket(self, name: str) -> None:
        await self._run(lambda: self._buckets.drop(name))

    async def register_bucket(self, name: str, family: str) -> bool:
        await self.bucket(name)
        return False  # who may do what in a folder is the business of the file system

    async def registered_buckets(self) -> frozenset[str] | None:
        return None

    async def list_objects(
        self, bucket: str, *, prefix: str = "", cursor: str | None = None, limit: int | None = None
    ) -> ObjectPage:
        size = self.limits.page_size if limit is None else limit
        if not 1 <= size <= self.limits.page_size:
            raise Usage(f"A page holds 1 to {self.limits.page_size:,} objects, not {size:,}.")
        return await self._run(lambda: self._page(bucket, prefix, cursor or "", size))

    async def stat(self, bucket: str, keys: Sequence[str]) -> tuple[Object | None, ...]:
        return await self._batch(keys, lambda: self._described(self._objects(bucket, keys)))

    def proves_absence(self, bucket: str) -> bool:
        return True  # what may not be looked at raises

    async def content_hashes(self, bucket: str, keys: Sequence[str]) -> tuple[str | None, ...]:
        return await self._batch(keys, lambda: self._hashes(bucket, keys))

    async def attributes(self, bucket: str, keys: Sequence[str]) -> tuple[Attributes | None, ...]:
        return await self._batch(keys, lambda: self._attributes_now(bucket, keys))

    async def move(self, moves: Sequence[Move]) -> tuple[Outcome, ...]:
        return await self._batch(moves, lambda: self._move_now(moves))

    async def remove(self, bucket: str, keys: Sequence[str]) -> tuple[Outcome, ...]:
        if bucket != QUARANTINE:
            raise Refused(f"Objects of {bucket} are not deleted for good; only what is in the quarantine can be.")
        return await self._batch(keys, lambda: self._remove_now(keys))

    async def upload(
        self, bucket: str, key: str, path: Path, attributes: Attributes, report: Report = silent
    ) -> Object:
        await traffic.ask()
        await traffic.carry(await self._run(lambda: size_of(path)))
        found = await self._run(lambda: self._upload_now(bucket, key, path, attributes))
        report(Progress(found.size_bytes, found.size_bytes, f"{bucket}/{key}"))
        return found

    async def download(self, bucket: str, key: str, path: Path) -> Object:
        def work() -> Object:
            with self._reading(bucket) as reading:
                copy_out(reading, key, path)
            found = self._described(self._objects(bucket, [key]))[0]
            if found is None:
                raise NotFound(f"{bucket}/{key} is not there any more.")
            return found

        return await self._run(work)

    async def read(self, bucket: str, key: str, limit_bytes: int) -> bytes:
        def work() -> bytes:
            with self._reading(bucket) as reading:
                return reading.start(key, limit_bytes)

        return await self._run(work)

    async def sign(self, bucket: str, keys: Sequence[str], seconds: int) -> tuple[SignedLink, ...]:
        raise Refused("Files in a folder have no signed links: whoever may read the folder may open them.")

    async def usage(self) -> tuple[Sample, ...]:
        return await self._run(lambda: count_use(self._buckets, self._refusal, self._check_open))

    async def usage_history(self, since: datetime) -> tuple[Sample, ...]:
        return ()

    async def close(self) -> None:
        self._closed = True
        await asyncio.to_thread(self._threads.shutdown, wait=True)
        self._walks.clear()

    # --- what the practice project does otherwise ---------------------------------------------------------------------

    def _settings(self, names: Sequence[str]) -> tuple[Bucket, ...]:
        """These buckets as they are set."""
        return tuple(Bucket(name) for name in names)

    def _check_settings(self, bucket: Bucket) -> None:
        """Raises `Refused` for what a bucket cannot be."""
        if bucket != Bucket(bucket.name):
            raise Refused(
                f"The bucket {bucket.name} is a folder: it is neither public nor private, and takes every file.",
                "Who may read it is set in the file system.",
            )

    def _set(self, bucket: Bucket) -> Bucket:
        """Keeps how a bucket is set."""
        return bucket

    def _refusal(self, key: str) -> str:
        """Why a file on disk is no object, as a sentence; empty when it is one."""
        return ""

    def _described(self, found: Sequence[Object | None]) -> tuple[Object | None, ...]:
        """Objects with what the store knows of them beside the file itself."""
        return tuple(found)

    def _attributes_now(self, bucket: str, keys: Sequence[str]) -> tuple[Attributes | None, ...]:
        return tuple(None if one is None else _attributes_of(one) for one in self._objects(bucket, keys))

    def _move_now(self, moves: Sequence[Move]) -> tuple[Outcome, ...]:
        self._buckets.make_quarantine()
        found = [self._file_move(move) for move in moves]
        files = [one for one in found if isinstance(one, FileMove)]
        ended = iter(move_files(files, self._buckets.copies))
        outcomes = [next(ended) if isinstance(one, FileMove) else one for one in found]
        return tuple(self._arrived(move, outcome) for move, outcome in zip(moves, outcomes, strict=True))

    def _remove_now(self, keys: Sequence[str]) -> tuple[Outcome, ...]:
        return tuple(self._remove_one(key) for key in keys)

    def _upload_now(self, bucket: str, key: str, path: Path, attributes: Attributes) -> Object:
        what = f"{bucket}/{key}"
        place = self._place(bucket, key)
        self._buckets.make_quarantine()  # the notes about copies under way lie there
        try:
            return object_of(bucket, key, copy_in(path, place, attributes, self._buckets.copies))
        except OSError as exc:
            if path.exists() and not path.is_file():
                raise InvalidName(f"{path} is no file.", "Choose a file.") from exc
            raise explain(exc, what if path.exists() else str(path)) from exc

    # --- the work itself, in a thread ---------------------------------------------------------------------------------

    async def _run(self, work: Callable[[], T]) -> T:
        self._check_open()
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def _batch(self, items: Sequence[object], work: Callable[[], T]) -> T:
        if len(items) > self.limits.batch_size:
            raise Usage(f"One call takes at most {self.limits.batch_size:,} keys, not {len(items):,}.")
        return await self._run(work)

    def _bucket(self, name: str) -> Bucket:
        if self._buckets.holds(name):
            return self._settings([name])[0]
        known = ", ".join(self._buckets.names())
        raise NotFound(f"There is no bucket “{name}” in {self._buckets.root}.", f"There are: {known or 'none'}.")

    def _place(self, bucket: str, key: str) -> Place:
        if bucket != QUARANTINE and (why := self._refusal(key)):
            raise InvalidName(f"The key “{key}” is not allowed: {why}")
        return self._buckets.place(bucket, key)

    def _page(self, bucket: str, prefix: str, cursor: str, size: int) -> ObjectPage:
        folder = self._buckets.listed_folder(bucket)
        if folder is None:
            return ObjectPage((), None)
        with self._guard:
            walk = self._walks.pop((bucket, prefix), None)
        if walk is None or walk.last != cursor or not cursor:
            walk = Walk(folder, prefix, cursor, self._buckets.hides(bucket))
        items: list[Object] = []
        unlisted: list[Unlisted] = []
        for found in walk.go_on():
            if isinstance(found, Unlisted):
                end = self._buckets.end_of_linked_folder(bucket, found.prefix)
                unlisted.append(found if end is None else replace(found, leads_to=end))
            elif why := (self._refusal(found[0]) if bucket != QUARANTINE else ""):
                unlisted.append(Unlisted(found[0], why, False))
            else:
                key, status, linked = found
                item = object_of(bucket, key, status)
                items.append(replace(item, leads_to=self._buckets.end_of_link(bucket, key)) if linked else item)
                if len(items) == size:
                    break
        cursor_after = items[-1].key if len(items) == size else None
        if cursor_after is not None:
            self._keep(bucket, prefix, walk)
        objects = tuple(one for one in self._described(items) if one is not None)
        return ObjectPage(objects, cursor_after, tuple(unlisted))

    def _keep(self, bucket: str, prefix: str, walk: Walk) -> None:
        """Keeps a walk for whoever asks for the page behind it."""
        with self._guard:
            while len(self._walks) >= _WALKS:
                self._walks.pop(next(iter(self._walks)))
            self._walks[bucket, prefix] = walk

    def _reading(self, bucket: str) -> BucketReading:
        return self._buckets.reading(bucket, _any_key if bucket == QUARANTINE else self._refusal)

    def _objects(self, bucket: str, keys: Sequence[str]) -> list[Object | None]:
        with self._reading(bucket) as reading:
            found = reading.each(keys, reading.status)
        pairs = zip(keys, found, strict=True)
        return [None if status is None else object_of(bucket, key, status) for key, status in pairs]

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("The storage has been closed.")

    def _hashes(self, bucket: str, keys: Sequence[str]) -> tuple[str | None, ...]:
        with self._reading(bucket) as reading:

            def hash_of(key: str) -> str | None:
                self._check_open()  # a thousand large files take minutes; nobody waits for them any more
                return reading.hash(key)

            return tuple(reading.each(keys, hash_of))

    def _file_move(self, move: Move) -> FileMove | Outcome:
        try:
            source, target = self._place(move.bucket, move.key), self._place(move.to_bucket, move.to_key)
        except CoreError as exc:
            return Outcome(Result.FAILED, exc.message)
        return FileMove(source, target, move.version)

    def _arrived(self, move: Move, outcome: Outcome) -> Outcome:
        if outcome.result is not Result.DONE:
            return outcome
        if move.bucket == QUARANTINE:
            self._buckets.tidy_quarantine(move.key)
        return replace(outcome, object=self._objects(move.to_bucket, [move.to_key])[0])

    def _remove_one(self, key: str) -> Outcome:
        try:
            place = self._place(QUARANTINE, key)
            with opened(place.root, place.parts[:-1]) as folder:
                folder.unlink(place.parts[-1])
        except (FileNotFoundError, NotADirectoryError):
            return Outcome(Result.SKIPPED, f"{key} is not in the quarantine any more.")
        except OSError as exc:
            return Outcome(Result.FAILED, explain(exc, key).message)
        except CoreError as exc:
            return Outcome(Result.FAILED, exc.message)
        self._buckets.tidy_quarantine(key)
        return Outcome(Result.DONE)


def _any_key(key: str) -> str:
    return ""


def _attributes_of(found: Object) -> Attributes:
    return Attributes(content_type=found.content_type, updated=time_of(int(found.version.partition("-")[2])))
