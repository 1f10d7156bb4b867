"""Users and their sessions in the auth schema: found, made, changed, signed in, refreshed and signed out."""

from __future__ import annotations

import secrets
import string
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tests.servers.supabase.auth_errors import AuthRefused
from tests.servers.supabase.passwords import kept, matches
from tests.servers.supabase.settings import Settings

Row = dict[str, Any]
Connection = psycopg.AsyncConnection[Any]
SHORTEST_PASSWORD = 6
_LETTERS = string.ascii_lowercase + string.digits
_COLUMNS = (
    "id, aud, role, email, phone, encrypted_password, email_confirmed_at, last_sign_in_at, raw_app_meta_data, "
    "raw_user_meta_data, created_at, updated_at, banned_until, is_anonymous"
)
_CHANGEABLE = {
    "email": "email",
    "phone": "phone",
    "role": "role",
    "password": "encrypted_password",
    "app_metadata": "raw_app_meta_data",
    "user_metadata": "raw_user_meta_data",
    "data": "raw_user_meta_data",
}


async def _row(connection: Connection, query: str, *values: object) -> Row | None:
    cursor = psycopg.AsyncRawCursor(connection, row_factory=dict_row)
    await cursor.execute(query, values)
    return await cursor.fetchone()


async def _rows(connection: Connection, query: str, *values: object) -> list[Row]:
    cursor = psycopg.AsyncRawCursor(connection, row_factory=dict_row)
    await cursor.execute(query, values)
    return await cursor.fetchall()


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def told(user: Row) -> Row:
    """A user as the API tells of them."""
    moments = {
        "email_confirmed_at": _moment(user["email_confirmed_at"]),
        "confirmed_at": _moment(user["email_confirmed_at"]),
        "last_sign_in_at": _moment(user["last_sign_in_at"]),
        "banned_until": _moment(user["banned_until"]),
    }
    return {
        "id": str(user["id"]),
        "aud": user["aud"] or "authenticated",
        "role": user["role"] or "authenticated",
        "email": user["email"] or "",
        "phone": user["phone"] or "",
        **{name: moment for name, moment in moments.items() if moment},
        "app_metadata": user["raw_app_meta_data"] or {},
        "user_metadata": user["raw_user_meta_data"] or {},
        "identities": [],
        "created_at": _moment(user["created_at"]),
        "updated_at": _moment(user["updated_at"]),
        "is_anonymous": bool(user["is_anonymous"]),
    }


