"""Proving afterwards that everything below a folder has arrived: each file against a fresh listing of its buckets."""

from __future__ import annotations

import asyncio
import enum
import hashlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import NotFound, ServiceError, Unreadable
from core.parallel import side_by_side
from core.ports import ObjectStore
from core.progress import Progress, Report, silent
from core.uploads.checks.claims import Claim, Goals, claims_below
from core.uploads.checks.scratch import Scratch, Standing
from core.uploads.tracker import Tracker

SHOWN = 1_000
_HASHED_AT_ONCE = 4
_HASHED_TOGETHER = 200
_PIECE_BYTES = 1 << 20


class Lack(enum.StrEnum):
    """Why a file has not arrived, as far as can be proven."""

    NEVER = "never_uploaded"
    LEFT_OUT = "left_out"
    FAILED = "failed"
    MISSING = "missing"
    OTHER_SIZE = "other_size"
    OTHER_CONTENT = "other_content"
    CHANGED = "changed_since"
    UNREADABLE = "unreadable"


class Proof(enum.StrEnum):
    """By what a file is known to have arrived."""

    ETAG = "etag"
    """The listing carries the MD5 of its content, and that is the local file's."""
    CONTENT = "content"
    """What is stored was read and hashed, and that is the local file's SHA-256."""
    RECORD = "record"
    """It was re-encoded on its way: what is stored was read and hashed, and is what was recorded then; the local file
    is as it was."""


