"""How the row of a folder or image names a file: by its key, or by an address where its key alone would mislead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from core.profiles import Profile
from core.profiles.row_fields import WORDS
from core.uploads.tables.mapping import Mapped

_KEYS = ("key", "image_paths", "file_paths")
"""The fields that name files by their keys alone."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the project reads the keys of a table's rows as: those of one `bucket`, of the one that the row names
    itself (`by_row`), or nothing in particular (`free`)."""

    bucket: str | None = None
    by_row: bool = False
    free: bool = True

    def name(self, bucket: str, key: str, row_bucket: str | None) -> str:
        """A file's key; its address where that key would be looked for in another bucket. Sources read both."""
        if self.free or bucket == (row_bucket if self.by_row else self.bucket):
            return key
        return f"/storage/v1/object/{quote(bucket, safe='')}/{quote(key)}"


FREE = Names()


def names_in(profile: Profile, mapped: Mapped) -> Names:
    """How the rows of this table are read, by the first source that reads keys out of what is filled."""
    filled: Mapping[str, str] = {column.name: field for column, field in mapped.columns}
    for source in profile.sources:
        if source.table != mapped.table.name or not any(filled.get(one.name) in _KEYS for one in source.columns):
            continue
        said = filled.get(source.bucket_column, "") if source.bucket_column else ""
        bucket = said.removeprefix(WORDS) if said.startswith(WORDS) else None
        return Names(bucket or source.bucket, said == "bucket", free=False)
    return FREE
