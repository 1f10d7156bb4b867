"""Destinations: where folders are uploaded to, under which keys, with which rows, and what to do when in doubt."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from core.profiles.key_template import DEFAULT
from core.uploads.scanning.folders import IMAGES, OWN_FILES, RECEIPTS, STATS

FOLDER_TABLE = "device_test"
"""The table that has a row for each folder, in projects that have such a table (resources/presets.toml)."""
IMAGES_ONLY, ALL_FILES = "images", "all"
ON, OFF = "on", "off"


class Spelling(enum.StrEnum):
    """What to do with names that a storage cannot carry."""

    EXACT = "exact"
    """They are refused: a key is its name, byte for byte."""
    PLAIN = "plain"
    """Their letters are replaced by plain ones: `Übung.jpg` goes up as `Ubung.jpg`."""


class Existing(enum.StrEnum):
    """What to do with a file under whose key other content stands already. The same content counts as stored, and
    nothing is ever overwritten."""

    RENAME = "rename"
    """It goes up under a name that says by its content which it is."""
    VERSION = "version"
    """It goes up as the next version: `name-v2.jpg`, then `name-v3.jpg`."""
    FAIL = "fail"
    """Its folder fails with the reason."""
    ASK = "ask"
    """Its folder waits until somebody says what to do."""


class Duplicates(enum.StrEnum):
    """What to do with a file whose content is stored already under another key."""

    UPLOAD = "upload"
    """It goes up all the same."""
    SKIP = "skip"
    """What is stored takes its place: rows and receipts name that."""
    ASK = "ask"
    """Its folder waits until somebody says what to do."""


class Broken(enum.StrEnum):
    """What to do with a folder of which something is not what its name says."""

    UPLOAD = "upload"
    """It goes up, with a note."""
    FAIL = "fail"
    """It fails with the reason."""


@dataclass(frozen=True, slots=True)
class RowMapping:
    """The table that gets rows, and what its columns hold: (column, field) each. Without columns, those that the table
    has of the usual names are filled (`row_fields`). `key`: its key columns, where the table declares none."""

    table: str
    columns: tuple[tuple[str, str], ...] = ()
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Destination:
    """Where folders go. `key` is a template; `files`: `images`, `all`, or the endings of what goes up beside images.
    `duplicates` None: nobody has said; then the window asks, and the command line shows them and uploads. `receipts`:
    `on`, `off`, or the folder that holds them all. `disguised`: a picture that is not what its ending says. `delay` is
    in seconds, between batches."""

    name: str
    family: str
    key: str = DEFAULT
    spelling: Spelling = Spelling.EXACT
    existing: Existing = Existing.RENAME
    duplicates: Duplicates | None = None
    files: str | tuple[str, ...] = IMAGES_ONLY
    images: tuple[str, ...] = IMAGES
    stats: str = STATS
    broken_stats: Broken = Broken.UPLOAD
    disguised: Broken = Broken.UPLOAD
    receipts: str = ON
    batch_size: int = 50
    max_retries: int = 3
    delay: float = 0.0
    folder_rows: RowMapping | None = None
    image_rows: RowMapping | None = None

    def is_image(self, name: str) -> bool:
        """Whether a file counts as an image, by its ending."""
        return name.lower().endswith(self.images)

    def takes(self, name: str) -> bool:
        """Whether a file of this name goes up. What Bucketdesk writes itself never does."""
        if name in RECEIPTS or name.startswith(OWN_FILES):
            return False
        if self.is_image(name) or self.files == ALL_FILES:
            return True
        return isinstance(self.files, tuple) and name.lower().endswith(self.files)
