"""The SQL for what is written: rows inserted, upserted, changed and deleted, and given back as asked."""

from __future__ import annotations

from collections.abc import Sequence

from tests.servers.supabase.rest_errors import RestError
from tests.servers.supabase.rest_query import Query
from tests.servers.supabase.rest_schema import Column, Table
from tests.servers.supabase.rest_sql import (
    ANSWER_SETTINGS,
    SOURCE,
    Format,
    Source,
    Statement,
    body,
    quote,
    rows_of,
    typed,
)

_INSERTED = "nullif(current_setting('pgrst.inserted', true), '')::int"
_COUNTED = f"set_config('pgrst.inserted', (coalesce({_INSERTED}, 0) {{}} 1)::text, true)"
# Both hold always: they count the rows that are offered, less those that were there already.
_OFFERED = _COUNTED.format("+") + " <> '0'"
_NOT_NEW = _COUNTED.format("-") + " <> '-1'"


def known_columns(table: Table, names: Sequence[str]) -> list[Column]:
    """The columns of these names.

    Raises:
        RestError: PGRST204, there is none of that name.
    """
    for name in names:
        if name not in table.columns:
            message = f"Could not find the '{name}' column of '{table.name}' in the schema cache"
            raise RestError("PGRST204", message)
    return [table.columns[name] for name in names]


def _records(statement: Statement, payload: str, columns: Sequence[Column], *, one: bool, defaults: bool) -> str:
    """Rows `pgrst_body` made of a JSON body; with defaults, a key that is missing takes the column's own."""
    if not columns and one:
        return "(SELECT) pgrst_body"
    kind = "jsonb" if defaults else "json"
    source = f"{statement.bind(payload)}::{kind}"
    if not columns:
        return f"(SELECT FROM {kind}_array_elements({source}) _) pgrst_body"
    if defaults:
        pairs = [f"{_literal(column.name)}, {column.default}" for column in columns if column.default is not None]
        own = f"jsonb_build_object({', '.join(pairs)})"
        each = f"(SELECT jsonb_agg({own} || each) FROM jsonb_array_elements({source}) each)"
        source = f"{own} || {source}" if one else each
    function = f"{kind}_to_record" if one else f"{kind}_to_recordset"
    names = ", ".join(quote(column.name) for column in columns)
    return f"(SELECT {names} FROM {function}({source}) AS _({typed(columns)})) pgrst_body"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _returned(statement: Statement, query: Query, format: Format, owner: str = "") -> tuple[str, str]:
    """What the change returns, and the rows that are made of it for the answer."""
    if format.kind == "nothing":
        return "1", f"SELECT * FROM {SOURCE}"
    # In the answer only columns and their order matter: conditions chose the rows already, and pages are for reading.
    shape = Query(selected=query.selected, order=query.order)
    rows = rows_of(statement, Source(SOURCE, None), shape, None)
    fields = [item.field for item in query.selected] + [term.field for term in query.order]
    names = dict.fromkeys(field.name for field in fields)
    if "*" in names or not names:
        return f"{owner}.*" if owner else "*", rows
    return ", ".join(quote(name) if not owner else f"{owner}.{quote(name)}" for name in names), rows


def _answer(statement: Statement, change: str, rows: str, format: Format, *, more: str = "null") -> Statement:
    statement.text = (
        f"WITH {SOURCE} AS ({change}) SELECT null::bigint AS total, count(*) AS rows, {body(format)} AS body, "
        f"{ANSWER_SETTINGS}, {more} AS more FROM ({rows}) _t"
    )
    return statement


def insert_statement(
    table: Table,
    query: Query,
    payload: str,
    names: Sequence[str],
    *,
    one: bool,
    resolution: str,
    defaults: bool,
    format: Format,
    location: bool = False,
) -> Statement:
    """Insert the rows of a JSON body; `more` in the answer: how many are new (upsert), or the key of the only one.

    Args:
        names: the columns to write.
        one: the body is an object, not an array of them.
        resolution: "", `merge-duplicates` or `ignore-duplicates`.
        defaults: a missing key takes the column's default, not NULL.
        location: the answer tells where the only new row is.
    """
    statement = Statement()
    columns = known_columns(table, names)
    conflict = query.on_conflict if query.on_conflict is not None else table.primary_key
    merges = resolution == "merge-duplicates" and bool(conflict)
    listed = ", ".join(quote(column.name) for column in columns)
    records = _records(statement, payload, columns, one=one, defaults=defaults)
    change = f"INSERT INTO {quote(table.schema, table.name)}{f' ({listed})' if listed else ''} SELECT "
    change += f"{', '.join(f'pgrst_body.{quote(column.name)}' for column in columns)} FROM {records}"
    if merges:
        change += f" WHERE {_OFFERED}"
    if resolution and conflict:
        target = ", ".join(quote(name) for name in conflict)
        sets = ", ".join(f"{quote(column.name)} = EXCLUDED.{quote(column.name)}" for column in columns)
        action = f"UPDATE SET {sets} WHERE {_NOT_NEW}" if merges and columns else "NOTHING"
        change += f" ON CONFLICT ({target}) DO {action}"
    given, rows = _returned(statement, query, format)
    more = _INSERTED if merges else "null"
    if location and table.primary_key:
        key = ", ".join(quote(name) for name in table.primary_key)
        given, more = key, "CASE WHEN count(*) = 1 THEN json_agg(_t)::text END"
    change += f" RETURNING {given}"
    return _answer(statement, change, rows, format, more=more)


def update_statement(
    table: Table, query: Query, payload: str, names: Sequence[str], *, one: bool, defaults: bool, format: Format
) -> Statement:
    """Change the rows that the conditions name.

    Raises:
        RestError: 21000, no condition names any: the hosted service refuses that.
    """
    statement = Statement()
    columns = known_columns(table, names)
    target = Source.of(table)
    if not columns:
        change = f"SELECT {target.name}.* FROM {target.name} WHERE false"
    else:
        _need_conditions("UPDATE", query)
        records = _records(statement, payload, columns, one=one, defaults=defaults)
        sets = ", ".join(f"{quote(column.name)} = pgrst_body.{quote(column.name)}" for column in columns)
        change = f"UPDATE {target.name} SET {sets} FROM {records}{target.where(statement, query.conditions)}"
    given, rows = _returned(statement, query, format, target.name)
    if columns:
        change += f" RETURNING {given}"
    return _answer(statement, change, rows, format)


def delete_statement(table: Table, query: Query, *, format: Format) -> Statement:
    """Delete the rows that the conditions name.

    Raises:
        RestError: 21000, no condition names any: the hosted service refuses that.
    """
    _need_conditions("DELETE", query)
    statement = Statement()
    target = Source.of(table)
    change = f"DELETE FROM {target.name}{target.where(statement, query.conditions)}"
    given, rows = _returned(statement, query, format, target.name)
    change += f" RETURNING {given}"
    return _answer(statement, change, rows, format)


def _need_conditions(verb: str, query: Query) -> None:
    """Hosted projects load pg-safeupdate for the role that PostgREST signs in with."""
    if not query.conditions:
        raise RestError("21000", f"{verb} requires a WHERE clause", status=400)
