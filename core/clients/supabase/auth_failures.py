"""What Supabase Auth says when it refuses, in words a person can act on."""

from __future__ import annotations

from core.clients.supabase.failures import CHECK_KEY, CHECK_URL, translate
from core.errors import CoreError, NotAllowed, NotFound, Unavailable

OVER = frozenset(
    {
        "refresh_token_not_found",
        "refresh_token_already_used",
        "session_not_found",
        "session_expired",
        "user_not_found",
        "user_banned",
        "invalid_grant",
    }
)
"""Codes that end a session for good; anything else may pass."""
_SENTENCES = {
    "invalid_credentials": (
        "E-mail or password is wrong: {email} was not signed in.",
        "Type the password again. Its capitals count.",
    ),
    "email_not_confirmed": ("The address {email} has not been confirmed yet.", "Follow the link in the e-mail first."),
    "user_banned": ("The account {email} has been blocked.", "Ask an administrator of the project."),
    "captcha_failed": (
        "The project asks for a captcha at sign-in, which Bucketdesk cannot show.",
        "Let the profile sign in by key, or switch the captcha off in the project.",
    ),
    "email_provider_disabled": (
        "The project does not allow signing in by e-mail and password.",
        "Switch it on under Authentication, or let the profile sign in by key.",
    ),
}


def is_over(exc: Exception) -> bool:
    """Whether Auth said that a session has ended for good, rather than that something failed."""
    code, status = str(getattr(exc, "code", "") or ""), getattr(exc, "status", 0)
    if code in OVER:
        return True
    # Older servers send no code; a wrong key is refused without one as well, and says nothing about the session.
    return not code and status == 400 and "refresh token" in str(exc).lower()


def of_auth(exc: Exception, email: str) -> CoreError:
    """The error for what the auth client raised."""
    if isinstance(exc, CoreError):
        return exc
    code = str(getattr(exc, "code", "") or "")
    status = getattr(exc, "status", None)
    cause = exc.__cause__ or exc.__context__
    if code in _SENTENCES:
        message, hint = _SENTENCES[code]
        return NotAllowed(message.format(email=email), hint)
    is_foreign = type(exc).__name__ == "AuthUnknownError" or isinstance(exc, ValueError)  # it could not be parsed
    if is_foreign or (type(exc).__name__ == "AuthApiError" and status == 404):
        return NotFound("What answers at this address is not a Supabase project.", CHECK_URL)
    if type(exc).__name__ == "AuthRetryableError" and status == 0:
        return translate(cause) if isinstance(cause, Exception) else Unavailable("The project cannot be reached.")
    if status == 429:
        return Unavailable("The project lets nobody sign in that often.", "Wait a minute, then try again.")
    if status in (401, 403) and not code:
        return NotAllowed("The project does not accept the key of this profile.", CHECK_KEY)
    if not isinstance(exc, OSError) and not hasattr(exc, "status") and not hasattr(exc, "request"):
        raise exc
    return translate(exc)
