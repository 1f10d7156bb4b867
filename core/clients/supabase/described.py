"""A table of a Supabase project as the adapters need it: what the port tells, its schema, and its columns' types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.clients.supabase.cells import to_value
from core.errors import NotFound
from core.models import Row, RowKey, Table, Value

PUBLIC = "public"
_NUMBERS = frozenset({"smallint", "integer", "bigint", "numeric", "real", "double", "money", "oid", "boolean", "bit"})
_TIMES = frozenset({"date", "time", "timestamp", "interval"})
_SHAPES = frozenset({"point", "line", "lseg", "box", "path", "polygon", "circle", "vector", "halfvec", "sparsevec"})
_NAMES = frozenset({"uuid", "inet", "cidr", "macaddr", "macaddr8", "pg_lsn", "xid", "tsvector", "tsquery"})
_NO_TEXT = _NUMBERS | _TIMES | _SHAPES | _NAMES | {"bytea"}
"""Types in whose values nobody names an object; what a bytea holds comes in hexadecimal and is mostly a picture."""


@dataclass(frozen=True, slots=True)
class Described:
    """A table, where it lies, and which of its columns point at objects by their id."""

    table: Table
    schema: str
    bare: str
    kinds: Mapping[str, str]
    object_ids: frozenset[str] = frozenset()

    @property
    def stored(self) -> tuple[str, ...]:
        """The columns that make up a whole row."""
        return tuple(column.name for column in self.table.columns if not column.generated)

    def check_columns(self, names: Iterable[str]) -> None:
        """Raises `NotFound`, naming the columns there are."""
        missing = next((name for name in names if name not in self.kinds), None)
        if missing is not None:
            raise NotFound(
                f"The table {self.table.name} has no column “{missing}”.",
                f"It has: {', '.join(self.kinds) or 'none that could be described'}.",
            )

    def types(self, columns: Iterable[str]) -> tuple[str, ...]:
        """The types of some columns."""
        return tuple(self.kinds.get(column, "") for column in columns)

    def row(self, key: Sequence[str], columns: Sequence[str], cells: Sequence[object]) -> Row:
        """A row from the texts of its key and columns."""
        width = len(key)
        kinds = self.types((*key, *columns))
        values = [to_value(cell, kind) for cell, kind in zip(cells, kinds, strict=True)]
        return Row(tuple(values[:width]), dict(zip(columns, values[width:], strict=True)))

    def values(self, row: Mapping[str, object]) -> dict[str, Value]:
        """A whole row from the texts of its columns, in the order of the table."""
        order = [name for name in self.stored if name in row] + [name for name in row if name not in self.kinds]
        return {name: to_value(row[name], self.kinds.get(name, "")) for name in order}

    def key_of(self, key: Sequence[str], row: Mapping[str, Value]) -> RowKey:
        """The key of a row that was read whole."""
        return tuple(row.get(column) for column in key)


def called(schema: str, bare: str) -> str:
    """What a table goes by: its bare name in schema `public`, else with its schema in front."""
    return bare if schema == PUBLIC else f"{schema}.{bare}"


def no_table(name: str, known: Iterable[str]) -> NotFound:
    """The error for a table that is not there."""
    names = ", ".join(known)
    return NotFound(f"The catalog has no table “{name}”.", f"It has: {names or 'no tables that you may read'}.")


def may_hold_text(kind: str) -> bool:
    """Whether somebody may have written the name of an object into a column of this type. Types of their own (enums,
    domains) may hold text."""
    words = kind.lower().removesuffix("[]").replace("(", " ").split()
    first = words[0] if words else ""
    return first not in _NO_TEXT
