"""Carries every request of a session: signs it, renews an expired sign-in, and repeats what may be repeated."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Protocol

import httpx

from core import traffic
from core.clients.supabase.failures import Answer, read_answer
from core.clients.supabase.patience import Patience, read_date

STREAMED = "bucketdesk.streamed"
"""Request extension: the body of the answer is left for the caller to read."""
REPEATABLE = "bucketdesk.repeatable"
"""Request extension: whether doing it twice is harmless. Without it, reading is and anything else is not."""
repeatable_calls: ContextVar[bool | None] = ContextVar("repeatable_calls", default=None)
"""The same for requests that a library makes on our behalf."""
_SIGNED = ("/rest/v1", "/storage/v1", "/functions/v1", "/graphql/v1")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Tokens(Protocol):
    """Who we are. `key` is the API key, `bearer()` the token valid now, which for a key is the key itself."""

    @property
    def key(self) -> str:
        """The API key: secret, service_role, publishable or anon."""
        ...

    async def bearer(self) -> str:
        """The token valid now. Raises `NotAllowed` when signed out."""
        ...

    async def refused(self, token: str) -> bool:
        """The service called this token expired; True when there is another one to try."""
        ...


class Courier(httpx.AsyncBaseTransport):
    """A transport over another. It signs only what goes to the project's own services: no key ever reaches another
    host, and signing in itself (auth) carries what it brings."""

    def __init__(self, carrier: httpx.AsyncBaseTransport, url: str, tokens: Tokens, patience: Patience) -> None:
        self._carrier = carrier
        self._places = tuple(url + place for place in _SIGNED)
        self._tokens = tokens
        self._patience = patience
        self.server_date: str = ""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        signed = str(request.url).startswith(self._places)
        repeatable = _is_repeatable(request)
        renewed = False
        attempt = 1
        while True:
            await self._patience.pass_gate()
            await traffic.ask()
            token = await self._sign(request) if signed else ""
            try:
                response = await self._carry(request)
            except httpx.ConnectError:
                if not await self._patience.wait(attempt):
                    raise
            except httpx.TransportError as exc:
                if isinstance(exc, httpx.TimeoutException):
                    traffic.hindered()
                if not repeatable or not await self._patience.wait(attempt):
                    raise
            else:
                if response.is_success or response.status_code in (304, 416):
                    return response
                answer = read_answer(response)
                if answer.status == 429 or answer.status >= 500:
                    traffic.hindered()
                expired = answer.expired or _may_be_expired(request, response)
                if signed and expired and not renewed and await self._tokens.refused(token):
                    renewed = True
                    continue
                if not _is_worth_repeating(answer, repeatable) or not await self._patience.wait(attempt, response):
                    return response
            attempt += 1

    async def aclose(self) -> None:
        await self._carrier.aclose()

    async def _sign(self, request: httpx.Request) -> str:
        token = await self._tokens.bearer()
        request.headers["apikey"] = self._tokens.key
        request.headers["Authorization"] = f"Bearer {token}"
        return token

    async def _carry(self, request: httpx.Request) -> httpx.Response:
        try:
            response = await self._carrier.handle_async_request(request)
        except httpx.RequestError as exc:
            exc.request = request
            raise
        if read_date(date := response.headers.get("date", "")) is not None:
            self.server_date = date
        if STREAMED in request.extensions and response.is_success:
            return response
        response.request = request
        try:
            await response.aread()
        except httpx.RequestError as exc:
            exc.request = request
            raise
        finally:
            await response.aclose()
        return response


def _is_repeatable(request: httpx.Request) -> bool:
    told = request.extensions.get(REPEATABLE, repeatable_calls.get())
    return request.method in _READING if told is None else bool(told)


def _may_be_expired(request: httpx.Request, response: httpx.Response) -> bool:
    """HEAD has no body to say so in: an expired token is a bare 400, as much else is (facts.md E1)."""
    return request.method == "HEAD" and response.status_code in (400, 401, 403)


def _is_worth_repeating(answer: Answer, repeatable: bool) -> bool:
    """Too many requests: none of them was looked at. Anything else may have been carried out. What took the database
    too long once (57014) will again."""
    if answer.code == "57014":
        return False
    return answer.status == 429 or (repeatable and (answer.busy or answer.status >= 500))
