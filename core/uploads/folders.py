"""Reading folders: what is in one, digested without opening a file. Only the standard library, so that a bare process
that walks starts at once."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from core.uploads.names import ANY, KeyRules, why_not

IMAGES = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp")
STATS = "stats.json"
RECEIPTS = ("success.json", "failed.json")
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


@dataclass(slots=True)
class _Contents:
    """What is in one folder; the rest of it is digested into a sum when there is too much of it."""

    lines: list[str] = field(default_factory=list)
    summed: int = 0
    files: int = 0
    images: int = 0
    has_stats: bool = False
    size_bytes: int = 0
    newest_ns: int = 0

    def sum_up(self) -> None:
        for line in self.lines:
            self.summed += int.from_bytes(_digest(line), "big")
        self.lines.clear()

    @property
    def signature(self) -> str:
        """Of names, sizes, times and count, in whatever order the files were listed."""
        if self.files > _SORTED:
            self.sum_up()
            return _digest(f"{self.files}\0{self.summed}").hex()
        self.lines.sort()
        return _digest("".join(self.lines)).hex()


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
    # Everything here is done for every file there is: it is written for speed, calls only what it must.
    contents, below, unsure = _Contents(), list[str](), list[os.DirEntry[str]]()
    lines, images, stats = contents.lines, rules.images, rules.stats
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
                if name in RECEIPTS or name.startswith(OWN_FILES):
                    continue
                try:
                    info = entry.stat(follow_symlinks=False) if entry.is_file(follow_symlinks=False) else None
                except OSError as exc:
                    if not isinstance(exc, FileNotFoundError):
                        haul.troubles.append(Trouble(_shown(entry.path), _why_unreadable(exc), False))
                    continue
                if info is None and (info := _through_link(entry, haul.troubles)) is None:
                    continue
                size, changed = info.st_size, info.st_mtime_ns
                contents.files += 1
                contents.size_bytes += size
                if changed > contents.newest_ns:
                    contents.newest_ns = changed
                lines.append(f"{name}\0{size}\0{changed}\n")
                if len(lines) > _SORTED:
                    contents.sum_up()
                if name.lower().endswith(images):
                    contents.images += 1
                    if not _plain(name):
                        unsure.append(entry)
                elif name == stats:
                    contents.has_stats = True
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
    if contents.images or contents.has_stats:
        _note_folder(path, rules, contents, haul)
        wrong = ((one, why_not(one.name, rules.keys)) for one in unsure)
        haul.troubles.extend(Trouble(_shown(one.path), why, False) for one, why in wrong if why)


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


def _note_folder(path: str, rules: ScanRules, contents: _Contents, haul: Haul) -> None:
    try:
        path.encode()
    except UnicodeEncodeError:
        haul.troubles.append(Trouble(_shown(path), "The name is not text (its bytes are no UTF-8): rename it.", False))
        return
    name = os.path.basename(path) or "root"  # noqa: PTH119
    if not _plain(name) and (why := why_not(name, rules.keys)):
        haul.troubles.append(Trouble(path, why, False))
    haul.found.append(
        Found(
            path,
            contents.files,
            contents.images,
            contents.has_stats,
            contents.size_bytes,
            contents.newest_ns,
            contents.signature,
        )
    )


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
