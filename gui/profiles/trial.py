"""Trying a connection to a Supabase project that is not written down yet: it is opened, and really read."""

from __future__ import annotations

from urllib.parse import urlsplit

from core.engine import open_connection
from core.errors import CoreError
from core.profile_setup import Setup
from core.profiles import SUPABASE, Profile
from gui.profiles.keeping import Wanted
from gui.profiles.survey import Tried
from gui.profiles.typed_secrets import TypedSecrets

_NAME = "new"


async def open_project(wanted: Wanted) -> Tried:
    """Connects and reads a little of everything. Raises `CoreError` when nothing can be had."""
    name = wanted.profile or _NAME
    profile = Profile(name=name, kind=SUPABASE, supabase=wanted.supabase, sources=wanted.sources)
    opened = await open_connection(profile, TypedSecrets(wanted.secrets, wanted.profile))
    try:
        assert opened.project is not None
        capabilities = await opened.project.capabilities()
        setup = Setup(profile, opened.store, opened.catalog)
        try:
            buckets = await setup.buckets()
        except CoreError:
            buckets = ()  # the table of capabilities says why
        return Tried(setup, capabilities.lines(), buckets)
    except BaseException:
        await opened.close()
        raise


def name_of(wanted: Wanted) -> str:
    """What a project may be called: its reference, or its host."""
    supabase = wanted.supabase
    return supabase.reference or urlsplit(supabase.url).hostname or SUPABASE
