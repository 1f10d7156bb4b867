"""The Auth half, as supabase-py meets it: sessions, refreshing, signing out, users, and the traps of facts.md A3."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from postgrest.exceptions import APIError
from supabase import AsyncClient, AsyncClientOptions, acreate_client
from supabase_auth.errors import AuthApiError, AuthInvalidCredentialsError

from tests.servers.project import SupabaseProject

EMAIL, PASSWORD = "ada@example.com", "open sesame"


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


async def client_of(project: SupabaseProject, http: httpx.AsyncClient, key: str, **options: object) -> AsyncClient:
    """A client that shares the test's connections; it refreshes nothing by itself unless told."""
    wanted = {"auto_refresh_token": False, **options}
    return await acreate_client(project.url, key, AsyncClientOptions(httpx_client=http, **wanted))  # type: ignore[arg-type]


async def signed_in(project: SupabaseProject, http: httpx.AsyncClient) -> AsyncClient:
    project.make_user(EMAIL, PASSWORD, role="staff")
    client = await client_of(project, http, project.publishable_key)
    await client.auth.sign_in_with_password({"email": EMAIL, "password": PASSWORD})
    return client


def refreshes(project: SupabaseProject) -> int:
    return sum(request.path == "/auth/v1/token" and "refresh" in request.query for request in project.requests)


async def test_a_password_opens_a_session_whose_token_tells_the_rights(
    supabase: SupabaseProject, http: httpx.AsyncClient
) -> None:
    user = supabase.make_user(EMAIL, PASSWORD, role="staff")
    client = await client_of(supabase, http, supabase.anon_key)
    answer = await client.auth.sign_in_with_password({"email": EMAIL.upper(), "password": PASSWORD})
    assert answer.user is not None and answer.user.id == user
    assert answer.session is not None and answer.session.expires_in == 3600
    claims = await client.auth.get_claims(answer.session.access_token)
    assert claims is not None
    told = claims["claims"]
    assert (told["role"], told["app_metadata"]["role"], told["sub"]) == ("authenticated", "staff", user)
    supabase.sql("create table seen (who uuid default auth.uid())")
    supabase.sql("grant insert, select on seen to authenticated")
    written = await client.table("seen").insert({}).execute()
    assert written.data == [{"who": user}]


@pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong"), ("nobody@example.com", PASSWORD)])
async def test_a_wrong_password_and_an_unknown_address_are_refused_alike(
    supabase: SupabaseProject, http: httpx.AsyncClient, email: str, password: str
) -> None:
    supabase.make_user(EMAIL, PASSWORD)
    client = await client_of(supabase, http, supabase.anon_key)
    with pytest.raises(AuthApiError) as refused:
        await client.auth.sign_in_with_password({"email": email, "password": password})
    assert (refused.value.status, refused.value.code) == (400, "invalid_credentials")
    assert refused.value.message == "Invalid login credentials"
    with pytest.raises(AuthInvalidCredentialsError):
        await client.auth.sign_in_with_password({"password": password})  # type: ignore[typeddict-item]


async def test_an_old_client_is_told_the_code_beside_the_status(
    supabase: SupabaseProject, http: httpx.AsyncClient
) -> None:
    url = f"{supabase.url}/auth/v1/token?grant_type=password"
    answer = await http.post(url, json={"email": EMAIL, "password": "x"}, headers={"apikey": supabase.anon_key})
    expected = {"code": 400, "error_code": "invalid_credentials", "msg": "Invalid login credentials"}
    assert (answer.status_code, answer.json()) == (400, expected)


async def test_requests_go_on_with_a_token_that_is_over_until_somebody_asks_for_the_session(
    supabase: SupabaseProject, http: httpx.AsyncClient
) -> None:
    client = await signed_in(supabase, http)
    supabase.settings.clock_seconds = 4000
    with pytest.raises(APIError) as refused:
        await client.table("anything").select("*").execute()
    assert (refused.value.code, refused.value.message) == ("PGRST303", "JWT expired")
    assert refreshes(supabase) == 0


async def test_five_at_once_on_a_session_that_is_over_refresh_five_times(
    supabase: SupabaseProject, http: httpx.AsyncClient
) -> None:
    supabase.settings.access_token_seconds = 1
    client = await signed_in(supabase, http)
    sessions = await asyncio.gather(*(client.auth.get_session() for _ in range(5)))
    assert refreshes(supabase) == 5
    assert all(session is not None for session in sessions)
    assert len({session.refresh_token for session in sessions if session}) == 1


async def test_a_refresh_token_used_again_later_ends_the_whole_session(
    supabase: SupabaseProject, http: httpx.AsyncClient
) -> None:
    supabase.settings.refresh_reuse_seconds = -1
    client = await signed_in(supabase, http)
    first = await client.auth.get_session()
    assert first is not None
    second = (await client.auth.refresh_session(first.refresh_token)).session
    assert second is not None and second.refresh_token != first.refresh_token
    third = (await client.auth.refresh_session(second.refresh_token)).session
    assert third is not None
    with pytest.raises(AuthApiError) as refused:
        await client.auth.refresh_session(first.refresh_token)
    assert refused.value.code == "refresh_token_already_used"
    with pytest.raises(AuthApiError):
        await client.auth.refresh_session(third.refresh_token)


