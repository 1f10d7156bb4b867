"""The one HTTP client that everything of a Supabase profile shares: connections, time-outs, and httpx's own errors."""

from __future__ import annotations

import functools
import ipaddress
import ssl
from urllib.parse import urlsplit

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from httpx_aiohttp.transport import AiohttpResponseStream

CONNECTIONS = 64
"""Most sockets open at once; whoever works in parallel bounds itself below that."""
TIMEOUT = httpx.Timeout(connect=10, read=120, write=120, pool=300)
"""A client handed to supabase-py must bring its own time-outs: its options are ignored then (facts.md A1)."""
TRANSFER_TIMEOUT = httpx.Timeout(connect=10, read=600, write=600, pool=300)
"""For bodies of files: aiohttp's read time-out runs while a body is still being sent."""
_IDLE_SECONDS = 4.0  # under the five seconds after which Node's and uvicorn's servers close an idle connection
_BUFFER_BYTES = 1 << 18
AiohttpResponseStream.CHUNK_SIZE = _BUFFER_BYTES  # 16 KiB as it comes: a tenth of the CPU of a long listing


class Transport(AiohttpTransport):
    """httpx over aiohttp, measured at a fifth of the CPU of httpx's own pool (facts.md E11). Raises httpx errors only:
    of those that the package below it lets through, or gives a wrong name, none reaches a caller."""

    def __init__(self, verify: ssl.SSLContext, *, trust_env: bool) -> None:
        super().__init__(verify=verify, client=lambda: _open_session(verify, trust_env))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await super().handle_async_request(request)
        except httpx.ConnectTimeout as exc:
            # WORKAROUND httpx-aiohttp 0.2.0 calls every broken connection a time-out of connecting.
            raise _rightly_named(exc) from exc.__cause__
        except aiohttp.ClientError as exc:
            raise httpx.RemoteProtocolError(str(exc) or type(exc).__name__) from exc
        except ssl.SSLError as exc:
            raise httpx.ConnectError(str(exc)) from exc
        except OSError as exc:
            raise httpx.NetworkError(str(exc) or type(exc).__name__) from exc


def open_client(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    """The client over a transport. Redirects are not followed: none of the services sends any, a foreign server may."""
    return httpx.AsyncClient(transport=transport, timeout=TIMEOUT, follow_redirects=False)


def open_transport(url: str) -> Transport:
    """The transport to a service. A proxy of the environment is used, but never for this machine itself. Reads the
    certificates that are trusted, the first time: best called beside the loop."""
    parts = urlsplit(url)
    verify = _trusted() if parts.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return Transport(verify, trust_env=not _is_loopback(parts.hostname or ""))


@functools.cache
def _trusted() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _open_session(verify: ssl.SSLContext, trust_env: bool) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=_IDLE_SECONDS, ssl=verify)
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=trust_env,
        read_bufsize=_BUFFER_BYTES,
    )
    # WORKAROUND aiohttp repeats a DELETE or PUT whose answer was lost, without a word, and has no public switch for it:
    # what may be repeated is decided in one place, the courier.
    session._retry_connection = False
    return session


def _rightly_named(exc: httpx.ConnectTimeout) -> httpx.TransportError:
    cause = exc.__cause__
    if isinstance(cause, aiohttp.ServerTimeoutError):
        return exc
    if isinstance(cause, aiohttp.ClientConnectorError):
        return httpx.ConnectError(str(cause))
    return httpx.RemoteProtocolError(str(cause) or "The connection was closed.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
