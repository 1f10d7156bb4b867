"""Who asks the REST half: the claims of the bearer token, refused as PostgREST refuses them."""

from __future__ import annotations

import time

import jwt
from starlette.requests import Request

from tests.servers.supabase.rest_errors import RestError, refused_token
from tests.servers.supabase.settings import Settings

SKEW_SECONDS = 30
"""PostgREST takes a token for so long after its end, and before its beginning; here only as hosted."""
_TIMES = (("exp", -1, "JWT expired"), ("nbf", 1, "JWT not yet valid"), ("iat", 1, "JWT issued at future"))


def read_claims(request: Request, settings: Settings) -> dict[str, object]:
    """The claims of the caller; none at all without a bearer token.

    Raises:
        RestError: PGRST301 it is no token of this project, PGRST303 it is not its time.
    """
    word, _, token = request.headers.get("authorization", "").partition(" ")
    if word.lower() != "bearer":
        return {}
    claims = _decode(token.strip(), settings.jwt_secret)
    now = time.time() + settings.clock_seconds
    skew = SKEW_SECONDS if settings.hosted else 0
    for claim, direction, sentence in _TIMES:
        moment = claims.get(claim)
        if moment is None:
            continue
        if isinstance(moment, bool) or not isinstance(moment, (int, float)):
            raise refused_token("PGRST303", f"The JWT '{claim}' claim must be a number")
        if direction * (int(moment) - int(now)) > (skew if direction < 0 else SKEW_SECONDS) - (direction < 0):
            raise refused_token("PGRST303", sentence)
    return claims


def _decode(token: str, secret: str) -> dict[str, object]:
    if not token:
        raise refused_token("PGRST301", "Empty JWT is sent in Authorization header")
    parts = token.count(".") + 1
    if parts != 3:
        raise refused_token("PGRST301", f"Expected 3 parts in JWT; got {parts}")
    checks = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
    try:
        claims: dict[str, object] = jwt.decode(token, secret, algorithms=["HS256"], options=checks)  # type: ignore[arg-type]
    except jwt.InvalidSignatureError as error:
        refusal = refused_token("PGRST301", "No suitable key or wrong key type")
        refusal.details = "None of the keys was able to decode the JWT"
        raise refusal from error
    except jwt.InvalidAlgorithmError as error:
        raise refused_token("PGRST301", "Wrong or unsupported encoding algorithm") from error
    except jwt.InvalidTokenError as error:
        raise refused_token("PGRST301", "JWT cryptographic operation failed") from error
    return claims


__all__ = ["SKEW_SECONDS", "RestError", "read_claims"]
