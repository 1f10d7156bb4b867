"""What a request to the REST half comes to: the statement to run, and how its result is answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.responses import Response

from tests.servers.supabase.rest_calls import argument_keys, call_statement, choose_routine
from tests.servers.supabase.rest_changes import delete_statement, insert_statement, update_statement
from tests.servers.supabase.rest_errors import RestError
from tests.servers.supabase.rest_query import Query, parse_query
from tests.servers.supabase.rest_request import Preferences, choose_format, read_json, read_payload
from tests.servers.supabase.rest_schema import Schema, Table
from tests.servers.supabase.rest_sql import Format, Statement, planned_statement, read_statement


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, taken apart."""

    method: str
    path: tuple[str, ...]
    query: str
    headers: Mapping[str, str]
    preferences: Preferences
    body: bytes
    schema: str
    chosen_schema: bool
    max_rows: int | None


@dataclass(frozen=True, slots=True)
class Result:
    """What the statement gave."""

    total: int | None
    rows: int
    body: bytes
    headers: str | None = None
    status: str | None = None
    more: bytes | int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The statement of a request, and what to make of its result.

    `singular`: one row or PGRST116. `planned`: an EXPLAIN that tells about how many rows there are.
    """

    statement: Statement
    respond: Callable[[Result], Response]
    read_only: bool = False
    singular: bool = False
    limits_affected: bool = False
    planned: Statement | None = None
    settings: Mapping[str, str] = field(default_factory=dict)


def plan_request(asked: Asked, schema: Schema) -> Plan:
    """Plan a request.

    Raises:
        RestError: it asks for what there is not, or says it in a way that cannot be understood.
    """
    match asked.path:
        case (table,):
            found = _find_table(schema, asked.schema, table)
            match asked.method:
                case "GET" | "HEAD":
                    return _plan_read(asked, found)
                case "POST":
                    return _plan_insert(asked, found)
                case "PATCH":
                    return _plan_update(asked, found)
                case "DELETE":
                    return _plan_delete(asked, found)
            raise RestError("PGRST117", f"Unsupported HTTP method: {asked.method}")
        case ("rpc", name):
            if asked.method not in ("GET", "HEAD", "POST"):
                raise RestError("PGRST101", f"Cannot use the {asked.method} method on RPC")
            return _plan_call(asked, schema, name)
    raise RestError("PGRST125", "Invalid path specified in request URL")


def _find_table(schema: Schema, name: str, table: str) -> Table:
    found = schema.tables.get((name, table))
    if found is None:
        near = sorted(known for place, known in schema.tables if place == name and known[:3] == table[:3])
        hint = f"Perhaps you meant the table '{name}.{near[0]}'" if near else None
        raise RestError("PGRST205", f"Could not find the table '{name}.{table}' in the schema cache", hint=hint)
    return found


def _head(asked: Asked, applied: str) -> dict[str, str]:
    headers = {"Preference-Applied": applied} if applied else {}
    if asked.chosen_schema:
        headers["Content-Profile"] = asked.schema
    return headers


def _range(first: int, last: int, total: int | None) -> str:
    there = f"{first}-{last}" if total != 0 and first <= last else "*"
    return f"{there}/{'*' if total is None else total}"


def _page_response(asked: Asked, query: Query, result: Result, kind: str, *applied: str) -> Response:
    """200, or 206 for a part of what was counted, or 416 for a page behind the end."""
    first, last = query.offset, query.offset + result.rows - 1
    head = _head(asked, asked.preferences.applied(*applied))
    head["Content-Range"] = _range(first, last, result.total)
    if result.total is not None and first > result.total:
        details = f"An offset of {first} was requested, but there are only {result.total} rows."
        error = RestError("PGRST103", "Requested range not satisfiable", details=details, headers=head)
        return error.response(with_body=asked.method != "HEAD")
    status = 206 if result.total is not None and result.rows < result.total else 200
    return Response(result.body if asked.method != "HEAD" else b"", status, {**head, "Content-Type": kind})


def _plan_read(asked: Asked, table: Table) -> Plan:
    query = parse_query(asked.query, range_header=asked.headers.get("range") if asked.method == "GET" else None)
    format, kind = choose_format(asked.headers.get("accept"))
    singular = format.kind == "object"
    if asked.method == "HEAD":
        format = Format("nothing")
    count = asked.preferences.count
    return Plan(
        read_statement(table, query, max_rows=asked.max_rows, count=count, format=format),
        lambda result: _page_response(asked, query, result, kind),
        read_only=True,
        singular=singular,
        planned=planned_statement(table, query) if count in ("planned", "estimated") else None,
    )


def _change_format(asked: Asked) -> tuple[Format, str, bool]:
    """The form of what a change gives back, and whether exactly one row is wanted."""
    format, kind = choose_format(asked.headers.get("accept"))
    singular = format.kind == "object"
    return (format if asked.preferences.returns == "representation" else Format("nothing")), kind, singular


def _change_response(asked: Asked, result: Result, kind: str, *applied: str, whole: str) -> Response:
    head = _head(asked, asked.preferences.applied("return", *applied))
    total = result.rows if asked.preferences.count in ("exact", "estimated") else None
    head["Content-Range"] = _range(0, result.rows - 1, total) if whole == "update" else _range(1, 0, total)
    if asked.preferences.returns == "representation":
        return Response(result.body, 200, {**head, "Content-Type": kind})
    return Response(b"", 204, head)


def _plan_insert(asked: Asked, table: Table) -> Plan:
    query = parse_query(asked.query)
    preferences = asked.preferences
    format, kind, singular = _change_format(asked)
    payload = read_payload(asked.body, asked.headers.get("content-type", ""), query.columns)
    statement = insert_statement(
        table,
        query,
        payload.text,
        payload.keys,
        one=payload.one,
        resolution=preferences.resolution,
        defaults=preferences.missing == "default",
        format=format,
        location=preferences.returns == "headers-only",
    )

    def respond(result: Result) -> Response:
        resolves = ("resolution",) if table.primary_key or query.on_conflict else ()
        head = _head(asked, preferences.applied("return", "missing", *resolves))
        total = result.rows if preferences.count in ("exact", "estimated") else None
        head["Content-Range"] = _range(1, 0, total)
        if preferences.returns == "headers-only" and isinstance(result.more, bytes):
            head["Location"] = _location(table, json.loads(result.more)[0])
        only_old = isinstance(result.more, int) and result.more <= 0
        if preferences.returns == "representation":
            head["Content-Type"] = kind
        return Response(result.body, 200 if only_old else 201, head)

    return Plan(statement, respond, singular=singular)


def _location(table: Table, row: Mapping[str, object]) -> str:
    pairs = [(name, "is.null" if value is None else f"eq.{value}") for name, value in row.items()]
    return f"/{table.name}?{urlencode(pairs)}"


def _plan_update(asked: Asked, table: Table) -> Plan:
    query = parse_query(asked.query)
    format, kind, singular = _change_format(asked)
    payload = read_payload(asked.body, asked.headers.get("content-type", ""), query.columns)
    defaults = asked.preferences.missing == "default"
    statement = update_statement(
        table, query, payload.text, payload.keys, one=payload.one, defaults=defaults, format=format
    )
    return Plan(
        statement,
        lambda result: _change_response(asked, result, kind, "missing", "max-affected", whole="update"),
        singular=singular,
        limits_affected=True,
    )


def _plan_delete(asked: Asked, table: Table) -> Plan:
    query = parse_query(asked.query)
    format, kind, singular = _change_format(asked)
    return Plan(
        delete_statement(table, query, format=format),
        lambda result: _change_response(asked, result, kind, "max-affected", whole="delete"),
        singular=singular,
        limits_affected=True,
    )


def _plan_call(asked: Asked, schema: Schema, name: str) -> Plan:
    reads = asked.method != "POST"
    range_header = asked.headers.get("range") if asked.method == "GET" else None
    query = parse_query(asked.query, function=reads, range_header=range_header)
    posted = None if reads else asked.headers.get("content-type", "").partition(";")[0].strip().lower()
    if posted == "":
        posted = "application/json"
    payload, keys = _arguments(asked, query, posted)
    routine = choose_routine(schema.routines.get((asked.schema, name), ()), asked.schema, name, keys, posted=posted)
    format, kind = choose_format(asked.headers.get("accept"), csv_too=routine.composite)
    singular = format.kind == "object"
    strict = asked.preferences.handling == "strict" and asked.preferences.max_affected is not None
    if strict and not routine.returns_set:
        sentence = "Function must return SETOF or TABLE when max-affected preference is used with handling=strict"
        raise RestError("PGRST128", sentence)
    statement = call_statement(
        routine,
        query,
        payload=payload,
        keys=keys,
        returns=schema.tables.get((asked.schema, routine.returns.rpartition(".")[2].strip('"'))),
        max_rows=asked.max_rows,
        counts=asked.preferences.count in ("exact", "estimated"),
        format=Format("nothing") if asked.method == "HEAD" else format,
    )

    def respond(result: Result) -> Response:
        if routine.returns == "void":
            return Response(b"", 204, _head(asked, asked.preferences.applied("max-affected")))
        return _page_response(asked, query, result, kind, "max-affected")

    return Plan(
        statement,
        respond,
        read_only=reads or not routine.volatile,
        singular=singular,
        limits_affected=True,
        settings=routine.settings,
    )


def _arguments(asked: Asked, query: Query, posted: str | None) -> tuple[str | None, tuple[str, ...]]:
    """The body of a call as text (None: by GET), and the names of the arguments given."""
    if posted is None:
        return None, tuple(dict.fromkeys(name for name, _ in query.arguments))
    try:
        text = asked.body.decode()
    except UnicodeDecodeError as error:
        raise RestError("PGRST102", "Empty or invalid json") from error
    if posted != "application/json":
        return text, ()
    read = read_json(text) if text else {}
    return text or "{}", argument_keys(read, query.columns) if isinstance(read, dict) else ()
