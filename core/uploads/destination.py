"""Where the files of a folder go: the template that makes their keys, and why a file gets none."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from string import Formatter

from core.errors import Usage
from core.single_upload.source import key_of
from core.uploads.names import ANY, KeyRules, why_not

FIELDS = {
    "name": "the file's name",
    "stem": "the file's name without its ending",
    "ending": "its ending, with the dot",
    "folder": "the name of its folder",
    "parent": "the name of the folder above that",
    "relative": "the path of its folder below the scanned one",
    "root": "the name of the scanned folder",
    "batch": "the name of the batch",
    "date": "the day of the upload, as 2026-11-21; {date:%Y/%m} as 2026/11",
}
"""What may stand in a template, and what it stands for."""
DEFAULT = "{folder}/{name}"
_DATES = re.compile(r"(?:%[YmdHMj]|[A-Za-z0-9 _./-])*")
_TELLS_FILES_APART = ("name", "stem")


class Spelling(enum.StrEnum):
    """What to do with names that a storage cannot carry."""

    EXACT = "exact"
    """They are refused: a key is its name, byte for byte."""
    PLAIN = "plain"
    """Their letters are replaced by plain ones: `Übung.jpg` goes up as `Ubung.jpg`."""


@dataclass(frozen=True, slots=True)
class Home:
    """A folder on its way. `relative`: its path below the scanned one, with slashes; '' for that one itself."""

    root: str
    relative: str
    batch: str
    at: datetime

    @property
    def folder(self) -> str:
        """Its own name."""
        return self.relative.rpartition("/")[2] or self.root

    @property
    def parent(self) -> str:
        """The name of the folder above it; '' above the scanned one."""
        above = self.relative.rpartition("/")[0]
        return above.rpartition("/")[2] or (self.root if self.relative else "")


@dataclass(frozen=True, slots=True)
class Keyed:
    """A file's key; without one, `why_not` is a sentence."""

    name: str
    key: str = ""
    why_not: str = ""


class Template:
    """How keys are made, such as `{folder}/{name}`. What is empty leaves no empty part behind."""

    def __init__(self, text: str = DEFAULT) -> None:
        """Raises `Usage` for a template that means nothing, or that would give all files of a folder one key."""
        self.text = text
        hint = f"Use {', '.join('{' + name + '}' for name in FIELDS)}, for example {DEFAULT}"
        try:
            parts = list(Formatter().parse(text))
        except ValueError as exc:
            raise Usage(f"The key template “{text}” is not understood: {exc}.", hint) from exc
        for _, name, form, conversion in parts:
            if name is not None and (name not in FIELDS or conversion):
                raise Usage(f"The key template “{text}” has “{name}”, which stands for nothing.", hint)
            if form and (name != "date" or not _DATES.fullmatch(form)):
                raise Usage(f"The key template “{text}” has “:{form}”, which is no form of a date.", hint)
        if not any(name in _TELLS_FILES_APART for _, name, _, _ in parts):
            raise Usage(f"The key template “{text}” gives all files of a folder the same key.", "Let it have {name}.")
        self._parts = [(literal, name, form or "%Y-%m-%d") for literal, name, form, _ in parts]

    def key(self, home: Home, name: str) -> str:
        """The key of a file, whatever a storage thinks of it. What a name holds is never read as a template."""
        stem, ending = PurePosixPath(name).stem, PurePosixPath(name).suffix
        values: Mapping[str, str] = {
            "name": name,
            "stem": stem,
            "ending": ending,
            "folder": home.folder,
            "parent": home.parent,
            "relative": home.relative,
            "root": home.root,
            "batch": home.batch,
        }
        made = "".join(
            literal + ("" if field is None else home.at.strftime(form) if field == "date" else values[field])
            for literal, field, form in self._parts
        )
        return "/".join(part for part in made.split("/") if part)


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