async def test_an_unknown_refresh_token_is_not_found(supabase: SupabaseProject, http: httpx.AsyncClient) -> None:
    client = await client_of(supabase, http, supabase.anon_key)
    with pytest.raises(AuthApiError) as refused:
        await client.auth.refresh_session("abcdefghijkl")
    assert (refused.value.status, refused.value.code) == (400, "refresh_token_not_found")


@pytest.mark.parametrize(("scope", "others_stay"), [("local", True), ("global", False)])
async def test_signing_out_here_or_everywhere(
    supabase: SupabaseProject, http: httpx.AsyncClient, scope: str, others_stay: bool
) -> None:
    here = await signed_in(supabase, http)
    there = await client_of(supabase, http, supabase.publishable_key)
    answer = await there.auth.sign_in_with_password({"email": EMAIL, "password": PASSWORD})
    assert answer.session is not None
    await here.auth.sign_out({"scope": scope})  # type: ignore[typeddict-item]
    assert await here.auth.get_session() is None
    if others_stay:
        assert (await there.auth.refresh_session()).session is not None
    else:
        with pytest.raises(AuthApiError) as refused:
            await there.auth.refresh_session(answer.session.refresh_token)
        assert refused.value.code == "refresh_token_not_found"
        with pytest.raises(AuthApiError) as refused:
            await there.auth.get_user(answer.session.access_token)
        assert refused.value.code == "session_not_found"


async def test_a_service_client_that_signs_in_reads_as_that_user_but_still_looks_after_users(
    supabase: SupabaseProject, http: httpx.AsyncClient
) -> None:
    supabase.sql("create table secrets_of_ours (id int)")
    supabase.sql("insert into secrets_of_ours values (1)")
    supabase.sql("alter table secrets_of_ours enable row level security")
    supabase.sql("grant select on secrets_of_ours to authenticated, service_role")
    supabase.make_user(EMAIL, PASSWORD)
    client = await client_of(supabase, http, supabase.service_key)
    assert len((await client.table("secrets_of_ours").select("*").execute()).data) == 1
    await client.auth.sign_in_with_password({"email": EMAIL, "password": PASSWORD})
    assert (await client.table("secrets_of_ours").select("*").execute()).data == []
    assert [user.email for user in await client.auth.admin.list_users()] == [EMAIL]


async def test_an_administrator_makes_changes_lists_and_deletes_users(
    supabase: SupabaseProject, http: httpx.AsyncClient
) -> None:
    admin = (await client_of(supabase, http, supabase.secret_key)).auth.admin
    made = await admin.create_user(
        {"email": EMAIL, "password": PASSWORD, "email_confirm": True, "app_metadata": {"role": "admin"}}
    )
    assert made.user.app_metadata == {"provider": "email", "providers": ["email"], "role": "admin"}
    with pytest.raises(AuthApiError) as refused:
        await admin.create_user({"email": EMAIL, "password": PASSWORD})
    assert (refused.value.status, refused.value.code) == (422, "email_exists")
    changed = await admin.update_user_by_id(made.user.id, {"app_metadata": {"role": "staff"}})
    assert changed.user.app_metadata["role"] == "staff"
    assert (await admin.get_user_by_id(made.user.id)).user.email == EMAIL
    assert [user.id for user in await admin.list_users(page=1, per_page=10)] == [made.user.id]
    await admin.delete_user(made.user.id)
    assert await admin.list_users() == []


async def test_users_are_no_business_of_somebody_who_is_only_signed_in(
    supabase: SupabaseProject, http: httpx.AsyncClient
) -> None:
    client = await signed_in(supabase, http)
    session = await client.auth.get_session()
    assert session is not None
    headers = {"apikey": supabase.publishable_key, "Authorization": f"Bearer {session.access_token}"}
    answer = await http.get(f"{supabase.url}/auth/v1/admin/users", headers=headers)
    assert (answer.status_code, answer.json()["error_code"]) == (403, "not_admin")
    headers["Authorization"] = "Bearer nonsense"
    answer = await http.get(f"{supabase.url}/auth/v1/user", headers=headers)
    assert (answer.status_code, answer.json()["error_code"]) == (403, "bad_jwt")


async def test_somebody_banned_or_not_confirmed_does_not_get_in(
    supabase: SupabaseProject, http: httpx.AsyncClient
) -> None:
    supabase.make_user(EMAIL, PASSWORD)
    client = await client_of(supabase, http, supabase.anon_key)
    for column, code in (
        ("email_confirmed_at = null", "email_not_confirmed"),
        ("banned_until = '2100-01-01'", "user_banned"),
    ):
        supabase.sql(f"update auth.users set {column}")
        with pytest.raises(AuthApiError) as refused:
            await client.auth.sign_in_with_password({"email": EMAIL, "password": PASSWORD})
        assert refused.value.code == code


async def test_the_service_says_how_it_is_and_that_nobody_signs_up_alone(
    supabase: SupabaseProject, http: httpx.AsyncClient
) -> None:
    headers = {"apikey": supabase.anon_key}
    assert (await http.get(f"{supabase.url}/auth/v1/health", headers=headers)).json()["name"] == "GoTrue"
    assert (await http.get(f"{supabase.url}/auth/v1/settings", headers=headers)).json()["disable_signup"] is True
    client = await client_of(supabase, http, supabase.anon_key)
    with pytest.raises(AuthApiError) as refused:
        await client.auth.sign_up({"email": EMAIL, "password": PASSWORD})
    assert refused.value.code == "signup_disabled"
