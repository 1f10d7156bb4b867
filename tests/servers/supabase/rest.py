"""The REST half: a PostgREST of our own, where each request is one transaction under the caller's role."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import psycopg
from psycopg.adapt import Loader
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.types import Receive, Scope, Send

from tests.servers.supabase.database import Database
from tests.servers.supabase.rest_cache import SchemaCache
from tests.servers.supabase.rest_claims import read_claims
from tests.servers.supabase.rest_errors import RestError, from_database
from tests.servers.supabase.rest_openapi import describe
from tests.servers.supabase.rest_plans import Asked, Plan, Result, plan_request
from tests.servers.supabase.rest_request import choose_format, choose_schema, read_preferences
from tests.servers.supabase.rest_schema import Schema
from tests.servers.supabase.settings import Settings

PREFIX = "/rest/v1"
ALSO_SEARCHED = ("public", "extensions")
STATEMENT_TIMEOUT = "8s"
"""facts.md A5: that of the role PostgREST signs in with, unless the caller's role has one of its own."""
UNKNOWN = frozenset({"PGRST202", "PGRST203", "PGRST204", "PGRST205"})


class _Text(Loader):
    """Text as the bytes it came in: a body goes out as the database wrote it."""

    def load(self, data: Any) -> bytes:
        return bytes(data)


def rest_routes(database: Database, settings: Settings) -> list[BaseRoute]:
    """What answers under /rest/v1."""
    return [Mount(PREFIX, app=Rest(database, settings))]


