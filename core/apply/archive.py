"""Takes objects out of the quarantine into the archive folder: download, write, read back, and only then remove."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from core.apply.archived import digest_of
from core.apply.job import Job
from core.apply.objects import hashes
from core.apply.zip_archive import Item, member_for, write_archive
from core.errors import WorkspaceError
from core.models import QUARANTINE, Result, StepKind
from core.runs import Entry
from core.traces import Trace, attributes_json
from core.values import encode, encode_row

_AT_ONCE = 4
_MOST_BYTES = 1 << 30


def archive_file(folder: Path, run_id: str, first: int) -> Path:
    """The ZIP file of a batch of a run, by the number of its first step."""
    return folder / run_id / f"{first:09d}.zip"


def portions(entries: Sequence[Entry]) -> list[list[Entry]]:
    """The entries of a batch in parts that one ZIP file each can take without filling a disk twice."""
    found: list[list[Entry]] = []
    room = 0
    for entry in entries:
        if not found or entry.step.size_bytes > room:
            found.append([])
            room = _MOST_BYTES
        found[-1].append(entry)
        room -= entry.step.size_bytes
    return found


async def fetch(job: Job, entries: Sequence[Entry]) -> dict[int, Trace]:
    """Downloads quarantined objects, compares each with the content in the quarantine, writes them into one ZIP file
    and reads that back; returns the traces that say where they are. Raises `ServiceError`, `WorkspaceError`: then all
    of them still lie in the quarantine as well."""
    known = await hashes(job, QUARANTINE, [e.trace.place for e in entries])
    path = archive_file(job.profile.archive, job.record.run_id, min(entry.step.n for entry in entries))
    staging = path.parent / f".{secrets.token_hex(6)}"
    await asyncio.to_thread(_make, staging)
    try:
        await _download(job, entries, staging)
        items = [await _item(job, entry, staging, known.get(entry.trace.place, "")) for entry in entries]
        for entry, item in zip(entries, items, strict=True):
            await _check(entry, item, path)
        head = {"run_id": job.record.run_id, "project": job.profile.project, "profile": job.profile.name}
        await asyncio.to_thread(write_archive, path, head, items)
    finally:
        await asyncio.to_thread(shutil.rmtree, staging, True)
    return {
        entry.step.n: replace(entry.trace, archived=str(path), member=item.member, digest=item.digest)
        for entry, item in zip(entries, items, strict=True)
    }


async def leave(job: Job, entries: Sequence[Entry]) -> None:
    """Removes archived objects from the quarantine. Raises `ServiceError`; repeating it is harmless."""
    places = [e.trace.place for e in entries]
    for start in range(0, len(places), job.batch_size):
        some = places[start : start + job.batch_size]
        for outcome in await job.patiently(partial(job.store.remove, QUARANTINE, some)):
            if outcome.result is Result.FAILED:
                raise WorkspaceError(f"An archived object could not be removed from the quarantine: {outcome.reason}")


async def _download(job: Job, entries: Sequence[Entry], staging: Path) -> None:
    slots = asyncio.Semaphore(_AT_ONCE)

    async def one(entry: Entry) -> None:
        async with slots:
            await job.patiently(partial(job.store.download, QUARANTINE, entry.trace.place, staging / str(entry.step.n)))

    try:
        async with asyncio.TaskGroup() as group:
            for entry in entries:
                group.create_task(one(entry))
    except BaseExceptionGroup as several:  # the first says what is the matter; the others are the same trouble
        raise several.exceptions[0] from several


async def _item(job: Job, entry: Entry, staging: Path, digest: str) -> Item:
    step = entry.step
    rows = await job.record.entries(step.needs) if step.needs else {}
    about: dict[str, object] = {
        "step": step.n,
        "bucket": step.bucket,
        "key": step.key,
        "bytes": step.size_bytes,
        "changed": step.changed.isoformat() if step.changed else None,
    }
    if entry.trace.attributes is not None:
        about |= attributes_json(entry.trace.attributes)
    about["rows"] = [
        {
            "table": row.step.table,
            "row_key": [encode(value) for value in row.step.row_key],
            "values": encode_row(row.trace.before or row.step.before or {}),
        }
        for row in rows.values()
        if row.step.kind is StepKind.DELETE_ROW
    ]
    return Item(member_for(step.bucket, step.key, step.n), staging / str(step.n), digest, step.changed, about)


async def _check(entry: Entry, item: Item, path: Path) -> None:
    if not item.digest or await asyncio.to_thread(digest_of, item.file) != item.digest:
        raise WorkspaceError(
            f"{entry.step.bucket}/{entry.step.key} was downloaded to {path.parent}, but its content there is not the "
            "same; nothing of it was removed.",
            "Check the disk of the archive folder.",
        )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(0o700, parents=True)
    except OSError as exc:
        raise WorkspaceError(
            f"The archive folder {folder.parent} cannot be made: {exc.strerror or exc}.",
            "Free some space, or check the rights of the archive folder.",
        ) from exc
