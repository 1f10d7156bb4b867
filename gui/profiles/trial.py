"""Trying a connection to a Supabase project that is not written down yet: it is opened, and really read."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from core.capabilities import Capability
from core.engine import open_connection, open_database
from core.errors import CoreError, Unavailable
from core.profile_setup import Setup
from core.profiles import SUPABASE, Profile
from core.secrets import Secrets
from gui.profiles.keeping import Wanted
from gui.profiles.survey import Tried
from gui.profiles.typed_secrets import TypedSecrets
from gui.translation import translate

_NAME = "new"
PATIENCE_SECONDS = 45.0
"""So long the whole trial may take: connecting, signing in, and some dozen small reads."""


async def open_project(wanted: Wanted) -> Tried:
    """Connects and reads a little of everything. Raises `CoreError` when nothing can be had, `Unavailable` also when
    that takes longer than anybody waits for it."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await _open_project(wanted)
    except TimeoutError as exc:
        what = translate("Trial", "The project did not answer within %Ln second(s).", "", int(PATIENCE_SECONDS))
        raise Unavailable(what, translate("Trial", "Check the network, and try again.")) from exc


async def _open_project(wanted: Wanted) -> Tried:
    name = wanted.profile or _NAME
    profile = Profile(name=name, kind=SUPABASE, supabase=wanted.supabase, sources=wanted.sources)
    secrets = TypedSecrets(wanted.secrets, wanted.profile)
    opened = await open_connection(profile, secrets)
    try:
        assert opened.project is not None
        capabilities = await opened.project.capabilities()
        setup = Setup(profile, opened.store, opened.catalog)
        try:
            buckets = await setup.buckets()
        except CoreError:
            buckets = ()  # the table of capabilities says why
        return Tried(setup, (*capabilities.lines(), *await _direct(profile, secrets)), buckets)
    except BaseException:
        await opened.close()
        raise


async def _direct(profile: Profile, secrets: Secrets) -> tuple[Capability, ...]:
    """Whether the direct connection works, where one is wanted."""
    if profile.supabase is None or not profile.supabase.postgres:
        return ()
    name = translate("Trial", "Direct connection")
    try:
        database = await open_database(profile, kept=secrets)
    except CoreError as error:
        return (Capability(name, "no", error.message, error.hint),)
    await database.close()
    return (Capability(name, "yes", translate("Trial", "The project's Postgres lets this program in.")),)


def name_of(wanted: Wanted) -> str:
    """What a project may be called: its reference, or its host."""
    supabase = wanted.supabase
    return supabase.reference or urlsplit(supabase.url).hostname or SUPABASE
