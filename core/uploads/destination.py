"""Which key each file of a folder gets, and why one gets none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.profiles.destination import ALL_FILES, IMAGES_ONLY, Destination, Duplicates, Existing, RowMapping, Spelling
from core.profiles.key_template import DEFAULT, FIELDS, Home, Template
from core.single_upload.source import key_of
from core.uploads.scanning.folders import ScanRules
from core.uploads.scanning.names import ANY, KeyRules, why_not

__all__ = [
    "DEFAULT",
    "FIELDS",
    "Destination",
    "Duplicates",
    "Existing",
    "Home",
    "Keyed",
    "RowMapping",
    "Spelling",
    "Template",
    "keys_of",
    "rules_of",
]


def rules_of(destination: Destination, keys: KeyRules = ANY) -> ScanRules:
    """What counts in folders that go to a destination, in a storage that takes such keys."""
    others = ("",) if destination.files == ALL_FILES else () if destination.files == IMAGES_ONLY else destination.files
    return ScanRules(destination.images, destination.stats, keys, tuple(others))


@dataclass(frozen=True, slots=True)
class Keyed:
    """A file's key; without one, `why_not` is a sentence."""

    name: str
    key: str = ""
    why_not: str = ""


def keys_of(
    template: Template,
    home: Home,
    names: Sequence[str],
    rules: KeyRules = ANY,
    spelling: Spelling = Spelling.EXACT,
) -> tuple[Keyed, ...]:
    """The keys of a folder's files, in their order. Two that would get one key get none, for each could be meant."""
    made = [template.key(home, name) for name in names]
    if spelling is Spelling.PLAIN:
        made = [_plainly(key, rules) for key in made]
    owners: dict[str, list[str]] = {}
    for name, key in zip(names, made, strict=True):
        owners.setdefault(key, []).append(name)
    return tuple(_keyed(name, key, owners[key], rules) for name, key in zip(names, made, strict=True))


def _keyed(name: str, key: str, owners: Sequence[str], rules: KeyRules) -> Keyed:
    if why := why_not(key, rules):
        return Keyed(name, why_not=why)
    if len(owners) > 1:
        other = next((one for one in owners if one != name), name)
        return Keyed(name, why_not=f"“{other}” would get the same key, {key}: rename one of them.")
    return Keyed(name, key)


def _plainly(key: str, rules: KeyRules) -> str:
    """The key in letters that the storage takes, where it is not so already."""
    if not why_not(key, rules):
        return key
    parts = key.split("/")
    return "/".join(part if not why_not(part, rules) else key_of(Path(part)) for part in parts)
