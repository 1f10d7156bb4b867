"""A Supabase profile, opened: by key, by password, and every way in which that goes wrong, in a sentence each."""

from __future__ import annotations

import http.server
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from core import places
from core.engine import Engine, open_engine
from core.errors import NotAllowed, NotFound, Refused, Unavailable, Usage
from core.profile_check import check
from core.profiles import KEY, PASSWORD, Profile, ReferenceColumn, Source, Supabase
from core.profiles.direct import parted
from core.secrets import POSTGRES_PASSWORD, SUPABASE_KEY, SUPABASE_PASSWORD, of_this_process
from tests.servers.project import SupabaseProject

EMAIL = "jo@example.org"
PARTS = Source("parts", "parts", ("id",), (ReferenceColumn("path", "path"),), describes=True, bucket="photos")


@asynccontextmanager
async def opened(profile: Profile) -> AsyncIterator[Engine]:
    engine = await open_engine(profile)
    try:
        yield engine
    finally:
        await engine.close()


async def give(what: str, value: str) -> None:
    await of_this_process().put("north", what, value)


@pytest.fixture
def project(supabase: SupabaseProject) -> SupabaseProject:
    supabase.sql("create table parts (id bigint primary key, path text)")
    supabase.sql("grant select on parts to authenticated, service_role")
    supabase.make_bucket("photos")
    return supabase


def by_key(project: SupabaseProject, **more: object) -> Profile:
    return Profile("north", "supabase", supabase=Supabase(project.url), sources=(PARTS,), **more)  # type: ignore[arg-type]


def by_password(project: SupabaseProject) -> Profile:
    return Profile("north", "supabase", supabase=Supabase(project.url, PASSWORD, EMAIL), sources=(PARTS,))


@pytest.mark.parametrize("key", ["service_key", "secret_key"])
async def test_a_key_opens_the_project_and_everything_of_the_foundation_works(
    project: SupabaseProject, key: str
) -> None:
    project.put("photos", "a.png")
    project.sql("insert into parts values (1, 'a.png'), (2, 'lost.png')")
    await give(SUPABASE_KEY, getattr(project, key))
    async with opened(by_key(project)) as engine:
        report = await engine.scan()
        status = await engine.status()
        found = await engine.capabilities()
        state = engine.sign_in_state()
    assert report.complete
    assert (status.objects, status.rows) == (1, 2)
    assert found is not None
    assert {line.name: line.state for line in found.lines()}["Table parts"] == "yes"
    assert state is not None
    assert state.sentence.startswith("Connected with a se")


@pytest.mark.parametrize("set_up", [True, False])
async def test_opening_and_looking_at_what_is_allowed_ask_nothing_twice(project: SupabaseProject, set_up: bool) -> None:
    await give(SUPABASE_KEY, project.service_key)
    if not set_up:
        project.sql("drop function bucketdesk_about()")
    project.requests.clear()
    async with opened(by_key(project)) as engine:
        first = await engine.capabilities()
        paths = [(one.method, one.path) for one in project.requests]
        assert len(paths) == len(set(paths)) == 5, paths
        again = await engine.capabilities()
        assert len(project.requests) == 10, "later it is asked anew"
    assert first == again


async def test_a_person_signs_in_and_stays_signed_in(project: SupabaseProject) -> None:
    project.make_user(EMAIL, "right", "admin")
    await give(SUPABASE_KEY, project.anon_key)
    profile = by_password(project)
    with pytest.raises(NotAllowed, match="is not signed in"):
        await open_engine(profile)
    await give(SUPABASE_PASSWORD, "right")
    async with opened(profile) as engine:
        state = engine.sign_in_state()
        assert state is not None
        assert (state.who, state.role, state.is_signed_in) == (EMAIL, "admin", True)
        assert state.until is not None
        assert engine.obstacle == ""
        assert (await engine.scan()).complete
        await engine.sign_out()
        with pytest.raises(NotAllowed, match="Signed out"):
            await engine.scan()
        await engine.sign_in("right")
        assert (await engine.scan()).complete
    assert not places.sign_in("north").exists(), "there is no keyring here"


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("", "There is no key"),
        ("sb_secret_of_somebody_else_entirely", "does not accept the key"),
        ("not-a-key-at-all", "does not accept the key"),
    ],
)
async def test_a_missing_or_wrong_key_is_a_sentence(project: SupabaseProject, key: str, said: str) -> None:
    if key:
        await give(SUPABASE_KEY, key)
    with pytest.raises(NotAllowed, match=said) as caught:
        await open_engine(by_key(project))
    assert caught.value.hint
    assert not key or key not in caught.value.message + caught.value.hint


async def test_a_publishable_key_that_nobody_signs_in_with_opens_with_a_warning(project: SupabaseProject) -> None:
    await give(SUPABASE_KEY, project.publishable_key)
    async with opened(by_key(project)) as engine:
        assert [notice for notice in engine.notices if "nobody signs in with it" in notice]
        assert not (await engine.scan()).complete


async def test_the_direct_connection_is_tried_with_the_rest(project: SupabaseProject) -> None:
    address, password = parted(project.database_url)
    await give(SUPABASE_KEY, project.secret_key)
    direct = Supabase(project.url, postgres=address)
    profile = Profile("north", "supabase", supabase=direct, sources=(PARTS,))
    for secret, state in (("wrong", "no"), (password or "", "yes")):
        await give(POSTGRES_PASSWORD, secret)
        checked = await check(profile)
        line = checked.lines[-1]
        assert (line.name, line.state, checked.ok) == ("Direct connection", state, True)
        assert (password or "?") not in line.sentence
    assert line.sentence.startswith("Connected as postgres to PostgreSQL 18")


