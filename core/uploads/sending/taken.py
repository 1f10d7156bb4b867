"""Other names for a key that is taken: by the file's content, or by a number."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_STEM_BYTES = 200
"""With a longer name, no room would be left for what tells it apart."""


def marked(key: str, mark: str) -> str:
    """The key with a mark before its ending; cut where it would be too long for that."""
    path = PurePosixPath(key)
    stem = path.stem.encode()[:_STEM_BYTES].decode(errors="ignore")
    return str(path.with_name(f"{stem}-{mark}{path.suffix}"))


def version(key: str, number: int) -> str:
    """The key of this version, from 2 on."""
    return marked(key, f"v{number}")


def version_of(key: str, first: str) -> int:
    """Which version of `first` a key is; 0 for none."""
    found = re.search(r"-v([1-9][0-9]*)(?=\.[^./]*$|$)", key)
    return int(found[1]) if found and version(first, int(found[1])) == key else 0
