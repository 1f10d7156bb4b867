"""Uploading the chosen files: routed, recorded, past what one bucket refuses to the next, then to a new one."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from core import overflow
from core.apply.job import see_through
from core.apply.run import LOCK_SECONDS
from core.capacity.usage import read_capacity
from core.errors import AlreadyExists, CoreError, Full, NotAllowed, NotFound, ServiceError, TooLarge, WrongType
from core.family_members import Member, family_members
from core.models import Bucket, Object, Run
from core.parallel import side_by_side
from core.ports import ObjectStore
from core.profiles import Family, Profile
from core.progress import Progress, Report, silent
from core.read_only import check_writable
from core.routing import Answer, Candidate, Route, Router, Upload
from core.runs import StepState
from core.single_upload.records import Records, settle, uploaded_since
from core.single_upload.source import Prepared, keep_original, prepare
from core.workspace import Workspace

_AT_ONCE = 4
_COUNTED_ALONG = 200
"""After so many calls the fill of the buckets is looked up anew: others upload too."""
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
    `sentence` tells it, or why it is nowhere; `refusal` is then the kind of error. `sha256`: of what was to be stored,
    '' where nothing could be read."""

    path: Path
    key: str
    bucket: str
    size_bytes: int
    stored: bool
    overflow: bool
    sentence: str
    sha256: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class UploadReport:
    """All files in the order they were given, the buckets that had to be made, and the run that records it."""

    run: Run
    files: tuple[Uploaded, ...]
    new_buckets: tuple[str, ...]


async def upload_files(
    workspace: Workspace,
    store: ObjectStore,
    profile: Profile,
    family: Family,
    paths: Sequence[Path],
    *,
    prefix: str = "",
    keys: Sequence[str] = (),
    report: Report = silent,
) -> UploadReport:
    """Uploads files into a family, under `keys` or their names below `prefix`; what one file meets stops no other. A
    file whose content stands under its key already counts as stored; other content there is never overwritten.
    Cancelled, it ends at once; what became of files under way is found out by the next one. Raises `Refused`, `Busy`,
    `ServiceError` when nothing was begun, `WorkspaceError`."""
    return await FamilyUploads(workspace, store, profile, family).send(paths, prefix=prefix, keys=keys, report=report)


class FamilyUploads:
    """Uploads into one family, call after call, for somebody with many of them: how full the buckets are is counted
    along, and looked up anew now and then. The writer lock is held for each call only."""

    def __init__(self, workspace: Workspace, store: ObjectStore, profile: Profile, family: Family) -> None:
        self._workspace, self._store, self._profile, self._family = workspace, store, profile, family
        self._work: _Work | None = None
        self._calls = 0

    async def send(
        self, paths: Sequence[Path], *, prefix: str = "", keys: Sequence[str] = (), report: Report = silent
    ) -> UploadReport:
        """See `upload_files`."""
        check_writable(self._profile)
        async with self._workspace.lock(LOCK_SECONDS):
            await settle(self._workspace, self._store, self._profile.project)
            folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="bucketdesk-upload-"))
            work, self._work = self._work, None  # after an error, nobody knows what it thinks is under way
            try:
                if work is None or self._calls % _COUNTED_ALONG == 0:
                    work = await _Work.open(self._workspace, self._store, self._profile, self._family)
                self._calls += 1
                with ThreadPoolExecutor(2, "recompression") as workers:
                    done = await work.run(paths, prefix, keys, folder, workers, report)
                self._work = work
                return done
            finally:
                await asyncio.to_thread(shutil.rmtree, folder, True)


