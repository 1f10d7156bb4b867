"""Uploading chosen files: read and hashed ahead, several at once, as one run of the journal."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from core.apply.job import see_through
from core.apply.run import LOCK_SECONDS
from core.errors import AlreadyExists, CoreError, ServiceError, Trouble, Unavailable
from core.models import Run
from core.pace import FILE_BYTES, Slots
from core.parallel import side_by_side
from core.parking import Parking
from core.ports import ObjectStore
from core.profiles import Family, Profile
from core.progress import Progress, Report, silent
from core.read_only import check_writable
from core.single_upload.records import Records, settle
from core.single_upload.routed import Routed, Uploaded
from core.single_upload.source import Prepared, prepare_all
from core.workspace import Workspace

_TOGETHER = 32
"""Files that are read in one go."""
_AHEAD = 4
"""So many times that are read while others are on their way."""
_READERS = 3


@dataclass(frozen=True, slots=True)
class UploadReport:
    """All files in the order they were given, the buckets that had to be made, and the run that records it."""

    run: Run
    files: tuple[Uploaded, ...]
    new_buckets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToSend:
    """A file that is to go up: under `key`, or one made of its name. `number` is its step in the run."""

    path: Path
    number: int
    key: str = ""


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
    done = 0

    def told(ended: Uploaded) -> None:
        nonlocal done
        done += 1
        report(Progress(done, len(paths), f"{ended.bucket}/{ended.key}"))

    async with FamilyUploads.open(workspace, store, profile, family) as uploads:
        await uploads.begin()
        named = itertools.zip_longest(paths, keys[: len(paths)], fillvalue="")
        files = [ToSend(Path(path), uploads.number(), str(key)) for path, key in named]
        sent = await uploads.send(files, prefix=prefix, told=told)
    assert uploads.run is not None
    return UploadReport(uploads.run, sent, uploads.new_buckets)


class FamilyUploads:
    """Uploads into one family, call after call and several calls at once, as one run that ends with the block of
    `open`. How full the buckets are is counted along, and looked up anew now and then."""

    def __init__(
        self, family: Family, routed: Routed, records: Records, slots: Slots, folder: Path, parking: Parking | None
    ) -> None:
        self.run: Run | None = None
        """The run, once it is over; None where nothing was sent."""
        self._family, self._routed, self._records, self._slots = family, routed, records, slots
        self._folder, self._parking = folder, parking
        self._numbers = itertools.count(1)
        self._readers = ThreadPoolExecutor(_READERS, "upload-reader")
        self._stopped = threading.Event()

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls,
        workspace: Workspace,
        store: ObjectStore,
        profile: Profile,
        family: Family,
        *,
        slots: Slots | None = None,
        parking: Parking | None = None,
    ) -> AsyncIterator[FamilyUploads]:
        """Begins; the writer lock is held until the end. `parking`: trouble that is not a file's own
        (`CoreError.trouble`) is waited out there and the file sent again; without one, it is how the file ended. Left
        by an error or cancelled, the run is interrupted, and the next one finds out what became of files under way.
        Raises `Refused`, `Busy`, `ServiceError`, `WorkspaceError`."""
        check_writable(profile)
        async with workspace.lock(LOCK_SECONDS, beside_scans=True):
            await settle(workspace, store, profile.project)
            records = Records(workspace, profile.project)
            routed = await Routed.open(workspace, store, profile, family, records)
            folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="bucketdesk-upload-"))
            uploads = cls(family, routed, records, slots or Slots(), folder, parking)
            try:
                yield uploads
                if records.begun:
                    uploads.run = await see_through(records.finish())
            except BaseException:
                with contextlib.suppress(CoreError):  # where that cannot be written, the free lock says so as well
                    await see_through(records.interrupt())
                raise
            finally:
                await asyncio.to_thread(uploads._close)

    @property
    def run_id(self) -> str:
        """The id of the run."""
        return self._records.run_id

    @property
    def new_buckets(self) -> tuple[str, ...]:
        """The buckets that had to be made."""
        return tuple(self._routed.made)

    def number(self) -> int:
        """The next step of the run."""
        return next(self._numbers)

    async def begin(self) -> None:
        """The run is in the journal from now on, even if it stays empty."""
        await self._records.begin()

    async def note(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Does this in the journal, for steps that are not files, with what else the run has to note just now."""
        await self._records.note(work)

    async def send(
        self, files: Sequence[ToSend], *, prefix: str = "", told: Callable[[Uploaded], None] = lambda ended: None
    ) -> tuple[Uploaded, ...]:
        """What became of each, in their order; what one file meets stops no other. See `upload_files`. `told` hears of
        each as it ends. Raises `WorkspaceError`, and what cannot be waited out."""
        taken: set[str] = set()
        chunks = [files[at : at + _TOGETHER] for at in range(0, len(files), _TOGETHER)]

        async def one(chunk: Sequence[ToSend]) -> list[Uploaded]:
            pairs = [(file.path, file.key) for file in chunk]
            loop = asyncio.get_running_loop()
            read = await loop.run_in_executor(
                self._readers,
                prepare_all,
                pairs,
                self._family,
                prefix,
                self._folder,
                self._routed.most_bytes,
                self._stopped.is_set,
            )
            works = [
                lambda file=file, now=now: self._one(file, now, taken, told)
                for file, now in zip(chunk, read, strict=True)
            ]
            return await side_by_side(works, len(works))

        ended = await side_by_side([lambda chunk=chunk: one(chunk) for chunk in chunks], _AHEAD)  # type: ignore[misc]
        return tuple(file for chunk in ended for file in chunk)

    async def _one(
        self, file: ToSend, read: Prepared | CoreError, taken: set[str], told: Callable[[Uploaded], None]
    ) -> Uploaded:
        if isinstance(read, CoreError):
            ended = Uploaded(file.path, "", "", 0, False, False, read.message, error=read)
        elif read.key in taken:
            why = AlreadyExists(f"Another of the files is called {read.key} too; rename one of them.")
            ended = Uploaded(file.path, read.key, "", read.size_bytes, False, False, why.message, read.sha256, why)
        else:
            taken.add(read.key)
            try:
                ended = await self._sent(file.number, read)
            finally:
                if read.sent != read.path:
                    await asyncio.to_thread(read.sent.unlink, True)
            self._slots.pace.moved(FILE_BYTES)  # its bytes were counted as they went
        told(ended)
        return ended

    async def _sent(self, n: int, file: Prepared) -> Uploaded:
        """How it ended. Trouble that is not its own is waited out, where somebody is patient."""
        if self._parking is None:
            return await self._routed.upload(n, file, self._slots, again=False)
        while True:
            try:
                ended = await self._routed.upload(n, file, self._slots, again=True)
                error = ended.error
            except CoreError as exc:  # the journal, or what nothing can be sent without
                if exc.trouble is None:
                    raise
                error = exc
            if error is None or error.trouble is None:
                if not isinstance(error, Unavailable):
                    self._parking.passed()
                return ended
            await self._parking.wait(error)
            if error.trouble is Trouble.FULL:
                with contextlib.suppress(ServiceError):  # whatever that is, sending it will say so
                    await self._routed.look_again(0.0)

    def _close(self) -> None:
        self._stopped.set()  # whoever is cancelled does not wait till large files are read
        self._readers.shutdown(wait=True)
        shutil.rmtree(self._folder, True)
