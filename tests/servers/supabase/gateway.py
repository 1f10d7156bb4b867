"""What stands before every service: it notes requests, knows the new keys, and tells the time."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.servers.supabase.settings import Settings
from tests.servers.supabase.tokens import BadToken, verify

BROWSERS = (b"mozilla/", b"chrome/", b"safari/", b"webkit")
KEYED = ("/rest/v1", "/auth/v1")
OPEN = ("/auth/v1/verify", "/auth/v1/callback", "/auth/v1/authorize", "/auth/v1/.well-known/")
NO_KEY = "No API key found in request"
INVALID_KEY = "Invalid API key"
IN_BROWSER = "Forbidden use of secret API key in browser"
HINTS = {
    NO_KEY: "No `apikey` request header or url param was found.",
    INVALID_KEY: "Double check your Supabase `anon` or `service_role` API key.",
    IN_BROWSER: "Secret API keys can only be used in a protected environment and should never be used in a browser. "
    "Delete this secret API key immediately.",
}


@dataclass(slots=True)
class Request:
    """A request as it came in, and what it was answered with (0: the answer has not begun, and perhaps never will)."""

    method: str
    path: str
    status: int = 0
    query: str = ""
    agent: str = ""
    at: float = field(default_factory=time.monotonic)  # in seconds


@dataclass(slots=True)
class Gateway:
    """The outermost part but for faults: in front of /storage/v1, /rest/v1 and /auth/v1."""

    app: ASGIApp
    settings: Settings
    requests: list[Request] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        agent, query = headers.get(b"user-agent", b""), scope["query_string"]
        noted = Request(scope["method"], scope["path"], 0, query.decode("latin-1"), agent.decode("latin-1"))
        self.requests.append(noted)
        date = formatdate(time.time() + self.settings.clock_seconds, usegmt=True).encode()

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                noted.status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), (b"date", date)]}
            await send(message)

        refusal = self._translate(scope, headers)
        if refusal:
            await _refuse(told, refusal)
        else:
            await self.app(scope, receive, told)

    def _translate(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        """Turn a key into the JWT that it stands for; a sentence, when hosted refuses it (facts.md A2)."""
        if not self.settings.gateway:
            return ""
        api_key = headers.get(b"apikey", b"") or _in_query(scope)
        token = headers.get(b"authorization", b"").partition(b" ")[2]
        if api_key.startswith(b"sb_secret_") and any(
            name in headers.get(b"user-agent", b"").lower() for name in BROWSERS
        ):
            return IN_BROWSER
        if token.startswith(b"sb_") and token != api_key:
            return INVALID_KEY
        # Storage looks at the bearer by itself, and lets links be followed that carry no key at all.
        if scope["path"].startswith(KEYED) and not scope["path"].startswith(OPEN):
            if not api_key:
                return NO_KEY
            if not api_key.startswith(b"sb_") and not self._is_legacy_key(api_key):
                return INVALID_KEY
        if api_key.startswith(b"sb_"):
            meant = self._meant(api_key)
            if not meant:
                return INVALID_KEY
            if token in (b"", api_key):
                _replace_bearer(scope, meant)
        elif api_key and b"authorization" not in headers:
            _replace_bearer(scope, api_key)
        return ""

    def _meant(self, api_key: bytes) -> bytes:
        """The JWT that a new key stands for; b"" for a key that there is not."""
        settings = self.settings
        if api_key == settings.secret_key.encode():
            return settings.service_key.encode()
        return settings.anon_key.encode() if api_key == settings.publishable_key.encode() else b""

    def _is_legacy_key(self, api_key: bytes) -> bool:
        try:
            claims = verify(api_key.decode("latin-1"), self.settings)
        except BadToken:
            return False
        return claims.get("role") in ("anon", "service_role")


def _in_query(scope: Scope) -> bytes:
    if b"apikey=" not in scope["query_string"]:
        return b""
    query: bytes = scope["query_string"]
    return parse_qs(query).get(b"apikey", [b""])[0]


def _replace_bearer(scope: Scope, token: bytes) -> None:
    others = [pair for pair in scope["headers"] if pair[0] != b"authorization"]
    scope["headers"] = [*others, (b"authorization", b"Bearer " + token)]


async def _refuse(send: Send, sentence: str) -> None:
    body = json.dumps({"message": sentence, "hint": HINTS[sentence]})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})
