"""Calls of functions: which of several of one name is meant, and the SQL that calls it with named arguments."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from tests.servers.supabase.rest_errors import RestError
from tests.servers.supabase.rest_query import Query
from tests.servers.supabase.rest_schema import Parameter, Routine, Table
from tests.servers.supabase.rest_sql import (
    ANSWER_SETTINGS,
    SOURCE,
    Format,
    Source,
    Statement,
    body,
    page,
    quote,
    rows_of,
)

_WHOLE_BODY = {
    "application/json": ("json", "jsonb"),
    "text/plain": ("text",),
    "text/xml": ("xml",),
    "application/octet-stream": ("bytea",),
}
"""What one argument without a name must be, for a whole body of this kind to be it."""


def choose_routine(
    routines: Sequence[Routine], schema: str, name: str, keys: Collection[str], *, posted: str | None
) -> Routine:
    """The one function that takes exactly these arguments, those with defaults being free.

    Args:
        routines: all of that name.
        keys: the names of the arguments given.
        posted: the kind of the body, None for a GET.

    Raises:
        RestError: PGRST202 none fits, PGRST203 several do.
    """
    whole = posted is not None and posted != "application/json"
    named = [routine for routine in routines if not whole and _fits(routine, keys)]
    if not named:
        named = [routine for routine in routines if posted is not None and _takes_body(routine, posted)]
    if not named:
        raise _none_fits(routines, schema, name, sorted(keys), posted)
    if len(named) > 1:
        raise RestError(
            "PGRST203",
            "Could not choose the best candidate function between: " + ", ".join(each.signature for each in named),
            hint="Try renaming the parameters or the function itself in the database so function overloading can be "
            "resolved",
        )
    return named[0]


def _fits(routine: Routine, keys: Collection[str]) -> bool:
    required = {parameter.name for parameter in routine.parameters if parameter.required}
    free = {parameter.name for parameter in routine.parameters if not parameter.required}
    return required <= set(keys) <= required | free


def _takes_body(routine: Routine, kind: str) -> bool:
    if len(routine.parameters) != 1 or routine.parameters[0].name:
        return False
    return routine.parameters[0].type in _WHOLE_BODY.get(kind, ())


def _none_fits(
    routines: Sequence[Routine], schema: str, name: str, keys: Sequence[str], posted: str | None
) -> RestError:
    called = f"{schema}.{name}"
    whole = posted is not None and posted != "application/json"
    listed = f"({', '.join(keys)})" if keys else " without parameters"
    if whole:
        looked = f" with a single unnamed {_WHOLE_BODY.get(posted or '', ('text',))[0]} parameter"
        listed = ""
    elif keys:
        looked = f" with parameter{'s' if len(keys) > 1 else ''} {', '.join(keys)}"
    else:
        looked = " without parameters"
    if posted == "application/json":
        looked += " or with a single unnamed json/jsonb parameter"
    hint = f"Perhaps you meant to call the function {_written(routines[0])}" if routines and not whole else None
    return RestError(
        "PGRST202",
        f"Could not find the function {called}{listed} in the schema cache",
        details=f"Searched for the function {called}{looked}, but no matches were found in the schema cache.",
        hint=hint,
    )


def _written(routine: Routine) -> str:
    names = ", ".join(parameter.name for parameter in routine.parameters)
    return f"{routine.schema}.{routine.name}({names})" if names else f"{routine.schema}.{routine.name}"


def call_statement(
    routine: Routine,
    query: Query,
    *,
    payload: str | None,
    keys: Collection[str] = (),
    returns: Table | None,
    max_rows: int | None,
    counts: bool,
    format: Format,
) -> Statement:
    """One statement that calls the function and gives the body of the answer.

    Args:
        routine: chosen for these arguments.
        query: arguments of a GET, and what is asked of the rows that come back.
        payload: the body of a POST, as text; None for a GET.
        keys: the names of the arguments in that body.
        returns: the table whose rows come back, if it is one.
        counts: the answer tells how many rows there are in all.
    """
    statement = Statement()
    arguments, before = _arguments(statement, routine, query, payload, keys)
    called = f"{quote(routine.schema, routine.name)}({arguments})"
    if routine.composite:
        change = f"SELECT pgrst_call.* FROM {before}{'LATERAL ' if before else ''}{called} pgrst_call"
    else:
        change = f"SELECT pgrst_call.pgrst_scalar FROM {before}"
        change += f"{'LATERAL ' if before else ''}(SELECT {called} AS pgrst_scalar) pgrst_call"
    rows, scalar = _rows(statement, routine, query, returns, max_rows)
    if routine.one_value:
        answer = "''" if format.kind == "nothing" else _body_of_value(routine)
    else:
        answer = body(format, scalar=scalar, single=routine.composite and not routine.returns_set)
    total = f"(SELECT count(*) FROM {SOURCE})" if counts else "null::bigint"
    count = "1" if routine.one_value else "count(*)"
    statement.text = (
        f"WITH {SOURCE} AS ({change}) SELECT {total} AS total, {count} AS rows, {answer} AS body, {ANSWER_SETTINGS}, "
        f"null AS more FROM ({rows}) _t"
    )
    return statement


def _body_of_value(routine: Routine) -> str:
    """JSON goes through as the text the database wrote: hundreds of thousands of objects may be in it."""
    text = "_t.pgrst_scalar::text" if routine.returns in ("json", "jsonb") else "to_json(_t.pgrst_scalar)::text"
    return "''" if routine.returns == "void" else f"coalesce({text}, 'null')"


def _rows(
    statement: Statement, routine: Routine, query: Query, returns: Table | None, max_rows: int | None
) -> tuple[str, bool]:
    source = Source(SOURCE, returns)
    if routine.composite:
        return rows_of(statement, source, query, max_rows), False
    where = source.where(statement, query.conditions)
    return f"SELECT {SOURCE}.pgrst_scalar FROM {SOURCE}{where}{page(statement, query, max_rows)}", True


def _arguments(
    statement: Statement, routine: Routine, query: Query, payload: str | None, keys: Collection[str]
) -> tuple[str, str]:
    """The arguments as SQL, and what must stand before the call in the list of sources for them to mean something."""
    parameters = routine.parameters
    if payload is None:
        return _of_url(statement, parameters, query.arguments), ""
    if len(parameters) == 1 and not parameters[0].name:
        return f"{statement.bind(payload)}::{parameters[0].type}", ""
    given = [parameter for parameter in parameters if parameter.name in keys]
    if not given:
        return "", ""
    columns = ", ".join(f"{quote(parameter.name)} {parameter.type}" for parameter in given)
    before = f"json_to_record({statement.bind(payload)}::json) AS pgrst_body({columns}), "
    return _listed((parameter, f"pgrst_body.{quote(parameter.name)}") for parameter in given), before


def _of_url(statement: Statement, parameters: Sequence[Parameter], arguments: Iterable[tuple[str, str]]) -> str:
    values: dict[str, list[str]] = {}
    for name, value in arguments:
        values.setdefault(name, []).append(value)
    written: list[tuple[Parameter, str]] = []
    for parameter in parameters:
        if parameter.name not in values:
            continue
        given: object = values[parameter.name] if parameter.variadic else values[parameter.name][-1]
        written.append((parameter, f"{statement.bind(given)}::{parameter.type}"))
    return _listed(written)


def _listed(written: Iterable[tuple[Parameter, str]]) -> str:
    return ", ".join(
        f"{'VARIADIC ' if parameter.variadic else ''}{quote(parameter.name)} := {text}" for parameter, text in written
    )


def argument_keys(payload: Mapping[str, object], columns: Sequence[str] | None) -> tuple[str, ...]:
    """The names of the arguments in a body, or those that `columns` picks."""
    return tuple(columns) if columns is not None else tuple(payload)