class _Work:
    """Uploads of several files at a time under way, and the buckets they go to."""

    def __init__(
        self,
        workspace: Workspace,
        store: ObjectStore,
        profile: Profile,
        family: Family,
        held: Sequence[Member],
        router: Router,
    ) -> None:
        self._workspace, self._store, self._profile, self._family = workspace, store, profile, family
        self._router = router
        self._report: Report = silent
        self._names = [member.bucket.name for member in held]
        self._first = self._names[0] if self._names else family.name
        self._making = asyncio.Lock()
        self._made: list[str] = []
        self._records = Records(workspace)
        self._ended = 0

    @classmethod
    async def open(cls, workspace: Workspace, store: ObjectStore, profile: Profile, family: Family) -> _Work:
        there = await store.buckets()
        held = family_members(family, there, await store.registered_buckets())
        use = await read_capacity(workspace, profile, [member.bucket for member in held])
        bytes_now = {one.name: one.bytes + one.kept_versions_bytes for one in use.buckets}
        for name, more in (await uploaded_since(workspace, use.at)).items():
            bytes_now[name] = bytes_now.get(name, 0) + more
        candidates = [_candidate(family, one.bucket, bytes_now, writable=not one.foreign) for one in held]
        like = held[0].bucket if held else Bucket(family.name)
        newest = _candidate(family, replace(like, name=f"{family.name}-new"), {}) if _may_grow(family) else None
        return cls(workspace, store, profile, family, held, Router(family.name, candidates, newest))

    async def run(
        self,
        paths: Sequence[Path],
        prefix: str,
        keys: Sequence[str],
        folder: Path,
        workers: ThreadPoolExecutor,
        report: Report,
    ) -> UploadReport:
        self._records, self._made, self._ended, self._report = Records(self._workspace), [], 0, report
        await self._records.begin(self._profile.project)
        taken: set[str] = set()

        async def one(n: int, path: Path) -> Uploaded:
            loop = asyncio.get_running_loop()
            try:
                key = keys[n - 1] if keys else ""
                file = await loop.run_in_executor(workers, prepare, path, self._family, prefix, folder, key)
            except CoreError as exc:
                return Uploaded(path, "", "", 0, False, False, exc.message, refusal=exc.kind)
            if file.key in taken:
                why = f"Another of the files is called {file.key} too; rename one of them."
                return _lost(file, why, AlreadyExists("").kind)
            taken.add(file.key)
            ended = await self._upload(n, file)  # cancelled, its intent says where to look for it the next time
            self._ended += 1
            self._report(Progress(self._ended, len(paths), f"{ended.bucket}/{ended.key}"))
            return ended

        try:
            works = [lambda n=n, path=path: one(n, path) for n, path in enumerate(paths, 1)]
            files = await side_by_side(works, _AT_ONCE)
        except BaseException:
            await see_through(self._records.interrupt())
            raise
        return UploadReport(await self._records.finish(), tuple(files), tuple(self._made))

    async def _upload(self, n: int, file: Prepared) -> Uploaded:
        try:
            ended = await self._sent(n, file)
        except CoreError as exc:
            ended = _lost(file, f"{exc.message} {exc.hint}".rstrip(), exc.kind)
        finally:
            self._router.forget(file.key)
        if not ended.stored:
            await self._records.not_stored(n, file, StepState.FAILED, ended.sentence)
        return ended

    async def _sent(self, n: int, file: Prepared) -> Uploaded:
        rule = self._family.recompress
        if rule is not None and rule.keep_originals and file.sent != file.path:
            kept = await asyncio.to_thread(keep_original, file, self._profile.archive, self._family.name)
            file = replace(file, note=f"{file.note} The original is kept as {kept}.")
        standing = await self._standing(file.key)
        if standing is not None:
            return await self._adopted(n, file, standing.bucket)
        upload = Upload(file.key, file.size_bytes, file.attributes.content_type)
        said: dict[str, str] = {}
        route, made_for_it = self._router.route(upload), False
        while True:
            if route.bucket is None:
                if not route.wants_bucket or made_for_it:
                    return _lost(file, _why_not(route, said))
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
        bucket = str(route.bucket)
        try:
            await self._records.intend(n, file, bucket)
            stored = await self._store.upload(bucket, file.key, file.sent, file.attributes)
        except AlreadyExists:
            self._router.given_up(route)
            return await self._adopted(n, file, bucket)
        except CoreError as exc:
            for kind, answer in _ANSWERS:
                if isinstance(exc, kind):
                    said[bucket] = exc.message
                    return answer
            self._router.given_up(route)
            raise
        self._router.arrived(route)
        await self._records.stored(n, stored.version, file)
        return self._told(file, bucket)

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
                self._made.append(made.bucket.name)
            self._router.add(_candidate(self._family, made.bucket, {}))
            return True

    async def _standing(self, key: str) -> Object | None:
        """What stands under a key in any bucket of the family: a key lives in one of them."""
        for name in self._names:
            try:
                found = (await self._store.stat(name, [key]))[0]
            except NotFound:
                continue
            if found is not None:
                return found
        return None

    async def _adopted(self, n: int, file: Prepared, bucket: str) -> Uploaded:
        """What stands there counts as stored if it is this very file."""
        found = (await self._store.stat(bucket, [file.key]))[0]
        digest = (await self._store.content_hashes(bucket, [file.key]))[0]
        if found is None or digest != file.sha256:
            raise AlreadyExists(
                f"{bucket}/{file.key} exists already, with other content; it was left as it is.", "Rename the file."
            )
        await self._records.adopted(n, file, bucket)
        return self._told(file, bucket, "was there already, in")

    def _told(self, file: Prepared, bucket: str, verb: str = "is stored in") -> Uploaded:
        more = bucket != self._first
        place = f"the overflow bucket {bucket}" if more else bucket
        sentence = f"{file.path.name} {verb} {place}, as {file.key}. {file.note}".rstrip()
        return Uploaded(file.path, file.key, bucket, file.size_bytes, True, more, sentence, file.sha256)


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


def _why_not(route: Route, said: Mapping[str, str]) -> str:
    reasons = "; ".join(f"{name}: {said.get(name, why)}" for name, why in route.refused.items())
    return f"No bucket takes {route.upload.key}. {reasons}".rstrip()


def _lost(file: Prepared, why: str, refusal: str = "") -> Uploaded:
    return Uploaded(file.path, file.key, "", file.size_bytes, False, False, why, file.sha256, refusal)
