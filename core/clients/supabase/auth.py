"""Asks Supabase Auth for sessions, through the SDK over the connections that a project shares."""

from __future__ import annotations

import time
from typing import Any, Protocol

import httpx

from core.clients.supabase.auth_failures import is_over, of_auth
from core.clients.supabase.kept_session import Kept

_TRIES = 2
"""An answer may be lost on its way; within ten seconds Auth gives the same token the same answer again."""


class SessionOver(Exception):
    """A refresh token that Auth does not take any more."""


class Sessions(Protocol):
    """What grants, renews and ends sessions."""

    async def sign_in(self, email: str, password: str) -> Kept:
        """A new session. Raises `CoreError`."""
        ...

    async def renew(self, email: str, refresh_token: str) -> Kept:
        """The next session. Raises `SessionOver`, or `CoreError` when it may still go on."""
        ...

    async def end(self, email: str, access_token: str) -> None:
        """Ends this session, and no other of the same person. Raises `CoreError`."""
        ...


class AuthSessions:
    """Sessions of one project. The client is one of its own, apart from that of data, because a sign-in there would
    change whom every other request is made by (facts.md A2)."""

    def __init__(self, url: str, key: str, http: httpx.AsyncClient) -> None:
        from supabase_auth import AsyncGoTrueClient

        self._url = url
        self._client = AsyncGoTrueClient(
            url=f"{url}/auth/v1",
            headers={"apikey": key, "Authorization": f"Bearer {key}"},
            auto_refresh_token=False,
            persist_session=False,
            http_client=http,
        )

    async def sign_in(self, email: str, password: str) -> Kept:
        """A new session. Raises `CoreError`."""
        try:
            answer = await self._client.sign_in_with_password({"email": email, "password": password})
        except Exception as exc:
            raise of_auth(exc, email) from exc
        return self._kept(answer.session, email)

    async def renew(self, email: str, refresh_token: str) -> Kept:
        """The next session. Raises `SessionOver`, or `CoreError` when it may still go on."""
        for attempt in range(1, _TRIES + 1):
            try:
                answer = await self._client.refresh_session(refresh_token)
            except Exception as exc:
                if is_over(exc):
                    raise SessionOver from exc
                if attempt == _TRIES or type(exc).__name__ != "AuthRetryableError":
                    raise of_auth(exc, email) from exc
            else:
                return self._kept(answer.session, email)
        raise AssertionError("unreachable")

    async def end(self, email: str, access_token: str) -> None:
        """Ends this session, and no other of the same person. Raises `CoreError`."""
        try:
            await self._client.admin.sign_out(access_token, "local")
        except Exception as exc:
            if not is_over(exc) and getattr(exc, "status", 0) not in (401, 403, 404):  # those: it has ended already
                raise of_auth(exc, email) from exc

    def _kept(self, session: Any, email: str) -> Kept:
        claims = session.user.app_metadata or {}
        roles = claims.get("roles")
        role = claims.get("role") or (", ".join(map(str, roles)) if isinstance(roles, list) else "")
        seconds = float(session.expires_in)
        ends = float(session.expires_at or time.time() + seconds)
        return Kept(self._url, email, session.access_token, session.refresh_token, ends, seconds, str(role))
