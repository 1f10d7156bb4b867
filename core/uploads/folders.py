"""Reading folders: what is in one, digested without opening a file. Only the standard library, so that a bare process
that walks starts at once."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.uploads.names import ANY, KeyRules, why_not

IMAGES = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp")
STATS = "stats.json"
RECEIPTS = frozenset({"success.json", "failed.json"})
OWN_FILES = ".bucketdesk-"
"""How files of ours begin that lie beside somebody's for a moment."""
SIGNATURE_FORM = 1
"""Which rule made a signature; another rule's cannot be compared with it."""

_SORTED = 10_000
"""A folder of more files is digested as a sum, so that it takes no more memory than one of ten."""
_AT_ONCE = 1_024
"""So many subfolders are handed on in one piece."""
_HANDED_ON = 64
"""With more subfolders, somebody else may as well read them."""
_BUDGET = 512
"""So many folders are read for one haul."""
_plain = re.compile(r"[A-Za-z0-9_.-]{3,200}").fullmatch
"""Whether a name is good for every storage; most are."""
_WINDOWS = os.name == "nt"
_JUNCTION = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT: what Windows calls a link to a folder

Branch = tuple[str, bytes]
"""Subfolders of one folder that are still to be read: its path, and their names, NUL between them. A million of them
take 20 MB this way."""


class Found(NamedTuple):
    """A folder that counts. `files` and `size_bytes` leave receipts out; `newest_ns`: the latest change of a file."""

    path: str
    files: int
    images: int
    has_stats: bool
    size_bytes: int
    newest_ns: int
    signature: str


class Trouble(NamedTuple):
    """Something that could not be read, or not be stored as it is. `hides`: what is below it was not seen."""

    path: str
    reason: str
    hides: bool


class Haul(NamedTuple):
    """What reading some folders brought: what counts, what went wrong, what is still to be read, how many were read."""

    found: list[Found]
    troubles: list[Trouble]
    rest: list[Branch]
    folders: int


@dataclass(frozen=True, slots=True)
class ScanRules:
    """What counts as a folder to upload, and which names its files may have."""

    images: tuple[str, ...] = IMAGES
    stats: str = STATS
    keys: KeyRules = ANY


def signature(lines: list[str], summed: int, files: int) -> str:
    """Digests a folder's files, in whatever order they were listed: a line for each, or the sum of `sum_up` where they
    were too many to keep."""
    if files > _SORTED:
        return _digest(f"{files}\0{sum_up(lines, summed)}").hex()
    lines.sort()
    return _digest("".join(lines)).hex()


def sum_up(lines: list[str], summed: int) -> int:
    """Adds what was read so far to the sum, and forgets the lines."""
    for line in lines:
        summed += int.from_bytes(_digest(line), "big")
    lines.clear()
    return summed


def branch_of(root: str) -> Branch:
    """The whole tree at `root`."""
    parent, name = os.path.split(root)
    return parent, os.fsencode(name)


def walk(branch: Branch, rules: ScanRules, budget: int = _BUDGET) -> Haul:
    """Reads these folders and what is below them, at most `budget`; the rest is handed back. Nothing stops it: what
    cannot be read is a trouble."""
    parent, names = branch
    above = parent if parent.endswith(os.sep) else parent + os.sep
    todo = [above + name for name in os.fsdecode(names).split("\0")]
    haul = Haul([], [], [], 0)
    read = 0
    while todo and read < budget:
        _read(todo.pop(), rules, haul, todo)
        read += 1
    haul.rest.extend(_packed(todo))
    return haul._replace(folders=read)