def read_id(text: str) -> UUID:
    """The id of a user out of a path.

    Raises:
        AuthRefused: it is no UUID.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise AuthRefused(404, "validation_failed", "user_id must be an UUID") from error


async def find_user(connection: Connection, user_id: UUID) -> Row | None:
    return await _row(connection, f"select {_COLUMNS} from auth.users where id = $1", user_id)


async def list_users(connection: Connection, page: int, per_page: int) -> tuple[list[Row], int]:
    """A page of all users, the newest first, and how many there are."""
    counted = await _row(connection, "select count(*) as users from auth.users")
    order = "order by created_at desc, id limit $1 offset $2"
    users = await _rows(connection, f"select {_COLUMNS} from auth.users {order}", per_page, (page - 1) * per_page)
    return users, counted["users"] if counted else 0


async def make_user(connection: Connection, given: Mapping[str, Any]) -> Row:
    """A user as an administrator makes one.

    Raises:
        AuthRefused: without an address, with one that is taken, or with a weak password.
    """
    email = str(given.get("email") or "").strip().lower()
    if not email and not given.get("phone"):
        raise AuthRefused(400, "validation_failed", "Cannot create a user without either an email or phone")
    password = given.get("password") or secrets.token_urlsafe(24)
    _check_password(password)
    rights = {"provider": "email", "providers": ["email"], **(given.get("app_metadata") or {})}
    values = (
        UUID(given["id"]) if given.get("id") else None,
        email or None,
        given.get("phone") or None,
        kept(password),
        given.get("role") or "authenticated",
        Jsonb(rights),
        Jsonb(given.get("user_metadata") or {}),
        bool(given.get("email_confirm")),
    )
    query = f"""insert into auth.users (id, aud, email, phone, encrypted_password, role, raw_app_meta_data,
            raw_user_meta_data, email_confirmed_at, created_at, updated_at)
        values (coalesce($1, gen_random_uuid()), 'authenticated', $2, $3, $4, $5, $6, $7,
            case when $8 then now() end, now(), now()) returning {_COLUMNS}"""
    try:
        user = await _row(connection, query, *values)
    except psycopg.errors.UniqueViolation as error:
        message = "A user with this email address has already been registered"
        raise AuthRefused(422, "email_exists", message) from error
    assert user is not None
    return user


def _check_password(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        message = f"Password should be at least {SHORTEST_PASSWORD} characters."
        raise AuthRefused(422, "weak_password", message, more={"weak_password": {"reasons": ["length"]}})


async def change_user(connection: Connection, user_id: UUID, given: Mapping[str, Any], *, admin: bool) -> Row:
    """Change what is given; metadata is merged, and rights only an administrator may change."""
    allowed = _CHANGEABLE if admin else {key: _CHANGEABLE[key] for key in ("email", "password", "data")}
    sets = ["updated_at = now()"]
    values: list[object] = []
    for key, column in allowed.items():
        value = given.get(key)
        if value is None:
            continue
        place = f"${len(values) + 2}"
        if key == "password":
            _check_password(value)
            value = kept(value)
        if isinstance(value, dict):
            value, place = Jsonb(value), f"jsonb_strip_nulls(coalesce({column}, '{{}}') || {place})"
        sets.append(f"{column} = {place}")
        values.append(value)
    if admin and given.get("email_confirm"):
        sets.append("email_confirmed_at = coalesce(email_confirmed_at, now())")
    query = f"update auth.users set {', '.join(sets)} where id = $1 returning {_COLUMNS}"
    user = await _row(connection, query, user_id, *values)
    if user is None:
        raise AuthRefused(404, "user_not_found", "User not found")
    return user


async def delete_user(connection: Connection, user_id: UUID) -> None:
    if await _row(connection, "delete from auth.users where id = $1 returning id", user_id) is None:
        raise AuthRefused(404, "user_not_found", "User not found")


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whose tokens these are."""

    settings: Settings
    url: str

    def tokens(self, user: Row, session: UUID, refresh_token: str) -> Row:
        """What a sign-in answers."""
        now = int(time.time() + self.settings.clock_seconds)
        seconds = self.settings.access_token_seconds
        whole = told(user)
        names = ("aud", "role", "email", "phone", "app_metadata", "user_metadata", "is_anonymous")
        claims: dict[str, object] = {
            "iss": self.url,
            "sub": whole["id"],
            "iat": now,
            "exp": now + seconds,
            "aal": "aal1",
            "amr": [{"method": "password", "timestamp": now}],
            "session_id": str(session),
            **{name: whole[name] for name in names},
        }
        return {
            "access_token": self.settings.sign(claims),
            "token_type": "bearer",
            "expires_in": seconds,
            "expires_at": now + seconds,
            "refresh_token": refresh_token,
            "user": whole,
        }


