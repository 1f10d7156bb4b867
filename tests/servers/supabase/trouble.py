"""The faults that were ordered, done to requests and answers before anything else sees them."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.servers.supabase.faults import Fault, Faults
from tests.servers.supabase.pages import capped_body, capped_query, emptied, without_young

EXCHANGE = "bucketdesk.exchange"
PATIENCE_SECONDS = 2.0
HTML = b"<html><head><title>%d</title></head><body><center><h1>%d</h1></center><hr>cloudflare</body></html>"


@dataclass(slots=True)
class Answer:
    """An answer that is held back."""

    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def collect(self, message: Message) -> None:
        """Stands in for `send`."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", ()))
        else:
            self.body += message.get("body", b"")

    async def pass_on(self, send: Send, *, length: int | None = None) -> None:
        """Send it, with a length that fits unless another is given."""
        told = str(len(self.body) if length is None else length).encode()
        headers = [(name, value) for name, value in self.headers if name != b"content-length"]
        headers.append((b"content-length", told))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": len(self.body) < int(told)})


@dataclass(slots=True)
class Trouble:
    """Stands right behind the gateway, which notes what it does too."""

    app: ASGIApp
    faults: Faults
    _answers: dict[tuple[str, str], Answer] = field(default_factory=dict)  # the last one, where it may be wanted again

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self.faults.ordered:
            await self.app(scope, receive, send)
            return
        place = scope["method"], scope["path"]
        remember = self.faults.awaits_duplicate(*place)
        due = self.faults.due(*place)
        for fault in due:
            if fault.kind == "latency":
                await asyncio.sleep(fault.seconds)
        rest = [fault for fault in due if fault.kind != "latency"]
        if not rest and not remember:
            await self.app(scope, receive, send)
            return
        for fault in rest:
            if await self._instead(fault, scope, receive, send):
                return
        answer = Answer()
        asked = b""
        if any(fault.kind in ("page_cap", "empty_page") for fault in rest):
            asked, receive = await self._asked(rest, scope, receive)
        await self.app(scope, receive, answer.collect)
        for fault in rest:
            self._change(fault, answer, place, asked)
        self._answers[place] = Answer(answer.status, answer.headers, answer.body)
        await self._send(rest, answer, scope, send)

    async def _instead(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> bool:
        """What is done in the place of what was asked; whether anything was."""
        if fault.kind == "reset" and fault.side == "request":
            await _take(receive, fault.value)
            await _break(scope)
        elif fault.kind in ("status", "answer", "expired"):
            await _take(receive, None)
            status, content_type, body = self._refusal(fault, scope["path"])
            headers = [(b"content-type", content_type.encode())]
            if fault.retry_after is not None:
                headers.append((b"retry-after", str(fault.retry_after).encode()))
            await Answer(status, headers, body).pass_on(send)
        else:
            return False
        return True

    def _refusal(self, fault: Fault, path: str) -> tuple[int, str, bytes]:
        if fault.kind == "answer":
            return fault.status, fault.content_type, fault.body
        told: dict[str, object]
        if fault.kind == "expired":
            if path.startswith("/storage/"):
                message = '"exp" claim timestamp check failed'
                told = {"statusCode": "403", "error": "Unauthorized", "message": message, "code": "AccessDenied"}
                return 400, "application/json", json.dumps(told).encode()
            told = {"code": "PGRST303", "details": None, "hint": None, "message": "JWT expired"}
            return 401, "application/json", json.dumps(told).encode()
        if fault.status in (502, 503, 504, 520, 522, 524):
            return fault.status, "text/html", HTML % (fault.status, fault.status)
        if path.startswith("/storage/"):
            slow = fault.status == 429
            error, code = ("too_many_connections", "SlowDown") if slow else ("Internal", "InternalError")
            message = "Too many connections issued to the database" if slow else "Internal Server Error"
            told = {"statusCode": str(fault.status), "error": error, "message": message, "code": code}
        else:
            told = {"code": str(fault.status), "message": "Something went wrong", "details": None, "hint": None}
        return fault.status, "application/json", json.dumps(told).encode()

    async def _asked(self, faults: list[Fault], scope: Scope, receive: Receive) -> tuple[bytes, Receive]:
        """The request's body, and the request with the page sizes that a cap leaves."""
        body = await _take(receive, None)
        caps = [fault.value for fault in faults if fault.kind == "page_cap"]
        if caps:
            scope["query_string"] = capped_query(scope["query_string"], min(caps))
            body = capped_body(body, min(caps))
            length = (b"content-length", str(len(body)).encode())
            scope["headers"] = [*(pair for pair in scope["headers"] if pair[0] != length[0]), length]
        given = False

        async def again() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        return body, again

    def _change(self, fault: Fault, answer: Answer, place: tuple[str, str], asked: bytes) -> None:
        if fault.kind == "duplicate_page" and place in self._answers:
            earlier = self._answers[place]
            answer.status, answer.headers, answer.body = earlier.status, earlier.headers, earlier.body
        elif fault.kind == "lag":
            answer.body = without_young(answer.body, fault.seconds)
        elif fault.kind == "empty_page":
            answer.body = emptied(answer.body, asked)

    async def _send(self, faults: list[Fault], answer: Answer, scope: Scope, send: Send) -> None:
        for fault in faults:
            whole = len(answer.body)
            if fault.kind == "reset":
                answer.body = answer.body[: fault.value]
                if fault.value:
                    await answer.pass_on(send, length=max(whole, fault.value + 1))
                    await _flushed(scope)
                await _break(scope)
                return
            if fault.kind == "truncate":
                answer.body = answer.body[: whole // 2]
                if fault.silent:
                    break
                await answer.pass_on(send, length=whole)
                await _break(scope, kindly=True)
                return
        await answer.pass_on(send)


async def _take(receive: Receive, most: int | None) -> bytes:
    """A request's body, or at least so many bytes of it."""
    body = b""
    while most is None or len(body) < most:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body"):
            break
    return body


async def _break(scope: Scope, *, kindly: bool = False) -> None:
    """Break the connection: with a reset, or `kindly` by closing it after what was sent."""
    exchange = scope["extensions"][EXCHANGE]
    transport: asyncio.Transport = exchange.transport
    if kindly:
        transport.close()
    else:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    # uvicorn has to notice before we return, or it complains that we forgot to answer.
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not exchange.disconnected and time.monotonic() < deadline:  # noqa: ASYNC110 - there is no event to wait for
        await asyncio.sleep(0)


async def _flushed(scope: Scope) -> None:
    """Until the kernel has all that was sent: a reset throws the rest away."""
    transport: asyncio.Transport = scope["extensions"][EXCHANGE].transport
    deadline = time.monotonic() + PATIENCE_SECONDS
    while transport.get_write_buffer_size() and time.monotonic() < deadline:  # noqa: ASYNC110 - nor here
        await asyncio.sleep(0.001)


def reachable(app: ASGIApp) -> ASGIApp:
    """The outermost wrapper: keeps hold of uvicorn's own part of an exchange, whose connection a fault may break."""

    async def begin(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope.setdefault("extensions", {})[EXCHANGE] = getattr(send, "__self__", None)
        await app(scope, receive, send)

    return begin
