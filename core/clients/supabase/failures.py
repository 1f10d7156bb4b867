"""What Supabase's services say when they refuse, in words a person can act on; the one place that knows their codes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from core.clients.supabase.database_failures import of_code
from core.clients.supabase.patience import asked_seconds
from core.clients.supabase.reaching import of_transport
from core.errors import (
    AlreadyExists,
    CoreError,
    Full,
    InvalidName,
    NotAllowed,
    NotFound,
    TooLarge,
    Trouble,
    Unavailable,
    Unreadable,
    WrongType,
)
from core.waiting import moment

CHECK_KEY = "Check the key of this profile: in the project's settings, under API keys."
SIGN_IN = "Sign in again, or check the key of this profile."
CHECK_URL = "Check the address of this profile: it looks like https://abc.supabase.co, with nothing behind it."
_BUSY = frozenset({408, 423, 429, 502, 503, 504, 520, 521, 522, 523, 524, 530, 544})
_BUSY_CODES = frozenset({"SlowDown", "DatabaseTimeout", "ResourceLocked", "PGRST003"})
_FIELDS = frozenset({"statusCode", "code", "error", "message", "msg", "error_code", "error_description"})
_EXPIRED = re.compile(r'"exp" claim|jwt expired|token is expired|token has expired|PGRST303', re.I)
_BAD_TOKEN = re.compile(
    r"invalid compact jws|signature verification|jws|jwt|invalid api ?key|no api key|jwserror", re.I
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said in refusing: `status` is the true one, which Storage puts into the body of a 400 (facts.md
    E3). `code` is the machine's word for it, `word` the older one beside it. `foreign`: not one of our services."""

    status: int
    code: str = ""
    word: str = ""
    message: str = ""
    hint: str = ""
    foreign: bool = False

    @property
    def busy(self) -> bool:
        """Whether asking again later makes sense."""
        return self.status in _BUSY or self.code in _BUSY_CODES

    @property
    def expired(self) -> bool:
        """Whether the token was good once."""
        return self.status in (400, 401, 403) and bool(_EXPIRED.search(f"{self.message} {self.code}"))

    @property
    def refuses_token(self) -> bool:
        """Whether the key or token itself was refused, not what was asked with it."""
        known = self.code in (
            "PGRST300",
            "PGRST301",
            "PGRST302",
            "PGRST303",
            "InvalidJWT",
            "bad_jwt",
            "no_authorization",
        )
        words = self.status in (400, 401, 403) and _BAD_TOKEN.search(self.message)
        return known or self.expired or bool(words) or (self.status == 401 and self.code != "42501")


def read_answer(response: httpx.Response) -> Answer:
    """Reads a response whose body has been read."""
    text = response.text
    kind = response.headers.get("content-type", "")
    if "html" in kind or text.lstrip()[:1] == "<":
        return Answer(response.status_code, message=text[:200], foreign=True)
    try:
        data = json.loads(text) if text else {}
    except ValueError:
        return Answer(response.status_code, message=text.strip()[:300])  # resumable uploads answer in plain text
    if not isinstance(data, Mapping):
        return Answer(response.status_code, message=str(data)[:300])
    if data and _FIELDS.isdisjoint(data):
        return Answer(response.status_code, message=text[:200], foreign=True)  # JSON, but nobody of ours speaks so
    return _read_body(response.status_code, data)


def translate(problem: Exception | httpx.Response, what: str = "", *, wait: float | None = None) -> CoreError:
    """The error to raise for a foreign exception or a refusing response; `what` names what was asked for, `wait` how
    many seconds the service asked to wait where the exception lost that. A `CoreError` is given back as it is; what is
    no failure of a service is raised again."""
    if isinstance(problem, CoreError):
        return problem
    if isinstance(problem, httpx.Response):
        return of_answer(read_answer(problem), what, wait=asked_seconds(problem))
    if isinstance(problem, httpx.HTTPStatusError):
        return translate(problem.response, what)
    if isinstance(problem, httpx.HTTPError | httpx.InvalidURL):
        return of_transport(problem)
    fields = getattr(problem, "json", None)  # postgrest's APIError, met only where that package is loaded
    if type(problem).__name__ == "APIError" and callable(fields):
        data: Mapping[str, Any] = fields()
        answer = _read_body(_status_of(str(data.get("code") or "")), data)
        foreign = str(data.get("details") or "").lstrip()[:1] == "<" or not (answer.code or answer.message)
        return of_answer(
            Answer(answer.status, answer.code, message=answer.message, foreign=True) if foreign else answer,
            what,
            wait=wait,
        )
    status = str(getattr(problem, "status", "") or "")
    if type(problem).__name__ in ("StorageApiError", "AuthApiError", "AuthRetryableError"):
        word = str(getattr(problem, "code", "") or "")
        return of_answer(Answer(int(status) if status.isdigit() else 500, word, word, str(problem)), what)
    raise problem