async def sign_in(connection: Connection, issuer: Issuer, email: str, password: str) -> Row:
    """A new session for whoever knows the password.

    Raises:
        AuthRefused: invalid_credentials, user_banned, email_not_confirmed.
    """
    query = f"select {_COLUMNS} from auth.users where lower(email) = $1 and not coalesce(is_sso_user, false)"
    user = await _row(connection, query, email.strip().lower())
    if user is not None and user["banned_until"] and user["banned_until"] > datetime.now(UTC):
        raise AuthRefused(400, "user_banned", "User is banned")
    if user is None or not matches(password, user["encrypted_password"]):
        raise AuthRefused(400, "invalid_credentials", "Invalid login credentials")
    if user["email_confirmed_at"] is None:
        raise AuthRefused(400, "email_not_confirmed", "Email not confirmed")
    query = f"update auth.users set last_sign_in_at = now(), updated_at = now() where id = $1 returning {_COLUMNS}"
    user = await _row(connection, query, user["id"])
    assert user is not None
    query = """insert into auth.sessions (id, user_id, created_at, updated_at)
        values (gen_random_uuid(), $1, now(), now()) returning id"""
    session = await _row(connection, query, user["id"])
    assert session is not None
    return issuer.tokens(user, session["id"], await _new_token(connection, user["id"], session["id"], None))


async def _new_token(connection: Connection, user_id: UUID, session: UUID, parent: str | None) -> str:
    token = "".join(secrets.choice(_LETTERS) for _ in range(12))
    query = """insert into auth.refresh_tokens (token, user_id, session_id, parent, revoked, created_at, updated_at)
        values ($1, $2, $3, $4, false, now(), now())"""
    await psycopg.AsyncRawCursor(connection).execute(query, (token, str(user_id), session, parent))
    return token


async def refresh(connection: Connection, issuer: Issuer, token: str) -> Row | AuthRefused:
    """New tokens for a refresh token, which is used up by it.

    A used one still gives the one that came from it, for as long as that was not used itself, or for some seconds;
    after that its whole family is revoked, which the refusal that is returned must not undo.

    Raises:
        AuthRefused: refresh_token_not_found, user_banned.
    """
    query = """select t.token, t.revoked, t.session_id, t.user_id, extract(epoch from now() - t.updated_at) as age
        from auth.refresh_tokens t join auth.sessions s on s.id = t.session_id where t.token = $1 for update"""
    found = await _row(connection, query, token)
    user = await find_user(connection, UUID(found["user_id"])) if found else None
    if found is None or user is None:
        message = "Invalid Refresh Token: Refresh Token Not Found"
        raise AuthRefused(400, "refresh_token_not_found", message)
    if user["banned_until"] and user["banned_until"] > datetime.now(UTC):
        raise AuthRefused(400, "user_banned", "Invalid Refresh Token: User Banned")
    session = found["session_id"]
    if found["revoked"]:
        query = "select token, parent from auth.refresh_tokens where session_id = $1 and not revoked order by id desc"
        active = await _row(connection, query, session)
        if active is not None and active["parent"] == token:
            return issuer.tokens(user, session, active["token"])
        if float(found["age"]) > issuer.settings.refresh_reuse_seconds:
            query = "update auth.refresh_tokens set revoked = true, updated_at = now() where session_id = $1"
            await psycopg.AsyncRawCursor(connection).execute(query, (session,))
            return AuthRefused(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used")
    query = "update auth.refresh_tokens set revoked = true, updated_at = now() where session_id = $1 and not revoked"
    await psycopg.AsyncRawCursor(connection).execute(query, (session,))
    fresh = await _new_token(connection, user["id"], session, token)
    await psycopg.AsyncRawCursor(connection).execute(
        "update auth.sessions set refreshed_at = now(), updated_at = now() where id = $1", (session,)
    )
    return issuer.tokens(user, session, fresh)


async def has_session(connection: Connection, session: str) -> bool:
    """Whether a session is still there; a token that names none needs none."""
    query = "select id from auth.sessions where id::text = $1"
    return not session or await _row(connection, query, session) is not None


async def sign_out(connection: Connection, user_id: UUID, session: str, scope: str) -> None:
    """End sessions of a user: `global` all, `local` this one, `others` all but this one."""
    conditions = {"global": "", "local": "and id::text = $2", "others": "and id::text <> $2"}
    query = f"delete from auth.sessions where user_id = $1 {conditions[scope] if session else ''}"
    values = (user_id, session) if session and conditions[scope] else (user_id,)
    await psycopg.AsyncRawCursor(connection).execute(query, values)
