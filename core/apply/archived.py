"""What lies in the archive: whether it is whole, and how it comes out again."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import shutil
from pathlib import Path

from core.apply.zip_archive import contents, digest_in, take_out
from core.traces import Trace

_CHUNK_BYTES = 1 << 20


async def is_whole(trace: Trace) -> bool:
    """Whether an archived object is there with the content it was recorded with."""
    if not trace.digest:
        return False
    path = Path(trace.archived)
    if trace.member:
        return await asyncio.to_thread(digest_in, path, trace.member) == trace.digest
    return await asyncio.to_thread(digest_of, path) == trace.digest


async def taken_out(trace: Trace, folder: Path) -> Path | None:
    """A file in `folder` with the archived object's bytes, for the caller to remove; None when they cannot be read as
    they were. Raises `WorkspaceError`."""
    target = folder / f"out-{secrets.token_hex(6)}"
    path = Path(trace.archived)
    if trace.member:
        digest = await asyncio.to_thread(take_out, path, trace.member, target)
    else:  # by an earlier release: a file of its own
        digest = await asyncio.to_thread(_copy, path, target)
    if digest and digest == trace.digest:
        return target
    await asyncio.to_thread(target.unlink, True)
    return None


def lies_where(folder: Path, run_id: str) -> dict[int, Trace]:
    """Where this machine has what a run archived, by the number of the step. Blocks."""
    found: dict[int, Trace] = {}
    for path in sorted((folder / run_id).glob("*.zip")):
        for n, (member, digest) in contents(path).items():
            found[n] = Trace(archived=str(path), member=member, digest=digest)
    return found


def _copy(path: Path, target: Path) -> str:
    try:
        shutil.copyfile(path, target)
    except OSError:
        return ""
    return digest_of(target)


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
