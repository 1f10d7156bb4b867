"""The direct connection: what goes wrong with it is told in one sentence, and never with a password in it."""

from __future__ import annotations

import asyncio
import socket
import traceback
from urllib.parse import urlsplit

import pytest

from core.clients.postgres import Postgres
from core.errors import BadProfile, CoreError, NotAllowed, NotFound, ServiceError, Unavailable
from tests.core.database.projects import Project
from tests.servers.postgres import postgres
from tests.servers.template import owner_password


def _without_password(project: Project) -> str:
    parts = urlsplit(project.url)
    return f"postgresql://{parts.username}@{parts.hostname}:{parts.port}{parts.path}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _refusal(address: str, password: str = "hush-hush") -> CoreError:
    with pytest.raises(CoreError) as caught:
        await Postgres.open(address, password)
    told = "".join(traceback.format_exception(caught.value)) + caught.value.hint
    assert password not in told
    return caught.value


async def test_the_password_comes_from_beside_the_address(project: Project) -> None:
    database = await Postgres.open(_without_password(project), owner_password())
    try:
        assert await database.query("select %s::int + 1, current_user::text", 4) == [
            (5, urlsplit(project.url).username)
        ]
        assert await database.query("set application_name = 'x'") == []
        assert owner_password() not in repr(database)
    finally:
        await database.close()


async def test_a_wrong_password_is_told_from_a_wrong_place(project: Project) -> None:
    wrong = await _refusal(_without_password(project))
    assert isinstance(wrong, NotAllowed)
    assert "does not accept the password of postgres" in wrong.message
    nobody = await _refusal(f"postgresql://postgres@127.0.0.1:{_free_port()}/postgres")
    assert isinstance(nobody, Unavailable)
    assert "does not answer" in nobody.message
    assert "pooler" not in nobody.hint
    nowhere = await _refusal("postgresql://postgres@db.nowhere.invalid/postgres")
    assert isinstance(nowhere, Unavailable)
    assert nowhere.message == "There is no host db.nowhere.invalid."


async def test_a_database_that_is_not_there_is_named(project: Project) -> None:
    address = _without_password(project).rsplit("/", 1)[0] + "/elsewhere"
    error = await _refusal(address, owner_password())
    assert isinstance(error, NotFound)
    assert "no database “elsewhere”" in error.message


async def test_tls_that_the_server_does_not_offer_is_named_when_it_is_demanded(project: Project) -> None:
    error = await _refusal(f"{_without_password(project)}?sslmode=require", owner_password())
    assert isinstance(error, NotAllowed)
    assert "encryption" in error.message


@pytest.mark.parametrize(
    "address", ["postgresql://u:hush-hush@[x/db", "u:hush-hush@host", "password='hush-hush", "host=a b"]
)
async def test_an_address_that_is_none_is_not_repeated(address: str) -> None:
    assert isinstance(await _refusal(address), BadProfile)


@pytest.mark.parametrize(
    ("statement", "kind", "said"),
    [
        ("select from nowhere", NotFound, "no table"),
        ("create role boss superuser", NotAllowed, "permission denied"),
        ("selec 1", CoreError, "syntax error"),
        ("set statement_timeout = '10ms'; select pg_sleep(5)", Unavailable, "longer than the database allows"),
        ("set transaction read only; create table t ()", NotAllowed, "takes no changes"),
        ("select pg_terminate_backend(pg_backend_pid())", Unavailable, "connection to the database broke"),
        ("do $$ begin raise exception 'no such luck' using hint = 'try again'; end $$", ServiceError, "no such luck"),
    ],
)
async def test_what_the_database_refuses_is_one_sentence(
    bare: Project, statement: str, kind: type[CoreError], said: str
) -> None:
    database = await Postgres.open(bare.url)
    try:
        with pytest.raises(kind, match=said):
            await database.run(statement)
    finally:
        await database.close()


async def test_a_script_that_fails_leaves_nothing_behind(bare: Project) -> None:
    database = await Postgres.open(bare.url)
    try:
        with pytest.raises(CoreError):
            await database.run("create table half (id int); select 1 / 0")
        said = await database.run("create table if not exists half (id int); do $$ begin raise notice 'hello'; end $$")
        assert said == ("hello",)
        again = await database.run("create table if not exists half (id int)")
        assert again == ()
    finally:
        await database.close()


async def test_cancelling_stops_the_statement_in_the_database(bare: Project) -> None:
    database = await Postgres.open(bare.url)
    try:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await database.run("create table half (); select pg_sleep(60)")
        assert await database.query("select to_regclass('half')") == [(None,)]
    finally:
        await database.close()


async def test_a_server_that_is_full_says_so(bare: Project) -> None:
    with postgres().connect(bare.name) as connection:
        connection.execute(f"alter database {bare.name} connection limit 0".encode())
    with pytest.raises(Unavailable, match="takes no more connections"):
        await Postgres.open(bare.url)


async def test_a_closed_connection_says_so(project: Project) -> None:
    database = await Postgres.open(project.url)
    await database.close()
    with pytest.raises(Unavailable, match="connection to the database broke"):
        await database.query("select 1")
