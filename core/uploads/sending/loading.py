"""What of one folder goes up, and under which keys: read at the moment of the upload, not at that of the scan."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from core.profiles.destination import Broken, Destination
from core.uploads.destination import Home, Keyed, Template, keys_of
from core.uploads.scanning.folders import Found, ScanRules, branch_of, walk
from core.uploads.scanning.obstacles import is_file
from core.uploads.scanning.stats import Stats, read_stats

_MAGIC = {
    b"\xff\xd8\xff": (".jpg", ".jpeg"),
    b"\x89PNG\r\n\x1a\n": (".png",),
    b"GIF8": (".gif",),
    b"BM": (".bmp",),
}
_WEBP = (".webp",)
_TOLD_APART = frozenset(ending for endings in (*_MAGIC.values(), _WEBP) for ending in endings)
"""Pictures of other kinds are taken for what their name says."""
_FAIL = Broken.FAIL


@dataclass(frozen=True, slots=True)
class Load:
    """A folder as it is now. `found` is None where it is not there, or holds nothing to upload any more. `notes`: what
    is odd about it, in sentences; `why_not`: why it is not to go up, '' where it is. `sizes`: bytes of its files."""

    path: str
    found: Found | None
    home: Home
    files: tuple[Keyed, ...] = ()
    stats: Stats | None = None
    notes: tuple[str, ...] = ()
    why_not: str = ""
    sizes: Mapping[str, int] = field(default_factory=dict)


def load(path: str, root: str, batch: str, at: datetime, destination: Destination, rules: ScanRules) -> Load:
    """Reads a folder: the files that go up with their keys, and its `stats.json`. Blocks."""
    relative = os.path.relpath(path, root)
    inside = "" if relative == os.curdir else PurePosixPath(*Path(relative).parts).as_posix()
    home = Home(os.path.basename(root) or "root", inside, batch, at)  # noqa: PTH119
    found = look(path, rules)
    if found is None:
        return Load(path, None, home)
    sizes = sizes_of(path, destination)
    names = sorted(sizes)
    disguises = [note for name in names if destination.is_image(name) and (note := disguise(Path(path, name)))]
    stats = read_stats(Path(path, rules.stats))
    broken = stats.reason if found.has_stats or destination.folder_rows or destination.broken_stats == _FAIL else ""
    wrong = [broken] if broken and destination.broken_stats == _FAIL else []
    wrong += disguises if destination.disguised == _FAIL else []
    notes = [*disguises, *([broken] if broken and not stats.lacking else [])]
    keyed = keys_of(_template(destination.key), home, names, rules.keys, destination.spelling)
    return Load(path, found, home, keyed, stats, tuple(notes), " ".join(wrong[:1]), sizes)


def look(path: str, rules: ScanRules) -> Found | None:
    """The folder as a scan would find it now."""
    found = walk(branch_of(path), rules, budget=1).found
    return found[0] if found else None


def disguise(path: Path) -> str:
    """That a picture is not what its ending says, in a sentence; '' where it is, or cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return ""
    if not head:
        return f"{path.name} is empty."
    endings = next((endings for magic, endings in _MAGIC.items() if head.startswith(magic)), ())
    if head.startswith(b"RIFF") and head[8:] == b"WEBP":
        endings = _WEBP
    own = path.suffix.lower()
    if own in endings or (not endings and own not in _TOLD_APART):
        return ""
    return f"{path.name} is {'a ' + endings[0][1:] if endings else 'no picture that is known'}, whatever its name says."


def sizes_of(path: str, destination: Destination) -> dict[str, int]:
    """The files of a folder that go up, with their bytes. Blocks."""
    found: dict[str, int] = {}
    with contextlib.suppress(OSError), os.scandir(path) as entries:
        for entry in entries:
            if destination.takes(entry.name) and is_file(entry):
                with contextlib.suppress(FileNotFoundError):  # it went meanwhile
                    found[entry.name] = entry.stat().st_size
    return found


@functools.lru_cache(8)
def _template(text: str) -> Template:
    return Template(text)
