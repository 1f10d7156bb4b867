"""Staying signed in: one renewal however many ask, shared by processes, and an end that is told from a bad network."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.clients.supabase.auth import SessionOver
from core.clients.supabase.kept_session import Kept, KeptSession
from core.clients.supabase.sign_in import Clocks, KeyTokens, PasswordTokens
from core.errors import NotAllowed, Unavailable
from core.keyring_access import KeyringAccess
from core.log import mask
from core.secrets import SESSION, SUPABASE_PASSWORD, Secrets
from tests.keyrings import FakeRing

URL, EMAIL, LIFE = "https://abc.supabase.co", "jo@example.org", 3600.0


class Clock:
    """Both clocks of a machine, set by hand; `sleep` is what a laptop does: one of them stops."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_800_000_000.0, 100.0

    def go(self, seconds: float) -> None:
        self.wall, self.steady = self.wall + seconds, self.steady + seconds


@dataclass
class Auth:
    """A service that rotates refresh tokens: each is good once."""

    clock: Clock
    ahead: float = 0.0
    number: int = 0
    good: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    trouble: Exception | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def _next(self, call: str) -> Kept:
        self.calls.append(call)
        await self.gate.wait()
        if self.trouble is not None:
            raise self.trouble
        self.number += 1
        self.good.add(f"refresh-{self.number}")
        ends = self.clock.wall + self.ahead + LIFE
        return Kept(URL, EMAIL, f"access-{self.number}", f"refresh-{self.number}", ends, LIFE, "admin")

    async def sign_in(self, email: str, password: str) -> Kept:
        if password != "right":
            raise NotAllowed(f"E-mail or password is wrong: {email} was not signed in.", "Type it again.")
        return await self._next("sign in")

    async def renew(self, email: str, refresh_token: str) -> Kept:
        if self.trouble is None and refresh_token not in self.good:
            self.calls.append("refused")
            raise SessionOver
        kept = await self._next("renew")
        self.good.discard(refresh_token)
        return kept

    async def end(self, email: str, access_token: str) -> None:
        self.calls.append(f"end {access_token}")


class Desk:
    """A person's computer: a keyring, a file, and as many processes as somebody starts."""

    def __init__(self, folder: Path) -> None:
        self.ring = FakeRing()
        self.clock = Clock()
        self.auth = Auth(self.clock)
        self.path = folder / "sign-ins" / "north.bin"

    def start(self, *, with_keyring: bool = True) -> tuple[PasswordTokens, Secrets]:
        ring = self.ring if with_keyring else FakeRing()
        secrets = Secrets(KeyringAccess(lambda: ring))
        clocks = Clocks(lambda: self.clock.wall, lambda: self.clock.steady)
        tokens = PasswordTokens("north", URL, EMAIL, "sb_publishable_0", secrets, KeptSession(self.path), clocks)
        tokens.over(self.auth)
        return tokens, secrets

    async def signed_in(self) -> PasswordTokens:
        tokens, _ = self.start()
        await tokens.sign_in("right")
        return tokens


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_a_key_stands_for_itself() -> None:
    tokens = KeyTokens("sb_secret_0123456789")
    assert await tokens.bearer() == tokens.key
    assert not await tokens.refused(tokens.key)
    assert "0123456789" not in repr(tokens)


async def test_a_sign_in_is_known_to_the_next_process_and_to_nobody_who_reads_the_file(desk: Desk) -> None:
    first = await desk.signed_in()
    assert await first.bearer() == "access-1"
    data = desk.path.read_bytes()
    assert b"access-1" not in data
    assert b"refresh-1" not in data
    assert desk.path.stat().st_mode & 0o077 == 0
    second, _ = desk.start()
    assert await second.bearer() == "access-1"
    assert desk.auth.calls == ["sign in"]
    assert second.state().sentence.startswith("Signed in as jo@example.org (admin), until ")
    assert "refresh-1" not in mask("the token refresh-1")


async def test_without_a_sign_in_the_next_step_is_said(desk: Desk) -> None:
    tokens, _ = desk.start()
    with pytest.raises(NotAllowed, match="is not signed in") as caught:
        await tokens.bearer()
    assert "Sign in again" in caught.value.hint


async def test_the_password_of_keyring_or_environment_signs_in_by_itself(desk: Desk) -> None:
    tokens, secrets = desk.start()
    await secrets.put("north", SUPABASE_PASSWORD, "right")
    assert await tokens.bearer() == "access-1"


async def test_however_many_ask_it_is_renewed_once_and_before_it_ends(desk: Desk) -> None:
    tokens = await desk.signed_in()
    desk.clock.go(LIFE - 61)
    assert await tokens.bearer() == "access-1"
    desk.clock.go(2)
    assert set(await asyncio.gather(*(tokens.bearer() for _ in range(50)))) == {"access-2"}
    assert desk.auth.calls == ["sign in", "renew"]


async def test_a_sleep_that_stops_one_clock_does_not_keep_an_old_token(desk: Desk) -> None:
    tokens = await desk.signed_in()
    desk.clock.wall += LIFE
    assert await tokens.bearer() == "access-2"
    desk.clock.wall -= 10 * LIFE  # somebody corrects the clock
    desk.clock.steady += LIFE
    assert await tokens.bearer() == "access-3"


async def test_what_the_service_calls_expired_is_renewed_whatever_our_clock_says(desk: Desk) -> None:
    tokens = await desk.signed_in()
    token = await tokens.bearer()
    assert all(await asyncio.gather(*(tokens.refused(token) for _ in range(9))))
    assert await tokens.bearer() == "access-2"
    assert await tokens.refused(token), "another request was under way with the old one"
    assert desk.auth.calls == ["sign in", "renew"]


