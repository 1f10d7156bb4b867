"""Hashes of large files that were read a while ago and have not changed since: no file is read twice for its hash."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from pathlib import Path

_WORTH_BYTES = 1 << 20
_MOST = 256
_MOMENT_NS = 2_500_000_000
"""FAT counts in steps of two seconds."""
_known: OrderedDict[tuple[str, int, int, int], str] = OrderedDict()
_guard = threading.Lock()


def remember(path: Path, status: os.stat_result, sha256: str) -> None:
    """This was the hash of the file while its size and time were these. Of one that was written a moment ago that says
    little: it may be written again in what its file system takes for the same moment."""
    if status.st_size < _WORTH_BYTES or time.time_ns() - status.st_mtime_ns < _MOMENT_NS:
        return
    with _guard:
        _known[_name(path, status)] = sha256
        while len(_known) > _MOST:
            _known.popitem(last=False)


def recall(path: Path, status: os.stat_result) -> str:
    """The hash of a file that is still what it was; '' where it is not known."""
    with _guard:
        return _known.get(_name(path, status), "")


def _name(path: Path, status: os.stat_result) -> tuple[str, int, int, int]:
    # a time can be set back; that of the last change to the file's record, where the system keeps one, cannot
    return os.path.abspath(path), status.st_size, status.st_mtime_ns, status.st_ctime_ns  # noqa: PTH100
