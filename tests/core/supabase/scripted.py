"""A service that answers as a test tells it to, in the loop of the test, and remembers what it was asked."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from core.clients.supabase.patience import Patience
from core.clients.supabase.session import Session

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
SHORT = {"attempts": 3, "first_seconds": 0.001, "most_seconds": 0.002, "longest_seconds": 2.0}


@dataclass
class Asked:
    """One request as it came in: `path` is undecoded."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Script:
    """Answers in order; the last one goes on for ever."""

    answers: list[Answer]
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append(Asked(request.method, request.raw_path, headers, await request.read()))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return await answer(request)


class Token:
    """A token, and what comes after it once the service calls it expired."""

    def __init__(self, *tokens: str, key: str = "sb_publishable_x") -> None:
        self.key = key
        self._tokens = list(tokens) or [key]

    async def bearer(self) -> str:
        return self._tokens[0]

    async def refused(self, token: str) -> bool:
        if len(self._tokens) == 1:
            return False
        self._tokens = [one for one in self._tokens if one != token]
        return True


def says(data: object, status: int = 200, **headers: str) -> Answer:
    """An answer of JSON, or of text where `data` is a string; `Retry_After` names a header."""

    async def answer(request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(data, str):
            return web.Response(text=data, status=status, headers=named)
        return web.json_response(data, status=status, headers=named)

    return answer


async def resets(request: web.Request) -> web.StreamResponse:
    """The connection is cut before any answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def breaks_off(request: web.Request) -> web.StreamResponse:
    """The connection is cut in the middle of the body."""
    response = web.StreamResponse(headers={"Content-Length": "100", "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'[{"id"')
    assert request.transport is not None
    request.transport.close()
    return response


@contextlib.asynccontextmanager
async def serve(*answers: Answer) -> AsyncIterator[Script]:
    """The service on a port of its own."""
    script = Script(list(answers))
    server = web.Server(script.handle)
    runner = web.ServerRunner(server)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    script.url = f"http://{host}:{port}"
    try:
        yield script
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def connected(url: str, tokens: Token | None = None, folder: Path | None = None) -> AsyncIterator[Session]:
    """A session with little patience, closed afterwards."""
    session = await Session.open(url, tokens or Token(), folder=folder or Path(), patience=Patience(**SHORT))  # type: ignore[arg-type]
    try:
        yield session
    finally:
        await session.close()
