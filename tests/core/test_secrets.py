"""Keys and passwords: the environment goes first, the keyring keeps them, and without one the session does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import keyring.errors
import pytest

from core.errors import Usage, WorkspaceError
from core.keyring_access import KeyringAccess
from core.log import mask
from core.secrets import POSTGRES_PASSWORD, SUPABASE_KEY, Secrets, of_this_process
from tests.keyrings import FakeRing

KEY = "sb_secret_0123456789abcdefghij"


@pytest.fixture
def ring() -> Iterator[FakeRing]:
    ring = FakeRing()
    yield ring
    ring.gate.set()


@pytest.fixture
def secrets(ring: FakeRing) -> Secrets:
    return Secrets(KeyringAccess(lambda: ring, patience_seconds=5))


async def test_what_is_put_into_the_keyring_is_there_for_the_next_session(secrets: Secrets, ring: FakeRing) -> None:
    assert await secrets.put("north", SUPABASE_KEY, KEY)
    assert secrets.state == ""
    again = Secrets(KeyringAccess(lambda: ring))
    assert await again.get("north", SUPABASE_KEY) == KEY
    assert await again.get("south", SUPABASE_KEY) is None
    assert ring.threads == {"keyring"}, "never on the thread of the event loop"


async def test_the_environment_goes_before_the_keyring(secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> None:
    await secrets.put("north", SUPABASE_KEY, KEY)
    monkeypatch.setenv("BUCKETDESK_SUPABASE_KEY", "sb_secret_of_the_environment")
    assert await secrets.get("north", SUPABASE_KEY) == "sb_secret_of_the_environment"
    assert secrets.source("north", SUPABASE_KEY) == "environment"
    monkeypatch.setenv("BUCKETDESK_SUPABASE_KEY", "")
    assert await secrets.get("north", SUPABASE_KEY) == KEY


@pytest.mark.parametrize("backend", ["keyring.backends.fail.Keyring", "keyring.backends.null.Keyring"])
async def test_a_keyring_that_keeps_nothing_is_told_of_and_the_session_keeps_it(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keyring.get_keyring", lambda: keyring.core.load_keyring(backend))
    secrets = Secrets()
    assert await secrets.get("north", SUPABASE_KEY) is None
    assert not await secrets.put("north", SUPABASE_KEY, KEY)
    assert "no keyring" in secrets.state
    assert "this session only" in secrets.state
    assert await secrets.get("north", SUPABASE_KEY) == KEY
    await secrets.forget("north")
    assert await secrets.get("north", SUPABASE_KEY) is None


async def test_a_locked_keyring_is_asked_again_once_it_is_open(secrets: Secrets, ring: FakeRing) -> None:
    ring.error = keyring.errors.KeyringLocked("no")
    assert not await secrets.put("north", SUPABASE_KEY, KEY)
    assert "locked" in secrets.state
    with pytest.raises(WorkspaceError, match="still in it"):
        await secrets.forget("north", POSTGRES_PASSWORD)
    ring.error = None
    assert await secrets.put("north", SUPABASE_KEY, KEY)
    assert secrets.state == ""


async def test_a_keyring_that_never_answers_is_waited_for_once(ring: FakeRing) -> None:
    ring.gate.clear()
    secrets = Secrets(KeyringAccess(lambda: ring, patience_seconds=0.05))
    assert await asyncio.wait_for(secrets.get("north", SUPABASE_KEY), 5) is None
    assert "has not answered" in secrets.state
    assert not await secrets.put("north", SUPABASE_KEY, KEY)
    assert await secrets.get("north", SUPABASE_KEY) == KEY
    assert ring.asked == 1


async def test_whatever_a_backend_raises_is_no_end_of_the_program(secrets: Secrets, ring: FakeRing) -> None:
    ring.error = RuntimeError("org.freedesktop.DBus.Error")
    assert await secrets.get("north", SUPABASE_KEY) is None
    assert secrets.state.startswith("The keyring refused (RuntimeError)")


async def test_forgetting_takes_every_secret_of_that_profile_alone(secrets: Secrets, ring: FakeRing) -> None:
    for profile in ("north", "south"):
        for what in (SUPABASE_KEY, POSTGRES_PASSWORD):
            await secrets.put(profile, what, KEY)
    await secrets.forget("north")
    assert {service for service, _ in ring.entries} == {"bucketdesk/south"}


@pytest.mark.parametrize("value", ["", "x" * 1201])
async def test_what_no_keyring_holds_is_refused(secrets: Secrets, value: str) -> None:
    with pytest.raises(Usage):
        await secrets.put("north", SUPABASE_KEY, value)
    with pytest.raises(Usage, match="no secret called"):
        await secrets.put("north", "supabase", KEY)


async def test_a_secret_shows_nowhere(secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> None:
    await secrets.put("north", POSTGRES_PASSWORD, "correct horse/battery")
    assert "horse" not in repr(secrets)
    assert "horse" not in mask("connecting with correct horse/battery as postgres")
    assert "horse" not in mask("postgresql://postgres:correct%20horse%2Fbattery@host/db")


def test_the_process_has_one_place_for_its_secrets() -> None:
    assert of_this_process() is of_this_process()
