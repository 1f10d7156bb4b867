"""Where the dialogs of profiles keep things: the profile in its file, the secrets in the system's keyring."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.profile_files import create, edit
from core.profiles import Profile, Source, Supabase
from core.secrets import POSTGRES_PASSWORD, SESSION, SUPABASE_KEY, SUPABASE_PASSWORD, VARIABLES, of_this_process
from gui.translation import translate

_ASKED = (SUPABASE_KEY, SUPABASE_PASSWORD, POSTGRES_PASSWORD)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A connection as the fields say it. `secrets`: the typed ones only; `profile`: the name of the one that is edited,
    and `sources` what it reads there."""

    supabase: Supabase
    secrets: Mapping[str, str] = field(repr=False)
    profile: str = ""
    sources: tuple[Source, ...] = ()


async def keyring_state() -> str:
    """Why secrets are kept for this session only; '' when the keyring works."""
    secrets = of_this_process()
    await secrets.get("bucketdesk", SUPABASE_KEY)  # asking is the only way to find out whether there is a keyring
    return secrets.state


async def where_kept(profile: str) -> dict[str, str]:
    """For each secret of a profile that is there: where it is kept, in words."""
    secrets = of_this_process()
    found: dict[str, str] = {}
    for what in _ASKED:
        if await secrets.get(profile, what):
            found[what] = _place(secrets.source(profile, what), what)
    return found


async def forget(profile: str, what: str) -> None:
    """Removes one secret. Raises `WorkspaceError` when the keyring does not let it go."""
    await of_this_process().forget(profile, what)


async def save(profile: Profile, wanted: Wanted, *, is_new: bool) -> bool:
    """Writes the profile and keeps the typed secrets; False when those are kept for this session only."""
    await asyncio.to_thread(create if is_new else edit, profile)
    if SUPABASE_PASSWORD in wanted.secrets:
        await of_this_process().forget(profile.name, SESSION)  # perhaps somebody else's
    kept = [await of_this_process().put(profile.name, what, value) for what, value in wanted.secrets.items()]
    return all(kept)


def _place(source: str, what: str) -> str:
    if source == "environment":
        return translate("Keeping", "comes from the environment (%1)").replace("%1", VARIABLES[what])
    if source == "session":
        return translate("Keeping", "kept for this session only")
    return translate("Keeping", "kept in the system's keyring")
