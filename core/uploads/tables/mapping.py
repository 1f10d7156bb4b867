"""Which columns of a table get which field of a folder or an image; checked before anything goes up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import Usage
from core.models import Column, Table, Value
from core.profiles.destination import RowMapping
from core.profiles.row_fields import USUAL_OF_FOLDERS, USUAL_OF_IMAGES, WORDS
from core.uploads.tables.cells import DoesNotFit, cell

_TELLS_FOLDERS = ("path", "image_paths", "image_bucket_paths", "file_paths", "file_bucket_paths", "files", "created")
_TELLS_IMAGES = ("key", "bucket_path", "url")
_STAYS = "created"
"""The field that keeps its value when a row is written anew."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A table whose rows are written: its key, and each column with its field. `found_by`: the column by which the row
    of a folder or image is found again, '' where only what was noted tells. `beside`: a column that must agree too."""

    table: Table
    key: tuple[str, ...]
    columns: tuple[tuple[Column, str], ...]
    found_by: str
    beside: str
    service: bool

    def row(self, values: Mapping[str, object]) -> dict[str, Value]:
        """The cells of a row. Raises `DoesNotFit` with the end of a sentence."""
        made: dict[str, Value] = {}
        for column, field in self.columns:
            value = field.removeprefix(WORDS) if field.startswith(WORDS) else _field(values, field)
            try:
                found = cell(value, column, service=self.service)
            except DoesNotFit as exc:
                raise DoesNotFit(f"{exc}, which {column.name} of {self.table.name} ({column.type}) needs") from None
            if found is None and not column.nullable and not column.has_default:
                raise DoesNotFit(f"there is no {field} for it, and {column.name} of {self.table.name} must hold one")
            if found is not None or column.nullable:
                made[column.name] = found
        return made

    @property
    def staying(self) -> frozenset[str]:
        """Columns that are filled once, with the row."""
        return frozenset(column.name for column, field in self.columns if field == _STAYS)

    def fields(self) -> frozenset[str]:
        """Every field that is needed."""
        return frozenset(field for _, field in self.columns)


def of_folders(wanted: RowMapping, table: Table, *, service: bool) -> Mapped:
    """The mapping of rows for folders. Raises `Usage` for what the table cannot hold."""
    columns = _columns(wanted, table, USUAL_OF_FOLDERS)
    fields = {field: column.name for column, field in columns}
    if not fields.keys() & set(_TELLS_FOLDERS):
        raise Usage(
            f"Nothing in the rows of {table.name} would tell one folder from another.",
            "Let the mapping fill a column with “path”, the folder's path.",
        )
    return Mapped(table, _key(wanted, table), columns, fields.get("path", ""), fields.get("computer", ""), service)


def of_images(wanted: RowMapping, table: Table, *, service: bool) -> Mapped:
    """The mapping of rows for images. Raises `Usage` for what the table cannot hold."""
    columns = _columns(wanted, table, USUAL_OF_IMAGES)
    fields = {field: column.name for column, field in columns}
    found_by = next((fields[name] for name in _TELLS_IMAGES if name in fields), "")
    if not found_by:
        raise Usage(
            f"Nothing in the rows of {table.name} would tell one image from another.",
            "Let the mapping fill a column with “key” or “bucket_path”.",
        )
    beside = fields.get("bucket", "") if fields.get("key") == found_by else ""
    return Mapped(table, _key(wanted, table), columns, found_by, beside, service)


def _columns(wanted: RowMapping, table: Table, usual: Mapping[str, str]) -> tuple[tuple[Column, str], ...]:
    there = {column.name: column for column in table.columns}
    if wanted.columns:
        for name, _ in wanted.columns:
            if name not in there:
                hint = f"It has: {', '.join(there) or 'none that could be described'}. Correct the mapping."
                raise Usage(f"The table {table.name} has no column “{name}”, which is to be filled.", hint)
            if there[name].generated:
                raise Usage(f"The column {name} of {table.name} is computed by the database and cannot be filled.")
        found = tuple((there[name], field) for name, field in wanted.columns)
    else:
        found = tuple((there[name], field) for name, field in usual.items() if name in there and _free(there[name]))
    filled = {column.name for column, _ in found}
    for column in table.columns:
        needed = not column.nullable or column.name in table.primary_key
        must = needed and not (column.has_default or column.generated)
        numbered = column.name in table.primary_key and "int" in column.type.lower()  # its own numbers are not told of
        if must and column.name not in filled and not numbered:
            raise Usage(
                f"The column {column.name} of {table.name} must hold something, and nothing fills it.",
                f'Let the mapping fill it, for example with words: {column.name} = "=words"; or give it a default.',
            )
    return found


def _free(column: Column) -> bool:
    return not column.generated


def _key(wanted: RowMapping, table: Table) -> tuple[str, ...]:
    key = wanted.key or table.primary_key
    if not key:
        raise Usage(
            f"The table {table.name} declares no key by which its rows could be told apart.",
            'Name the columns that do: key = ["id"].',
        )
    return key


def _field(values: Mapping[str, object], field: str) -> object:
    """A field's value; `stats.a.0` leads into the JSON. What is not there is nothing."""
    if not field.startswith("stats."):
        return values.get(field)
    found = values.get("stats")
    for step in field.split(".")[1:]:
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found
