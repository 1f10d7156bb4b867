"""How a column writes the names of objects, so that a new name is written as its own program would write it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.cleanup.ground import Ground
from core.models import Row, Value
from core.profiles import ReferenceColumn, Source

_SAMPLE = 50


@dataclass(frozen=True, slots=True)
class Wording:
    """What stands before a key, such as the folder of an absolute path, and whether the value is a BLOB."""

    before: str = ""
    as_bytes: bool = False

    def write(self, key: str) -> Value:
        """The value that names a key."""
        text = self.before + key
        return text.encode("utf-8", "surrogateescape") if self.as_bytes else text


def wording_of(cell: Value, key: str) -> Wording | None:
    """How a cell names a key; None when it does not end in the key as such."""
    text = cell.decode("utf-8", "surrogateescape") if isinstance(cell, bytes) else cell
    if not isinstance(text, str) or not key or not text.endswith(key):
        return None
    before = text.removesuffix(key)
    return Wording(before, isinstance(cell, bytes)) if before == "" or before.endswith(("/", "\\")) else None


async def usual_wording(ground: Ground, source: Source, column: ReferenceColumn, bucket: str) -> Wording | None:
    """How most of a source's values name the objects of a bucket; None when no value does."""
    names = [*source.read_columns]
    page = await ground.catalog.read(source.table, source.key, names, limit=min(_SAMPLE, ground.catalog.page_size))
    found = Counter(_wordings(ground, source, column, bucket, page.rows))
    return found.most_common(1)[0][0] if found else None


def _wordings(
    ground: Ground, source: Source, column: ReferenceColumn, bucket: str, rows: Sequence[Row]
) -> Iterable[Wording]:
    for row in rows:
        for _, reference in ground.read(source, row, column.name)[:1]:
            wording = wording_of(row.values[column.name], reference.key)
            if wording and reference.bucket == bucket and not reference.problem and "://" not in wording.before:
                yield wording
