"""Why a service could not be reached, told from what the network said."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpx

from core.errors import BadProfile, CoreError, Trouble, Unavailable

_OFFLINE = "Check the network, and the address of this profile."


def of_transport(exc: Exception) -> CoreError:
    """The error for an exception of httpx or of what lies below it."""
    if isinstance(exc, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return BadProfile("The address of this profile is none.", "It looks like https://abc.supabase.co.")
    host = _host(exc)
    causes = list(_causes(exc))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return Unavailable(
            f"The certificate of {host} is not trusted.",
            "Check this computer's clock and the address; in a company's network its proxy may be the cause.",
            trouble=Trouble.OFFLINE,
        )
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return Unavailable(f"No secure connection to {host} came about.", "Check whether its address begins with http.")
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return Unavailable(
            f"The name {host} is not known: no network, or a wrong address.", _OFFLINE, trouble=Trouble.OFFLINE
        )
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return Unavailable(f"Nothing answers at {host}.", _OFFLINE, trouble=Trouble.OFFLINE)
    if isinstance(exc, httpx.PoolTimeout | httpx.ConnectTimeout):
        return Unavailable(f"{host} did not answer in time.", _OFFLINE, trouble=Trouble.OFFLINE)
    if isinstance(exc, httpx.TimeoutException):
        return Unavailable(f"{host} took too long to answer.", "Try again in a while.")
    if isinstance(exc, httpx.ConnectError):
        return Unavailable(f"{host} cannot be reached.", _OFFLINE, trouble=Trouble.OFFLINE)
    if isinstance(exc, httpx.DecodingError):
        return Unavailable(f"An answer of {host} was garbled on its way.", "Try again.")
    return Unavailable(f"The connection to {host} was cut.", "Try again; a request may have been carried out.")


def _host(exc: Exception) -> str:
    request = getattr(exc, "_request", None)
    if not isinstance(request, httpx.Request):
        return "the service"
    port = f":{request.url.port}" if request.url.port else ""
    return f"{request.url.host}{port}"


def _causes(exc: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    found: BaseException | None = exc
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        inner = getattr(found, "os_error", None) or getattr(found, "certificate_error", None)
        if isinstance(inner, BaseException):
            yield inner
        found = found.__cause__ or found.__context__