async def test_a_wrong_clock_is_no_trouble(desk: Desk) -> None:
    desk.auth.ahead = -10 * LIFE  # ours is ten hours ahead of the service's
    tokens = await desk.signed_in()
    assert await tokens.bearer() == "access-1"
    assert desk.auth.calls == ["sign in"]


async def test_two_processes_use_a_refresh_token_once(desk: Desk) -> None:
    one = await desk.signed_in()
    other, _ = desk.start()
    assert await other.bearer() == "access-1"
    desk.clock.go(LIFE)
    assert set(await asyncio.gather(one.bearer(), other.bearer())) == {"access-2"}
    assert desk.auth.calls == ["sign in", "renew"]


async def test_a_token_that_somebody_else_spent_is_survived_by_reading_again(desk: Desk) -> None:
    one = await desk.signed_in()
    desk.auth.good.clear()  # spent elsewhere
    await (await desk.signed_in()).bearer()
    desk.clock.go(LIFE)
    assert await one.bearer() == "access-3"
    assert "refused" not in desk.auth.calls


async def test_an_ended_session_is_a_sentence_and_stays_one_until_somebody_signs_in(desk: Desk) -> None:
    tokens = await desk.signed_in()
    told: list[str] = []
    tokens.on_change = lambda: told.append(tokens.state().sentence)
    desk.auth.good.clear()
    desk.clock.go(LIFE)
    for _ in range(3):
        with pytest.raises(NotAllowed, match=r"Signed out: the session of jo@example.org has ended") as caught:
            await tokens.bearer()
        assert "Sign in again" in caught.value.hint
    assert told == ["Signed out: the session of jo@example.org has ended."]
    assert desk.auth.calls.count("refused") == 1, "a spent token is not shown twice"
    with pytest.raises(NotAllowed, match="password is wrong"):
        await tokens.sign_in("left")
    await tokens.sign_in("right")
    assert await tokens.bearer() == "access-2"
    assert tokens.state().is_signed_in


async def test_another_process_that_signs_in_again_ends_the_trouble_here_too(desk: Desk) -> None:
    tokens = await desk.signed_in()
    desk.auth.good.clear()
    desk.clock.go(LIFE)
    with pytest.raises(NotAllowed):
        await tokens.bearer()
    await desk.signed_in()
    assert await tokens.bearer() == "access-2"


async def test_no_network_is_not_signed_out(desk: Desk) -> None:
    tokens = await desk.signed_in()
    desk.auth.trouble = Unavailable("abc.supabase.co cannot be reached.")
    desk.clock.go(LIFE - 30)
    assert await tokens.bearer() == "access-1", "it lasts for half a minute yet"
    desk.clock.go(31)
    with pytest.raises(Unavailable):
        await tokens.bearer()
    desk.auth.trouble = None
    assert await tokens.bearer() == "access-2"
    assert tokens.state().is_signed_in


async def test_a_renewal_goes_on_when_whoever_asked_is_cancelled(desk: Desk) -> None:
    tokens = await desk.signed_in()
    desk.clock.go(LIFE)
    desk.auth.gate.clear()
    asking = asyncio.create_task(tokens.bearer())
    while desk.auth.calls[-1] != "renew":  # noqa: ASYNC110 - threads in between
        await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    desk.auth.gate.set()
    assert await tokens.bearer() == "access-2"
    assert (await desk.start()[0].bearer()) == "access-2"


async def test_a_renewal_that_fails_when_nobody_waits_any_more_is_no_lost_error(desk: Desk) -> None:
    tokens = await desk.signed_in()
    desk.clock.go(LIFE)
    desk.auth.gate.clear()
    desk.auth.trouble = Unavailable("abc.supabase.co cannot be reached.")
    asking = asyncio.create_task(tokens.bearer())
    while desk.auth.calls[-1] != "renew":  # noqa: ASYNC110 - threads in between
        await asyncio.sleep(0)
    asking.cancel()
    desk.auth.gate.set()
    await tokens.settle()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_signing_out_leaves_nothing_behind(desk: Desk) -> None:
    tokens, secrets = desk.start()
    await secrets.put("north", SUPABASE_PASSWORD, "right")
    await tokens.bearer()
    await tokens.sign_out()
    assert desk.auth.calls == ["sign in", "end access-1"]
    assert not desk.path.exists()
    assert desk.ring.entries == {}
    with pytest.raises(NotAllowed, match="Signed out"):
        await tokens.bearer()


async def test_without_a_keyring_nothing_is_written(desk: Desk) -> None:
    desk.ring.error = RuntimeError("no bus")
    tokens = await desk.signed_in()
    assert await tokens.bearer() == "access-1"
    desk.clock.go(LIFE)
    assert await tokens.bearer() == "access-2"
    assert not desk.path.exists()


async def test_a_session_of_another_project_person_or_key_is_none_of_ours(desk: Desk) -> None:
    await desk.signed_in()
    secrets = Secrets(KeyringAccess(lambda: desk.ring))
    key = await secrets.get("north", SESSION)
    assert key is not None
    assert KeptSession(desk.path).read(key) is not None
    clocks = Clocks(lambda: desk.clock.wall, lambda: desk.clock.steady)
    for url, email in (("https://other.supabase.co", EMAIL), (URL, "al@example.org")):
        tokens = PasswordTokens("north", url, email, "k", secrets, KeptSession(desk.path), clocks)
        tokens.over(desk.auth)
        with pytest.raises(NotAllowed):
            await tokens.bearer()
    desk.path.write_bytes(b"damaged")
    with pytest.raises(NotAllowed):
        await desk.start()[0].bearer()
