"""One file after the other is routed into a family: past what one bucket refuses to the next, then to a new one."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core import overflow
from core.apply.job import see_through
from core.capacity.usage import read_capacity
from core.errors import (
    AlreadyExists,
    CoreError,
    DoesNotFit,
    Full,
    NotAllowed,
    NotFound,
    ServiceError,
    TooLarge,
    Trouble,
    WrongType,
)
from core.family_members import Member, family_members
from core.models import Bucket, Object
from core.pace import Slots
from core.ports import ObjectStore
from core.profiles import Family, Profile
from core.routing import Answer, Candidate, Route, Router, Upload
from core.runs import StepState
from core.single_upload.records import Records, uploaded_since
from core.single_upload.source import Prepared, keep_original
from core.single_upload.standing import Standing, holds
from core.workspace import Workspace

_COUNTED_ALONG_SECONDS = 300.0
"""After so long the fill of the buckets is looked up anew: others upload too."""
_ANSWERS: tuple[tuple[type[CoreError], Answer], ...] = (
    (Full, Answer.FULL),
    (TooLarge, Answer.TOO_LARGE),
    (WrongType, Answer.NOT_ALLOWED),
    (NotAllowed, Answer.NOT_ALLOWED),
    (NotFound, Answer.NOT_ALLOWED),  # the bucket vanished meanwhile
)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of one file. `stored`: it is in `bucket` now; `overflow`: that is not the first of its family.
    `sentence` tells it, or why it is nowhere; `error` is what was met then, None where no bucket takes it. `sha256`: of
    what was to be stored, '' where nothing could be read. `stands`: the place (bucket/key) of other content under its
    key."""

    path: Path
    key: str
    bucket: str
    size_bytes: int
    stored: bool
    overflow: bool
    sentence: str
    sha256: str = ""
    error: CoreError | None = None
    stands: str = ""

    @property
    def refusal(self) -> str:
        """The kind of error, '' where there is none."""
        return "" if self.error is None else self.error.kind


