"""Opening a Supabase project: the key is looked at, somebody signs in, and what is allowed is found out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core import places
from core.capabilities import Capabilities
from core.clients.supabase.auth import AuthSessions
from core.clients.supabase.catalog import SupabaseCatalog
from core.clients.supabase.failures import CHECK_URL
from core.clients.supabase.kept_session import KeptSession
from core.clients.supabase.patience import Patience
from core.clients.supabase.probe import about, probe
from core.clients.supabase.queue import read_queue, tell_done
from core.clients.supabase.session import Session
from core.clients.supabase.sign_in import KeyTokens, PasswordTokens
from core.clients.supabase.store import SupabaseStore
from core.connection import Connection
from core.errors import BadProfile, NotAllowed, NotFound, Usage
from core.profiles import KEY, PASSWORD, Profile, Supabase
from core.retention.queue import Queued
from core.secrets import SUPABASE_KEY, VARIABLES, Secrets
from core.sign_in import KeyKind, SignInState, check_key, clean_key, describe_key, key_kind

_TRIES_AT_FIRST = 2
"""Somebody waits for the window to open: a network that is not there is told after these; work waits longer."""


class SupabaseProject:
    """What only a Supabase project has: its sign-in, and what it allows."""

    def __init__(self, session: Session, tokens: KeyTokens | PasswordTokens, profile: Profile) -> None:
        self._session = session
        self._tokens = tokens
        self._profile = profile
        self._found: Capabilities | None = None

    async def open(self) -> Capabilities:
        """What it lets this person do, as far as opening it wants to know. Raises `CoreError`."""
        found = await about(self._session)
        if not found.version:  # what else answers there shows only when more is tried
            found = await self._probe(found)
        self._found = found
        return found

    async def capabilities(self) -> Capabilities:
        """What it lets this person do, by real reads; asked anew, but for what was asked just now to open it. Raises
        `CoreError`."""
        found, self._found = self._found, None
        return found if found is not None and found.tried else await self._probe(found)

    async def _probe(self, found: Capabilities | None) -> Capabilities:
        return await probe(self._session, [source.table for source in self._profile.sources], found)

    def sign_in_state(self) -> SignInState:
        """How the sign-in stands."""
        return self._tokens.state()

    def on_sign_in_change(self, tell: Callable[[], None]) -> None:
        """From now on calls `tell` when the sign-in has changed."""
        if isinstance(self._tokens, PasswordTokens):
            self._tokens.on_change = tell

    async def sign_in(self, password: str) -> None:
        """Signs in anew by password. Raises `NotAllowed`, `Unavailable`, `Usage`."""
        self._found = None
        await self._person().sign_in(password)

    async def sign_out(self) -> None:
        """Ends the session by password and forgets the password. Raises `Unavailable`, `Usage`."""
        self._found = None
        await self._person().sign_out()

    async def removals(self) -> tuple[Queued, ...]:
        """What its database functions ask to go, the oldest first. Raises `ServiceError`."""
        return await read_queue(self._session)

    async def removals_done(self, ids: Sequence[int]) -> None:
        """Tells that these have been dealt with. Raises `ServiceError`."""
        await tell_done(self._session, ids)

    async def close(self) -> None:
        """Waits until what keeps the sign-in alive may be cut off."""
        if isinstance(self._tokens, PasswordTokens):
            await self._tokens.settle()

    def _person(self) -> PasswordTokens:
        if isinstance(self._tokens, PasswordTokens):
            return self._tokens
        raise Usage(f"The profile “{self._profile.name}” signs in by key, not by password.")


async def open_supabase(profile: Profile, secrets: Secrets) -> Connection:
    """Connects to the project of a profile and finds out what it allows; writes nothing there. Raises `CoreError`:
    `NotAllowed` for a missing or wrong key or password, `Unavailable` when it is out of reach, `NotFound` when
    something else answers there."""
    project = profile.supabase
    if project is None:
        raise BadProfile(f"The profile “{profile.name}” names no Supabase project.")
    key = await _key(profile, project, secrets)
    tokens: KeyTokens | PasswordTokens = KeyTokens(key)
    if project.sign_in == PASSWORD:
        file = KeptSession(places.sign_in(profile.name))
        tokens = PasswordTokens(profile.name, project.url, project.email, key, secrets, file)
    patience = Patience()
    usual, patience.attempts = patience.attempts, _TRIES_AT_FIRST
    session = await Session.open(project.url, tokens, folder=places.transfers(profile.name), patience=patience)
    try:
        if isinstance(tokens, PasswordTokens):
            tokens.over(AuthSessions(project.url, key, session.http))
        opened = SupabaseProject(session, tokens, profile)
        allowed = await opened.open()
        if not allowed.version and allowed.tried.get("buckets") and allowed.tried.get("tables"):
            raise NotFound(f"What answers at {project.url} knows nothing of Supabase's services.", CHECK_URL)
        patience.attempts = usual
        store = SupabaseStore(session, allowed, read_only=profile.read_only)
        catalog = SupabaseCatalog(session, allowed)
        return Connection(store, catalog, opened, _notices(project, key), _obstacle(allowed, project))
    except BaseException:
        await session.close()
        raise


def _obstacle(allowed: Capabilities, project: Supabase) -> str:
    """Why somebody signed in may change nothing, by the rights that our set-up gives. Without it the project's policies
    decide, which nobody here knows."""
    if not allowed.version or allowed.is_service or "admin" in allowed.roles:
        return ""
    roles = " and ".join(sorted(allowed.roles))
    role = f"the role {roles}" if roles else "no role of Bucketdesk"
    return f"You are signed in as {project.email} with {role}; changing what is stored takes the role admin."


def _notices(project: Supabase, key: str) -> tuple[str, ...]:
    if project.sign_in == KEY and key_kind(key) in (KeyKind.PUBLISHABLE, KeyKind.ANON):
        return (
            f"The key is {describe_key(key)}, and nobody signs in with it: only what everybody may see is seen. Use a "
            "secret key, or let the profile sign in by e-mail and password.",
        )
    return ()


async def _key(profile: Profile, project: Supabase, secrets: Secrets) -> str:
    key = clean_key(await secrets.get(profile.name, SUPABASE_KEY) or "")
    if not key:
        raise NotAllowed(
            f"There is no key for “{profile.name}”.",
            f"Store it in the profile's dialog or with “bucketdesk-cli profile secret {profile.name} {SUPABASE_KEY}”, "
            f"or set {VARIABLES[SUPABASE_KEY]}. {secrets.state}".strip(),
        )
    check_key(key, project)
    return key
