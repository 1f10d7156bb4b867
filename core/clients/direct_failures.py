"""What a direct Postgres connection says when it refuses, in words a person can act on."""

from __future__ import annotations

import re

import psycopg

from core.clients.supabase.database_failures import of_code
from core.errors import BadProfile, CoreError, NotAllowed, NotFound, ServiceError, Unavailable

_POOLER = (
    "Supabase's direct address (db.….supabase.co) answers over IPv6 only; the session pooler's (….pooler.supabase.com, "
    "port 5432) answers everywhere. Both stand in the project under Connect."
)
_CHECK = "Check host and port of the direct connection in the profile: the project shows them under Connect."
_CONNECTING = (
    (r"28P01|28000|password authentication failed|no password supplied|SASL authentication failed", "password"),
    (r"tenant or user not found|no tenant identifier|ENOTFOUND", "tenant"),
    (r"3D000|database \S+ does not exist", "database"),
    (r"failed to resolve|could not translate host|name or service not known|nodename nor servname|getaddrinfo", "host"),
    (r"does not support SSL|SSL (?:error|connection)|certificate|no pg_hba\.conf entry", "tls"),
    (r"53300|too many (?:connections|clients)|max clients|remaining connection slots", "full"),
)


def not_understood() -> BadProfile:
    """The error for an address that is none. libpq's own words repeat what was typed, passwords included."""
    return BadProfile(
        "The address of the direct Postgres connection cannot be read.",
        "It looks like postgresql://postgres@db.abc.supabase.co:5432/postgres, with no password in it.",
    )


def of_connecting(error: psycopg.Error, user: str, place: str, database: str) -> CoreError:
    """Why no connection came about."""
    said = f"{error.sqlstate or ''} {error}"
    match next((name for pattern, name in _CONNECTING if re.search(pattern, said, re.I)), ""):
        case "password":
            hint = "Enter the database's password again; the project's settings can set another one, under Database."
            return NotAllowed(f"{place} does not accept the password of {user}.", hint)
        case "tenant":
            hint = "Through the pooler the user is called postgres.abc, where abc is the project's id."
            return NotAllowed(f"{place} knows no user {user}.", hint)
        case "database":
            return NotFound(f"{place} has no database “{database}”.", "Supabase's is called postgres.")
        case "host":
            return Unavailable(f"There is no host {place.rsplit(':', 1)[0]}.", _where(place))
        case "tls":
            hint = "Add sslmode=… to the address of the direct connection as the server wants it: require, or disable."
            return NotAllowed(f"{place} and this program do not agree on encryption.", hint)
        case "full":
            return Unavailable(
                f"{place} takes no more connections just now.", "Close other programs or try again later."
            )
    return Unavailable(f"{place} does not answer.", _where(place))


def _where(place: str) -> str:
    return f"{_CHECK} {_POOLER}" if ".supabase.co" in place else _CHECK


def of_statement(error: psycopg.Error, what: str) -> CoreError:
    """Why a statement was refused; `what` says what it was for."""
    code = error.sqlstate or ""
    said = (error.diag.message_primary or str(error)).strip().rstrip(".") + "."
    hint = error.diag.message_hint or ""
    if code in ("26000", "42P05"):
        hint = "Use the session pooler or the direct address, port 5432 instead of 6543."
        return Unavailable("A pooler in transaction mode stands before the database and mixes up statements.", hint)
    if code in ("55P03", "40P01"):
        hint = "Nothing of this step was done. Try again, when uploads and sign-ins are fewer."
        return Unavailable(f"{what}: another program holds a lock in the database.", hint)
    if code == "42501":
        hint = hint or "Connect as the role that owns the project's tables: on Supabase, postgres."
        return NotAllowed(f"{what}: {said}", hint)
    if code == "25006":
        hint = "Connect to the primary database; a replica can only be read."
        return NotAllowed(f"{what}: the database takes no changes.", hint)
    if code == "57014":
        return Unavailable(f"{what} took longer than the database allows.", "Try again when it has less to do.")
    if not code or code.startswith(("08", "57P")):
        return Unavailable(f"{what}: the connection to the database broke.", "Try again.")
    found = of_code(code, said, hint, what)
    return found or ServiceError(f"{what}: {said}", hint)
