"""The Auth half of the stand-in: signing in and out with a password, refreshed tokens, and users for administrators."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import psycopg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from tests.servers.supabase import auth_users
from tests.servers.supabase.auth_errors import AuthRefused
from tests.servers.supabase.auth_users import Issuer, Row, find_user, read_id, told
from tests.servers.supabase.database import Database
from tests.servers.supabase.settings import Settings
from tests.servers.supabase.tokens import EXPIRED, INVALID, BadToken, verify

PREFIX = "/auth/v1"
PER_PAGE = 50
_WORDS = {
    EXPIRED: "token is expired",
    INVALID: "token is malformed: token contains an invalid number of segments",
}

Answer = Callable[[Request, psycopg.AsyncConnection[Any]], Awaitable[Response]]


def auth_routes(database: Database, settings: Settings) -> list[BaseRoute]:
    """What answers under /auth/v1."""
    half = Auth(database, settings)
    routes = [
        Route("/health", half.at(half.health), methods=["GET"]),
        Route("/settings", half.at(half.tell_settings), methods=["GET"]),
        Route("/.well-known/jwks.json", half.at(half.keys), methods=["GET"]),
        Route("/token", half.at(half.token), methods=["POST"]),
        Route("/signup", half.at(half.sign_up), methods=["POST"]),
        Route("/logout", half.at(half.log_out), methods=["POST"]),
        Route("/user", half.at(half.user), methods=["GET", "PUT"]),
        Route("/admin/users", half.at(half.users), methods=["GET", "POST"]),
        Route("/admin/users/{id}", half.at(half.one_user), methods=["GET", "PUT", "DELETE"]),
    ]
    return [Mount(PREFIX, routes=routes)]


class Auth:
    """One project's users; each request is a transaction, which a refusal undoes."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    def at(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint: the answer inside a transaction, refusals told as the service tells them."""

        async def endpoint(request: Request) -> Response:
            try:
                async with self._database.auth.connection() as connection, connection.transaction():
                    return await answer(request, connection)
            except AuthRefused as refusal:
                return refusal.response(request)

        return endpoint

    async def health(self, request: Request, connection: psycopg.AsyncConnection[Any]) -> Response:
        about = {"version": "v2.190.0", "name": "GoTrue", "description": "GoTrue is a user registration and auth API"}
        return JSONResponse(about)

    async def tell_settings(self, request: Request, connection: psycopg.AsyncConnection[Any]) -> Response:
        external = {"anonymous_users": False, "email": True, "phone": False}
        return JSONResponse(
            {
                "external": external,
                "disable_signup": True,
                "mailer_autoconfirm": False,
                "phone_autoconfirm": False,
                "sms_provider": "",
                "saml_enabled": False,
            }
        )

    async def keys(self, request: Request, connection: psycopg.AsyncConnection[Any]) -> Response:
        """None: the tokens are signed with a secret, which is told to nobody."""
        return JSONResponse({"keys": []})

    async def sign_up(self, request: Request, connection: psycopg.AsyncConnection[Any]) -> Response:
        raise AuthRefused(422, "signup_disabled", "Signups not allowed for this instance")

    async def token(self, request: Request, connection: psycopg.AsyncConnection[Any]) -> Response:
        given = await _body(request)
        issuer = Issuer(self._settings, f"{request.url.scheme}://{request.url.netloc}{PREFIX}")
        match request.query_params.get("grant_type"):
            case "password":
                email, password = given.get("email"), given.get("password")
                if not email or not isinstance(email, str):
                    raise AuthRefused(400, "validation_failed", "missing email or phone")
                return JSONResponse(await auth_users.sign_in(connection, issuer, email, str(password or "")))
            case "refresh_token":
                token = given.get("refresh_token")
                if not isinstance(token, str) or len(token) < 12:
                    raise AuthRefused(400, "validation_failed", "Refresh token is not valid")
                answer = await auth_users.refresh(connection, issuer, token)
                return answer.response(request) if isinstance(answer, AuthRefused) else JSONResponse(answer)
        raise AuthRefused(400, "invalid_credentials", "unsupported_grant_type")

    def _claims(self, request: Request) -> Mapping[str, Any]:
        word, _, token = request.headers.get("authorization", "").partition(" ")
        if word.lower() != "bearer" or not token:
            raise AuthRefused(401, "no_authorization", "This endpoint requires a valid Bearer token")
        try:
            return verify(token, self._settings)
        except BadToken as error:
            why = _WORDS.get(str(error), "token signature is invalid: signature is invalid")
            message = f"invalid JWT: unable to parse or verify signature, {why}"
            raise AuthRefused(403, "bad_jwt", message) from error

    async def _caller(self, request: Request, connection: psycopg.AsyncConnection[Any]) -> tuple[Row, str]:
        """Who is signed in, and in which session."""
        claims = self._claims(request)
        if not claims.get("sub"):
            raise AuthRefused(403, "bad_jwt", "invalid claim: missing sub claim")
        user = await find_user(connection, read_id(str(claims["sub"])))
        if user is None:
            raise AuthRefused(403, "user_not_found", "User from sub claim in JWT does not exist")
        session = str(claims.get("session_id") or "")
        if not await auth_users.has_session(connection, session):
            raise AuthRefused(403, "session_not_found", "Session from session_id claim in JWT does not exist")
        return user, session

    async def user(self, request: Request, connection: psycopg.AsyncConnection[Any]) -> Response:
        user, _ = await self._caller(request, connection)
        if request.method == "PUT":
            user = await auth_users.change_user(connection, user["id"], await _body(request), admin=False)
        return JSONResponse(told(user))

    async def log_out(self, request: Request, connection: psycopg.AsyncConnection[Any]) -> Response:
        user, session = await self._caller(request, connection)
        scope = request.query_params.get("scope") or "global"
        if scope not in ("global", "local", "others"):
            raise AuthRefused(400, "validation_failed", f'Unsupported logout scope "{scope}"')
        await auth_users.sign_out(connection, user["id"], session, scope)
        return Response(status_code=204)

    def _need_administrator(self, request: Request) -> None:
        if self._claims(request).get("role") not in ("service_role", "supabase_admin"):
            raise AuthRefused(403, "not_admin", "User not allowed")

    async def users(self, request: Request, connection: psycopg.AsyncConnection[Any]) -> Response:
        self._need_administrator(request)
        if request.method == "POST":
            return JSONResponse(told(await auth_users.make_user(connection, await _body(request))))
        page, per_page = (_number(request, name) or usual for name, usual in (("page", 1), ("per_page", PER_PAGE)))
        users, total = await auth_users.list_users(connection, page, per_page)
        headers = {"X-Total-Count": str(total)}
        return JSONResponse({"users": [told(user) for user in users], "aud": "authenticated"}, headers=headers)

    async def one_user(self, request: Request, connection: psycopg.AsyncConnection[Any]) -> Response:
        self._need_administrator(request)
        user_id = read_id(request.path_params["id"])
        if request.method == "DELETE":
            await auth_users.delete_user(connection, user_id)
            return JSONResponse({})
        if request.method == "PUT":
            return JSONResponse(
                told(await auth_users.change_user(connection, user_id, await _body(request), admin=True))
            )
        user = await find_user(connection, user_id)
        if user is None:
            raise AuthRefused(404, "user_not_found", "User not found")
        return JSONResponse(told(user))


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name) or ""
    return max(1, int(text)) if text.isdigit() else 0


async def _body(request: Request) -> dict[str, Any]:
    try:
        given = json.loads(await request.body() or b"{}")
    except ValueError as error:
        raise AuthRefused(400, "bad_json", "Could not parse request body as JSON") from error
    if not isinstance(given, dict):
        raise AuthRefused(400, "bad_json", "Could not parse request body as JSON")
    return given