def of_answer(answer: Answer, what: str = "", *, wait: float | None = None) -> CoreError:
    """The error for a refusal. `wait`: how many seconds the service asked to wait."""
    if answer.foreign and not answer.busy:
        return NotFound("What answers at this address is not a Supabase project.", CHECK_URL)
    if answer.expired:
        return NotAllowed("The service says that the sign-in has expired.", SIGN_IN, trouble=Trouble.SIGNED_OUT)
    if answer.refuses_token:
        return NotAllowed(
            "The service does not accept the key or sign-in of this profile.", CHECK_KEY, trouble=Trouble.KEY_REFUSED
        )
    if (known := of_code(answer.code, answer.message, answer.hint, what)) is not None:
        return known
    if answer.busy:
        if wait:
            until = moment(datetime.now(UTC) + timedelta(seconds=wait))
            return Unavailable(
                f"The service is busy: it asks to wait {wait:.0f} s, until {until}.",
                f"Try again after {until}.",
                trouble=Trouble.THROTTLED,
                wait_seconds=wait,
            )
        throttled = Trouble.THROTTLED if answer.status == 429 else None
        return Unavailable("The service is busy or slow just now.", "Try again in a while.", trouble=throttled)
    return _of_storage(answer, what)


def _of_storage(answer: Answer, what: str) -> CoreError:
    said = _sentence(answer.message)
    named = what or "What was asked for"
    words = {answer.code, answer.word}
    if "NoSuchBucket" in words or answer.message == "Bucket not found":
        return NotFound(f"There is no bucket “{what.partition('/')[0]}”." if what else "The bucket is not there.")
    if answer.status in (404, 410) and answer.message.startswith(("Route ", "no Route", "Not Found", "requested path")):
        return NotFound("This address has no such service of Supabase.", CHECK_URL)
    if answer.status == 413:
        return TooLarge(
            f"{named} is too large: {said}",
            "The bucket or the project limits the size of files; raise that limit there.",
        )
    if answer.status == 415:
        return WrongType(
            f"{named} has a type that its bucket does not allow: {said}", "Allow the type in the bucket's settings."
        )
    if answer.status in (402, 507):
        return Full(f"There is no room left for {named}: {said}", "Clean up, or raise the project's quota.")
    if words & {"InvalidKey", "InvalidBucketName"}:
        return InvalidName(f"{named} has a name that the storage cannot hold.", said)
    if answer.status == 409:
        return AlreadyExists(f"{named} exists already.", said)
    if answer.status in (404, 410):
        return NotFound(f"{named} is not there.", "" if words & {"NoSuchKey", "not_found"} else said)
    if answer.status == 403:
        return NotAllowed(
            f"The right to {_right(what)} is missing: {said}", "Ask an administrator, or use another sign-in."
        )
    if answer.status >= 500:
        return Unavailable(f"The service failed: {said}", "Try again in a while; the project's logs say more.")
    return Unreadable(f"The service did not understand what was asked{f' of {what}' if what else ''}: {said}")


def _right(what: str) -> str:
    return f"do this to {what}" if what else "do this"


def _read_body(status: int, data: Mapping[str, Any]) -> Answer:
    inner = str(data.get("statusCode") or "")
    message = data.get("message") or data.get("msg") or data.get("error_description") or data.get("error") or ""
    return Answer(
        int(inner) if inner.isdigit() else status,
        str(data.get("code") or data.get("error_code") or ""),
        str(data.get("error") or ""),
        str(message),
        str(data.get("hint") or data.get("details") or ""),
    )


def _status_of(code: str) -> int:
    """postgrest-py drops the status of a response and puts it into `code` where the body had none."""
    if code.isdigit() and len(code) == 3:
        return int(code)
    return 401 if code in ("PGRST301", "PGRST302", "PGRST303") else 400


def _sentence(text: str) -> str:
    text = text.strip() or "it gave no reason"
    return text if text[-1] in ".!?" else f"{text}."
