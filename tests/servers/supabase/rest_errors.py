"""What the REST half answers when it cannot do as asked: PostgREST's codes, bodies and HTTP status."""

from __future__ import annotations

import json
from collections.abc import Mapping

import psycopg
from psycopg_pool import PoolTimeout
from starlette.responses import Response

STATUSES = {
    "PGRST000": 503,
    "PGRST001": 503,
    "PGRST002": 503,
    "PGRST003": 504,
    "PGRST100": 400,
    "PGRST101": 405,
    "PGRST102": 400,
    "PGRST103": 416,
    "PGRST105": 405,
    "PGRST106": 406,
    "PGRST107": 406,
    "PGRST108": 400,
    "PGRST111": 500,
    "PGRST112": 500,
    "PGRST114": 400,
    "PGRST115": 400,
    "PGRST116": 406,
    "PGRST117": 405,
    "PGRST121": 500,
    "PGRST122": 400,
    "PGRST123": 400,
    "PGRST124": 400,
    "PGRST125": 404,
    "PGRST127": 400,
    "PGRST128": 400,
    "PGRST200": 400,
    "PGRST202": 404,
    "PGRST203": 300,
    "PGRST204": 400,
    "PGRST205": 404,
    "PGRST300": 500,
    "PGRST301": 401,
    "PGRST302": 401,
    "PGRST303": 401,
}
"""https://docs.postgrest.org/en/stable/references/errors.html"""

SQLSTATES = {
    "23503": 409,
    "23505": 409,
    "25006": 405,
    "42883": 404,
    "42P01": 404,
    "42P17": 500,
    "53400": 500,
    "57P01": 503,
    "P0001": 400,
}
CLASSES = {
    "08": 503,
    "09": 500,
    "0L": 403,
    "0P": 403,
    "21": 500,
    "25": 500,
    "28": 403,
    "2D": 500,
    "38": 500,
    "39": 500,
    "3B": 500,
    "40": 500,
    "53": 503,
    "54": 500,
    "55": 500,
    "57": 500,
    "58": 500,
    "F0": 500,
    "HV": 500,
    "P0": 500,
    "XX": 500,
}


class RestError(Exception):
    """An answer of PostgREST's own, or of the database in its dress."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        details: object = None,
        hint: str | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.details = details
        self.hint = hint
        self.status = status or STATUSES[code]
        self.headers = dict(headers or {})

    def response(self, *, with_body: bool = True) -> Response:
        body = {"code": self.code, "details": self.details, "hint": self.hint, "message": self.message}
        headers = {"Proxy-Status": f"PostgREST; error={self.code}", **self.headers}
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() if with_body else b""
        return Response(content, self.status, headers, "application/json; charset=utf-8")


def refused_token(code: str, message: str) -> RestError:
    """A bearer that PostgREST does not take: the header says so, too."""
    header = f'Bearer error="invalid_token", error_description="{message}"'
    return RestError(code, message, headers={"WWW-Authenticate": header})


def from_database(error: psycopg.Error, *, signed_in: bool) -> RestError:
    """What PostgREST makes of an error of the database.

    Args:
        error: what psycopg raised.
        signed_in: whether the request came with a token (with any role but anon's).
    """
    state = error.sqlstate
    if isinstance(error, PoolTimeout):
        return RestError("PGRST003", "Timed out acquiring connection from connection pool.")
    if state is None:
        return RestError("PGRST001", "Database client error. Retrying the connection.", details=str(error).strip())
    message = error.diag.message_primary or ""
    if state == "PGRST":
        return _raised(message, error.diag.message_detail)
    status = _status(state, message, signed_in)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    diagnosis = error.diag
    return RestError(
        state, message, details=diagnosis.message_detail, hint=diagnosis.message_hint, status=status, headers=headers
    )


def _status(state: str, message: str, signed_in: bool) -> int:
    if state == "42501":
        return 403 if signed_in else 401
    if state.startswith("PT"):
        return int(state[2:]) if state[2:].isdigit() and 100 <= int(state[2:]) < 600 else 500
    if state == "21000" and message.endswith("requires a WHERE clause"):
        return 400
    if state == "22023" and message.startswith("role") and message.endswith("does not exist"):
        return 401
    return SQLSTATES.get(state) or CLASSES.get(state[:2], 400)


def _raised(message: str, detail: str | None) -> RestError:
    """`raise sqlstate 'PGRST'` writes body, status and headers of the answer itself."""
    trouble = "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error"
    if detail is None:
        return RestError("PGRST121", trouble, details="DETAIL is missing in the RAISE statement")
    try:
        body, answer = json.loads(message), json.loads(detail)
        return RestError(
            body["code"],
            body["message"],
            details=body.get("details"),
            hint=body.get("hint"),
            status=int(answer["status"]),
            headers={str(name): str(value) for name, value in answer["headers"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return RestError("PGRST121", trouble, details=f"Invalid JSON value: '{message}' or '{detail}'")
