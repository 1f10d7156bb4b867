"""The gateway and the way on to somebody else's Storage: keys, places, streams, and databases that are lent."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import httpx
import psycopg
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.servers.postgres import postgres
from tests.servers.project import SupabaseProject, supabase_project
from tests.servers.serving import served
from tests.servers.supabase.__main__ import Running, read_settings, running, told
from tests.servers.template import bare_template, owner

MEBIBYTE = 1024 * 1024
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"


async def tell(request: Request) -> Response:
    """What arrived of a request."""
    digest, size = hashlib.sha256(), 0
    async for chunk in request.stream():
        digest.update(chunk)
        size += len(chunk)
    raw = request.scope["raw_path"].decode()
    seen = {"method": request.method, "path": raw, "query": request.url.query, "bytes": size}
    return JSONResponse({**seen, "sha256": digest.hexdigest(), "headers": dict(request.headers)})


async def stream(_: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"x" * 65536

    return StreamingResponse(pieces(), headers={"content-length": str(64 * 65536), "etag": '"abc"'})


async def make_upload(request: Request) -> Response:
    return Response(status_code=201, headers={"location": f"http://{request.headers['host']}/upload/resumable/abc?x=1"})


@pytest.fixture(scope="module")
def proxied() -> Iterator[SupabaseProject]:
    """A project whose Storage is another server, without /storage/v1 before its paths."""
    routes = [
        Route("/stream", stream, methods=["GET", "HEAD"]),
        Route("/upload/resumable", make_upload, methods=["POST"]),
        Route("/{path:path}", tell, methods=["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]),
    ]
    with served(Starlette(routes=routes)) as url, supabase_project(migrated=False, storage_url=url) as project:
        yield project


def test_the_path_goes_on_as_it_was_sent_without_the_prefix_and_with_the_way_back(proxied: SupabaseProject) -> None:
    address = f"{proxied.url}/storage/v1/object/a%20b/c%2Fd//e?x=%25"
    seen = httpx.get(address, headers={"Authorization": f"Bearer {proxied.service_key}"}).json()
    assert (seen["path"], seen["query"]) == ("/object/a%20b/c%2Fd//e", "x=%25")
    host = proxied.url.removeprefix("http://")
    sent = seen["headers"]
    assert (sent["x-forwarded-host"], sent["x-forwarded-prefix"]) == (host, "/storage/v1")
    assert (sent["x-forwarded-proto"], sent["x-forwarded-port"]) == ("http", host.partition(":")[2])
    assert sent["authorization"] == f"Bearer {proxied.service_key}"


def test_a_new_key_arrives_as_the_token_that_it_stands_for(proxied: SupabaseProject) -> None:
    for key, meant in (
        (proxied.secret_key, proxied.service_key),
        (proxied.publishable_key, proxied.anon_key),
    ):
        headers = {"apikey": key, "Authorization": f"Bearer {key}"}
        seen = httpx.get(f"{proxied.url}/storage/v1/bucket", headers=headers).json()
        assert seen["headers"]["authorization"] == f"Bearer {meant}"


def test_a_body_is_streamed_with_its_length_known_or_not(proxied: SupabaseProject) -> None:
    data = b"0123456789abcdef" * (3 * MEBIBYTE // 16)
    known = httpx.post(f"{proxied.url}/storage/v1/object/b/k", content=data).json()
    assert (known["bytes"], known["headers"]["content-length"]) == (len(data), str(len(data)))
    unknown = httpx.post(f"{proxied.url}/storage/v1/object/b/k", content=iter([data[:5], data[5:]])).json()
    assert (unknown["bytes"], unknown["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert unknown["headers"]["transfer-encoding"] == "chunked"


def test_an_answer_is_streamed_with_its_headers(proxied: SupabaseProject) -> None:
    with httpx.stream("GET", f"{proxied.url}/storage/v1/stream") as answer:
        assert (answer.headers["etag"], answer.headers["content-length"]) == ('"abc"', str(64 * 65536))
        assert sum(map(len, answer.iter_raw())) == 64 * 65536
        assert len(answer.headers.get_list("date")) == 1
    head = httpx.head(f"{proxied.url}/storage/v1/stream")
    assert (head.status_code, head.headers["etag"], head.content) == (200, '"abc"', b"")


def test_the_place_of_an_upload_is_told_as_it_is_reached_from_outside(proxied: SupabaseProject) -> None:
    answer = httpx.post(f"{proxied.url}/storage/v1/upload/resumable")
    assert answer.headers["location"] == f"{proxied.url}/storage/v1/upload/resumable/abc?x=1"


def test_a_storage_that_does_not_answer_is_a_bad_gateway() -> None:
    with supabase_project(migrated=False, storage_url="http://127.0.0.1:9") as project:
        answer = httpx.get(f"{project.url}/storage/v1/bucket")
        assert (answer.status_code, "upstream" in answer.json()["message"]) == (502, True)


@pytest.mark.parametrize("path", ["/rest/v1/x", "/auth/v1/settings"])
def test_rest_and_auth_want_a_key_and_a_right_one(bare_supabase: SupabaseProject, path: str) -> None:
    url = bare_supabase.url + path
    none = httpx.get(url)
    assert (none.status_code, none.json()["message"]) == (401, "No API key found in request")
    for wrong in ("sb_secret_wrong", "nonsense", bare_supabase.settings.sign({"role": "anon"})[:-3] + "abc"):
        answer = httpx.get(url, headers={"apikey": wrong, "Authorization": f"Bearer {wrong}"})
        assert (answer.status_code, answer.json()["message"]) == (401, "Invalid API key")
    assert httpx.get(url, params={"apikey": bare_supabase.anon_key}).status_code != 401


def test_a_new_key_goes_as_bearer_only_beside_itself(bare_supabase: SupabaseProject) -> None:
    url, secret = f"{bare_supabase.url}/rest/v1/", bare_supabase.secret_key
    right = {"apikey": secret, "Authorization": f"Bearer {secret}"}
    assert httpx.get(url, headers=right).status_code == 200
    assert httpx.get(url, headers={"apikey": secret}).status_code == 200
    crossed = {"apikey": bare_supabase.publishable_key, "Authorization": f"Bearer {secret}"}
    assert httpx.get(url, headers=crossed).status_code == 401


def test_a_secret_key_is_refused_from_a_browser(bare_supabase: SupabaseProject) -> None:
    headers = {"apikey": bare_supabase.secret_key, "User-Agent": BROWSER}
    answer = httpx.get(f"{bare_supabase.url}/rest/v1/", headers=headers)
    assert (answer.status_code, answer.json()["message"]) == (401, "Forbidden use of secret API key in browser")
    headers["apikey"] = bare_supabase.publishable_key
    assert httpx.get(f"{bare_supabase.url}/auth/v1/settings", headers=headers).status_code == 200


def test_without_a_gateway_a_new_key_is_no_token() -> None:
    with supabase_project(migrated=False, gateway=False) as project:
        headers = {"apikey": project.secret_key, "Authorization": f"Bearer {project.secret_key}"}
        answer = httpx.get(f"{project.url}/rest/v1/x", headers=headers).json()
        assert (answer["code"], answer["message"]) == ("PGRST301", "Expected 3 parts in JWT; got 1")


@contextmanager
def lent_database(template: str) -> Iterator[str]:
    server = postgres()
    name = server.create_database("lent", template=template, owner=owner())
    try:
        yield server.url(name)
    finally:
        server.drop_database(name)


def objects_of(url: str) -> list[tuple[object, ...]]:
    """Every table, column and function of auth and storage."""
    query = """select n.nspname, c.relname, a.attname, a.atttypid::text from pg_attribute a
            join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
            where n.nspname in ('auth', 'storage') and a.attnum > 0
        union all select n.nspname, p.proname, p.prosrc, p.prorettype::text from pg_proc p
            join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('auth', 'storage') order by 1, 2, 3, 4"""
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def headers_of(project: Running) -> dict[str, str]:
    return {"apikey": project.settings.service_key, "Authorization": f"Bearer {project.settings.service_key}"}


def test_a_lent_database_that_has_everything_stays_as_it_is() -> None:
    settings = read_settings({"JWT_SECRET": "s" * 40, "SECRET_KEY": "sb_secret_mine"}, hosted=False)
    with lent_database(bare_template()) as url:
        before = objects_of(url)
        with running(settings, port=0, database_url=url) as project:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(
                    "create table who (session text default session_user, acting text default current_user)"
                )
                connection.execute("grant all on who to service_role")
            headers = {"apikey": "sb_secret_mine", "Prefer": "return=representation"}
            written = httpx.post(f"{project.url}/rest/v1/who", json={}, headers=headers).json()
            assert written == [{"session": "authenticator", "acting": "service_role"}]
            given = {"id": "pictures", "name": "pictures", "public": False}
            assert (
                httpx.post(f"{project.url}/storage/v1/bucket", json=given, headers=headers_of(project)).status_code
                == 200
            )
            assert "SUPABASE_SECRET_KEY=sb_secret_mine" in told(project)
        assert objects_of(url) == before


def test_an_empty_database_gets_what_it_lacks_and_no_storage_when_that_is_elsewhere() -> None:
    settings = read_settings({"STORAGE_URL": "http://127.0.0.1:9"}, hosted=False)
    with lent_database("template0") as url, running(settings, port=0, database_url=url) as project:
        admin = httpx.Client(base_url=f"{project.url}/auth/v1", headers=headers_of(project))
        with admin:
            user = {"email": "a@example.com", "password": "open sesame", "email_confirm": True}
            assert admin.post("/admin/users", json=user).status_code == 200
            session = admin.post("/token?grant_type=password", json=user).json()
            assert admin.post("/token?grant_type=refresh_token", json=session).status_code == 200
        with psycopg.connect(url) as connection:
            assert connection.execute("select to_regnamespace('storage')").fetchone() == (None,)
            connection.execute("create table mine (who uuid default auth.uid())")
            connection.execute("grant all on mine to authenticated")
        headers = {"apikey": settings.anon_key, "Authorization": f"Bearer {session['access_token']}"}
        answer = httpx.post(
            f"{project.url}/rest/v1/mine", json={}, headers=headers | {"Prefer": "return=representation"}
        )
        assert answer.json() == [{"who": session["user"]["id"]}]
