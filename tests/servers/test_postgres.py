"""The database under the stand-in: what hosted allows a project's owner and refuses, and what ends with the tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.servers.postgres import postgres
from tests.servers.template import make_database, owner_url

ROOT = Path(__file__).parents[2]


@pytest.fixture
def database() -> Iterator[str]:
    name = make_database("test", migrated=False)
    yield owner_url(name)
    postgres().drop_database(name)


def _run(url: str, *statements: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        for statement in statements:
            answer = connection.execute(statement.encode())
        return answer.fetchall() if answer.description else []


@pytest.mark.parametrize(
    "statement",
    [
        "create policy p on storage.objects for select to authenticated using (bucket_id = 'a')",
        "create trigger t after insert on storage.objects for each row execute function public.noticed()",
        "create table public.t (id uuid references storage.objects (id) on delete cascade)",
        "set role service_role; insert into storage.buckets (id, name) values ('b', 'b')",
    ],
)
def test_the_owner_of_a_project_may_do_what_hosted_allows(database: str, statement: str) -> None:
    _run(database, "create function public.noticed() returns trigger language plpgsql as 'begin return null; end'")
    _run(database, statement)


@pytest.mark.parametrize(
    "statement",
    [
        "create index i on storage.objects (name)",
        "create function storage.f() returns int language sql as 'select 1'",
        "alter table storage.objects disable trigger protect_objects_delete",
        "alter table storage.objects disable row level security",
        "drop index storage.bucketid_objname",
        "create table auth.t (id int)",
        "create event trigger e on sql_drop execute function extensions.refuse_foreign_drops()",
        "set role anon; insert into storage.buckets (id, name) values ('b', 'b')",
    ],
)
def test_the_owner_of_a_project_may_not_do_what_hosted_refuses(database: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        _run(database, statement)


def test_no_sql_deletes_from_the_storage_tables_not_even_nothing_and_not_even_by_a_superuser(database: str) -> None:
    name = database.rpartition("/")[2]
    for url in (database, postgres().url(name)):
        with pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
            _run(url, "delete from storage.objects where name = 'nothing'")
        wanted = "Direct deletion from storage tables is not allowed. Use the Storage API instead."
        assert refused.value.diag.message_primary == wanted
        assert refused.value.diag.message_hint == "This prevents accidental data loss from orphaned objects."
    _run(database, "set local storage.allow_delete_query = 'true'", "delete from storage.objects")


def test_a_changed_object_carries_the_time_of_the_change(database: str) -> None:
    _run(database, "insert into storage.buckets (id, name) values ('a', 'a')")
    _run(database, "insert into storage.objects (bucket_id, name, updated_at) values ('a', 'x', '2020-01-01')")
    _run(database, "update storage.objects set metadata = '{}'")
    assert _run(database, "select updated_at > now() - interval '1 minute' from storage.objects") == [(True,)]


def test_two_projects_share_nothing_but_the_server(database: str) -> None:
    other = make_database("test", migrated=False)
    _run(database, "create table public.here (id int)")
    assert _run(owner_url(other), "select to_regclass('public.here')") == [(None,)]
    postgres().drop_database(other)


def test_the_server_ends_and_its_folder_goes_with_a_process_that_was_killed() -> None:
    program = (
        "import os, signal\n"
        "from tests.servers.postgres import postgres\n"
        "with postgres().connect() as connection:\n"
        "    print(connection.execute('show data_directory').fetchone()[0], flush=True)\n"
        "input()\n"
    )
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        data = Path(process.stdout.readline().decode().strip())
        assert data.is_dir()
        process.kill()
        # The keeper shares our end of the pipe: the output closes when it has tidied up and ended.
        process.stdout.read()
    assert not data.parent.exists()


@pytest.fixture
def lent(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database of a server that is not ours, and what DATABASE_URL would say of it."""
    server = postgres()
    name = server.create_database("lent")
    monkeypatch.setenv("DATABASE_URL", server.url(name))
    yield name
    server.drop_database(name)


def test_a_server_that_is_lent_is_used_and_said_to_be_lent(lent: str) -> None:
    owner_url(lent)  # its roles are there, and were made by us
    server = postgres.__wrapped__()
    assert (server.maintenance, server.port, server.lent) == (lent, postgres().port, True)


def test_a_server_with_roles_of_somebody_elses_is_left_alone(lent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    own = object()
    monkeypatch.setattr("tests.servers.postgres._start", lambda: own)
    with postgres().connect() as connection:
        connection.execute("comment on role authenticator is 'of a project that people work with'")
        try:
            assert postgres.__wrapped__() is own
        finally:
            connection.execute("comment on role authenticator is 'made for tests'")


def test_a_server_on_which_we_are_no_superuser_is_left_alone(lent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    own = object()
    monkeypatch.setattr("tests.servers.postgres._start", lambda: own)
    monkeypatch.setenv("DATABASE_URL", owner_url(lent))
    assert postgres.__wrapped__() is own
