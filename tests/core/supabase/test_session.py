"""Asking Supabase: signed, repeated where harmless, and every failure a sentence."""

from __future__ import annotations

import asyncio
import email.utils
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from core.clients.supabase.patience import asked_seconds
from core.clients.supabase.session import Session
from core.errors import NotAllowed, ServiceError, Unavailable
from tests.core.supabase.scripted import Script, Token, breaks_off, connected, resets, says, serve

EXPIRED = {"statusCode": "403", "error": "Unauthorized", "message": '"exp" claim timestamp check failed'}
BUSY = {"statusCode": "429", "error": "too_many_connections", "code": "SlowDown", "message": "Too many connections"}


def bearers(script: Script) -> list[str]:
    return [asked.headers["authorization"].removeprefix("Bearer ") for asked in script.asked]


async def test_every_request_says_who_asks() -> None:
    async with serve(says([])) as script, connected(script.url, Token("user-token")) as session:
        await session.storage("POST", "/object/list-v2/photos", json={})
        await session.rest("GET", "/images", params={"select": "id"})
        await session.rpc("bucketdesk_about", {})
    assert bearers(script) == ["user-token"] * 3
    assert [asked.headers["apikey"] for asked in script.asked] == ["sb_publishable_x"] * 3
    assert "Mozilla" not in script.asked[0].headers["user-agent"]


async def test_no_key_ever_goes_to_another_host() -> None:
    async with serve(says([])) as project, serve(says([])) as other, connected(project.url) as session:
        await session.http.get(f"{other.url}/storage/v1/bucket")
    assert "authorization" not in other.asked[0].headers and "apikey" not in other.asked[0].headers


async def test_a_redirect_is_not_followed() -> None:
    moved = says("", 302, Location="http://127.0.0.1:9/")
    async with serve(moved) as project, connected(project.url) as session:
        with pytest.raises(ServiceError):
            await session.storage("GET", "/bucket")
    assert len(project.asked) == 1


async def test_an_expired_sign_in_is_renewed_once_and_the_request_repeated() -> None:
    async with serve(says(EXPIRED, 400), says([])) as script, connected(script.url, Token("old", "new")) as session:
        await session.storage("POST", "/object/move", json={"a": 1})
    assert bearers(script) == ["old", "new"]
    assert script.asked[0].body == script.asked[1].body != b""


async def test_a_bare_refusal_of_head_is_asked_again_with_a_new_sign_in() -> None:
    async with serve(says("", 400), says("")) as script, connected(script.url, Token("old", "new")) as session:
        await session.storage("HEAD", "/upload/resumable/x")
    assert bearers(script) == ["old", "new"]


async def test_a_sign_in_that_cannot_be_renewed_is_said_to_have_expired() -> None:
    async with serve(says(EXPIRED, 400)) as script, connected(script.url) as session:
        with pytest.raises(NotAllowed, match="expired") as caught:
            await session.storage("GET", "/bucket")
    assert caught.value.hint
    assert len(script.asked) == 1


@pytest.mark.parametrize("trouble", [says(BUSY, 429), says("", 503), says("", 500), resets, breaks_off])
async def test_reading_is_tried_again(trouble: object) -> None:
    async with serve(trouble, trouble, says([7])) as script, connected(script.url) as session:  # type: ignore[arg-type]
        assert (await session.storage("GET", "/bucket")).json() == [7]
    assert len(script.asked) == 3


@pytest.mark.parametrize("trouble", [says("", 503), says("", 500), resets])
async def test_what_may_have_been_carried_out_is_not_repeated(trouble: object) -> None:
    async with serve(trouble, says([])) as script, connected(script.url) as session:  # type: ignore[arg-type]
        with pytest.raises(Unavailable):
            await session.storage("POST", "/object/move", json={})
        with pytest.raises(Unavailable):
            script.answers.insert(0, trouble)  # type: ignore[arg-type]
            await session.rpc("change", {}, repeatable=False)
        script.answers.insert(0, trouble)  # type: ignore[arg-type]
        assert await session.rpc("read", {}) == []
    assert len(script.asked) == 4


async def test_what_was_turned_away_for_haste_is_repeated_whatever_it_is() -> None:
    async with serve(says(BUSY, 429), says({})) as script, connected(script.url) as session:
        await session.storage("POST", "/object/move", json={})
    assert len(script.asked) == 2


async def test_patience_ends() -> None:
    async with serve(says(BUSY, 429)) as script, connected(script.url) as session:
        with pytest.raises(Unavailable) as caught:
            await session.storage("GET", "/bucket")
    assert len(script.asked) == 3 and caught.value.hint


async def test_nobody_knocks_while_the_service_asks_to_wait() -> None:
    async with serve(says(BUSY, 429, Retry_After="0.3"), says([])) as script, connected(script.url) as session:
        await asyncio.gather(session.storage("GET", "/bucket"), _soon(session))
        first, *others = script.asked
    assert first and len(others) == 2


async def _soon(session: Session) -> None:
    await asyncio.sleep(0.1)
    started = time.monotonic()
    await session.storage("GET", "/bucket")
    assert time.monotonic() - started >= 0.15


async def test_a_wait_longer_than_is_bearable_is_told_instead() -> None:
    async with serve(says(BUSY, 429, Retry_After="900")) as script, connected(script.url) as session:
        with pytest.raises(Unavailable, match="900 s, until "):
            await session.storage("GET", "/bucket")
        with pytest.raises(Unavailable, match="900 s, until "):
            await session.rpc("bucketdesk_about", {})
    assert len(script.asked) == 2


@pytest.mark.parametrize("wrong", [timedelta(minutes=-10), timedelta(), timedelta(minutes=10)])
def test_a_date_to_wait_for_is_measured_by_the_services_clock(wrong: timedelta) -> None:
    theirs = datetime.now(UTC) + wrong
    until = email.utils.format_datetime(theirs + timedelta(seconds=20), usegmt=True)
    told = httpx.Response(429, headers={"date": email.utils.format_datetime(theirs, usegmt=True), "retry-after": until})
    assert asked_seconds(told) == 20
    assert asked_seconds(httpx.Response(429, headers={"retry-after": "soon"})) is None


async def test_closing_twice_is_harmless_and_a_closed_session_says_so() -> None:
    async with serve(says([])) as script, connected(script.url) as session:
        await session.storage("GET", "/bucket")
        await session.close()
        with pytest.raises(Unavailable, match="closed"):
            await session.storage("GET", "/bucket")
        with pytest.raises(Unavailable, match="closed"):
            await session.rpc("x", {})


async def test_without_a_key_there_is_no_session() -> None:
    with pytest.raises(NotAllowed) as caught:
        await Session.open("http://127.0.0.1:1", Token("", key=""), folder=Path())
    assert caught.value.hint
