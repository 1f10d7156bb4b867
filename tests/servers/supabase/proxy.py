"""Hands /storage/v1 on to somebody else's Storage server, as a gateway would, so that REST and Auth stand beside it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Self
from urllib.parse import urlsplit

import aiohttp
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send
from yarl import URL

PREFIX = "/storage/v1"
CONNECT_SECONDS = 10
AT_ONCE = 64
_OURS = frozenset({b"host", b"connection", b"keep-alive", b"transfer-encoding", b"te", b"upgrade", b"expect"})
_THEIRS = frozenset({"connection", "keep-alive", "transfer-encoding", "date", "server"})
"""Headers that are between two neighbours, or that this side tells itself."""


class StorageProxy:
    """An application in front of another server; bodies are streamed both ways and never held as a whole."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            auto_decompress=False,
            connector=aiohttp.TCPConnector(limit=AT_ONCE),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS),
            max_line_size=65536,
            max_field_size=65536,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._session is not None
        request = Request(scope, receive)
        started = False
        try:
            async with self._session.request(
                request.method,
                URL(self._target(scope), encoded=True),
                headers=_headers(request),
                data=_body(request),
                allow_redirects=False,
            ) as answer:
                started = True
                await _pass_on(request, answer, send)
        except ClientDisconnect:
            return
        except (aiohttp.ClientError, TimeoutError) as error:
            if started:
                raise
            await _refuse(send, error)

    def _target(self, scope: Scope) -> str:
        """The same place there, the path as it was sent: a key may hold what is encoded in it."""
        raw = scope.get("raw_path", scope["path"].encode()).split(b"?", 1)[0].decode("latin-1")
        query = scope["query_string"].decode("latin-1")
        return f"{self._url}{raw.partition(PREFIX)[2] or '/'}{'?' + query if query else ''}"


def _headers(request: Request) -> list[tuple[str, str]]:
    kept = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw if name not in _OURS
    ]
    host = request.headers.get("host", "")
    told = {
        "X-Forwarded-Host": host,
        "X-Forwarded-Port": str(urlsplit(f"//{host}").port or (443 if request.url.scheme == "https" else 80)),
        "X-Forwarded-Proto": request.url.scheme,
        "X-Forwarded-Prefix": PREFIX,
        "X-Forwarded-For": request.client.host if request.client else "",
    }
    return [*kept, *((name, value) for name, value in told.items() if name.lower() not in request.headers)]


def _body(request: Request) -> AsyncIterator[bytes] | None:
    headers = request.headers
    if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        return None
    return request.stream()


async def _pass_on(request: Request, answer: aiohttp.ClientResponse, send: Send) -> None:
    headers = [pair for pair in answer.raw_headers if pair[0].decode("latin-1").lower() not in _THEIRS]
    headers = [
        (name.lower(), _outside(request, value) if name.lower() == b"location" else value) for name, value in headers
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if request.method != "HEAD":
        async for chunk in answer.content.iter_any():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _outside(request: Request, location: bytes) -> bytes:
    """A place on the other server, as it is reached from here; a server that trusts the prefix says that by itself."""
    where = urlsplit(location.decode("latin-1"))
    if where.path.startswith(f"{PREFIX}/"):
        return location
    base = f"{request.url.scheme}://{request.url.netloc}{PREFIX}"
    return f"{base}{where.path}{'?' + where.query if where.query else ''}".encode("latin-1")


async def _refuse(send: Send, error: BaseException) -> None:
    """What Kong says when nobody answers behind it."""
    sentence = "An invalid response was received from the upstream server"
    body = json.dumps({"message": sentence, "error": type(error).__name__}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 502, "headers": headers})
    await send({"type": "http.response.body", "body": body})
