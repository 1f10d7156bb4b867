"""The storage of a local profile: a folder whose folders are buckets, and a folder of ours as quarantine."""

from __future__ import annotations

import asyncio
import os
import stat
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from core.clients.foreign_sqlite import SIDE_FILES
from core.clients.local_copies import CopyRecords
from core.clients.local_files import copy_in, copy_out, hash_file, object_of, read_start, status_of, time_of
from core.clients.local_folders import explain, opened, parts_of
from core.clients.local_listing import Walk
from core.clients.local_moves import Place, move_file
from core.errors import BadProfile, CoreError, NotFound, Refused, Unreadable, Usage
from core.models import QUARANTINE, Attributes, Bucket, Move, Object, ObjectPage, Outcome, Result, Unlisted
from core.ports import StoreLimits

T = TypeVar("T")
_THREADS = 4
_WALKS = 16
_NOTES = ".bucketdesk-copies"
_OWNER_ONLY = 0o700
_AS_USUAL = 0o777


class LocalStore:
    """Any folder as an `ObjectStore`: every folder in `root` is a bucket, or the chosen ones are (`buckets()` names
    them even where one is missing, `bucket()` tells); `.` makes `root` itself one, by its own name. A catalog that
    lies in a bucket is no object of it. Raises `BadProfile` for a quarantine that would be listed itself."""

    limits = StoreLimits(page_size=2_000, batch_size=1_000, key_bytes=1_024, lists_etags=False)

    def __init__(self, root: Path, quarantine: Path, buckets: Sequence[str] = (), catalog: Path | None = None) -> None:
        self._root = root.resolve()
        self._quarantine = quarantine.resolve()
        if self._quarantine.is_relative_to(self._root) or self._root.is_relative_to(self._quarantine):
            raise BadProfile(
                f"The quarantine {quarantine} and the storage folder {root} lie inside one another.",
                "Choose a quarantine folder outside of the storage.",
            )
        self._chosen = tuple(self._root.name if name == "." else name for name in buckets)
        self._is_whole = "." in buckets
        self._hidden = _catalog_files(catalog)
        self._records = CopyRecords(self._quarantine / _NOTES)
        self._threads = ThreadPoolExecutor(_THREADS, "storage")
        self._walks: dict[tuple[str, str], Walk] = {}
        self._guard = threading.Lock()
        self._exact: bool | None = None

    async def now(self) -> datetime:
        return datetime.now(UTC)

    async def buckets(self) -> tuple[Bucket, ...]:
        return await self._run(self._buckets_now)

    async def bucket(self, name: str) -> Bucket:
        def work() -> Bucket:
            if self._is_bucket(name):
                return Bucket(name)
            known = ", ".join(bucket.name for bucket in self._buckets_now())
            raise NotFound(f"There is no bucket “{name}” in {self._root}.", f"There are: {known or 'none'}.")

        return await self._run(work)

    async def list_objects(
        self, bucket: str, *, prefix: str = "", cursor: str | None = None, limit: int | None = None
    ) -> ObjectPage:
        size = self.limits.page_size if limit is None else limit
        if not 1 <= size <= self.limits.page_size:
            raise Usage(f"A page holds 1 to {self.limits.page_size:,} objects, not {size:,}.")
        return await self._run(lambda: self._page(bucket, prefix, cursor or "", size))

    async def stat(self, bucket: str, keys: Sequence[str]) -> tuple[Object | None, ...]:
        return await self._batch(keys, lambda: self._described([self._object(bucket, key) for key in keys]))

    async def content_hashes(self, bucket: str, keys: Sequence[str]) -> tuple[str | None, ...]:
        return await self._batch(keys, lambda: tuple(self._hash(bucket, key) for key in keys))

    async def attributes(self, bucket: str, keys: Sequence[str]) -> tuple[Attributes | None, ...]:
        return await self._batch(keys, lambda: self._attributes_now(bucket, keys))

    async def move(self, moves: Sequence[Move]) -> tuple[Outcome, ...]:
        return await self._batch(moves, lambda: self._move_now(moves))

    async def remove(self, bucket: str, keys: Sequence[str]) -> tuple[Outcome, ...]:
        if bucket != QUARANTINE:
            raise Refused(f"Objects of {bucket} are not deleted for good; only what is in the quarantine can be.")
        return await self._batch(keys, lambda: tuple(self._remove_one(key) for key in keys))

    async def upload(self, bucket: str, key: str, path: Path, attributes: Attributes) -> Object:
        return await self._run(lambda: self._upload_now(bucket, key, path, attributes))

    async def download(self, bucket: str, key: str, path: Path) -> Object:
        def work() -> Object:
            copy_out(self._place(bucket, key), f"{bucket}/{key}", path)
            found = self._described([self._object(bucket, key)])[0]
            if found is None:
                raise NotFound(f"{bucket}/{key} is not there any more.")
            return found

        return await self._run(work)

    async def read(self, bucket: str, key: str, limit_bytes: int) -> bytes:
        return await self._run(lambda: read_start(self._place(bucket, key), f"{bucket}/{key}", limit_bytes))

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown, wait=True)
        self._walks.clear()

    # --- what the practice project does otherwise ---------------------------------------------------------------

    def _parts(self, key: str) -> tuple[str, ...]:
        return parts_of(key)

    def _refusal(self, key: str) -> str:
        """Why a file on disk is no object, empty when it is one."""
        return ""

    def _described(self, found: Sequence[Object | None]) -> tuple[Object | None, ...]:
        """Objects with what the store knows of them beside the file itself."""
        return tuple(found)

    def _attributes_now(self, bucket: str, keys: Sequence[str]) -> tuple[Attributes | None, ...]:
        found = self._described([self._object(bucket, key) for key in keys])
        return tuple(
            None if one is None else Attributes(content_type=one.content_type, updated=self._modified(bucket, one.key))
            for one in found
        )

    # --- the work itself, in a thread ---------------------------------------------------------------------------

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def _batch(self, items: Sequence[object], work: Callable[[], T]) -> T:
        if len(items) > self.limits.batch_size:
            raise Usage(f"One call takes at most {self.limits.batch_size:,} keys, not {len(items):,}.")
        return await self._run(work)

    def _buckets_now(self) -> tuple[Bucket, ...]:
        self._check_root()
        if self._chosen:
            return tuple(Bucket(name) for name in sorted(set(self._chosen)))
        try:
            with os.scandir(self._root) as entries:
                names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
        except OSError as exc:
            raise explain(exc, str(self._root)) from exc
        return tuple(Bucket(name) for name in names if self._is_bucket(name))

    def _check_root(self) -> None:
        if not self._root.is_dir():
            raise NotFound(
                f"The storage folder {self._root} is not there.",
                "Connect the disk that holds it, or correct the profile.",
            )

    def _is_bucket(self, name: str) -> bool:
        """Whether this is a folder that may be looked into as a bucket."""
        if name.startswith(QUARANTINE) or (self._chosen and name not in self._chosen):
            return False
        try:
            folder = self._folder(name)
            return stat.S_ISDIR(os.lstat(folder).st_mode) and not _is_broken(name)
        except (OSError, ValueError, CoreError):
            return False

    def _folder(self, bucket: str) -> Path:
        if bucket == QUARANTINE:
            return self._quarantine
        if self._is_whole and bucket == self._root.name:
            return self._root
        parts = parts_of(bucket)
        if len(parts) > 1:
            raise NotFound(f"There is no bucket “{bucket}” in {self._root}.")
        return self._root / bucket

    def _place(self, bucket: str, key: str) -> Place:
        folder = self._folder(bucket)
        if bucket == QUARANTINE:
            return Place(folder, parts_of(key), _OWNER_ONLY)
        parts = self._parts(key)
        if not self._is_bucket(bucket):
            raise NotFound(f"There is no bucket “{bucket}” in {self._root}.")
        if folder.joinpath(*parts) in self._hidden:
            raise NotFound(f"{bucket}/{key} is the catalog itself, and no object.")
        return Place(folder, parts, _AS_USUAL)

    def _page(self, bucket: str, prefix: str, cursor: str, size: int) -> ObjectPage:
        self._check_root()
        folder = self._folder(bucket)
        if bucket != QUARANTINE and not self._is_bucket(bucket):
            if folder.is_symlink():
                raise Unreadable(f"The bucket {bucket} is a link to another folder, which is not followed.")
            return ObjectPage((), None)
        if bucket == QUARANTINE and not folder.is_dir():
            return ObjectPage((), None)
        with self._guard:
            walk = self._walks.pop((bucket, prefix), None)
        if walk is None or walk.last != cursor or not cursor:
            walk = Walk(folder, prefix, cursor, self._hides(bucket))
        items: list[Object] = []
        unlisted: list[Unlisted] = []
        for found in walk.go_on():
            if isinstance(found, Unlisted):
                unlisted.append(found)
            elif why := ("" if bucket == QUARANTINE else self._refusal(found[0])):
                unlisted.append(Unlisted(found[0], why, False))
            else:
                items.append(object_of(bucket, *found))
            if len(items) == size:
                with self._guard:
                    while len(self._walks) >= _WALKS:
                        self._walks.pop(next(iter(self._walks)))
                    self._walks[bucket, prefix] = walk
                break
        closed = len(items) < size
        objects = tuple(one for one in self._described(items) if one is not None)
        return ObjectPage(objects, None if closed else items[-1].key, tuple(unlisted))

    def _hides(self, bucket: str) -> Callable[[str], bool]:
        if bucket == QUARANTINE:
            return lambda key: key.startswith(_NOTES + "/")
        folder = self._folder(bucket)
        hidden = {path.relative_to(folder).as_posix() for path in self._hidden if path.is_relative_to(folder)}
        return hidden.__contains__

    def _object(self, bucket: str, key: str) -> Object | None:
        try:
            place = self._place(bucket, key)
            status = status_of(place, spelled_exactly=self._is_exact())
        except CoreError:
            return None  # no such bucket, or no key that a file could have
        except OSError as exc:
            raise explain(exc, f"{bucket}/{key}") from exc
        return None if status is None else object_of(bucket, key, status)

    def _is_exact(self) -> bool:
        """Whether this file system tells names apart that differ in case only."""
        if self._exact is None:
            other = self._root.with_name(self._root.name.swapcase())
            self._exact = other.name == self._root.name or not (other.exists() and other.samefile(self._root))
            self._exact = self._exact and os.name == "posix"
        return self._exact

    def _modified(self, bucket: str, key: str) -> datetime | None:
        status = status_of(self._place(bucket, key), spelled_exactly=True)
        return None if status is None else time_of(status.st_mtime_ns)

    def _hash(self, bucket: str, key: str) -> str | None:
        try:
            return hash_file(self._place(bucket, key), f"{bucket}/{key}")
        except CoreError:
            return None

    def _move_now(self, moves: Sequence[Move]) -> tuple[Outcome, ...]:
        return tuple(self._move_one(move) for move in moves)

    def _move_one(self, move: Move) -> Outcome:
        try:
            if QUARANTINE in (move.bucket, move.to_bucket):
                self._make_quarantine()
            source, target = self._place(move.bucket, move.key), self._place(move.to_bucket, move.to_key)
            outcome = move_file(source, target, move.version, self._records)
            if outcome.result is not Result.DONE:
                return outcome
            if move.bucket == QUARANTINE:
                self._tidy(source.parts)
            return Outcome(Result.DONE, object=self._object(move.to_bucket, move.to_key))
        except CoreError as exc:
            return Outcome(Result.FAILED, exc.message)

    def _remove_one(self, key: str) -> Outcome:
        try:
            place = self._place(QUARANTINE, key)
            with opened(place.root, place.parts[:-1]) as folder:
                folder.unlink(place.parts[-1])
            self._tidy(place.parts)
        except (FileNotFoundError, NotADirectoryError):
            return Outcome(Result.SKIPPED, f"{key} is not in the quarantine any more.")
        except OSError as exc:
            return Outcome(Result.FAILED, explain(exc, key).message)
        except CoreError as exc:
            return Outcome(Result.FAILED, exc.message)
        return Outcome(Result.DONE)

    def _tidy(self, parts: tuple[str, ...]) -> None:
        """Removes the quarantine's own folders once they are empty."""
        for depth in range(len(parts) - 1, 0, -1):
            try:
                with opened(self._quarantine, parts[: depth - 1]) as folder:
                    folder.remove(parts[depth - 1])
            except OSError:
                return

    def _make_quarantine(self) -> None:
        try:
            self._quarantine.mkdir(_OWNER_ONLY, parents=True, exist_ok=True)
        except OSError as exc:
            raise explain(exc, f"the quarantine {self._quarantine}") from exc

    def _upload_now(self, bucket: str, key: str, path: Path, attributes: Attributes) -> Object:
        what = f"{bucket}/{key}"
        try:
            if bucket == QUARANTINE:
                self._make_quarantine()
            status = copy_in(path, self._place(bucket, key), attributes, self._records)
        except OSError as exc:
            raise explain(exc, what) from exc
        return object_of(bucket, key, status)


def _is_broken(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return True
    return False


def _catalog_files(catalog: Path | None) -> frozenset[Path]:
    if catalog is None:
        return frozenset()
    found = catalog.resolve()
    return frozenset({found, *(found.with_name(found.name + ending) for ending in SIDE_FILES)})
