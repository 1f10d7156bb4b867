"""Takes objects out of the quarantine into the archive folder: download, verify, and only then remove."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from core.apply.job import Job
from core.apply.objects import hashes
from core.errors import AlreadyExists, WorkspaceError
from core.models import QUARANTINE, Result, Step
from core.runs import Entry
from core.traces import Trace

_AT_ONCE = 4
_CHUNK_BYTES = 1 << 20
_UNUSABLE = re.compile(r'[<>:"\\|?*\x00-\x1f]|[ .]$')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def file_for(folder: Path, run_id: str, step: Step) -> Path:
    """Where an archived object goes: by its own names where every system can hold them, else by its step's number."""
    parts = [step.bucket, *step.key.split("/")]
    if all(_is_usable(part) for part in parts) and len(step.key) < 200:
        return folder.joinpath(run_id, *parts)
    return other_file(folder, run_id, step)


def other_file(folder: Path, run_id: str, step: Step) -> Path:
    """Where an archived object goes when a file of its own name cannot be made."""
    return folder / run_id / "_" / str(step.n)


async def fetch(job: Job, entries: Sequence[Entry]) -> dict[int, Trace]:
    """Downloads quarantined objects into the archive and compares each with the content in the quarantine; returns the
    traces that say where they are. Raises `ServiceError`, `WorkspaceError`: then all of them still lie in the
    quarantine as well."""
    known = await hashes(job, QUARANTINE, [e.trace.place for e in entries])
    traces: dict[int, Trace] = {}
    slots = asyncio.Semaphore(_AT_ONCE)

    async def one(entry: Entry) -> None:
        async with slots:
            digest = known.get(entry.trace.place, "")
            path = await _fetch_one(job, entry, digest)
            traces[entry.step.n] = replace(entry.trace, archived=str(path), digest=digest)

    try:
        async with asyncio.TaskGroup() as group:
            for entry in entries:
                group.create_task(one(entry))
    except BaseExceptionGroup as several:  # the first says what is the matter; the others are the same trouble
        raise several.exceptions[0] from several
    return traces


async def leave(job: Job, entries: Sequence[Entry]) -> None:
    """Removes archived objects from the quarantine. Raises `ServiceError`; repeating it is harmless."""
    places = [e.trace.place for e in entries]
    for start in range(0, len(places), job.batch_size):
        some = places[start : start + job.batch_size]
        for outcome in await job.patiently(partial(job.store.remove, QUARANTINE, some)):
            if outcome.result is Result.FAILED:
                raise WorkspaceError(f"An archived object could not be removed from the quarantine: {outcome.reason}")


async def is_whole(trace: Trace) -> bool:
    """Whether an archived file is there with the content it was recorded with."""
    path = Path(trace.archived)
    return bool(trace.digest) and await asyncio.to_thread(digest_of, path) == trace.digest


async def _fetch_one(job: Job, entry: Entry, digest: str) -> Path:
    folder, run_id = job.profile.archive, job.record.run_id
    for path in (file_for(folder, run_id, entry.step), other_file(folder, run_id, entry.step)):
        if await _fetch_to(job, entry, path) and digest and await asyncio.to_thread(digest_of, path) == digest:
            return path
    raise WorkspaceError(
        f"{entry.step.bucket}/{entry.step.key} was downloaded to {folder}, but its content there is not the same; "
        "nothing of it was removed.",
        "Check the disk of the archive folder.",
    )


async def _fetch_to(job: Job, entry: Entry, path: Path) -> bool:
    """Whether a file is there afterwards; one of an earlier, interrupted attempt serves as well."""
    try:
        await asyncio.to_thread(path.parent.mkdir, 0o700, True, True)
        await job.patiently(partial(job.store.download, QUARANTINE, entry.trace.place, path))
    except AlreadyExists:
        return True
    except (FileExistsError, NotADirectoryError):
        return False  # a file and a folder of one name: the key goes by its number
    except OSError as exc:
        raise WorkspaceError(
            f"The archive folder {path.parent} cannot be made: {exc.strerror or exc}.",
            "Free some space, or check the rights of the archive folder.",
        ) from exc
    return True


def _is_usable(part: str) -> bool:
    if part in ("", ".", "..", "_", "_manifest") or len(part.encode(errors="surrogateescape")) > 200:
        return False
    return _UNUSABLE.search(part) is None and _RESERVED.fullmatch(part) is None


def digest_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, as stores give it for objects; empty when it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError:
        return ""
    return digest.hexdigest()