class Routed:
    """The buckets of a family, and the files under way to them; several at a time."""

    def __init__(
        self, workspace: Workspace, store: ObjectStore, profile: Profile, family: Family, records: Records
    ) -> None:
        self.made: list[str] = []
        """Buckets that had to be made."""
        self._workspace, self._store, self._profile, self._family = workspace, store, profile, family
        self._records = records
        self._router = Router(family.name, ())
        self._names: list[str] = []
        self._standing = Standing(store, self._names)
        self._making = asyncio.Lock()
        self._looking = asyncio.Lock()
        self._looked = 0.0
        self._turns: dict[str, list[asyncio.Future[None]]] = {}

    @classmethod
    async def open(
        cls, workspace: Workspace, store: ObjectStore, profile: Profile, family: Family, records: Records
    ) -> Routed:
        """Looks at the buckets. Raises `ServiceError`."""
        routed = cls(workspace, store, profile, family, records)
        held, candidates = await routed._candidates()
        like = held[0].bucket if held else Bucket(family.name)
        newest = _candidate(family, replace(like, name=f"{family.name}-new"), {}) if _may_grow(family) else None
        routed._router = Router(family.name, candidates, newest)
        routed._names += [member.bucket.name for member in held]
        routed._looked = time.monotonic()
        return routed

    @property
    def most_bytes(self) -> int:
        """No bucket takes a larger file."""
        return self._router.most_bytes

    async def look_again(self, after_seconds: float | None = None) -> None:
        """Looks at the buckets once more, where the last time is so long ago. Raises `ServiceError`."""
        async with self._looking:
            if time.monotonic() - self._looked < (_COUNTED_ALONG_SECONDS if after_seconds is None else after_seconds):
                return
            held, candidates = await self._candidates()
            self._router.look_again(candidates)
            self._names += [one.bucket.name for one in held if one.bucket.name not in self._names]
            self._looked = time.monotonic()

    async def upload(self, n: int, file: Prepared, slots: Slots, *, again: bool) -> Uploaded:
        """Stores it as soon as there is a place, or says why not. `again`: the caller sends it once more when trouble
        has passed that is not its own; till then its intent stands. Raises `WorkspaceError`."""
        try:
            await self.look_again()
            standing = await self._standing.at(file.key)
            async with self._turn(file.key) as waited, slots.one():
                if waited:  # the one before may have put something there
                    standing = await self._standing.at(file.key)
                ended = await self._sent(n, file, standing)
        except CoreError as exc:
            ended = _lost(file, exc)
            if again and exc.trouble is not None:
                return ended
        finally:
            self._router.forget(file.key)
        if not ended.stored:
            await self._records.not_stored(n, file, StepState.FAILED, ended.sentence)
        return ended

    async def _candidates(self) -> tuple[Sequence[Member], list[Candidate]]:
        there = await self._store.buckets()
        held = family_members(self._family, there, await self._store.registered_buckets())
        use = await read_capacity(self._workspace, self._profile, [member.bucket for member in held])
        bytes_now = {one.name: one.bytes + one.kept_versions_bytes for one in use.buckets}
        for name, more in (await uploaded_since(self._workspace, use.at)).items():
            bytes_now[name] = bytes_now.get(name, 0) + more
        return held, [_candidate(self._family, one.bucket, bytes_now, writable=not one.foreign) for one in held]

    @contextlib.asynccontextmanager
    async def _turn(self, key: str) -> AsyncIterator[bool]:
        """Files of one key go one after another; whether there was one before."""
        waiting = self._turns.get(key)
        if waiting is None:
            self._turns[key] = []
        else:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._next(key)
                raise
        try:
            yield waiting is not None
        finally:
            self._next(key)

    def _next(self, key: str) -> None:
        waiting = self._turns[key]
        while waiting:
            turn = waiting.pop(0)
            if not turn.done():
                turn.set_result(None)
                return
        del self._turns[key]

    async def _sent(self, n: int, file: Prepared, standing: Object | None) -> Uploaded:
        rule = self._family.recompress
        if rule is not None and rule.keep_originals and file.sent != file.path:
            kept = await asyncio.to_thread(keep_original, file, self._profile.archive, self._family.name)
            file = replace(file, note=f"{file.note} The original is kept as {kept}.")
        if standing is not None:
            return await self._adopted(n, file, standing.bucket, standing)
        upload = Upload(file.key, file.size_bytes, file.attributes.content_type)
        said: dict[str, str] = {}
        route, made_for_it = self._router.route(upload), False
        while True:
            if route.bucket is None:
                if not route.wants_bucket or made_for_it:
                    raise _no_bucket(route, said)
                made_for_it = await see_through(self._grow(len(self._names), said))
                route = self._router.route(upload)
                continue
            answer = await self._attempt(n, file, route, said)
            if isinstance(answer, Uploaded):
                return answer
            as_new = await self._is_as_new(str(route.bucket), answer)
            route = self._router.turned_away(route, answer, as_new=as_new)

    async def _attempt(self, n: int, file: Prepared, route: Route, said: dict[str, str]) -> Uploaded | Answer:
        """Stored, or why this bucket does not take it."""
        bucket, is_stored = str(route.bucket), False
        try:
            await self._records.intend(n, file, bucket)
            stored = await self._store.upload(bucket, file.key, file.sent, file.attributes)
            self._router.arrived(route)
            is_stored = True
        except AlreadyExists:
            return await self._adopted(n, file, bucket, None)
        except CoreError as exc:
            if exc.trouble is not None or await self._is_about_the_file(exc, bucket, file.sent):
                raise  # no other bucket would help
            for kind, answer in _ANSWERS:
                if isinstance(exc, kind):
                    said[bucket] = exc.message
                    is_stored = True  # the caller lets go of it
                    return answer
            raise
        finally:
            if not is_stored:
                self._router.given_up(route)
        await self._records.stored(n, stored.version, file)
        return self._told(file, bucket)

    async def _is_about_the_file(self, exc: CoreError, bucket: str, path: Path) -> bool:
        """Whether what is missing or forbidden is the file on this computer, and not the bucket."""
        if isinstance(exc, NotFound):
            try:
                await self._store.bucket(bucket)
            except NotFound:
                return False
            return True
        return isinstance(exc, NotAllowed) and not await asyncio.to_thread(_can_be_read, path)

    async def _is_as_new(self, bucket: str, answer: Answer) -> bool:
        """Whether a new bucket would answer the same: made one after the other, they would be no end. Full although it
        is empty is the project; and what a bucket refuses that was made for overflow, another one would."""
        try:
            if answer is Answer.FULL:
                return not (await self._store.list_objects(bucket, limit=1)).items
            if self._family.overflows_into(bucket):
                await self._store.bucket(bucket)  # one that has vanished says nothing about others
                return True
        except ServiceError:
            return False
        return False

    async def _grow(self, count: int, said: Mapping[str, str]) -> bool:
        """One more bucket than `count`; whether it came for this file, and not for another meanwhile. Raises
        `ServiceError` with what the others said."""
        async with self._making:
            if len(self._names) > count:
                return False
            known = list(self._names)
            try:
                made = await overflow.next_bucket(self._workspace, self._store, self._profile, self._family, known)
            except NotAllowed as exc:
                others = "; ".join(f"{name}: {why}" for name, why in said.items())
                raise NotAllowed(f"{others} {exc.message}".strip(), exc.hint) from exc
            self._names.append(made.bucket.name)
            if made.made:
                self.made.append(made.bucket.name)
            self._router.add(_candidate(self._family, made.bucket, {}))
            return True

    async def _adopted(self, n: int, file: Prepared, bucket: str, there: Object | None) -> Uploaded:
        """What stands there counts as stored if it is this very file."""
        there = there or (await self._store.stat(bucket, [file.key]))[0]
        if not await holds(self._store, bucket, file.key, file.size_bytes, file.sha256, there):
            place = f"{bucket}/{file.key}"
            left = f"{place} exists already, with other content; it was left as it is."
            return _lost(file, AlreadyExists(left, "Rename the file."), place)
        await self._records.adopted(n, file, bucket, there.version if there is not None else "")
        return self._told(file, bucket, "was there already, in")

    def _told(self, file: Prepared, bucket: str, verb: str = "is stored in") -> Uploaded:
        more = bool(self._names) and bucket != self._names[0]
        place = f"the overflow bucket {bucket}" if more else bucket
        sentence = f"{file.path.name} {verb} {place}, as {file.key}. {file.note}".rstrip()
        return Uploaded(file.path, file.key, bucket, file.size_bytes, True, more, sentence, file.sha256)


