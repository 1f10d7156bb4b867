"""What stands before every service: it notes requests, knows the new keys, and tells the time."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from email.utils import formatdate

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.servers.supabase.settings import Settings

BROWSERS = (b"mozilla/", b"chrome/", b"safari/", b"webkit")


@dataclass(slots=True)
class Request:
    """A request as it came in, and what it was answered with (0: the answer has not begun, and perhaps never will)."""

    method: str
    path: str
    status: int = 0
    query: str = ""
    agent: str = ""


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
        """Turn a new key into the JWT that it stands for; a sentence, when hosted refuses it (facts.md A2)."""
        api_key = headers.get(b"apikey", b"")
        token = headers.get(b"authorization", b"").partition(b" ")[2]
        if not self.settings.gateway or not (api_key.startswith(b"sb_") or token.startswith(b"sb_")):
            return ""
        if api_key.startswith(b"sb_secret_") and any(
            name in headers.get(b"user-agent", b"").lower() for name in BROWSERS
        ):
            return "Forbidden use of secret API key in browser"
        if token.startswith(b"sb_") and token != api_key:
            return "Invalid API key"
        known = {
            self.settings.secret_key.encode(): self.settings.service_key,
            self.settings.publishable_key.encode(): self.settings.anon_key,
        }
        if api_key.startswith(b"sb_") and api_key not in known:
            return "Invalid API key"
        if api_key in known and token in (b"", api_key):
            meant = b"Bearer " + known[api_key].encode()
            others = [pair for pair in scope["headers"] if pair[0] != b"authorization"]
            scope["headers"] = [*others, (b"authorization", meant)]
        return ""


async def _refuse(send: Send, sentence: str) -> None:
    body = json.dumps({"message": sentence, "hint": "Double check your Supabase `anon` or `service_role` API key."})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})
