"""What of one folder goes up, and under which keys: read at the moment of the upload, not at that of the scan."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from core.uploads.destination import Home, Keyed, Spelling, Template, keys_of
from core.uploads.folders import Found, ScanRules, branch_of, walk
from core.uploads.stats import Stats, read_stats

_MAGIC = {
    b"\xff\xd8\xff": (".jpg", ".jpeg"),
    b"\x89PNG\r\n\x1a\n": (".png",),
    b"GIF8": (".gif",),
    b"BM": (".bmp",),
}
_WEBP = (".webp",)


@dataclass(frozen=True, slots=True)
class Load:
    """A folder as it is now. `found` is None where it is not there, or holds nothing to upload any more."""

    path: str
    found: Found | None
    files: tuple[Keyed, ...] = ()
    stats: Stats | None = None
    notes: tuple[str, ...] = ()


def load(
    path: str, root: str, batch: str, at: datetime, template: Template, spelling: Spelling, rules: ScanRules
) -> Load:
    """Reads a folder: its pictures with their keys, and its `stats.json`. Blocks."""
    found = look(path, rules)
    if found is None:
        return Load(path, None)
    relative = os.path.relpath(path, root)
    inside = "" if relative == os.curdir else PurePosixPath(*Path(relative).parts).as_posix()
    home = Home(os.path.basename(root) or "root", inside, batch, at)  # noqa: PTH119
    names = sorted(_pictures(path, rules))
    notes = [note for name in names if (note := disguise(Path(path, name)))]
    stats = read_stats(Path(path, rules.stats)) if found.has_stats else None
    return Load(path, found, keys_of(template, home, names, rules.keys, spelling), stats, tuple(notes))


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
    if own in endings:
        return ""
    return f"{path.name} is {'a ' + endings[0][1:] if endings else 'no picture that is known'}, whatever its name says."


def _pictures(path: str, rules: ScanRules) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return [entry.name for entry in entries if entry.name.lower().endswith(rules.images) and entry.is_file()]
    except OSError:
        return []
