"""Who is asking: the claims of a request's JWT, and how a transaction takes on their role."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Mapping

import jwt
from jwt.types import Options
from psycopg import AsyncConnection, sql
from starlette.requests import Request

from tests.servers.supabase.settings import Settings

EXPIRED = '"exp" claim timestamp check failed'
INVALID = "Invalid Compact JWS"
TAMPERED = "signature verification failed"
ROLE_TIMEOUTS = {"anon": "3s", "authenticated": "8s"}  # facts.md A5


class BadToken(Exception):
    """A JWT that is none, is not ours, or is over; says it as the real server does (facts.md E3)."""


def verify(token: str, settings: Settings) -> dict[str, object]:
    """The claims of a JWT that this project signed; raises BadToken."""
    try:
        claims = _decoded(token, settings.jwt_secret).copy()
    except jwt.InvalidSignatureError as error:
        raise BadToken(TAMPERED) from error
    except jwt.InvalidTokenError as error:
        raise BadToken(INVALID) from error
    expires = claims.get("exp")
    if isinstance(expires, (int, float)) and expires <= time.time() + settings.clock_seconds:
        raise BadToken(EXPIRED)
    return claims


@functools.lru_cache(512)
def _decoded(token: str, secret: str) -> dict[str, object]:
    """A token's claims; kept, for the same few come with every request."""
    options: Options = {"verify_aud": False, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
    claims: dict[str, object] = jwt.decode(token, secret, algorithms=["HS256"], options=options)
    return claims


def bearer(request: Request) -> str | None:
    """What the Authorization header carries, without the word Bearer; None without that header."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    word, _, token = header.partition(" ")
    return token.strip() if word.lower() == "bearer" else header


def claims_of(request: Request, settings: Settings) -> dict[str, object] | None:
    """The claims of whoever asks; None without an Authorization header; raises BadToken."""
    token = bearer(request)
    return None if token is None else verify(token, settings)


def beginning(claims: Mapping[str, object]) -> sql.Composed:
    """What opens a transaction of a caller, in one trip to the server: BEGIN, their role, their claims."""
    role = str(claims.get("role") or "anon")
    parts = [sql.SQL("begin; set local role {}").format(sql.Identifier(role))]
    told = sql.Literal(json.dumps(dict(claims), separators=(",", ":")))
    parts.append(sql.SQL("select set_config('request.jwt.claims', {}, true)").format(told))
    return sql.SQL("; ").join(parts)


async def as_role(
    connection: AsyncConnection[tuple[object, ...]], claims: Mapping[str, object], *, timeouts: bool = False
) -> None:
    """Begin a transaction on a connection in autocommit, under the role and the claims; the caller ends it.

    With `timeouts`, statements of anon and authenticated are cut off where hosted cuts them off (facts.md A5).
    """
    statement = beginning(claims)
    limit = ROLE_TIMEOUTS.get(str(claims.get("role") or "anon"))
    if timeouts and limit:
        statement += sql.SQL("; set local statement_timeout = {}").format(sql.Literal(limit))
    await connection.execute(statement)
