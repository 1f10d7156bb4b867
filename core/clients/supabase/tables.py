"""Which tables a Supabase project has: told by our function, else by PostgREST's own description."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.capabilities import Capabilities
from core.clients.supabase.described import PUBLIC, Described, called, may_hold_text
from core.clients.supabase.openapi import read_schema
from core.clients.supabase.session import Session
from core.models import Column, ForeignKey, Table

Tables = Mapping[str, Described]


async def read_tables(session: Session, capabilities: Capabilities, schemas: Iterable[str] = ()) -> Tables:
    """Every table that this reader may know of, by the name it goes by, in order. Without our function only schema
    `public` and these others can be looked at. Raises `ServiceError`."""
    if capabilities.can("bucketdesk_tables"):
        answer: Any = await session.rpc("bucketdesk_tables", {})
        found = [from_function(entry) for entry in answer]
    else:
        found = [one for schema in dict.fromkeys([PUBLIC, *schemas]) for one in await read_schema(session, schema)]
    return {one.table.name: one for one in sorted(found, key=lambda one: one.table.name)}


def from_function(entry: Mapping[str, Any]) -> Described:
    """A table as `bucketdesk_tables()` describes it. One with a column that cannot be told comes with no columns."""
    schema, bare = str(entry["schema"]), str(entry["name"])
    name = called(schema, bare)
    parts: Sequence[Mapping[str, Any]] = entry.get("columns") or ()
    columns = tuple(_column(part) for part in parts)
    pointing = [_foreign_key(part, name) for part in entry.get("referenced_by") or ()]
    table = Table(
        name=name,
        columns=columns,
        primary_key=tuple(entry.get("primary_key") or ()),
        referenced_by=tuple(pointing),
        delete_trigger=bool(entry.get("delete_trigger")),
    )
    kinds = {column.name: column.type for column in columns}
    object_ids = frozenset(str(part["name"]) for part in parts if part.get("object_id"))
    return Described(table, schema, bare, kinds, object_ids)


def _column(part: Mapping[str, Any]) -> Column:
    kind = str(part["type"])
    return Column(
        name=str(part["name"]),
        type=kind,
        nullable=bool(part["nullable"]),
        generated=bool(part.get("generated")),
        text_like=bool(part.get("object_id")) or may_hold_text(kind),
        has_default=bool(part.get("has_default")) or bool(part.get("identity")),
    )


def _foreign_key(part: Mapping[str, Any], to_table: str) -> ForeignKey:
    return ForeignKey(
        table=called(str(part.get("schema") or PUBLIC), str(part["table"])),
        columns=tuple(part["columns"]),
        to_table=to_table,
        to_columns=tuple(part.get("to_columns") or ()),
        on_delete=str(part.get("on_delete") or "").lower(),
        on_update=str(part.get("on_update") or "").lower(),
    )
