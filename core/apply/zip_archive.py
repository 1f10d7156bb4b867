"""Archives as ZIP files: objects with a manifest of their hashes, believed only when they were read back."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from core.errors import WorkspaceError
from core.plan_lines import compact

MANIFEST = "manifest.json"
"""The member that says of every other where it came from, and its SHA-256."""
FORMAT = "bucketdesk-archive/1"
_CHUNK_BYTES = 1 << 20
_UNUSABLE = re.compile(r'[<>:"\\|?*\x00-\x1f]|[ .]$')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_DAMAGE = (
    *(OSError, EOFError, LookupError, ValueError, OverflowError, RuntimeError),
    *(zipfile.BadZipFile, struct.error, zlib.error),
)
"""What reading a ZIP file raises whose bytes are not as they were written."""
_FIRST_YEAR, _LAST_YEAR = 1980, 2107
"""The years that a ZIP file can tell."""


@dataclass(frozen=True, slots=True)
class Item:
    """One object on its way into an archive. `file` holds its bytes, whose SHA-256 is `digest`; `about` is what the
    manifest says of it beside that."""

    member: str
    file: Path
    digest: str
    changed: datetime | None
    about: Mapping[str, object]


def member_for(bucket: str, key: str, n: int) -> str:
    """The name of an object in its archive: its own, where every system can unpack that, else its step's number."""
    parts = [bucket, *key.split("/")]
    return "/".join(parts) if all(map(_is_usable, parts)) and len(key) < 200 else f"_/{n}"


def write_archive(path: Path, head: Mapping[str, object], items: Sequence[Item]) -> None:
    """Writes a ZIP file with a manifest, whole and synced and read back, or not at all; replaces one of that name.
    Raises `WorkspaceError`. Blocks."""
    partial = path.with_name(f".{path.name}.part")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:  # pictures are compressed already
            archive.writestr(_info(MANIFEST, None), _manifest(head, items))
            for item in items:
                info = _info(item.member, item.changed)
                info.comment = str(item.file.stat().st_mtime_ns).encode()  # the ZIP's own time is good to two seconds
                with item.file.open("rb") as source, archive.open(info, "w", force_zip64=True) as sink:
                    shutil.copyfileobj(source, sink, _CHUNK_BYTES)
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        _check(partial, items)
        partial.replace(path)
        _sync_names(path.parent, path.parent.parent)  # what it holds is removed elsewhere right after this
    except _DAMAGE as exc:
        reason = getattr(exc, "strerror", None) or exc
        raise WorkspaceError(
            f"The archive {path} cannot be written: {reason}. Nothing that was to go there is lost.",
            "Free some space, or check the disk and the rights of the archive folder.",
        ) from exc
    finally:
        partial.unlink(missing_ok=True)


def digest_in(path: Path, member: str) -> str:
    """The SHA-256 of an archived object's bytes as they can be read now; empty when they cannot. Blocks."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as source:
            return _digest(source)
    except _DAMAGE:
        return ""


def take_out(path: Path, member: str, target: Path) -> str:
    """Writes an archived object to a new file; the SHA-256 of what was written, empty when it cannot be read. Raises
    `WorkspaceError` when there is no room for it. Blocks."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as source:
            try:
                with target.open("xb") as sink:
                    shutil.copyfileobj(source, sink, _CHUNK_BYTES)
            except OSError as exc:
                raise WorkspaceError(f"{target} cannot be written: {exc.strerror or exc}.", "Free some space.") from exc
            _keep_time(target, archive.getinfo(member).comment)
        with target.open("rb") as written:
            return _digest(written)
    except _DAMAGE:
        return ""


def contents(path: Path) -> dict[int, tuple[str, str]]:
    """What an archive holds by its manifest: member and SHA-256 of each step's object. Empty for anything that is no
    archive of ours. Blocks."""
    try:
        with zipfile.ZipFile(path) as archive:
            told = json.loads(archive.read(MANIFEST))
        if told["format"] != FORMAT:
            return {}
        return {int(one["step"]): (str(one["member"]), str(one["sha256"])) for one in told["objects"]}
    except (*_DAMAGE, TypeError):
        return {}


def _sync_names(*folders: Path) -> None:
    """Has the names in these folders on the disk, where the platform can: a power cut must not take a new file."""
    for folder in folders:
        with contextlib.suppress(OSError):  # some file systems (network, FUSE) do not know how, nor does Windows
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _keep_time(target: Path, told: bytes) -> None:
    """A folder's store takes a file's time from the file itself, to the nanosecond."""
    if told.isdigit():
        os.utime(target, ns=(int(told), int(told)))


def _manifest(head: Mapping[str, object], items: Sequence[Item]) -> str:
    objects = [{**item.about, "member": item.member, "sha256": item.digest} for item in items]
    return compact({"format": FORMAT, **head, "objects": objects})


def _check(path: Path, items: Sequence[Item]) -> None:
    """Raises `ValueError` unless every object can be read back as it was."""
    with zipfile.ZipFile(path) as archive:
        told = {one["member"]: one["sha256"] for one in json.loads(archive.read(MANIFEST))["objects"]}
        for item in items:
            with archive.open(item.member) as source:
                if not item.digest or not _digest(source) == told[item.member] == item.digest:
                    raise ValueError(f"what was written of {item.member} reads back differently")


def _digest(source: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _info(member: str, changed: datetime | None) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(member)
    if changed is not None and _FIRST_YEAR <= changed.year <= _LAST_YEAR:
        info.date_time = changed.timetuple()[:6]
    info.external_attr = 0o600 << 16
    return info


def _is_usable(part: str) -> bool:
    if part in ("", ".", "..", "_", MANIFEST) or len(part.encode(errors="surrogateescape")) > 200:
        return False
    if any("\ud800" <= character <= "\udfff" for character in part):
        return False
    return _UNUSABLE.search(part) is None and _RESERVED.fullmatch(part) is None
