"""Requests come under the role of their token, policies judge them; new keys pass the gateway (facts.md A2, E3)."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from storage3 import SyncStorageClient

from tests.servers.project import SupabaseProject, supabase_project
from tests.servers.storages import Desk, refusal

DENIED = ("403", "Unauthorized", "new row violates row-level security policy")


@pytest.fixture
def project() -> Iterator[SupabaseProject]:
    with supabase_project(migrated=False) as project:
        project.put("b", "x", b"abc")
        yield project


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


def _storage(project: SupabaseProject, http: httpx.Client, token: str, key: str | None = None) -> SyncStorageClient:
    headers = {"Authorization": f"Bearer {token}", "apikey": key or token}
    return SyncStorageClient(f"{project.url}/storage/v1/", headers, http_client=http)


def test_without_policies_anon_may_nothing_and_is_told_of_little(project: SupabaseProject, http: httpx.Client) -> None:
    storage = _storage(project, http, project.anon_key)
    bucket = storage.from_("b")
    assert refusal(lambda: bucket.upload("y", b"y")) == DENIED
    assert refusal(lambda: storage.create_bucket("c")) == DENIED
    assert (bucket.list(), bucket.list_v2().objects, bucket.remove(["x"]), storage.list_buckets()) == ([], [], [], [])
    assert refusal(lambda: bucket.download("x"))[:2] == ("404", "not_found")
    assert refusal(lambda: bucket.move("x", "y"))[:2] == ("404", "not_found")
    headers = {"Authorization": f"Bearer {project.anon_key}"}
    one = http.delete(f"{project.url}/storage/v1/object/b/x", headers=headers).json()
    assert (one["statusCode"], one["message"]) == ("403", "Access denied")
    assert project.content("b", "x") == b"abc"


def test_policies_judge_by_the_claims_and_what_a_user_stores_is_theirs(
    project: SupabaseProject, http: httpx.Client
) -> None:
    user = project.make_user("nurse@example.org", "secret", role="staff")
    project.sql(
        """create policy own on storage.objects for all to authenticated
           using ((auth.jwt() -> 'app_metadata' ->> 'role') = 'staff' and name like 'mine/%')"""
    )
    bucket = _storage(project, http, project.token(user, "staff"), project.anon_key).from_("b")
    bucket.upload("mine/a", b"1")
    assert refusal(lambda: bucket.upload("other/a", b"1")) == DENIED
    assert [one.name for one in bucket.list_v2().objects] == ["mine/a"]
    assert refusal(lambda: bucket.move("mine/a", "other/a")) == DENIED
    bucket.move("mine/a", "mine/b")
    owners = project.sql("select owner::text, owner_id from storage.objects where name = 'mine/b'")
    assert owners == [(user, user)]
    assert [one["name"] for one in bucket.remove(["mine/b", "x"])] == ["mine/b"]
    other = _storage(project, http, project.token(user, "visitor"), project.anon_key).from_("b")
    assert refusal(lambda: other.upload("mine/c", b"1")) == DENIED


def test_a_trigger_of_the_owner_sees_the_trial_and_the_deed_and_only_the_deed_lasts(
    project: SupabaseProject, http: httpx.Client
) -> None:
    project.sql("create table public.seen (role text, name text)")
    project.sql(
        """create function public.note() returns trigger language plpgsql security definer set search_path = '' as $$
           begin insert into public.seen values (current_setting('role'), new.name); return null; end $$"""
    )
    project.sql("create trigger note after insert on storage.objects for each row execute function public.note()")
    _storage(project, http, project.service_key).from_("b").upload("y", b"y")
    assert project.sql("select role, name from public.seen") == [("none", "y")]


def test_new_keys_are_taken_by_the_gateway_and_by_nothing_else(project: SupabaseProject, http: httpx.Client) -> None:
    assert [one.name for one in _storage(project, http, project.secret_key).list_buckets()] == ["b"]
    assert _storage(project, http, project.publishable_key).list_buckets() == []
    user = project.make_user("a@example.org", "secret")
    assert _storage(project, http, project.token(user), project.publishable_key).list_buckets() == []
    for headers in (
        {"Authorization": f"Bearer {project.secret_key}", "apikey": project.publishable_key},
        {"Authorization": "Bearer sb_secret_wrong", "apikey": "sb_secret_wrong"},
        {"apikey": project.secret_key, "User-Agent": "Mozilla/5.0"},
    ):
        assert http.get(f"{project.url}/storage/v1/bucket", headers=headers).status_code == 401
    project.settings.gateway = False
    refused = refusal(_storage(project, http, project.secret_key).list_buckets)
    assert refused == ("403", "Unauthorized", "Invalid Compact JWS")


def test_a_project_with_our_migrations_opens_and_takes_an_upload(supabase: SupabaseProject, http: httpx.Client) -> None:
    storage = _storage(supabase, http, supabase.service_key)
    storage.create_bucket("c")
    storage.from_("c").upload("x", b"x")
    assert supabase.content("c", "x") == b"x"


def test_two_projects_beside_each_other_share_nothing(desk: Desk, project: SupabaseProject, http: httpx.Client) -> None:
    assert project.url != desk.project.url
    assert desk.name not in [one.name for one in _storage(project, http, project.service_key).list_buckets()]
    assert refusal(_storage(project, http, desk.project.service_key).list_buckets)[2] == "signature verification failed"
