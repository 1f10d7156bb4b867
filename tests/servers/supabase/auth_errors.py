"""How the Auth half refuses: codes as Supabase Auth has them, told in the form that the client's version asks for."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse

VERSION_HEADER = "x-supabase-api-version"
WITH_CODES = "2024-01-01"


class AuthRefused(Exception):
    """An answer of 4xx with a code."""

    def __init__(self, status: int, code: str, message: str, *, more: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.more = dict(more or {})

    def response(self, request: Request) -> JSONResponse:
        """Newer clients name a version and get the code as `code`; for others that is the status."""
        version = request.headers.get(VERSION_HEADER, "")
        headers = {"x-sb-error-code": self.code}
        if version >= WITH_CODES:
            headers[VERSION_HEADER] = WITH_CODES
            body: dict[str, object] = {"code": self.code, "message": self.message}
        else:
            body = {"code": self.status, "error_code": self.code, "msg": self.message}
        return JSONResponse({**body, **self.more}, self.status, headers)
