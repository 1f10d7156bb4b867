"""Who we are in a Supabase project: by a key alone, or by a key and a person's session that is renewed in time."""

from __future__ import annotations

import asyncio
import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from core import log
from core.clients.supabase.auth import SessionOver, Sessions
from core.clients.supabase.kept_session import Kept, KeptSession, new_key
from core.errors import NotAllowed, Trouble, Unavailable
from core.profiles import KEY, PASSWORD
from core.secrets import SESSION, SUPABASE_PASSWORD, Secrets
from core.sign_in import SignInState, describe_key
from core.threads import in_thread

_MARGIN_SECONDS = 60.0
"""A token is renewed so long before it ends, that no request is under way with one that ends."""


class KeyTokens:
    """A secret, service_role, publishable or anon key that stands for itself."""

    def __init__(self, key: str) -> None:
        self.key = key
        log.conceal(key)

    def __repr__(self) -> str:
        return f"<KeyTokens: {describe_key(self.key)}>"

    async def bearer(self) -> str:
        """The key: the gateway takes a key as bearer where it equals the apikey header (facts.md A2)."""
        return self.key

    async def refused(self, token: str) -> bool:
        """There is no other key to try."""
        return False

    def state(self) -> SignInState:
        """How the sign-in stands."""
        return SignInState(KEY, describe_key(self.key))


@dataclass(slots=True)
class Clocks:
    """This machine's two clocks: one jumps when somebody sets it, the other stops while the machine sleeps."""

    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class _Held:
    """A session, when we got it by both clocks, and how long it lasted from then on."""

    kept: Kept
    wall: float
    steady: float
    seconds: float


