"""Keys and passwords of profiles: from the environment, from this session, or from the keyring; never in a file."""

from __future__ import annotations

import functools
import os

from core import log
from core.errors import Usage, WorkspaceError
from core.keyring_access import LONGEST, KeyringAccess, KeyringTrouble

SUPABASE_KEY = "supabase_key"
SUPABASE_PASSWORD = "supabase_password"
POSTGRES_PASSWORD = "postgres_password"
CLOUDINARY_URL = "cloudinary_url"
SESSION = "session"
"""What the file of a signed-in session is encrypted with."""
VARIABLES = {
    SUPABASE_KEY: "BUCKETDESK_SUPABASE_KEY",
    SUPABASE_PASSWORD: "BUCKETDESK_SUPABASE_PASSWORD",
    POSTGRES_PASSWORD: "BUCKETDESK_POSTGRES_PASSWORD",
    CLOUDINARY_URL: "BUCKETDESK_CLOUDINARY_URL",
}
"""The variable of the environment that goes before everything else."""
ALL = (*VARIABLES, SESSION)


class Secrets:
    """The secrets of all profiles, each by the profile's name and what it is. What the keyring does not take is kept
    for this session only, and `state` says so."""

    def __init__(self, access: KeyringAccess | None = None) -> None:
        self._access = access or KeyringAccess()
        self._here: dict[tuple[str, str], str] = {}
        self._trouble: KeyringTrouble | None = None

    def __repr__(self) -> str:
        return f"<Secrets: {len(self._here)} in this session>"

    @property
    def state(self) -> str:
        """Why secrets are kept for this session only, in a sentence for the person; '' when the keyring works."""
        if self._trouble is None:
            return ""
        return f"{self._trouble.why}: keys and passwords are kept for this session only and asked for again next time."

    async def get(self, profile: str, what: str) -> str | None:
        """A secret; None where there is none, and where the keyring does not say (`state` then tells why)."""
        value = os.environ.get(VARIABLES.get(what, "")) or self._here.get((profile, what))
        if value is None and self._may_ask:
            try:
                value = await self._access.get(profile, what)
                self._trouble = None
            except KeyringTrouble as trouble:
                self._trouble = trouble
        if value is not None:
            log.conceal(value)
        return value

    async def put(self, profile: str, what: str, value: str, *, lasting: bool = True) -> bool:
        """Keeps a secret; False when it is kept for this session only, because the keyring does not take it or because
        it is not meant to last. Raises `Usage` for what can be no secret."""
        if what not in ALL:
            raise Usage(f"There is no secret called “{what}”.", f"One of: {', '.join(VARIABLES)}.")
        if not value or len(value) > LONGEST:
            raise Usage(
                "The secret is empty."
                if not value
                else f"The secret has {len(value)} characters; no key is that long.",
                "Copy it again, alone.",
            )
        log.conceal(value)
        self._here[profile, what] = value
        if not lasting or not self._may_ask:
            return False
        try:
            await self._access.put(profile, what, value)
        except KeyringTrouble as trouble:
            self._trouble = trouble
            return False
        self._trouble = None
        del self._here[profile, what]
        return True

    async def places(self, profile: str) -> dict[str, str]:
        """Where each secret of a profile is found, `environment`, `session` or `keyring`; those that are not, are not
        named."""
        there = {what: await self.get(profile, what) for what in VARIABLES}
        return {what: self.source(profile, what) for what, value in there.items() if value is not None}

    async def forget(self, profile: str, *what: str) -> None:
        """Removes these secrets of a profile, or all of them, from this session and the keyring. Raises
        `WorkspaceError` when the keyring is there but keeps them."""
        for one in what or ALL:
            self._here.pop((profile, one), None)
        for one in (what or ALL) if self._may_ask else ():
            try:
                await self._access.remove(profile, one)
            except KeyringTrouble as trouble:
                self._trouble = trouble
                if trouble.lasting:
                    return
                raise WorkspaceError(
                    f"{trouble.why}: the secrets of “{profile}” are still in it.",
                    "Unlock it and try again, or remove the entries “bucketdesk/…” with the keyring's own program.",
                ) from trouble

    def source(self, profile: str, what: str) -> str:
        """Where a secret comes from when it is asked for, as far as that is known without asking the keyring:
        `environment`, `session` or `keyring`."""
        if os.environ.get(VARIABLES.get(what, "")):
            return "environment"
        return "session" if (profile, what) in self._here else "keyring"

    @property
    def _may_ask(self) -> bool:
        return self._trouble is None or not self._trouble.lasting


@functools.cache
def of_this_process() -> Secrets:
    """The secrets that everything in this process shares, so that what is kept for the session is known everywhere."""
    return Secrets()
