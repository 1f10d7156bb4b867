"""What every route of the Storage API does first: who asks, what does the body say, what becomes of an error."""

from __future__ import annotations

import functools
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import psycopg
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tests.servers.supabase.storage_errors import (
    StorageError,
    body_too_large,
    denied,
    from_database,
    internal,
    invalid_request,
)
from tests.servers.supabase.tokens import BadToken, claims_of
from tests.servers.supabase.world import World


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a valid token, or nobody (`known` is False) in the role anon."""

    claims: Mapping[str, object]
    known: bool = True

    @property
    def role(self) -> str:
        """The database role that they act under."""
        return str(self.claims.get("role") or "anon")

    @property
    def told(self) -> str:
        """Their claims as policies read them."""
        return json.dumps(dict(self.claims), separators=(",", ":"))

    @property
    def sub(self) -> str | None:
        """The user's id, who will own what they store."""
        sub = self.claims.get("sub")
        return str(sub) if sub else None


NOBODY = Caller({"role": "anon"}, known=False)
Handler = Callable[[Request, World, Caller], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def world_of(request: Request) -> World:
    """The project that is asked."""
    world: World = request.app.state.world
    return world


def signed_in(handler: Handler) -> Endpoint:
    """A route that wants an Authorization header with a valid token."""

    async def ask(request: Request) -> Response:
        world = world_of(request)
        return await handler(request, world, caller_of(request, world))

    return functools.wraps(handler)(_answering(ask))


def anybody(handler: Handler) -> Endpoint:
    """A route that treats a bad token like none at all."""

    async def ask(request: Request) -> Response:
        world = world_of(request)
        try:
            claims = claims_of(request, world.settings)
        except BadToken:
            claims = None
        return await handler(request, world, Caller(claims) if claims else NOBODY)

    return functools.wraps(handler)(_answering(ask))


def caller_of(request: Request, world: World) -> Caller:
    """Who asks; raises what the service answers to no token, and to a bad one."""
    try:
        claims = claims_of(request, world.settings)
    except BadToken as error:
        raise denied(str(error)) from error
    if claims is None:
        raise invalid_request("headers must have required property 'authorization'")
    return Caller(claims)


def _answering(ask: Endpoint) -> Endpoint:
    """Errors become answers; what is a defect of the stand-in itself is raised, and seen."""

    async def answer(request: Request) -> Response:
        try:
            return await ask(request)
        except StorageError as error:
            return error.response()
        except psycopg.Error as error:
            return from_database(error).response()
        except ClientDisconnect:
            return internal().response()

    return answer


class Body:
    """A JSON body, read as the real server's schemas read it: numbers in strings are numbers."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self.values = values

    @classmethod
    async def of(cls, request: Request, world: World) -> Body:
        """Raises what the service answers to a body that is too large, or is none."""
        limit = world.settings.json_body_limit_bytes
        length = request.headers.get("content-length", "")
        if length.isdigit() and int(length) > limit:
            raise body_too_large()
        raw = await request.body()
        if len(raw) > limit:
            raise body_too_large()
        try:
            values = json.loads(raw) if raw else None
        except ValueError as error:
            raise invalid_request("Body is not valid JSON but content-type is set to 'application/json'") from error
        if not isinstance(values, dict):
            raise invalid_request("body must be object")
        return cls(values)

    def integer(self, name: str, default: int | None, minimum: int) -> int:
        """A whole number; required when there is no default."""
        value = self.values.get(name)
        if value is None:
            if default is None:
                raise invalid_request(f"body must have required property '{name}'")
            return default
        try:
            number = int(value) if isinstance(value, (str, int)) else int(str(value))
        except ValueError as error:
            raise invalid_request(f"body/{name} must be integer") from error
        if number < minimum:
            raise invalid_request(f"body/{name} must be >= {minimum}")
        return number

    def text(self, name: str, default: str | None = None) -> str:
        """A string; required when there is no default."""
        value = self.values.get(name)
        if value is None:
            if default is None:
                raise invalid_request(f"body must have required property '{name}'")
            return default
        if isinstance(value, (dict, list)):
            raise invalid_request(f"body/{name} must be string")
        return str(value)

    def texts(self, name: str, *, at_most: int | None = None) -> list[str]:
        """At least one string."""
        value = self.values.get(name)
        if value is None:
            raise invalid_request(f"body must have required property '{name}'")
        items = value if isinstance(value, list) else [value]
        if not items:
            raise invalid_request(f"body/{name} must NOT have fewer than 1 items")
        if at_most is not None and len(items) > at_most:
            raise invalid_request(f"body/{name} must NOT have more than {at_most} items")
        return [str(item) for item in items]

    def flag(self, name: str) -> bool:
        """True or false; false when left out."""
        return self.values.get(name) in (True, "true", 1)

    def order(self, columns: tuple[str, ...]) -> tuple[str, str]:
        """What sortBy says: a column, and asc or desc."""
        given = self.values.get("sortBy")
        if given is None:
            return "name", "asc"
        if not isinstance(given, dict) or "column" not in given:
            raise invalid_request("body/sortBy must have required property 'column'")
        column, order = given["column"], given.get("order", "asc")
        for what, value, allowed in (("column", column, columns), ("order", order, ("asc", "desc"))):
            if value not in allowed:
                raise invalid_request(f"body/sortBy/{what} must be equal to one of the allowed values")
        return str(column), str(order)
