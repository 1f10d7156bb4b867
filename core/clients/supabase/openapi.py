"""What PostgREST's own description (its root document) tells of the tables of one schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from core.capabilities import SET_UP
from core.clients.supabase.answers import decoded
from core.clients.supabase.described import PUBLIC, Described, called, may_hold_text
from core.clients.supabase.session import Session
from core.errors import NotAllowed, Unreadable
from core.models import Column, ForeignKey, Table

_POINTS_AT = re.compile(r"<fk table='(?P<table>[^']*)' column='(?P<column>[^']*)'/>")
_NOT_TOLD = "not told"
"""The action of a foreign key that this description does not name."""


async def read_schema(session: Session, schema: str) -> list[Described]:
    """The tables and views of a schema, as far as this reader may know of them. Raises `ServiceError`."""
    headers = {"Accept": "application/openapi+json", **({} if schema == PUBLIC else {"Accept-Profile": schema})}
    try:
        document = await decoded(await session.rest("GET", "/", headers=headers))
    except NotAllowed as exc:
        if "consume" not in exc.message:
            raise
        # hosted's gateway keeps the description for secret keys, and says so in words of its own
        raise NotAllowed(
            "Which tables there are is told to a secret key and, once the database is set up, to managers and admins.",
            SET_UP,
        ) from exc
    if not isinstance(document, dict) or not isinstance(document.get("definitions", {}), dict):
        raise Unreadable("The project does not describe its tables.", "Check the URL of the project.")
    return from_document(document, schema)


def from_document(document: Mapping[str, Any], schema: str) -> list[Described]:
    """Every table of the document. Views that cannot be written hold no data of their own and are left out."""
    definitions: Mapping[str, Any] = document.get("definitions") or {}
    pointing = _foreign_keys(definitions, schema)
    found = []
    for bare, definition in definitions.items():
        methods = (document.get("paths") or {}).get(f"/{bare}", {})
        if methods and not {"post", "patch", "delete"} & set(methods):
            continue
        properties: Mapping[str, Any] = definition.get("properties") or {}
        required = set(definition.get("required") or ())
        columns = tuple(
            Column(
                name=name,
                type=_kind(part),
                nullable=name not in required,
                generated=False,
                text_like=may_hold_text(_kind(part)),
                has_default="default" in part,
            )
            for name, part in properties.items()
        )
        keyed = tuple(name for name, part in properties.items() if "<pk/>" in str(part.get("description")))
        table = Table(called(schema, bare), columns, keyed, tuple(pointing.get(bare, ())), delete_trigger=False)
        found.append(Described(table, schema, bare, {column.name: column.type for column in columns}))
    return found


_SHORT = {
    "int2": "smallint",
    "int16": "smallint",
    "int4": "integer",
    "int32": "integer",
    "int8": "bigint",
    "int64": "bigint",
}


def _kind(part: Mapping[str, Any]) -> str:
    """A column's type under its long name, whichever the description uses."""
    told = str(part.get("format") or part.get("type") or "")
    return _SHORT.get(told, told)


def _foreign_keys(definitions: Mapping[str, Any], schema: str) -> dict[str, list[ForeignKey]]:
    """The foreign keys that point at each table of the schema. What they do on deletion is not told."""
    found: dict[str, list[ForeignKey]] = {}
    for bare, definition in definitions.items():
        properties: Mapping[str, Any] = definition.get("properties") or {}
        for name, part in properties.items():
            match = _POINTS_AT.search(str(part.get("description")))
            if match is not None:
                to = match["table"]
                key = ForeignKey(
                    called(schema, bare), (name,), called(schema, to), (match["column"],), _NOT_TOLD, _NOT_TOLD
                )
                found.setdefault(to, []).append(key)
    return found


async def learnt_from_a_row(session: Session, schema: str, bare: str) -> Described:
    """A table that no description tells of, by its first row: which columns there are, and which hold whole numbers.
    Raises `NotFound`, and `Unreadable` when there is no row to learn from."""
    headers = {} if schema == PUBLIC else {"Accept-Profile": schema}
    params = {"select": "*", "limit": "1"}
    rows: Any = await decoded(await session.rest("GET", table_path(bare), params=params, headers=headers))
    if not rows:
        raise Unreadable(
            f"The table {called(schema, bare)} is empty or its rows are hidden, so its columns are not known.", SET_UP
        )
    kinds = {name: _kind_of(value) for name, value in rows[0].items()}
    columns = tuple(Column(name, kind, True, False, may_hold_text(kind), False) for name, kind in kinds.items())
    return Described(Table(called(schema, bare), columns, (), (), delete_trigger=False), schema, bare, kinds)


def _kind_of(value: object) -> str:
    if value is None or isinstance(value, list | dict):
        return "json"  # what is written as JSON is taken by a column of any type
    if isinstance(value, bool):
        return "boolean"
    return "bigint" if isinstance(value, int) else "double precision" if isinstance(value, float) else "text"


def table_path(bare: str) -> str:
    """Where PostgREST serves a table."""
    return f"/{quote(bare, safe='')}"