def _lost(file: Prepared, exc: CoreError, stands: str = "") -> Uploaded:
    sentence = f"{exc.message} {exc.hint}".rstrip()
    return Uploaded(file.path, file.key, "", file.size_bytes, False, False, sentence, file.sha256, exc, stands)


def _no_bucket(route: Route, said: Mapping[str, str]) -> CoreError:
    """Why none takes it. Where it would have fitted in, had they not been full, room may yet be made."""
    reasons = "; ".join(f"{name}: {said.get(name, why)}" for name, why in route.refused.items())
    message = f"No bucket takes {route.upload.key}. {reasons}".rstrip()
    return Full(message, trouble=Trouble.FULL) if route.lacks_room else DoesNotFit(message)


def _can_be_read(path: Path) -> bool:
    try:
        path.open("rb").close()
    except OSError:
        return False
    return True


def _may_grow(family: Family) -> bool:
    return "overflow" in family.automatic


def _candidate(family: Family, bucket: Bucket, bytes_now: Mapping[str, int], *, writable: bool = True) -> Candidate:
    return Candidate(
        bucket.name,
        bytes_now.get(bucket.name, 0),
        family.capacity_bytes,
        family.overflow_at,
        bucket.size_limit_bytes,
        bucket.mime_types,
        writable,
    )
