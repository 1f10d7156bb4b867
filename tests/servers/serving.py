"""An ASGI application served on a port of loopback, in a thread and an event loop of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

START_SECONDS = 30.0


class _Server(uvicorn.Server):
    """Says when it has started, and ends at once when it is told to, where uvicorn looks ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        assert self._ended is not None
        await self._ended.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)  # idle ones are gone now; uvicorn would look again after a tenth of a second
        await super().shutdown(sockets)

    def end(self) -> None:
        if self._loop is not None and self._ended is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ended.set)


@contextlib.contextmanager
def served(app: ASGIApp, *, port: int = 0) -> Iterator[str]:
    """The address under which the application answers, for as long as the block lasts."""
    # Named by its protocol: for no other does asyncio switch off Nagle's algorithm, which costs 40 ms a request.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    server = _Server(
        uvicorn.Config(
            app,
            lifespan="on",
            log_config=None,
            log_level="warning",
            access_log=False,
            date_header=False,  # the gateway tells the service's own time
            server_header=False,
            proxy_headers=False,
            ws="none",
            backlog=1024,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=1,
        )
    )
    failures: list[BaseException] = []

    def run() -> None:
        try:
            # psycopg asks for a selector loop on every platform.
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(server.serve([listener]))
        except BaseException as error:  # a thread that dies must say so in the test that started it
            failures.append(error)
        finally:
            server.ready.set()

    thread = threading.Thread(target=run, name="stand-in")
    thread.start()
    try:
        if not server.ready.wait(START_SECONDS) or not server.started:
            raise RuntimeError("The stand-in did not start.") from next(iter(failures), None)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.end()
        thread.join()
        listener.close()
    if failures:
        raise RuntimeError("The stand-in broke down.") from failures[0]
