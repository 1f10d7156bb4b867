"""What stands in the way of reading or storing something of a tree, in sentences."""

from __future__ import annotations

import errno
import os
import stat
from typing import NamedTuple

_NO_UTF8 = "The name is not text (its bytes are no UTF-8): rename it."


class Trouble(NamedTuple):
    """Something that could not be read, or not be stored as it is. `hides`: what is below it was not seen."""

    path: str
    reason: str
    hides: bool


def unreadable(path: str, exc: OSError, *, hides: bool) -> Trouble:
    """What the system said when this was to be read."""
    return Trouble(shown(path), _why_unreadable(exc), hides)


def through_link(entry: os.DirEntry[str], troubles: list[Trouble]) -> os.stat_result | None:
    """What a link to a file leads to; everything else that is neither a file nor a folder is a trouble. Raises
    `FileNotFoundError` for what went meanwhile."""
    if not entry.is_symlink():
        entry.stat(follow_symlinks=False)
        troubles.append(Trouble(shown(entry.path), "It is neither a file nor a folder.", False))
        return None
    try:
        info = entry.stat()
    except FileNotFoundError:
        os.lstat(entry.path)  # a link that is gone itself leads nowhere, but is no trouble
        troubles.append(Trouble(shown(entry.path), "A link that leads nowhere.", False))
        return None
    except OSError as exc:
        why = "A link that leads in a circle." if exc.errno == errno.ELOOP else _why_unreadable(exc)
        troubles.append(Trouble(shown(entry.path), why, False))
        return None
    if stat.S_ISREG(info.st_mode):
        return info
    why = (
        _link_to_folder(entry.path) if stat.S_ISDIR(info.st_mode) else "A link to what is neither a file nor a folder."
    )
    troubles.append(Trouble(shown(entry.path), why, False))
    return None


def is_file(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file, or a link to one. A link in a circle, or to where nobody may look, is none."""
    try:
        return entry.is_file()
    except OSError:
        return False


def why_untold(path: str) -> str:
    """Why a tracker cannot write this path; '' when it can."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return _NO_UTF8
    return ""


def shown(path: str) -> str:
    """A path, or what is said of it, in signs that can be shown and kept, whatever its bytes are."""
    return path.encode("utf-8", "backslashreplace").decode()


def _link_to_folder(path: str) -> str:
    target = os.path.realpath(path)
    above = os.path.realpath(os.path.dirname(path))  # noqa: PTH120
    if above == target or above.startswith(target.rstrip(os.sep) + os.sep):
        return "A link to a folder above it: following it would never end."
    return f"A link to a folder, which is not followed; scan {shown(target)} too if it is meant."


def _why_unreadable(exc: OSError) -> str:
    if exc.errno == errno.EACCES:
        return "It cannot be read: you have no right to it."
    if exc.errno == errno.ENAMETOOLONG:
        return "It cannot be read: its path is too long for this system."
    return f"It cannot be read: {exc.strerror or exc}."