@dataclass(frozen=True, slots=True)
class NotArrived:
    """One file that is not proven to be there, or a folder that could not be read. `sentence` says why."""

    path: str
    lack: Lack
    sentence: str
    bucket: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was proven of the files below some folders, and what not: the first thousand. `not_meant`: files that are
    not to go up (no images, receipts); `listed`: objects that the fresh listings held."""

    files: int = 0
    size_bytes: int = 0
    proven: dict[Proof, int] = field(default_factory=dict)
    lacking: dict[Lack, int] = field(default_factory=dict)
    not_arrived: tuple[NotArrived, ...] = ()
    not_meant: int = 0
    buckets: tuple[str, ...] = ()
    listed: int = 0

    @property
    def arrived(self) -> int:
        """Files that are proven to be there."""
        return sum(self.proven.values())

    @property
    def is_lost(self) -> bool:
        """Whether something was stored and is not there any more, or is something else now."""
        return bool(self.lacking.keys() & {Lack.MISSING, Lack.OTHER_SIZE, Lack.OTHER_CONTENT})

    @property
    def is_whole(self) -> bool:
        """Whether every file is."""
        return not self.lacking


async def verify(
    tracker: Tracker,
    store: ObjectStore,
    roots: Sequence[str],
    goal_of: Goals,
    is_recoded: Callable[[str], bool],
    report: Report = silent,
) -> Verified:
    """Reads the folders as they are now, lists the buckets that hold their files anew, and compares sizes and hashes.
    Memory does not grow with their number. `goal_of` says of a folder by its path what of it is meant to go up, and
    where: what nobody noted as uploaded is looked for there. `is_recoded` says of a bucket whether its pictures are
    re-encoded on their way. Raises `Unreadable` where a listing cannot be completed: then nothing is proven. Raises
    `ServiceError`, `WorkspaceError`."""
    with tempfile.TemporaryDirectory(prefix="bucketdesk-verify-") as folder:
        scratch = await asyncio.to_thread(Scratch, Path(folder, "verify.db"))
        try:
            work = _Verification(tracker, store, scratch, is_recoded, report)
            await work.read(roots, goal_of)
            await work.list_buckets()
            await work.compare()
            return await asyncio.to_thread(work.result)
        finally:
            await asyncio.to_thread(scratch.close)


class _Verification:
    """One verification under way."""

    def __init__(
        self,
        tracker: Tracker,
        store: ObjectStore,
        scratch: Scratch,
        is_recoded: Callable[[str], bool],
        report: Report,
    ) -> None:
        self._tracker, self._store, self._scratch = tracker, store, scratch
        self._is_recoded, self._report = is_recoded, report
        self._files = self._bytes = self._not_meant = self._listed = 0
        self._proven: dict[Proof, int] = {}
        self._lacking: dict[Lack, int] = {}
        self._shown: list[NotArrived] = []

    async def read(self, roots: Sequence[str], goal_of: Goals) -> None:
        """Notes what there is, and where the tracker says it went."""
        for root in roots:
            async for claims in claims_below(self._tracker, root, goal_of):
                self._not_meant += claims.not_meant
                for path, why in claims.unreadable:
                    self._lack(NotArrived(path, Lack.UNREADABLE, why))
                for one in claims.files:
                    self._files += 1
                    self._bytes += one.size_bytes
                    if not one.bucket and not (one.guess and one.among):
                        self._lack(_not_sent(one))
                await asyncio.to_thread(self._scratch.add, [one for one in claims.files if one.bucket])
                unsent = [(one, _not_sent(one)) for one in claims.files if one.guess and one.among]
                guesses = [(one, str(lost.lack), lost.sentence) for one, lost in unsent]
                await asyncio.to_thread(self._scratch.add_guesses, guesses)
                self._report(Progress(self._files, None, "Reading the folders"))

    async def list_buckets(self) -> None:
        """Notes of each object that is meant what the listing says of it."""
        for bucket in await asyncio.to_thread(self._scratch.buckets):
            try:
                await self._store.bucket(bucket)
                await self._list(bucket)
                await self._ask_again(bucket)
            except NotFound:
                continue  # all that went there is missing
            except ServiceError as exc:
                raise Unreadable(
                    f"The listing of {bucket} could not be completed, so nothing is proven: {exc.message}", exc.hint
                ) from exc

    async def compare(self) -> None:
        """Judges every file, and reads those that could have arrived."""
        done, after = 0, 0
        while standing := await asyncio.to_thread(self._scratch.page, after, _HASHED_TOGETHER):
            after = standing[-1].number
            works = [lambda one=one: self._judge(one) for one in standing]
            waiting = [one for one in await side_by_side(works, _HASHED_AT_ONCE) if one is not None]
            await self._read_stored(waiting)
            done += len(standing)
            self._report(Progress(done, self._files, "Comparing", failed=sum(self._lacking.values())))

    def result(self) -> Verified:
        """What was found."""
        return Verified(
            self._files,
            self._bytes,
            self._proven,
            self._lacking,
            tuple(self._shown),
            self._not_meant,
            tuple(self._scratch.buckets()),
            self._listed,
        )

    async def _list(self, bucket: str) -> None:
        cursor: str | None = None
        seen: set[str | None] = {None}
        while True:
            page = await self._store.list_objects(bucket, cursor=cursor)
            blocks = next((one for one in page.unlisted if one.blocks), None)
            if blocks is not None:
                raise Unreadable(f"{blocks.prefix} could not be listed: {blocks.why}")
            self._listed += len(page.items)
            found = [(bucket, one.key, one.size_bytes, one.etag) for one in page.items]
            await asyncio.to_thread(self._scratch.note, found, page.hidden)
            self._report(Progress(self._listed, None, f"Listing {bucket}"))
            cursor = page.cursor
            if cursor is None:
                return
            if cursor in seen:
                raise Unreadable("The same page came twice, so there is no telling where the listing ends.")
            seen = {None, cursor}

    async def _ask_again(self, bucket: str) -> None:
        """A listing may lag behind what was stored a moment ago: what it did not show is asked for by its key."""
        after, size = 0, self._store.limits.batch_size
        while missing := await asyncio.to_thread(self._scratch.missing, bucket, after, size):
            after = missing[-1][0]
            keys = list(dict.fromkeys(key for _, key in missing))
            there = [one for one in await self._store.stat(bucket, keys) if one is not None]
            await asyncio.to_thread(
                self._scratch.note, [(bucket, one.key, one.size_bytes, one.etag) for one in there], ""
            )

    async def _judge(self, one: Standing) -> tuple[Standing, bool] | None:
        """Proves or refutes a file by what is known of it; what only its stored content can tell is handed back, with
        whether it was re-encoded."""
        place = f"{one.bucket}/{one.key}"
        if one.lack:
            return await self._judge_guess(one)
        if one.seen_bytes is None:
            self._refute(one, Lack.MISSING, one.hidden or f"{place} is not there any more.")
            return None
        if one.seen_bytes != one.sent_bytes:
            why = f"{place} has {one.seen_bytes:,} bytes; {one.sent_bytes:,} were stored."
            self._refute(one, Lack.OTHER_SIZE, why)
            return None
        try:
            sha256, md5 = await asyncio.to_thread(_digests, one.path)
        except OSError as exc:
            self._refute(one, Lack.UNREADABLE, f"It cannot be read: {exc.strerror or exc}.")
            return None
        if sha256 == one.sha256 and one.etag is not None and one.etag.strip('"').lower() == md5:
            self._prove(Proof.ETAG)
            return None
        if sha256 == one.sha256:
            return one, False
        if one.unchanged and (one.size_bytes != one.sent_bytes or self._is_recoded(one.bucket)):
            return one, True
        self._refute(one, Lack.CHANGED, f"It changed since it was uploaded as {place}.")
        return None

    async def _judge_guess(self, one: Standing) -> tuple[Standing, bool] | None:
        """Nobody noted that this file went up; it may be there all the same, by another program or desk."""
        if one.seen_bytes != one.size_bytes:
            self._lack(NotArrived(one.path, Lack(one.lack), one.why))
            return None
        try:
            sha256, md5 = await asyncio.to_thread(_digests, one.path)
        except OSError as exc:
            self._refute(one, Lack.UNREADABLE, f"It cannot be read: {exc.strerror or exc}.")
            return None
        if one.etag is not None and one.etag.strip('"').lower() == md5:
            self._prove(Proof.ETAG)
            return None
        return one._replace(sha256=sha256), False

    async def _read_stored(self, waiting: Sequence[tuple[Standing, bool]]) -> None:
        by_bucket: dict[str, list[tuple[Standing, bool]]] = {}
        for pair in waiting:
            by_bucket.setdefault(pair[0].bucket, []).append(pair)
        for bucket, some in by_bucket.items():
            hashes = await self._store.content_hashes(bucket, [one.key for one, _ in some])
            for (one, recoded), digest in zip(some, hashes, strict=True):
                if digest == one.sha256:
                    self._prove(Proof.RECORD if recoded else Proof.CONTENT)
                elif one.lack:
                    self._lack(NotArrived(one.path, Lack(one.lack), one.why))
                elif digest is None:
                    self._refute(one, Lack.MISSING, f"{bucket}/{one.key} cannot be read.")
                else:
                    self._refute(one, Lack.OTHER_CONTENT, f"{bucket}/{one.key} holds other content now.")

    def _prove(self, proof: Proof) -> None:
        self._proven[proof] = self._proven.get(proof, 0) + 1

    def _refute(self, one: Standing, lack: Lack, why: str) -> None:
        self._lack(NotArrived(one.path, lack, why, one.bucket, one.key))

    def _lack(self, one: NotArrived) -> None:
        self._lacking[one.lack] = self._lacking.get(one.lack, 0) + 1
        if len(self._shown) < SHOWN:
            self._shown.append(one)


def _not_sent(one: Claim) -> NotArrived:
    if one.left_out:
        return NotArrived(one.path, Lack.LEFT_OUT, one.left_out)
    if one.error:
        return NotArrived(one.path, Lack.FAILED, one.error)
    return NotArrived(one.path, Lack.NEVER, one.why or "It was never uploaded.")


def _digests(path: str) -> tuple[str, str]:
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with open(path, "rb") as file:  # noqa: PTH123 — a million of them: no object for each
        while piece := file.read(_PIECE_BYTES):
            sha256.update(piece)
            md5.update(piece)
    return sha256.hexdigest(), md5.hexdigest()