async def test_a_wrong_password_is_a_sentence(project: SupabaseProject) -> None:
    project.make_user(EMAIL, "right")
    await give(SUPABASE_KEY, project.anon_key)
    await give(SUPABASE_PASSWORD, "wrong")
    with pytest.raises(NotAllowed, match=r"password is wrong: jo@example.org was not signed in"):
        await open_engine(by_password(project))


async def test_a_person_never_signs_in_on_a_key_that_opens_everything(project: SupabaseProject) -> None:
    await give(SUPABASE_KEY, project.service_key)
    with pytest.raises(NotAllowed, match="wants the publishable"):
        await open_engine(by_password(project))
    assert project.requests == []


@pytest.mark.parametrize("way", ["key", "password"])
async def test_no_project_at_the_address_is_a_sentence(way: str) -> None:
    await give(SUPABASE_KEY, "sb_publishable_0123")
    await give(SUPABASE_PASSWORD, "right")
    nowhere = Supabase("http://127.0.0.1:9", way, EMAIL)
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9"):
        await open_engine(Profile("north", "supabase", supabase=nowhere))


@pytest.mark.parametrize("role", ["staff", "manager", None])
async def test_whoever_is_no_administrator_changes_nothing_and_is_told_before_trying(
    project: SupabaseProject, role: str | None, tmp_path: Path
) -> None:
    project.make_user(EMAIL, "right", role)
    await give(SUPABASE_KEY, project.anon_key)
    await give(SUPABASE_PASSWORD, "right")
    async with opened(by_password(project)) as engine:
        assert (role or "no role") in engine.obstacle
        found = await engine.capabilities()
        assert found is not None
        line = next(line for line in found.lines() if line.name == "List objects")
        assert line.sentence.startswith("No bucket is shown to you")
        assert "--register" in line.next_step
        for work in (engine.apply(tmp_path / "plan.jsonl"), engine.undo("run")):
            with pytest.raises(NotAllowed, match="takes the role admin") as caught:
                await work
            assert "administrator" in caught.value.hint


async def test_a_read_only_profile_refuses_at_the_port_too(project: SupabaseProject) -> None:
    await give(SUPABASE_KEY, project.secret_key)
    async with opened(by_key(project, read_only=True)) as engine:
        assert (await engine.scan()).complete
        with pytest.raises(Refused):
            await engine.store.remove("bucketdesk-quarantine", ["x"])


async def test_a_folder_has_no_sign_in() -> None:
    from core.practice import practice_profile, reset

    await reset(60)
    async with opened(practice_profile()) as engine:
        assert engine.sign_in_state() is None
        assert await engine.capabilities() is None
        with pytest.raises(Usage):
            await engine.sign_in("x")


async def test_an_expired_token_is_renewed_without_anybody_noticing(project: SupabaseProject) -> None:
    project.make_user(EMAIL, "right", "admin")
    await give(SUPABASE_KEY, project.publishable_key)
    await give(SUPABASE_PASSWORD, "right")
    async with opened(by_password(project)) as engine:
        before = sum(request.path.endswith("/token") for request in project.requests)
        project.faults.add(match="POST /rest/v1/rpc/bucketdesk_list_objects", kind="expired", times=1)
        assert (await engine.scan()).complete
        assert sum(request.path.endswith("/token") for request in project.requests) == before + 1


async def test_a_session_that_was_ended_by_somebody_else_is_told(project: SupabaseProject) -> None:
    project.make_user(EMAIL, "right", "admin")
    await give(SUPABASE_KEY, project.anon_key)
    await give(SUPABASE_PASSWORD, "right")
    async with opened(by_password(project)) as engine:
        await of_this_process().forget("north", SUPABASE_PASSWORD)
        project.sql("delete from auth.refresh_tokens")
        project.faults.add(match="POST /rest/v1/rpc/", kind="expired")
        with pytest.raises(NotAllowed, match=r"Signed out: the session of jo@example.org has ended"):
            await engine.scan()
        state = engine.sign_in_state()
        assert state is not None
        assert not state.is_signed_in


async def test_what_is_not_supabase_is_told(project: SupabaseProject) -> None:
    project.faults.add(match="* /", kind="status", status=404)
    await give(SUPABASE_KEY, project.publishable_key)
    await give(SUPABASE_PASSWORD, "right")
    for profile in (by_key(project), by_password(project)):
        with pytest.raises(NotFound, match="What answers at") as caught:
            await open_engine(profile)
        assert caught.value.hint


class WebSite(http.server.BaseHTTPRequestHandler):
    """Somebody's site: a friendly page for everything."""

    def do_GET(self) -> None:
        page = b"<!doctype html><title>Welcome</title>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.mark.parametrize("way", [KEY, PASSWORD])
async def test_a_web_site_is_no_project(way: str) -> None:
    await give(SUPABASE_KEY, "sb_publishable_0123456789")
    await give(SUPABASE_PASSWORD, "right")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), WebSite) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_address[1]}"
            with pytest.raises(NotFound, match="not a Supabase project") as caught:
                await open_engine(Profile("north", "supabase", supabase=Supabase(url, way, EMAIL)))
            assert "address" in caught.value.hint
        finally:
            server.shutdown()
            thread.join()
