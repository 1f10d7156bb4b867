"""A file on its way up: under which key, as what type, and re-encoded where its family asks for it."""

from __future__ import annotations

import filecmp
import hashlib
import mimetypes
import os
import re
import shutil
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from core import digests
from core.errors import CoreError, PreconditionFailed, TooLarge, Unavailable, Usage, WorkspaceError
from core.models import Attributes
from core.pictures import LIMIT_BYTES
from core.ports import DIGEST
from core.profiles import Family
from core.recompression import ENDINGS, recompress

_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9_/!.*'() &$@=;:+,-]+")
"""What no key on Supabase may hold; `?` may be in one, but breaks its signed links (facts.md E3)."""
_NAME_BYTES = 255
_PIECE_BYTES = 1 << 20
Stopped = Callable[[], bool]
"""Whether nobody waits for it any more."""
_WORTH_ASKING_BYTES = 64 << 20
"""To read less than that takes no longer than to wonder about it."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """`sent` is what goes up: the file itself (`path`), or a re-encoded copy of it. `note` says what was done to it."""

    path: Path
    key: str
    sent: Path
    size_bytes: int
    sha256: str
    attributes: Attributes
    note: str = ""


def key_of(path: Path, prefix: str = "") -> str:
    """The key that a file gets: its name, in letters that every storage takes, below `prefix`."""
    plain = unicodedata.normalize("NFKD", path.name).encode("ascii", "ignore").decode()
    name = _NOT_ALLOWED.sub("_", plain).replace("/", "_").strip(" .") or "file"
    stem, ending = PurePosixPath(name).stem, PurePosixPath(name).suffix
    name = name if len(name) <= _NAME_BYTES else stem[: _NAME_BYTES - len(ending)] + ending
    folder = prefix.strip("/")
    return f"{folder}/{name}" if folder else name


def prepare(
    path: Path,
    family: Family,
    prefix: str,
    folder: Path,
    key: str = "",
    most_bytes: int | None = None,
    stopped: Stopped = lambda: False,
) -> Prepared:
    """Reads a file, and re-encodes it into `folder` where its family asks for that. Its key is `key`, or made of its
    name and the prefix. Blocks. Raises `Usage` for what is no file, `WorkspaceError` when it cannot be read,
    `PreconditionFailed` when somebody writes it just now, `TooLarge` for a very large one of more than `most_bytes`,
    without reading it, `Unavailable` as soon as it is `stopped`."""
    if stopped():
        raise _broken_off()
    if not path.is_file():
        raise Usage(f"{path} is no file.", "Choose files; whole folders are uploaded on the Upload tab.")
    key, kind = key or key_of(path, prefix), mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    metadata = {} if PurePosixPath(key).name == path.name else {"original_name": path.name}
    try:
        if family.recompress is not None and kind.startswith("image/") and path.stat().st_size <= LIMIT_BYTES:
            made = recompress(path.read_bytes(), family.recompress)
            if made.data is not None:
                before = path.stat().st_size
                # What only lost its position is still what its name says.
                if not made.why and made.content_type != kind:
                    key = str(PurePosixPath(key).with_suffix(ENDINGS[family.recompress.form]))
                sent = folder / hashlib.sha256(str(path).encode(errors="surrogateescape")).hexdigest()
                sent.write_bytes(made.data)
                note = f"It was re-encoded: {before:,} bytes became {len(made.data):,}."
                if made.why:
                    note = "Its position was taken out."
                return _prepared(path, key, sent, Attributes(made.content_type, metadata=metadata), stopped, note)
        size = path.stat().st_size
        if most_bytes is not None and size > max(most_bytes, _WORTH_ASKING_BYTES):
            raise TooLarge(
                f"{path.name} has {size:,} bytes, and no bucket of {family.name} takes more than {most_bytes:,}.",
                "Raise the limit of the bucket or the capacity of the family, or leave the file out.",
            )
        return _prepared(path, key, path, Attributes(kind, metadata=metadata), stopped)
    except OSError as exc:
        raise WorkspaceError(f"{path} cannot be read: {exc.strerror or exc}.", "Check that you may read it.") from exc


def prepare_all(
    files: Sequence[tuple[Path, str]],
    family: Family,
    prefix: str,
    folder: Path,
    most_bytes: int | None,
    stopped: Stopped = lambda: False,
) -> list[Prepared | CoreError]:
    """Each of these (path, key) as `prepare` reads it, or why it cannot be read. Blocks, but not for long once it is
    `stopped`: a large file takes a minute to read."""
    found: list[Prepared | CoreError] = []
    for path, key in files:
        try:
            found.append(prepare(path, family, prefix, folder, key, most_bytes, stopped))
        except CoreError as exc:
            found.append(exc)
    return found


def keep_original(file: Prepared, archive: Path, family: str) -> str:
    """Puts the file that a re-encoded copy was made of beside what is archived; where it lies. Blocks. One that lies
    there already stays, and ours gets a name of its own. Raises `WorkspaceError`."""
    # No storage takes such a key, but this comes before it is asked.
    folders = [part for part in PurePosixPath(file.key).parent.parts if part not in ("/", "..")]
    target = archive.joinpath("originals", family, *folders, file.path.name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if target.exists() and not filecmp.cmp(file.path, target, shallow=False):
            target = target.with_stem(f"{target.stem}-{file.sha256[:12]}")
        if not target.exists():
            shutil.copy2(file.path, target)
    except OSError as exc:
        raise WorkspaceError(f"The original of {file.key} cannot be kept: {exc.strerror or exc}.") from exc
    return str(target)


def _prepared(path: Path, key: str, sent: Path, attributes: Attributes, stopped: Stopped, note: str = "") -> Prepared:
    with sent.open("rb") as file:
        before = os.fstat(file.fileno())
        sha256, size = digests.recall(sent, before), before.st_size
        if not sha256:
            sha256, size = _read_through(file, stopped)
        after = os.fstat(file.fileno())
    if (before.st_size, before.st_mtime_ns) != (size, after.st_mtime_ns):
        raise PreconditionFailed(f"{path} changed while it was being read.", "Try again once it is finished.")
    digests.remember(sent, after, sha256)
    # who stores it sees by the hash whether it became another file meanwhile, and stores no half of it
    attributes = replace(attributes, metadata={**attributes.metadata, DIGEST: sha256})
    return Prepared(path, key, sent, size, sha256, attributes, note)


def _read_through(file: BinaryIO, stopped: Stopped) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while piece := file.read(_PIECE_BYTES):
        digest.update(piece)
        size += len(piece)
        if stopped():
            raise _broken_off()
    return digest.hexdigest(), size


def _broken_off() -> Unavailable:
    return Unavailable("The upload was broken off.", "Start it again.")
