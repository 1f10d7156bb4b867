"""Reading folders: what is in one, digested without opening a file. Only the standard library, so that a bare process
that walks starts at once."""

from __future__ import annotations

import functools
import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.uploads.scanning.names import ANY, KeyRules, why_not
from core.uploads.scanning.obstacles import Trouble, shown, through_link, unreadable, why_untold

IMAGES = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp")
STATS = "stats.json"
RECEIPTS = frozenset({"success.json", "failed.json"})
ASIDE = ".bucketdesk-"
"""How files of ours begin that lie beside somebody's for a moment."""
OWN_FILES = (ASIDE, "upload_tracker.db")
"""How names begin that are never somebody's: also that of a tracker, which people keep among their folders."""
ALL = ("",)
"""Endings that every file has."""
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
_NAMES_KEPT = 4_096
"""Most names come again and again: so many are kept in mind with what they mean."""
_NAMED = 100
"""Of the names in one folder that no key can carry, so many are told one by one."""
_GOES_UP, _IMAGE, _STATS, _ODD, _UNUSUAL = 1, 2, 4, 8, 16
"""What a file's name says about it: the bits of its kind. `_ODD`: it must be looked at whether a key can carry it;
`_UNUSUAL`: the usual rules would see something else in it."""
_NEITHER = -1
"""The kind of a file that is none of the folder's: a receipt, or what lies there for a moment."""
_plain = re.compile(r"[A-Za-z0-9_.-]{3,200}").fullmatch
"""Whether a name is good for every storage; most are."""
_new = tuple.__new__
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


class Haul(NamedTuple):
    """What reading some folders brought: what counts, what went wrong, what is still to be read, how many were read."""

    found: list[Found]
    troubles: list[Trouble]
    rest: list[Branch]
    folders: int


@dataclass(frozen=True, slots=True)
class ScanRules:
    """What counts as a folder to upload, and which names its files may have. `others`: endings of what goes up beside
    images, in lower case as those of images. Files that go up by these rules and not by the usual ones, or the other
    way round, are part of a folder's signature: with other rules, exactly those folders have changed for which they
    matter."""

    images: tuple[str, ...] = IMAGES
    stats: str = STATS
    keys: KeyRules = ANY
    others: tuple[str, ...] = ()


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
    kinds = _kinds(rules)
    read = 0
    while todo and read < budget:
        _read(todo.pop(), rules, kinds, haul, todo)
        read += 1
    haul.rest.extend(_packed(todo))
    return haul._replace(folders=read)


def _read(path: str, rules: ScanRules, kinds: dict[str, int], haul: Haul, todo: list[str]) -> None:
    # This is done for every file there is, a million times: it is written for speed, with locals and few calls.
    lines: list[str] = []
    below: list[str] = []
    odd: list[str] = []
    known = kinds.get
    seen = files = images = size_bytes = newest_ns = summed = 0
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                name = entry.name
                try:
                    if entry.is_file(follow_symlinks=False):
                        kind = known(name)
                        if kind is None:
                            kind = _kind(name, rules, kinds)
                        if kind < 0:
                            continue
                        info = entry.stat(follow_symlinks=False)
                    elif entry.is_dir(follow_symlinks=False) and not (_WINDOWS and _is_junction(entry)):
                        below.append(name)
                        if len(below) == _AT_ONCE:
                            haul.rest.append((path, _names(below)))
                            below.clear()
                        continue
                    else:
                        kind = _kind(name, rules, kinds)
                        linked = None if kind < 0 else through_link(entry, haul.troubles)
                        if linked is None:
                            continue
                        info = linked
                except FileNotFoundError:
                    continue  # it went while the folder was read
                except OSError as exc:
                    haul.troubles.append(unreadable(entry.path, exc, hides=False))
                    continue
                size, changed_ns = info.st_size, info.st_mtime_ns
                files += 1
                size_bytes += size
                if changed_ns > newest_ns:
                    newest_ns = changed_ns
                if kind:
                    seen |= kind
                    if kind & _IMAGE:
                        images += 1
                    if kind & _ODD:
                        odd.append(name)
                if kind & _UNUSUAL:
                    lines.append(f"{name}\0{size}\0{changed_ns}\0{kind & ~_ODD}\n")
                else:
                    lines.append(f"{name}\0{size}\0{changed_ns}\n")
                if len(lines) > _SORTED:
                    summed = sum_up(lines, summed)
    except (FileNotFoundError, NotADirectoryError):
        return  # it went while the tree was read: whoever knew it finds that out
    except OSError as exc:
        haul.troubles.append(unreadable(path, exc, hides=True))
        return
    finally:
        below.sort()  # what is known of neighbours lies together too, and so they do on most disks
        if len(below) > _HANDED_ON:
            haul.rest.append((path, _names(below)))
        elif below:
            above = path if path.endswith(os.sep) else path + os.sep
            todo += [above + name for name in below]
    if seen & (_IMAGE | _STATS) and _can_be_told(path, rules, haul.troubles):
        digest = signature(lines, summed, files)
        facts = (path, files, images, seen & _STATS != 0, size_bytes, newest_ns, digest)
        haul.found.append(_new(Found, facts))  # two thirds faster than Found(…)
        if odd:
            _tell_names(path, odd, rules, haul.troubles)


@functools.lru_cache(8)
def _kinds(rules: ScanRules) -> dict[str, int]:
    """Kinds of files by their name, as far as they are known."""
    return {}


def _kind(name: str, rules: ScanRules, kinds: dict[str, int]) -> int:
    """What a file's name says about it, by these rules."""
    kind = kinds.get(name)
    if kind is None:
        kind = _judged(name, rules)
        if len(kinds) < _NAMES_KEPT:
            kinds[name] = kind
    return kind


def _judged(name: str, rules: ScanRules) -> int:
    if name in RECEIPTS or name.startswith(OWN_FILES):
        return _NEITHER
    small = name.lower()
    kind = _meant(small.endswith(rules.images), small.endswith(rules.others), name == rules.stats)
    usual = _meant(small.endswith(IMAGES), False, name == STATS)
    odd = _ODD if kind & _GOES_UP and not _plain(name) else 0
    return kind | odd | (_UNUSUAL if kind != usual else 0)


def _meant(is_image: bool, goes_up: bool, is_stats: bool) -> int:
    if is_image:
        return _GOES_UP | _IMAGE
    return (_GOES_UP if goes_up else 0) | (_STATS if is_stats else 0)


def _tell_names(path: str, names: Sequence[str], rules: ScanRules, troubles: list[Trouble]) -> None:
    """Says of each name why no key can carry it; of a great many, how many more there are."""
    above = path if path.endswith(os.sep) else path + os.sep
    told = 0
    for name in names:
        if why := why_not(name, rules.keys):
            told += 1
            if told <= _NAMED:
                troubles.append(Trouble(shown(above + name), why, False))
    if told > _NAMED:
        troubles.append(Trouble(path, f"{told - _NAMED:,} more of its files have such names.", False))


def _can_be_told(path: str, rules: ScanRules, troubles: list[Trouble]) -> bool:
    """Whether a tracker can write this path; a name that no key can carry is a trouble all the same."""
    name = path[path.rfind(os.sep) + 1 :]
    if path.isascii() and _plain(name):
        return True
    if why := why_untold(path):
        troubles.append(Trouble(shown(path), why, False))
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