class Rest:
    """One project's tables and functions over HTTP."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._cache = SchemaCache()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except RestError as error:
            response = error.response(with_body=request.method != "HEAD")
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        claims = read_claims(request, self._settings)
        schema, chosen = choose_schema(request.method, request.headers, self._settings.schemas)
        inside = request.scope["path"].partition(PREFIX)[2]
        asked = Asked(
            method=request.method,
            path=tuple(unquote(part) for part in inside.split("/") if part),
            query=request.scope["query_string"].decode("latin-1"),
            headers=request.headers,
            preferences=read_preferences(request.headers.getlist("prefer")),
            body=await request.body(),
            schema=schema,
            chosen_schema=chosen,
            max_rows=self._settings.max_rows,
        )
        role = str(claims.get("role") or "anon")
        try:
            return await self._transaction(request, asked, claims, role)
        except psycopg.Error as error:
            if (error.sqlstate or "").startswith("42"):
                self._cache.forget()
            raise from_database(error, signed_in=role != "anon") from error

    async def _transaction(self, request: Request, asked: Asked, claims: Mapping[str, object], role: str) -> Response:
        async with self._database.rest.connection() as connection:
            await self._cache.listen(connection)
            await connection.execute("begin")
            try:
                if not asked.path:
                    response = await self._describe(request, connection, asked, claims, role)
                    commit = False
                else:
                    response, commit = await self._run(request, connection, asked, claims, role)
            except BaseException:
                await connection.execute("rollback")
                raise
            await connection.execute("commit" if commit else "rollback")
            return response

    async def _run(
        self,
        request: Request,
        connection: psycopg.AsyncConnection[Any],
        asked: Asked,
        claims: Mapping[str, object],
        role: str,
    ) -> tuple[Response, bool]:
        schema, plan = await self._plan(connection, asked)
        await _take_on(connection, request, asked, claims, _role_settings(schema, role, plan), role)
        cursor = psycopg.AsyncRawCursor(connection)
        cursor.adapters.register_loader("text", _Text)
        await cursor.execute(plan.statement.text, plan.statement.values)
        row = await cursor.fetchone()
        assert row is not None
        total, rows, body, headers, status, more = row
        result = Result(total, rows, body or b"", _decoded(headers), _decoded(status), more)
        _check(asked, plan, result)
        result = await self._counted(connection, asked, plan, result)
        rolls_back = asked.preferences.transaction == "rollback"
        if rolls_back:
            await connection.execute("set constraints all immediate")
        return _overridden(plan.respond(result), result), not rolls_back

    async def _plan(self, connection: psycopg.AsyncConnection[Any], asked: Asked) -> tuple[Schema, Plan]:
        """Plan it; with a schema read afresh, if something is unknown in the one that we have."""
        schemas = self._settings.schemas
        schema, fresh = await self._cache.read(connection, schemas)
        try:
            return schema, plan_request(asked, schema)
        except RestError as error:
            if fresh or error.code not in UNKNOWN:
                raise
        schema, _ = await self._cache.read(connection, schemas, afresh=True)
        return schema, plan_request(asked, schema)

    async def _counted(
        self, connection: psycopg.AsyncConnection[Any], asked: Asked, plan: Plan, result: Result
    ) -> Result:
        """The count that the planner guesses, where that is asked for or an exact one would take too long."""
        if plan.planned is None:
            return result
        most = asked.max_rows
        if asked.preferences.count == "estimated" and (most is None or (result.total or 0) <= most):
            return result
        cursor = psycopg.AsyncRawCursor(connection)
        await cursor.execute(plan.planned.text, plan.planned.values)
        row = await cursor.fetchone()
        assert row is not None
        guessed = int(row[0][0]["Plan"]["Plan Rows"])
        total = max(guessed, result.total or 0)
        return Result(total, result.rows, result.body, result.headers, result.status, result.more)

    async def _describe(
        self,
        request: Request,
        connection: psycopg.AsyncConnection[Any],
        asked: Asked,
        claims: Mapping[str, object],
        role: str,
    ) -> Response:
        """The root: what there is, for whoever has the secret key."""
        if asked.method not in ("GET", "HEAD"):
            raise RestError("PGRST117", f"Unsupported HTTP method: {asked.method}")
        if role != "service_role":
            return Response(b'{"message":"You cannot consume this service"}', 403, media_type="application/json")
        accept = asked.headers.get("accept", "*/*")
        if "application/openapi+json" not in accept:
            choose_format(accept, csv_too=False)
        schema, _ = await self._cache.read(connection, self._settings.schemas, afresh=True)
        await _take_on(connection, request, asked, claims, _role_settings(schema, role, None), role)
        document = await describe(connection, schema, asked.schema, str(request.base_url))
        kind = "application/openapi+json; charset=utf-8"
        return Response(document if asked.method == "GET" else b"", 200, {"Content-Type": kind})


def _decoded(text: bytes | None) -> str | None:
    return None if text is None else text.decode()


def _role_settings(schema: Schema, role: str, plan: Plan | None) -> dict[str, str]:
    own = {
        name: value
        for name, value in schema.role_settings.get(role, {}).items()
        if name in ("statement_timeout", "lock_timeout")
    }
    settings = {"statement_timeout": STATEMENT_TIMEOUT, **own}
    if plan is not None:
        settings.update(plan.settings)
        if plan.read_only:
            settings["transaction_read_only"] = "on"
    return settings


async def _take_on(
    connection: psycopg.AsyncConnection[Any],
    request: Request,
    asked: Asked,
    claims: Mapping[str, object],
    settings: Mapping[str, str],
    role: str,
) -> None:
    """Become the caller for the rest of the transaction: the role, and all that SQL may ask about the request."""
    searched = dict.fromkeys((asked.schema, *ALSO_SEARCHED))
    names = [name for name in asked.headers if name != "cookie"]
    told = {
        "search_path": ", ".join(f'"{name}"' for name in searched),
        "role": role,
        "request.jwt.claims": json.dumps({**claims, "role": role}, separators=(",", ":")),
        # What functions written for PostgREST before 9 ask, and the Storage API still sets.
        "request.jwt.claim.sub": str(claims.get("sub") or ""),
        "request.jwt.claim.role": role,
        "request.method": asked.method,
        "request.path": f"/{'/'.join(asked.path)}",
        "request.headers": json.dumps({name: asked.headers[name] for name in names}),
        "request.cookies": json.dumps(dict(request.cookies)),
        **settings,
    }
    if asked.preferences.timezone:
        told["timezone"] = asked.preferences.timezone
    calls = ", ".join(f"set_config(${2 * place + 1}, ${2 * place + 2}, true)" for place in range(len(told)))
    values = [part.split("\0", 1)[0] for pair in told.items() for part in pair]
    await psycopg.AsyncRawCursor(connection).execute(f"select {calls}", values)


def _check(asked: Asked, plan: Plan, result: Result) -> None:
    """What makes a result no result, and undoes what was done for it."""
    if plan.singular and result.rows != 1:
        details = f"The result contains {result.rows} rows"
        raise RestError("PGRST116", "Cannot coerce the result to a single JSON object", details=details)
    most = asked.preferences.max_affected
    if plan.limits_affected and most is not None and asked.preferences.handling == "strict" and result.rows > most:
        details = f"The query affects {result.rows} rows"
        raise RestError("PGRST124", "Query result exceeds max-affected preference constraint", details=details)


def _overridden(response: Response, result: Result) -> Response:
    """Status and headers that SQL set for the answer: `response.status`, `response.headers`."""
    if result.status:
        if not result.status.isdigit():
            raise RestError("PGRST112", "response.status guc must be a valid status code")
        response.status_code = int(result.status)
    if result.headers:
        try:
            for pair in json.loads(result.headers):
                ((name, value),) = pair.items()
                response.headers[name] = value
        except (ValueError, AttributeError, TypeError) as error:
            sentence = (
                "response.headers guc must be a JSON array composed of objects with a single key and a string value"
            )
            raise RestError("PGRST111", sentence) from error
    return response