def _read(path: str, rules: ScanRules, haul: Haul, todo: list[str]) -> None:
    # This is done for every file there is, a million times: it is written for speed, with locals and few calls.
    lines: list[str] = []
    below: list[str] = []
    unsure: list[os.DirEntry[str]] = []
    endings, stats, has_stats = rules.images, rules.stats, False
    files = images = size_bytes = newest_ns = summed = 0
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                name = entry.name
                if entry.is_dir(follow_symlinks=False) and not (_WINDOWS and _is_junction(entry)):
                    below.append(name)
                    if len(below) == _AT_ONCE:
                        haul.rest.append((path, _names(below)))
                        below.clear()
                    continue
                if name in RECEIPTS or (name[0] == "." and name.startswith(OWN_FILES)):
                    continue
                info = _size_and_time(entry, haul.troubles)
                if info is None:
                    continue
                files += 1
                size_bytes += info.st_size
                changed_ns = info.st_mtime_ns
                if changed_ns > newest_ns:
                    newest_ns = changed_ns
                lines.append(f"{name}\0{info.st_size}\0{changed_ns}\n")
                if len(lines) > _SORTED:
                    summed = sum_up(lines, summed)
                if name.endswith(endings) or name.lower().endswith(endings):
                    images += 1
                    if not _plain(name):
                        unsure.append(entry)
                elif name == stats:
                    has_stats = True
    except (FileNotFoundError, NotADirectoryError):
        return  # it went while the tree was read: whoever knew it finds that out
    except OSError as exc:
        haul.troubles.append(Trouble(_shown(path), _why_unreadable(exc), True))
        return
    finally:
        if len(below) > _HANDED_ON:
            haul.rest.append((path, _names(below)))
        elif below:
            above = path if path.endswith(os.sep) else path + os.sep
            todo += [above + name for name in below]
    if (images or has_stats) and _can_be_told(path, rules, haul.troubles):
        digest = signature(lines, summed, files)
        haul.found.append(Found(path, files, images, has_stats, size_bytes, newest_ns, digest))
        for entry in unsure:
            if why := why_not(entry.name, rules.keys):
                haul.troubles.append(Trouble(_shown(entry.path), why, False))


def _size_and_time(entry: os.DirEntry[str], troubles: list[Trouble]) -> os.stat_result | None:
    """Of a file, or of what a link to a file leads to; None for everything else."""
    try:
        if entry.is_file(follow_symlinks=False):
            return entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    except OSError as exc:
        troubles.append(Trouble(_shown(entry.path), _why_unreadable(exc), False))
        return None
    return _through_link(entry, troubles)


def _through_link(entry: os.DirEntry[str], troubles: list[Trouble]) -> os.stat_result | None:
    """What a link to a file leads to; everything else that is no file is a trouble."""
    if not entry.is_symlink() and not entry.is_dir(follow_symlinks=False):
        troubles.append(Trouble(_shown(entry.path), "It is neither a file nor a folder.", False))
        return None
    try:
        info = entry.stat()
    except FileNotFoundError:
        troubles.append(Trouble(_shown(entry.path), "A link that leads nowhere.", False))
        return None
    except OSError as exc:
        why = "A link that leads in a circle." if exc.errno == errno.ELOOP else _why_unreadable(exc)
        troubles.append(Trouble(_shown(entry.path), why, False))
        return None
    if stat.S_ISREG(info.st_mode):
        return info
    troubles.append(Trouble(_shown(entry.path), _link_to_folder(entry.path), False))
    return None


def _link_to_folder(path: str) -> str:
    target = os.path.realpath(path)
    above = os.path.realpath(os.path.dirname(path))  # noqa: PTH120
    if above == target or above.startswith(target.rstrip(os.sep) + os.sep):
        return "A link to a folder above it: following it would never end."
    return f"A link to a folder, which is not followed; scan {_shown(target)} too if it is meant."


def _can_be_told(path: str, rules: ScanRules, troubles: list[Trouble]) -> bool:
    """Whether a tracker can write this path; a name that no key can carry is a trouble all the same."""
    name = path[path.rfind(os.sep) + 1 :]
    if path.isascii() and _plain(name):
        return True
    try:
        path.encode()
    except UnicodeEncodeError:
        troubles.append(Trouble(_shown(path), "The name is not text (its bytes are no UTF-8): rename it.", False))
        return False
    if why := why_not(name or "root", rules.keys):
        troubles.append(Trouble(path, why, False))
    return True


def _packed(paths: Sequence[str]) -> Iterable[Branch]:
    """Paths by the folder they are in, in their order."""
    together: dict[str, list[str]] = {}
    for path in paths:
        parent, name = os.path.split(path)
        together.setdefault(parent, []).append(name)
    return [(parent, _names(names)) for parent, names in together.items()]


def _names(names: Sequence[str]) -> bytes:
    return os.fsencode("\0".join(names))


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).digest()


def _is_junction(entry: os.DirEntry[str]) -> bool:
    return getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0) == _JUNCTION


def _why_unreadable(exc: OSError) -> str:
    if exc.errno == errno.EACCES:
        return "It cannot be read: you have no right to it."
    if exc.errno == errno.ENAMETOOLONG:
        return "It cannot be read: its path is too long for this system."
    return f"It cannot be read: {exc.strerror or exc}."


def _shown(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode()
