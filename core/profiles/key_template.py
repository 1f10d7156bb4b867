"""How keys are made of the names of files and folders: the template of a destination."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from string import Formatter

from core.errors import Usage

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

    @property
    def depends_on_batch(self) -> bool:
        """Whether another batch makes another key of the same file."""
        return any(field in ("batch", "date") for _, field, _ in self._parts)

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
