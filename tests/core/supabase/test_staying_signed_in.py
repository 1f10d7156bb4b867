"""A person's session against the real flow of Auth: two desks, another clock, a bad network, a refresh token spent."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from core import places
from core.engine import Engine, open_engine
from core.errors import NotAllowed, Unavailable
from core.profiles import PASSWORD, Profile, Supabase
from core.secrets import SUPABASE_KEY, SUPABASE_PASSWORD, Secrets, of_this_process
from tests.keyrings import FakeRing
from tests.servers.project import SupabaseProject

EMAIL = "jo@example.org"


@pytest.fixture
async def profile(supabase: SupabaseProject, monkeypatch: pytest.MonkeyPatch) -> Profile:
    """A profile whose person has signed in before, on a computer with a keyring, and whose password nobody kept."""
    ring = FakeRing()
    monkeypatch.setattr("keyring.get_keyring", lambda: ring)
    supabase.settings.refresh_reuse_seconds = 0
    supabase.make_user(EMAIL, "right", "admin")
    made = Profile("north", "supabase", supabase=Supabase(supabase.url, PASSWORD, EMAIL))
    secrets = Secrets()
    await secrets.put("north", SUPABASE_KEY, supabase.publishable_key)
    await of_this_process().put("north", SUPABASE_PASSWORD, "right", lasting=False)
    await (await open_engine(made)).close()
    of_this_process.cache_clear()
    return made


def token_requests(project: SupabaseProject) -> int:
    return sum(request.path == "/auth/v1/token" for request in project.requests)


async def test_two_desks_go_on_with_one_session_when_it_expires(supabase: SupabaseProject, profile: Profile) -> None:
    async with AsyncExitStack() as stack:
        desks: list[Engine] = []
        for _ in range(2):
            desks.append(await open_engine(profile))
            stack.push_async_callback(desks[-1].close)
            of_this_process.cache_clear()
        assert token_requests(supabase) == 1, "the session from before is taken up"
        supabase.settings.clock_seconds += 2 * 3600  # at the service it is two hours later
        await asyncio.gather(*(desk.capabilities() for desk in desks for _ in range(3)))
        assert token_requests(supabase) == 2
        supabase.settings.clock_seconds += 2 * 3600
        for desk in desks:
            await desk.capabilities()
        assert token_requests(supabase) == 3


async def test_no_network_at_the_moment_of_renewal_ends_nothing(supabase: SupabaseProject, profile: Profile) -> None:
    engine = await open_engine(profile)
    try:
        supabase.settings.clock_seconds += 2 * 3600
        supabase.faults.add(match="POST /auth/v1/token", kind="status", status=503)
        with pytest.raises(Unavailable):
            await engine.capabilities()
        supabase.faults.clear()
        await engine.capabilities()
        state = engine.sign_in_state()
        assert state is not None
        assert state.is_signed_in
    finally:
        await engine.close()


async def test_a_session_that_an_administrator_ended_is_over_and_its_file_of_no_use(
    supabase: SupabaseProject, profile: Profile
) -> None:
    supabase.sql("delete from auth.refresh_tokens")
    supabase.settings.clock_seconds += 2 * 3600
    with pytest.raises(NotAllowed, match="Signed out: the session of jo@") as caught:
        await open_engine(profile)
    assert "Sign in again" in caught.value.hint
    assert places.sign_in("north").exists()
    await of_this_process().put("north", SUPABASE_PASSWORD, "right", lasting=False)
    await (await open_engine(profile)).close()


async def test_signing_out_ends_this_session_and_no_other(supabase: SupabaseProject, profile: Profile) -> None:
    engine = await open_engine(profile)
    try:
        await engine.sign_out()
        assert not places.sign_in("north").exists()
        with pytest.raises(NotAllowed, match="Signed out"):
            await engine.capabilities()
        paths = [request.path for request in supabase.requests if request.path.endswith("/logout")]
        assert paths == ["/auth/v1/logout"]
    finally:
        await engine.close()