class PasswordTokens:
    """A session by e-mail and password. It is kept encrypted in the profile's file, as long as the keyring keeps what
    it is encrypted with; several processes share it. `over` must be told how to reach Auth before anything is asked.
    `on_change` is called when the state changed."""

    def __init__(
        self,
        profile: str,
        url: str,
        email: str,
        key: str,
        secrets: Secrets,
        file: KeptSession,
        clocks: Clocks | None = None,
    ) -> None:
        self.key = key
        self.on_change: Callable[[], None] = lambda: None
        self._profile, self._url, self._email = profile, url, email
        self._secrets, self._file = secrets, file
        self._clocks = clocks or Clocks()
        self._sessions: Sessions | None = None
        self._held: _Held | None = None
        self._trouble: NotAllowed | None = None
        self._renewal: asyncio.Task[str] | None = None
        self._spent: set[str] = set()

    def __repr__(self) -> str:
        return f"<PasswordTokens: {self._email}>"

    def over(self, sessions: Sessions) -> None:
        """From now on sessions come from there."""
        self._sessions = sessions

    async def bearer(self) -> str:
        """The access token valid now, renewed before it ends; however many ask, it is renewed once. Raises `NotAllowed`
        when nobody is signed in, `Unavailable` when that cannot be asked."""
        if self._held is not None and self._trouble is None and self._left(self._held) > self._margin(self._held):
            return self._held.kept.access_token
        return await self._renewed("")

    async def refused(self, token: str) -> bool:
        """The service called this token expired, whatever our clock says: gets another one. Raises like `bearer`."""
        held = self._held
        if held is None or held.kept.access_token == token:
            await self._renewed(token)
        return True

    async def sign_in(self, password: str) -> None:
        """Signs in anew. Raises `NotAllowed` for a wrong password, `Unavailable`."""
        await self.settle()
        sessions = self._reachable()
        kept = self._hold(self._new(await sessions.sign_in(self._email, password)))
        await in_thread(self._write, await self._file_key(), kept)

    async def sign_out(self) -> None:
        """Ends this session here and at the service, and forgets it and the password. Other sessions of the same person
        go on. Raises `Unavailable` when the service could not be told; here it is over all the same."""
        await self.settle()
        held, self._held = self._held, None
        self._end(f"Signed out of {self._url}.")
        await in_thread(self._file.remove)
        await self._secrets.forget(self._profile, SESSION, SUPABASE_PASSWORD)
        if held is not None:
            await self._reachable().end(self._email, held.kept.access_token)

    async def settle(self) -> None:
        """Waits for a renewal under way: cut off in the middle it would cost the session."""
        if self._renewal is not None and not self._renewal.done():
            await asyncio.wait([self._renewal])

    def state(self) -> SignInState:
        """How the sign-in stands."""
        if self._trouble is not None:
            return SignInState(PASSWORD, self._email, trouble=self._trouble.message)
        if self._held is None:
            return SignInState(PASSWORD, self._email, trouble="Nobody is signed in yet.")
        until = datetime.fromtimestamp(self._clocks.wall() + self._left(self._held), UTC)
        return SignInState(PASSWORD, self._email, self._held.kept.role, until)

    # --- renewing

    async def _renewed(self, stale: str) -> str:
        """Waits for the one renewal under way. It is not cancelled with whoever waits: the service has the next token
        by then, and the one we have is spent."""
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.get_running_loop().create_task(self._renew(stale))
            # its error is looked at even when nobody waits for it any more
            self._renewal.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(self._renewal)

    async def _renew(self, stale: str) -> str:
        key = await self._file_key()
        if not key:
            return (await self._next(None, stale)).access_token
        lock = await in_thread(self._file.lock)
        try:
            kept = await self._next(await in_thread(self._read, key), stale)
            await in_thread(self._write, key, kept)
        finally:
            lock.close()
        return kept.access_token

    async def _next(self, found: Kept | None, stale: str) -> Kept:
        """The session to go on with: what another process has renewed meanwhile, or the next one."""
        if found is not None and found.access_token != stale and found.refresh_token not in self._spent:
            held = self._held if self._held is not None and self._held.kept == found else self._of_file(found)
            if self._left(held) > self._margin(held):
                return self._hold(held)
        ours = self._held.kept if self._held is not None else None
        for kept in dict.fromkeys(one for one in (found, ours) if one is not None):
            if kept.refresh_token in self._spent:
                continue
            try:
                return self._hold(self._new(await self._reachable().renew(self._email, kept.refresh_token)))
            except SessionOver:
                self._spent.add(kept.refresh_token)
            except Unavailable:
                if kept == ours and kept.access_token != stale and self._lasts:
                    return kept  # it lasts for a while yet; the next request asks again
                raise
        return await self._by_password()

    async def _by_password(self) -> Kept:
        password = await self._secrets.get(self._profile, SUPABASE_PASSWORD) if self._trouble is None else None
        if password:
            try:
                return self._hold(self._new(await self._reachable().sign_in(self._email, password)))
            except NotAllowed as refused:
                raise self._end(refused.message, refused.hint) from refused
        if self._trouble is not None:
            raise self._trouble
        if self._spent:
            raise self._end(f"Signed out: the session of {self._email} has ended.")
        raise self._end(f"{self._email} is not signed in to {self._url}.")

    def _end(self, sentence: str, hint: str = "") -> NotAllowed:
        command = f"bucketdesk-cli profile secret {shlex.quote(self._profile)} {SUPABASE_PASSWORD}"
        sign_in = f"Sign in again: in the window, or with {command}. {self._secrets.state}".strip()
        self._trouble = NotAllowed(sentence, hint or sign_in, trouble=Trouble.SIGNED_OUT)
        self.on_change()
        return self._trouble

    def _hold(self, held: _Held) -> Kept:
        self._held, self._trouble = held, None
        for secret in (held.kept.access_token, held.kept.refresh_token):
            log.conceal(secret)
        self.on_change()
        return held.kept

    # --- time

    def _new(self, kept: Kept) -> _Held:
        return _Held(kept, self._clocks.wall(), self._clocks.steady(), kept.seconds)

    def _of_file(self, kept: Kept) -> _Held:
        # By the service's clock; ours may be wrong, and what it then takes for valid is refused and renewed.
        left = min(kept.seconds, kept.ends - self._clocks.wall())
        return _Held(kept, self._clocks.wall(), self._clocks.steady(), left)

    def _left(self, held: _Held) -> float:
        """Seconds until the access token ends, by the clock that has gone further."""
        gone = max(self._clocks.wall() - held.wall, self._clocks.steady() - held.steady)
        return held.seconds - gone

    @property
    def _lasts(self) -> bool:
        return self._held is not None and self._left(self._held) > 0

    def _margin(self, held: _Held) -> float:
        return min(_MARGIN_SECONDS, held.kept.seconds / 4)

    # --- the file

    async def _file_key(self) -> str:
        """What the file is encrypted with; '' where the keyring does not keep it, and so nothing is written."""
        key = await self._secrets.get(self._profile, SESSION)
        if key is None:
            key = new_key()
            return key if await self._secrets.put(self._profile, SESSION, key) else ""
        return key if self._secrets.source(self._profile, SESSION) == "keyring" else ""

    def _read(self, key: str) -> Kept | None:
        kept = self._file.read(key) if key else None
        return kept if kept is not None and (kept.url, kept.email) == (self._url, self._email) else None

    def _write(self, key: str, kept: Kept) -> None:
        if key and self._file.read(key) != kept:
            self._file.write(key, kept)

    def _reachable(self) -> Sessions:
        assert self._sessions is not None, "over() comes first"
        return self._sessions
